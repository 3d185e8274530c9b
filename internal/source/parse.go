package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// text is one file on its way to trees.
type text struct {
	writer  *value.Writer
	lines   []string // for the ends of quoted scalars
	runes   []rune   // of the line runesOf: a line may hold a million scalars
	runesOf int
	offset  int // lines in front of what is being parsed
	limits  Limits
	diags   diag.Diagnostics
}

// open checks the size and takes the byte order mark away.
func (t *text) open(data []byte) ([]byte, bool) {
	if len(data) > t.limits.Bytes {
		t.add(diag.Errorf("source.too-large", diag.Range{File: t.writer.File}, "the file has %d bytes, more than the %d allowed", len(data), t.limits.Bytes).
			WithDetail("split it into several files; a document rarely needs more than a few kilobytes"))
		return nil, false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	t.lines = strings.Split(string(data), "\n")
	return data, true
}

// parse gives the root node of every document. A text that is not YAML gives
// the documents in front of the mistake.
func (t *text) parse(data []byte) []*yaml.Node {
	if t.tooWide(data) || t.limits.StrictLineEnds && t.refuseLineEnds(data) {
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	var roots []*yaml.Node
	for err == nil {
		var doc yaml.Node
		if err = loader.Load(&doc); err == nil && len(doc.Content) == 1 {
			roots = append(roots, doc.Content[0])
		}
	}
	if !errors.Is(err, io.EOF) {
		t.syntaxError(err, data)
	}
	return roots
}

func (t *text) syntaxError(err error, data []byte) {
	at := t.illegal(data) // of which the library does not say where it is
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		if load.Mark.Line > 0 {
			at.Start = diag.Position{Line: load.Mark.Line + t.offset, Column: max(load.Mark.Column, 1)}
			at.End = at.Start
		}
	}
	if strings.Contains(message, "exceeded max depth") {
		t.add(t.tooDeep(at))
		return
	}
	t.add(diag.Errorf("source.syntax", at, "this is not valid YAML: %s", message).
		WithDetail("%s", syntaxHint(message)))
}

// illegal is the place of the first character that no YAML holds: bytes that are
// no UTF-8, and control characters. Without one it is the file.
func (t *text) illegal(data []byte) diag.Range {
	at := diag.Range{File: t.writer.File}
	line, column := 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff {
			at.Start = diag.Position{Line: line + t.offset, Column: column}
			at.End = at.Start
			return at
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return at
}

func (t *text) tooDeep(at diag.Range) diag.Diagnostic {
	return diag.Errorf("source.too-deep", at, "mappings and lists are nested more than %d deep", t.limits.Nesting).
		WithDetail("no document of ours needs that; look for an unclosed bracket or a generated file that went wrong")
}

func syntaxHint(message string) string {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return `a value that holds ": " must be quoted, and a key needs its own line`
	case strings.Contains(message, "cannot start any token"):
		return "indent with spaces, not tabs, and quote values that start with @, ` or %"
	case strings.Contains(message, "expected ',' or"):
		return "a [ or { is not closed, or a comma is missing"
	case strings.Contains(message, "incompatible YAML document"), strings.Contains(message, "directive"):
		return "lines that start with %, such as %YAML 1.2, are not read; take them out"
	case strings.Contains(message, "unknown anchor"):
		return "define the anchor with & before it is used with *"
	case strings.Contains(message, "unexpected end of stream"):
		return "a quote is not closed"
	}
	return "check indentation and quotes around this place"
}

func (t *text) place(n *yaml.Node) value.Place {
	line := int32(n.Line + t.offset)
	p := value.Place{Writer: t.writer, Line: line, Column: int32(n.Column), EndLine: line, EndCol: int32(n.Column)}
	if n.Kind == yaml.ScalarNode {
		p.EndCol += int32(t.width(n))
	}
	return p
}

// width is how many characters a scalar takes on its first line.
func (t *text) width(n *yaml.Node) int {
	number := n.Line + t.offset
	if n.Line < 1 || number > len(t.lines) {
		return 0
	}
	if number != t.runesOf {
		t.runes, t.runesOf = []rune(strings.TrimSuffix(t.lines[number-1], "\r")), number
	}
	if n.Column < 1 || n.Column > len(t.runes) {
		return 0
	}
	rest := t.runes[n.Column-1:]
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return quotedWidth(rest, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return quotedWidth(rest, '\'')
	}
	return min(len([]rune(n.Value)), len(rest))
}

func quotedWidth(rest []rune, quote rune) int {
	for i := 1; i < len(rest); i++ {
		switch {
		case quote == '"' && rest[i] == '\\':
			i++
		case rest[i] == quote && quote == '\'' && i+1 < len(rest) && rest[i+1] == quote:
			i++
		case rest[i] == quote:
			return i + 1
		}
	}
	return len(rest)
}

// maxFindings bounds what is said of one text: of the millionth mistake of one
// kind nobody reads.
const maxFindings = 1000

// clipped keeps what hostile input says short.
func clipped(text string) string { return value.Short(text, 64) }

func (t *text) add(d diag.Diagnostic) {
	if len(t.diags) < maxFindings {
		t.diags = append(t.diags, d)
		return
	}
	if len(t.diags) == maxFindings {
		t.diags = append(t.diags, diag.Warningf("source.more", diag.Range{File: t.writer.File}, "more than %d things are wrong in this file; the others are not shown", maxFindings).
			WithDetail("mend these, and read it again"))
	}
	if d.Severity == diag.Error {
		t.diags[maxFindings].Severity = diag.Error
	}
}

func (t *text) report(n *yaml.Node, code, summary, detail string, args ...any) {
	t.add(diag.Errorf(code, t.place(n).Range(), "%s", fmt.Sprintf(summary, args...)).WithDetail("%s", detail))
}
