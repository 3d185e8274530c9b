package markdown

import "testing"

func TestText(t *testing.T) {
	for text, want := range map[string]struct{ text, cell string }{
		"pods talk":             {"pods talk", "pods talk"},
		"a | b":                 {`a \| b`, "a &#124; b"},
		`a\|b`:                  {`a\\\|b`, `a\\&#124;b`},
		"a\r\nb":                {"a  b", "a  b"},
		"# <b>*x*_ [y](z)":      {`\# &lt;b&gt;\*x\*\_ \[y\](z)`, `\# &lt;b&gt;\*x\*\_ \[y\](z)`},
		"`code` & ~~gone~~ !no": {"\\`code\\` &amp; \\~\\~gone\\~\\~ \\!no", "\\`code\\` &amp; \\~\\~gone\\~\\~ \\!no"},
	} {
		if got := Text(text); got != want.text {
			t.Errorf("text %q is %q, want %q", text, got, want.text)
		}
		if got := Cell(text); got != want.cell {
			t.Errorf("cell %q is %q, want %q", text, got, want.cell)
		}
	}
}
