package expr

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// naive cuts texts whose expressions hold no strings and comments, by counting
// braces.
func naive(text string) (segments []segment, closed bool) {
	literal := ""
	flush := func() {
		if literal != "" {
			segments = append(segments, segment{text: literal})
			literal = ""
		}
	}
	for at := 0; at < len(text); {
		rest := text[at:]
		switch {
		case strings.HasPrefix(rest, "$${"):
			literal, at = literal+"${", at+3
		case strings.HasPrefix(rest, "${"):
			end, depth := at+2, 0
			for ; end < len(text) && (text[end] != '}' || depth > 0); end++ {
				switch text[end] {
				case '{':
					depth++
				case '}':
					depth--
				}
			}
			if end == len(text) {
				return nil, false
			}
			flush()
			offset := utf8.RuneCountInString(text[:at+2])
			segments = append(segments, segment{text: text[at+2 : end], expr: true, offset: offset})
			at = end + 1
		default:
			_, size := utf8.DecodeRuneInString(rest)
			literal, at = literal+rest[:size], at+size
		}
	}
	flush()
	return segments, true
}

func TestSplitAgreesWithCountingBraces(t *testing.T) {
	piece := rapid.SampledFrom([]string{"$", "$$", "{", "}", "${", "$${", "a", "ä€😀", " ", "\n", "1", "{}", "+", "vars.x"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		want, closed := naive(text)
		got, err := split(text)
		if (err == nil) != closed {
			t.Fatalf("split(%q) gives %v, closed is %v", text, err, closed)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(segment{})); closed && diff != "" {
			t.Fatalf("split(%q) (-want +got):\n%s", text, diff)
		}
	})
}

// TestSplitFindsWhatWasPutTogether: braces in strings and comments do not
// count.
func TestSplitFindsWhatWasPutTogether(t *testing.T) {
	expression := rapid.SampledFrom([]string{
		"a", "'}'", `"}"`, "'{' + \"${\"", `'\'}'`, "r'\\' + '}'", "'''\n}'\n'''", "{'a': {'}': 1}}", "b'}' == b'{'",
		"1 // } { \n + 2", "", " x ", "'ä}😀'",
	})
	literal := rapid.SampledFrom([]string{"a", "{}", "} ", "'\"", "$ ", "ü\n", "// "})
	rapid.Check(t, func(t *rapid.T) {
		var text string
		var want []segment
		for range rapid.IntRange(0, 6).Draw(t, "expressions") {
			l := literal.Draw(t, "literal")
			text += l
			want = append(want, segment{text: l})
			e := expression.Draw(t, "expression")
			want = append(want, segment{text: e, expr: true, offset: utf8.RuneCountInString(text) + 2})
			text += "${" + e + "}"
		}
		got, err := split(text)
		if err != nil {
			t.Fatalf("split(%q): %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(segment{})); diff != "" {
			t.Fatalf("split(%q) (-want +got):\n%s", text, diff)
		}
	})
}

func TestSplitKeepsLiteralText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.StringN(1, -1, -1).Draw(t, "text"), "${", "$ {")
		got, err := split(text)
		want := []segment{{text: text}}
		if err != nil || cmp.Diff(want, got, cmp.AllowUnexported(segment{})) != "" {
			t.Fatalf("split(%q) = %v, %v", text, got, err)
		}
		escaped, err := split("$${" + text)
		if err != nil || len(escaped) != 1 || escaped[0].text != "${"+text {
			t.Fatalf("split(%q) = %v, %v", "$${"+text, escaped, err)
		}
	})
}

// TestGuardsHaveFunctions: a guard of a function that the language does not
// have, or that has no implementation to call, would guard nothing.
func TestGuardsHaveFunctions(t *testing.T) {
	env, err := baseEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	for name := range guards {
		if !env.HasFunction(name) {
			t.Errorf("the language has no function %s", name)
		}
	}
}
