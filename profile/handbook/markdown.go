package handbook

import (
	"regexp"
	"strings"

	escape "github.com/dayzero-sdk/dayzero/internal/markdown"
)

// markdown is a text that grows block by block.
type markdown struct{ strings.Builder }

// block writes lines as a block of its own.
func (m *markdown) block(lines ...string) {
	if m.Len() > 0 {
		m.WriteByte('\n')
	}
	for _, line := range lines {
		m.WriteString(line)
		m.WriteByte('\n')
	}
}

func (m *markdown) heading(level int, title string) {
	m.block(strings.Repeat("#", level) + " " + title)
}

// list writes items, if there are any.
func (m *markdown) list(items []string) {
	if len(items) == 0 {
		return
	}
	m.block("- " + strings.Join(items, "\n- "))
}

// table writes a table, if it has rows. Cells are Markdown.
func (m *markdown) table(header []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	lines := []string{row(header), strings.Repeat("|---", len(header)) + "|"}
	for _, r := range rows {
		lines = append(lines, row(r))
	}
	m.block(lines...)
}

func row(cells []string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString("| ")
		if c != "" {
			b.WriteString(strings.ReplaceAll(c, "|", `\|`) + " ")
		}
	}
	return b.String() + "|"
}

// plain is text without markup, on one line.
func plain(text string) string {
	text = escape.Cell(strings.Join(strings.Fields(text), " "))
	return opening.ReplaceAllString(text, `$1\$2`)
}

// opening is what makes a list or a rule at the start of a line.
var opening = regexp.MustCompile(`^([0-9]*)([-+=]|[.)](?: |$))`)

var backticks = regexp.MustCompile("`+")

// code is text as code, on one line, whatever is in it.
func code(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "(empty)"
	}
	longest := 0
	for _, run := range backticks.FindAllString(text, -1) {
		longest = max(longest, len(run))
	}
	if longest == 0 {
		return "`" + text + "`"
	}
	fence := strings.Repeat("`", longest+1)
	return fence + " " + text + " " + fence
}

// codes are texts as code, with commas between them.
func codes(texts []string) string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = code(text)
	}
	return strings.Join(out, ", ")
}
