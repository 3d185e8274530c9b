package diag

import (
	"cmp"
	"fmt"
)

// Position is a place in a text: line and column count from 1, columns count
// Unicode code points. The zero Position means that the place is not known.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Range is a stretch of a file. A Start without a column names the line, which
// is then not shown: it may hold a secret. End is the first position behind it; for a
// mapping or a sequence End equals Start. A Range without a line names only
// the file (or, for documents that came from no file, their source).
type Range struct {
	File  string   `json:"file"`
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// IsZero reports whether the range names nothing.
func (r Range) IsZero() bool { return r == Range{} }

// String gives file:line:column, or the file alone when no line is known.
func (r Range) String() string {
	if r.Start.Line == 0 {
		return r.File
	}
	if r.Start.Column == 0 {
		return fmt.Sprintf("%s:%d", r.File, r.Start.Line)
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Compare orders ranges by file, start and end.
func (r Range) Compare(o Range) int {
	return cmp.Or(
		cmp.Compare(r.File, o.File),
		r.Start.compare(o.Start),
		r.End.compare(o.End),
	)
}

func (p Position) compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Line, o.Line), cmp.Compare(p.Column, o.Column))
}
