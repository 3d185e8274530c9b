package source

import (
	"bytes"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// lineEnds are what the YAML library takes for line ends as YAML 1.1 does, and
// YAML 1.2, editors and people for characters.
var lineEnds = []struct{ text, name, escape string }{
	{"\u0085", "next line, U+0085", `\N or \u0085`},
	{"\u2028", "line separator, U+2028", `\L or \u2028`},
	{"\u2029", "paragraph separator, U+2029", `\P or \u2029`},
}

// refuseLineEnds reports the first line end of each kind that is none to every
// reader, and whether there is any: text and places of what it is part of depend
// on the reader. UTF-16 is left to the library.
func (t *text) refuseLineEnds(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	told := len(t.diags)
	for _, end := range lineEnds {
		if i := bytes.Index(data, []byte(end.text)); i >= 0 {
			t.add(diag.Errorf("source.line-end", t.placeAt(data, i), "this character (%s) ends a line for some readers of YAML and not for others", end.name).
				WithDetail("remove it, or write %s in a double-quoted string", end.escape))
		}
	}
	if i := bareReturn(data); i >= 0 {
		t.add(diag.Errorf("source.line-end", t.placeAt(data, i), "a carriage return without a line feed ends a line for YAML and not for most editors").
			WithDetail(`end lines with a line feed, or write \r in a double-quoted string`))
	}
	return len(t.diags) > told
}

// bareReturn is the index of the first carriage return in front of anything but a
// line feed or the end, or -1.
func bareReturn(data []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(data[at:], '\r')
		if at += i; i < 0 || at+1 == len(data) {
			return -1
		}
		if data[at+1] != '\n' {
			return at
		}
	}
}

// placeAt is the place of a character by its index.
func (t *text) placeAt(data []byte, i int) diag.Range {
	before := data[:i]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	at := diag.Position{Line: bytes.Count(before, []byte("\n")) + 1 + t.offset, Column: utf8.RuneCount(line) + 1}
	return diag.Range{File: t.writer.File, Start: at, End: at}
}
