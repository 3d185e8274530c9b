package vet

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/variabletest"
	"github.com/dayzero-sdk/dayzero/profile"
)

// expression draws a regular expression without anchors, whose every text is
// therefore a match.
func expression(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 {
			return rapid.SampledFrom([]string{"a", "[a-z]", "[^a-z0]", `\d`, ".", `\.`, "é", `[[:upper:]]`, "(?i:q)", ""}).Draw(t, "atom")
		}
		inner := func(name string) string { return expression(depth-1).Draw(t, name) }
		switch rapid.IntRange(0, 3).Draw(t, "operator") {
		case 0:
			return inner("left") + inner("right")
		case 1:
			return "(" + inner("left") + "|" + inner("right") + ")"
		case 2:
			return "(?:" + inner("repeated") + ")" + rapid.SampledFrom([]string{"*", "+", "?", "{2}", "{1,3}", "{2,}"}).Draw(t, "repeat")
		}
		return "(" + inner("group") + ")"
	})
}

// TestMatchesMatch: every text is a match as a whole, and there is one.
func TestMatchesMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := expression(rapid.IntRange(0, 4).Draw(t, "depth")).Draw(t, "pattern")
		pattern, err := regexp.Compile(`\A(?:` + text + `)\z`)
		if err != nil {
			t.Skip(err)
		}
		found := matches(text)
		if len(found) == 0 && len(text) < 40 {
			t.Fatalf("no text matches %q", text)
		}
		for _, one := range found {
			if !pattern.MatchString(one) {
				t.Fatalf("%q does not match %q", one, text)
			}
		}
	})
}

func TestMatches(t *testing.T) {
	for pattern, want := range map[string][2]string{
		`^s-[0-9]+$`:                  {"s-0", "s-" + strings.Repeat("0", 63)},
		`^(eu|us)-[a-z]{2,4}$`:        {"eu-aa", "us-aaaa"},
		`^[a-z0-9]([-a-z0-9]*[a-z])?`: {"a", strings.Repeat("a", 64)},
		`^$`:                          {"", ""},
	} {
		found := matches(pattern)
		if len(found) == 0 || found[0] != want[0] || found[len(found)-1] != want[1] {
			t.Errorf("%s: %q", pattern, found)
		}
	}
	if found := matches(`[`); found != nil {
		t.Errorf("what is no pattern has %q", found)
	}
}

// TestSamplesFit: of any variable some sample fits, unless it has a pattern or
// asks for many different items.
func TestSamplesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := variabletest.Variable().Draw(t, "variable")
		if v.Check().HasErrors() || hard(v.Schema) {
			return
		}
		for _, one := range samples(v.Schema) {
			if fits(v.Schema, one.data) {
				return
			}
		}
		t.Fatalf("no sample of %v fits: %v", v, samples(v.Schema))
	})
}

func hard(s profile.Schema) bool {
	if s.Pattern != "" || s.UniqueItems || s.MinItems != nil && *s.MinItems > 0 || s.MinLength != nil || s.MaxLength != nil {
		return true
	}
	for _, inner := range []*profile.Schema{s.Items, s.Values} {
		if inner != nil && hard(*inner) {
			return true
		}
	}
	for _, p := range s.Properties {
		if hard(p.Schema) {
			return true
		}
	}
	return false
}

// TestLengths: the text of a type with a length has this length and fits.
func TestLengths(t *testing.T) {
	for _, of := range []profile.VariableType{profile.StringVariable, profile.URLVariable, profile.DNSNameVariable, profile.Base64Variable} {
		made := 0
		for n := range 254 {
			text, ok := textOf(of, n)
			if !ok {
				continue
			}
			made++
			if utf8.RuneCountInString(text) != n || !fits(profile.Schema{Type: of}, text) {
				t.Errorf("%s of %d characters: %q", of, n, text)
			}
		}
		if made < 60 {
			t.Errorf("%s has texts of %d lengths only", of, made)
		}
	}
}
