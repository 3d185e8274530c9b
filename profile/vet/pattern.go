package vet

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// matches are texts that a pattern matches, the shortest first: there may be
// none where it looks at its surroundings. Each operator that repeats does so as
// rarely as it may and a few times more.
func matches(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var out []string
	for _, extra := range []int{0, 1, 2, 4, 8, 16, 32, 62} {
		for _, last := range []bool{false, true} {
			var b strings.Builder
			if (&sampler{extra: extra, last: last}).write(&b, re) && !slices.Contains(out, b.String()) {
				out = append(out, b.String())
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(a) - len(b) })
	return out
}

const (
	// maxMatch is how long a text gets at most.
	maxMatch = 4096
	// maxSteps is how much of an expression is walked for one text: what repeats
	// may match nothing.
	maxSteps = 16 * maxMatch
)

// sampler writes one text that an expression matches.
type sampler struct {
	extra int  // repetitions more than needed
	last  bool // of alternatives the last one
	steps int
}

// write reports false where no text is found.
func (s *sampler) write(b *strings.Builder, re *syntax.Regexp) bool {
	if s.steps++; s.steps > maxSteps {
		return false
	}
	switch re.Op {
	case syntax.OpNoMatch:
		return false
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		return s.writeClass(b, re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpStar:
		return s.repeat(b, re.Sub[0], s.extra)
	case syntax.OpPlus:
		return s.repeat(b, re.Sub[0], 1+s.extra)
	case syntax.OpQuest:
		return s.repeat(b, re.Sub[0], min(1, s.extra))
	case syntax.OpRepeat:
		n := re.Min + s.extra
		if re.Max >= 0 {
			n = min(n, re.Max)
		}
		return s.repeat(b, re.Sub[0], n)
	case syntax.OpAlternate:
		if s.last {
			return s.write(b, re.Sub[len(re.Sub)-1])
		}
		return s.write(b, re.Sub[0])
	default: // concatenation, groups; anchors match nothing
		for _, sub := range re.Sub {
			if !s.write(b, sub) {
				return false
			}
		}
	}
	return b.Len() <= maxMatch
}

func (s *sampler) repeat(b *strings.Builder, re *syntax.Regexp, n int) bool {
	for range n {
		if !s.write(b, re) {
			return false
		}
	}
	return true
}

// writeClass writes a character of a class, a plain one where there is one.
// ranges are pairs of first and last.
func (s *sampler) writeClass(b *strings.Builder, ranges []rune) bool {
	for _, r := range "a0A-" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				b.WriteRune(r)
				return true
			}
		}
	}
	if len(ranges) == 0 {
		return false
	}
	b.WriteRune(ranges[0])
	return true
}
