package markdown

import "strings"

// Text escapes markup. Line breaks become spaces.
func Text(text string) string { return inText.Replace(text) }

// Cell is Text for what may stand in the cell of a table: a bar is an entity,
// because tables look for bars before anything else.
func Cell(text string) string { return inCell.Replace(text) }

var inText, inCell = escaper(`\|`), escaper("&#124;")

func escaper(bar string) *strings.Replacer {
	pairs := []string{"\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", bar}
	for _, c := range "\\`*_[]#!~" {
		pairs = append(pairs, string(c), `\`+string(c))
	}
	return strings.NewReplacer(pairs...)
}
