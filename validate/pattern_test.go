package validate

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestSchemaPattern: the schema of a variable has its pattern in the language of
// JSON Schema, or none where that cannot say it.
func TestSchemaPattern(t *testing.T) {
	for re2, want := range map[string]any{"": nil, "^a$": "^a$", "^.$": `^[^\n]$`, "^a{$": `^a\{$`, "(?m)^a": nil} {
		v := profile.Variable{Schema: profile.Schema{Type: profile.StringVariable, Pattern: re2}}
		if n := editor.variable(v); n["pattern"] != want {
			t.Errorf("%q gives %v, want %v", re2, n["pattern"], want)
		}
	}
}

// TestECMAScript: what the two languages read differently is spelled out, and
// what only the flag of a whole expression could say is left out.
func TestECMAScript(t *testing.T) {
	for re2, want := range map[string]string{
		`^[a-z]+$`:           `^(?:[a-z])+$`,
		`.`:                  `[^\n]`,
		`(?s).`:              `[\s\S]`,
		`\s`:                 `[\x09-\x0A\x0C-\x0D ]`,
		`\d{2,}`:             `(?:[0-9]){2,}`,
		`a{2}b{2,3}?`:        `(?:a){2}(?:b){2,3}`,
		`(?i)k`:              `[Kk` + "\u212a" + `]`,
		`(?P<x>a)|bc*`:       `(?:(?:a)|b(?:c)*)`,
		`\Qa.b\E\z`:          `a\.b$`,
		`[[:digit:]\-]`:      `[\x2D0-9]`,
		`\x{1F600}?`:         `(?:` + "\U0001F600" + `)?`,
		`\bé\B/`:             `\bé\B\/`,
		`^$|`:                `(?:^$|(?:))`,
		`[^\x00-\x{10FFFF}]`: `[^\s\S]`,
		`(?m)^a`:             "",
		`(?m)a$`:             "",
	} {
		if got, ok := ecmaScript(re2); got != want || ok != (want != "") {
			t.Errorf("%s becomes %q, %t, want %q", re2, got, ok, want)
		}
	}
}

// TestECMAScriptMatchesTheSame: what is rewritten still means the same here.
func TestECMAScriptMatchesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{`^`, `$`, `a`, `B`, `(?i)k`, `(?i:ß)`, `.`, `\s`, `\S`, `\w`, `\d`, `[^a-c]`, `[é-ü-]`, `(a|b)?`, `(?:ab){1,2}`, `x*?`, `\b`, `\B`, `\.`, `\pL`, `|`, `(?s:.)`}), 0, 6).Draw(t, "parts")
		re2 := ""
		for _, p := range parts {
			re2 += p
		}
		before, err := regexp.Compile(re2)
		if err != nil {
			t.Skip("no regular expression")
		}
		text, ok := ecmaScript(re2)
		if !ok {
			t.Fatalf("%s is left out", re2)
		}
		after, err := regexp.Compile(text)
		if err != nil {
			t.Fatalf("%s becomes %s: %v", re2, text, err)
		}
		for range 10 {
			s := rapid.StringOf(rapid.RuneFrom([]rune("aABbkK\u212a \n\t.é-xß_1/"))).Draw(t, "text")
			if before.MatchString(s) != after.MatchString(s) {
				t.Errorf("%q: %s gives %t, %s gives %t", s, re2, before.MatchString(s), text, after.MatchString(s))
			}
		}
	})
}
