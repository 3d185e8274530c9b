package expr_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// indexes are where part stands in text, in code points.
func indexes(text, part []rune) []int {
	var found []int
	for i := 0; i+len(part) <= len(text); i++ {
		if slices.Equal(text[i:i+len(part)], part) {
			found = append(found, i)
		}
	}
	return found
}

// searches are what the four searches give, found one by one.
func searches(text, part string, offset int) []int {
	found, end := indexes([]rune(text), []rune(part)), len([]rune(text))
	first, last, from, to := -1, -1, -1, -1
	for _, i := range found {
		if first < 0 {
			first = i
		}
		if from < 0 && i >= min(offset, end) {
			from = i
		}
		if i <= offset && (offset < end || part == "") {
			to = i
		}
		last = i
	}
	return []int{first, last, from, to}
}

// TestSearches compares the searches in texts with those of a naive search.
func TestSearches(t *testing.T) {
	scope := newScope(t)
	template, errs := scope.Compile("${[vars.region.indexOf(vars.zone), vars.region.lastIndexOf(vars.zone), " +
		"vars.region.indexOf(vars.zone, vars.replicas), vars.region.lastIndexOf(vars.zone, vars.replicas)].map(i, string(i)).join(' ')}")
	if errs != nil {
		t.Fatal(errs)
	}
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("aö𝔸")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		text, part, offset := letters.Draw(t, "text"), letters.Draw(t, "part"), rapid.IntRange(0, 14).Draw(t, "offset")
		if rapid.Bool().Draw(t, "within") {
			runes := []rune(text)
			part = string(runes[rapid.IntRange(0, len(runes)).Draw(t, "start"):])
		}
		vars, err := value.FromAny(map[string]any{"region": text, "zone": part, "replicas": offset}, value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := template.Eval(&expr.Inputs{Vars: vars}, value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint(searches(text, part, offset))
		if got := "[" + n.Text() + "]"; got != want {
			t.Fatalf("%q in %q at %d: got %s, want %s", part, text, offset, got, want)
		}
	})
}
