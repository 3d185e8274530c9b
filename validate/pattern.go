package validate

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// ecmaScript writes a regular expression of RE2 so that it means the same in
// ECMAScript with the flag u, and still in RE2: classes and escapes by their
// characters, dots and flags spelled out. ok is false for one that looks at the
// ends of lines, which ECMAScript does only by a flag for the whole.
func ecmaScript(re2 string) (text string, ok bool) {
	parsed, err := syntax.Parse(re2, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	if !writePattern(&b, parsed) {
		return "", false
	}
	return b.String(), true
}

func writePattern(b *strings.Builder, re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEmptyMatch:
		b.WriteString("(?:)")
	case syntax.OpNoMatch:
		b.WriteString(`[^\s\S]`)
	case syntax.OpLiteral:
		writeLiteral(b, re)
	case syntax.OpCharClass:
		writeClass(b, re.Rune)
	case syntax.OpAnyCharNotNL:
		b.WriteString(`[^\n]`)
	case syntax.OpAnyChar:
		b.WriteString(`[\s\S]`)
	case syntax.OpBeginText:
		b.WriteString("^")
	case syntax.OpEndText:
		b.WriteString("$")
	case syntax.OpWordBoundary:
		b.WriteString(`\b`)
	case syntax.OpNoWordBoundary:
		b.WriteString(`\B`)
	case syntax.OpCapture:
		return writeGroup(b, re.Sub[0])
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		if !writeGroup(b, re.Sub[0]) {
			return false
		}
		b.WriteString(repetition(re))
	case syntax.OpConcat:
		return writeAll(b, re.Sub, "")
	case syntax.OpAlternate:
		b.WriteString("(?:")
		ok := writeAll(b, re.Sub, "|")
		b.WriteString(")")
		return ok
	default: // the ends of lines
		return false
	}
	return true
}

func writeAll(b *strings.Builder, parts []*syntax.Regexp, between string) bool {
	for i, part := range parts {
		if i > 0 {
			b.WriteString(between)
		}
		if !writePattern(b, part) {
			return false
		}
	}
	return true
}

func writeGroup(b *strings.Builder, re *syntax.Regexp) bool {
	b.WriteString("(?:")
	ok := writePattern(b, re)
	b.WriteString(")")
	return ok
}

// repetition is how often; how greedy does not matter for whether it matches.
func repetition(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpStar:
		return "*"
	case syntax.OpPlus:
		return "+"
	case syntax.OpQuest:
		return "?"
	}
	switch {
	case re.Max == re.Min:
		return fmt.Sprintf("{%d}", re.Min)
	case re.Max < 0:
		return fmt.Sprintf("{%d,}", re.Min)
	}
	return fmt.Sprintf("{%d,%d}", re.Min, re.Max)
}

func writeLiteral(b *strings.Builder, re *syntax.Regexp) {
	for _, r := range re.Rune {
		if re.Flags&syntax.FoldCase != 0 {
			writeClass(b, folded(r))
			continue
		}
		writeRune(b, r)
	}
}

// folded are the runes that r stands for when case does not matter, as ranges.
func folded(r rune) []rune {
	out := []rune{r, r}
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		out = append(out, other, other)
	}
	return out
}

func writeClass(b *strings.Builder, ranges []rune) {
	if len(ranges) == 0 {
		b.WriteString(`[^\s\S]`)
		return
	}
	b.WriteString("[")
	for i := 0; i < len(ranges); i += 2 {
		writeRune(b, ranges[i])
		if ranges[i+1] > ranges[i] {
			b.WriteString("-")
			writeRune(b, ranges[i+1])
		}
	}
	b.WriteString("]")
}

func writeRune(b *strings.Builder, r rune) { b.WriteString(escaped(r)) }

// escaped is a rune that stands for itself, inside a class and outside.
func escaped(r rune) string {
	switch {
	case r < ' ' || r == 0x7f:
		return fmt.Sprintf(`\x%02X`, r)
	case strings.ContainsRune(`\.+*?()|[]{}^$/`, r):
		return `\` + string(r)
	case r == '-':
		return `\x2D`
	}
	return string(r)
}
