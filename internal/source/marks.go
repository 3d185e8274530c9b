package source

import (
	"bytes"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// isMark are the characters that may be syntax of YAML, wherever they stand.
var isMark = func() (set [256]bool) {
	for _, c := range []byte("-?:,[]{}#&*!|>'\"%@`") {
		set[c] = true
	}
	return set
}()

// tooWide reports whether a text would take more memory than its size promises.
// It looks at characters and not at what they mean: that is what costs.
func (t *text) tooWide(data []byte) bool {
	total := 0
	for number := 1; len(data) > 0; number++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		inLine := countMarks(line)
		total += inLine + 1
		if inLine > t.limits.LineMarks {
			t.refuseWidth(number, "this line", t.limits.LineMarks)
			return true
		}
		if total > t.limits.Marks {
			t.refuseWidth(number, "up to here the document", t.limits.Marks)
			return true
		}
		data = rest
	}
	return false
}

func countMarks(line []byte) (marks int) {
	for _, c := range line {
		if isMark[c] {
			marks++
		}
	}
	return marks
}

// refuseWidth names the line and does not quote it: it may be megabytes long.
func (t *text) refuseWidth(line int, what string, limit int) {
	at := diag.Range{File: t.writer.File, Start: diag.Position{Line: line + t.offset}}
	at.End = at.Start
	t.add(diag.Errorf("source.too-wide", at, "%s has more than %d brackets, commas, quotes and other marks of YAML", what, limit).
		WithDetail("put long texts into a file of their own and name it with $file, and write one item a line"))
}
