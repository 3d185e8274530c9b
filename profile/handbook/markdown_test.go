package handbook

import "testing"

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"pods talk":         "pods talk",
		"1.2.0":             "1.2.0",
		"1. first":          `1\. first`,
		"- item":            `\- item`,
		"---":               `\---`,
		"a - b":             "a - b",
		"a\n\n# b":          `a \# b`,
		"<b>*x* [y](z) a|b": `&lt;b&gt;\*x\* \[y\](z) a&#124;b`,
		"a & b":             "a &amp; b",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"":       "(empty)",
		"a*b|c":  "`a*b|c`",
		"a\n b":  "`a b`",
		"`":      "`` ` ``",
		"a``b`c": "``` a``b`c ```",
	} {
		if got := code(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestRow(t *testing.T) {
	if got, want := row([]string{"a", "", "`b|c`"}), "| a | | `b\\|c` |"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
