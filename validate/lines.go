package validate

import (
	"bytes"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// lines turns the places of CUE, whose columns count bytes, into ranges of a
// file.
type lines struct {
	file string
	text [][]byte
}

func newLines(file string, data []byte) lines {
	return lines{file: file, text: bytes.Split(data, []byte("\n"))}
}

// at is the place p; the whole file where it is not known.
func (l lines) at(p token.Pos) diag.Range {
	if !p.IsValid() || p.Line() < 1 || p.Line() > len(l.text) {
		return diag.Range{File: l.file}
	}
	return diag.Range{File: l.file, Start: l.position(p), End: l.position(p)}
}

func (l lines) position(p token.Pos) diag.Position {
	line := l.text[p.Line()-1]
	before := line[:min(max(p.Column()-1, 0), len(line))]
	return diag.Position{Line: p.Line(), Column: utf8.RuneCount(before) + 1}
}

// node is the stretch of n, as far as it is on its first line.
func (l lines) node(n ast.Node) diag.Range {
	r := l.at(n.Pos())
	if end := n.End(); r.Start.Line > 0 && end.IsValid() && end.Line() == r.Start.Line {
		r.End = l.position(end)
	}
	return r
}
