package diag

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

const maxExcerpt = 160

// Text renders the findings for people: severity, summary and code, the place,
// the line with a caret under it, and the detail as a hint. Lines are read from
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
	e.place(b, d.Range)
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
		e.place(b, r.Range)
	}
}

func (e excerpts) place(b *strings.Builder, r Range) {
	if r.IsZero() {
		return
	}
	fmt.Fprintf(b, "  --> %s\n", oneLine(r.String()))
	line, ok := e.line(r)
	if !ok {
		return
	}
	before, marked := caret(line, r)
	line, before = clip(line, before)
	number := fmt.Sprintf("%5d", r.Start.Line)
	fmt.Fprintf(b, "%s | %s\n%s | %s%s\n", number, line, strings.Repeat(" ", len(number)), before, strings.Repeat("^", marked))
}

// caret returns the white space in front of the mark, tabs kept so that the
// mark stands under its text, and the mark's width.
func caret(line string, r Range) (before string, width int) {
	runes := []rune(line)
	at := min(max(r.Start.Column-1, 0), len(runes))
	var pad strings.Builder
	for _, c := range runes[:at] {
		if c == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	width = 1
	if r.End.Line == r.Start.Line {
		width = max(1, min(r.End.Column, len(runes)+1)-r.Start.Column)
	} else if r.End.Line > r.Start.Line {
		width = max(1, len(runes)-at)
	}
	return pad.String(), min(width, maxExcerpt)
}

// clip keeps an excerpt of a very long line around the mark.
func clip(line, before string) (string, string) {
	if utf8.RuneCountInString(line) <= maxExcerpt {
		return line, before
	}
	runes, at := []rune(line), utf8.RuneCountInString(before)
	from := max(0, at-maxExcerpt/4)
	to := min(len(runes), from+maxExcerpt)
	return string(runes[from:to]), string([]rune(before)[from:])
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
	return oneLine(strings.TrimSuffix(lines[r.Start.Line-1], "\r")), true
}

// oneLine keeps a text of an input from reaching the terminal as control codes
// or as lines of its own.
func oneLine(s string) string { return strings.Map(printable, s) }

func printable(c rune) rune {
	if c != '\t' && (c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0) {
		return '.'
	}
	return c
}
