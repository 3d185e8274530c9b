package diag

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const maxExcerpt = 160

// Text renders the findings for people: severity, summary and code, the place as
// [Diagnostic.String] has it, the line with a caret under it, and the detail as a hint. Lines are read from
// fsys, where ranges name files; a file that cannot be read has no excerpt, and
// nil means no excerpts at all. The order is that of ds. The text ends with a
// newline unless it is empty.
func (ds Diagnostics) Text(fsys fs.FS) string {
	files := excerpts{fsys: fsys, lines: map[string][]string{}}
	var b strings.Builder
	for i, d := range ds {
		if i > 0 {
			b.WriteByte('\n')
		}
		files.write(&b, d)
	}
	return b.String()
}

type excerpts struct {
	fsys  fs.FS
	lines map[string][]string
}

func (e excerpts) write(b *strings.Builder, d Diagnostic) {
	fmt.Fprintf(b, "%s: %s [%s]\n", d.Severity, oneLine(d.Summary), oneLine(d.Code))
	e.place(b, d.Range, d.place())
	if d.Detail != "" {
		b.WriteString("  hint: ")
		for i, line := range strings.Split(d.Detail, "\n") {
			if i > 0 {
				b.WriteString("        ")
			}
			b.WriteString(oneLine(line) + "\n")
		}
	}
	for _, r := range d.Related {
		fmt.Fprintf(b, "  note: %s\n", oneLine(r.Summary))
		e.place(b, r.Range, r.Range.String())
	}
}

func (e excerpts) place(b *strings.Builder, r Range, shown string) {
	if r.IsZero() {
		return
	}
	fmt.Fprintf(b, "  --> %s\n", oneLine(shown))
	line, ok := e.line(r)
	if !ok {
		return
	}
	line, at := window(line, max(r.Start.Column-1, 0))
	line = oneLine(line)
	before, marked := caret(line, at, r)
	number := fmt.Sprintf("%5d", r.Start.Line)
	fmt.Fprintf(b, "%s | %s\n%s | %s%s\n", number, line, strings.Repeat(" ", len(number)), before, strings.Repeat("^", marked))
}

// window cuts the piece around the character at out of a very long line, and
// returns where at is in it. Lines may have the size of a file: apart from the
// way to the character this costs no more for those.
func window(line string, at int) (string, int) {
	before, at := first(line, at)
	rest, n := first(line[len(before):], maxExcerpt)
	if at+n <= maxExcerpt && len(before)+len(rest) == len(line) {
		return line, at
	}
	from := len(before)
	at = min(at, maxExcerpt/4)
	for range at {
		_, size := utf8.DecodeLastRuneInString(line[:from])
		from -= size
	}
	rest, _ = first(rest, maxExcerpt-at)
	return line[from : len(before)+len(rest)], at
}

// first are the first n characters of s, or all where it has fewer, and how many
// they are.
func first(s string, n int) (string, int) {
	seen := 0
	for i := range s {
		if seen == n {
			return s[:i], n
		}
		seen++
	}
	return s, seen
}

// caret returns the white space in front of the mark, tabs kept so that the
// mark stands under its text, and how many cells the mark takes.
func caret(line string, at int, r Range) (string, int) {
	front, _ := first(line, at)
	var before strings.Builder
	for i, part := range strings.Split(front, "\t") {
		if i > 0 {
			before.WriteByte('\t')
		}
		before.WriteString(strings.Repeat(" ", cells(part)))
	}
	marked := line[len(front):]
	if r.End.Line <= r.Start.Line {
		marked, _ = first(marked, max(r.End.Column-r.Start.Column, 1))
	}
	return before.String(), max(cells(marked), 1)
}

// cells are the columns of a terminal that a text takes.
func cells(s string) int {
	n := 0
	for _, c := range s {
		kind := width.LookupRune(c).Kind()
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf): // drawn over their neighbour, or not at all
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

func (e excerpts) line(r Range) (string, bool) {
	if e.fsys == nil || r.Start.Line == 0 || r.Start.Column == 0 {
		return "", false
	}
	lines, ok := e.lines[r.File]
	if !ok {
		data, err := fs.ReadFile(e.fsys, r.File)
		if err == nil {
			lines = strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
		}
		e.lines[r.File] = lines
	}
	if r.Start.Line > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[r.Start.Line-1], "\r"), true
}

// oneLine keeps a text of an input from reaching the terminal as control codes,
// turned around, or as lines of its own.
func oneLine(s string) string { return strings.Map(printable, s) }

func printable(c rune) rune {
	if c != '\t' && unicode.IsControl(c) || unicode.In(c, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
		return '.'
	}
	return c
}
