package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// coreVersions are versions without vendor suffix, in ascending order.
var coreVersions = func() (all []string) {
	for i := range 27 {
		for _, pre := range []string{"-alpha.1", "-rc.2", "-rc.10", ""} {
			all = append(all, fmt.Sprintf("%d.%d.%d%s", i/9, i/3%3, i%3, pre))
		}
	}
	return all
}()

// numbersOf are those of a core version, without its pre-release.
func numbersOf(core string) []string {
	text, _, _ := strings.Cut(core, "-")
	return strings.Split(text, ".")
}

// vendored is a core version as it is, or as a vendor builds it.
func vendored(t *rapid.T, core string) string {
	if strings.Contains(core, "-") {
		return core
	}
	return core + rapid.SampledFrom([]string{"", "+k3s1", "-gke.100", "-eks-4dfc4f8"}).Draw(t, "vendor")
}

// partOfRange draws an operator with a version, and what it holds: the indexes
// of coreVersions that compare so with those from low to high.
func partOfRange(t *rapid.T) (text string, holds func(i int) bool) {
	operator := rapid.SampledFrom([]string{"", "=", "!=", "<", "<=", ">", ">=", "~", "^"}).Draw(t, "operator")
	from, n := rapid.SampledFrom(coreVersions).Draw(t, "from"), rapid.IntRange(1, 3).Draw(t, "numbers")
	same := numbersOf(from)[:n]
	text = vendored(t, from)
	if n < 3 {
		text = strings.Join(same, ".")
		from = strings.Join(append(slices.Clone(same), "0", "0")[:3], ".")
	}
	switch operator {
	case "~":
		same = same[:min(n, 2)]
	case "^":
		for i := n - 1; i >= 0; i-- {
			if same[i] != "0" {
				same = same[:i+1]
			}
		}
	}
	low := slices.Index(coreVersions, from)
	high := low
	for i := low; i < len(coreVersions) && (n < 3 || operator == "~" || operator == "^"); i++ {
		if slices.Equal(numbersOf(coreVersions[i])[:len(same)], same) {
			high = i
		}
	}
	switch operator {
	case "!=":
		return operator + text, func(i int) bool { return i < low || i > high }
	case "<":
		return operator + text, func(i int) bool { return i < low }
	case "<=":
		return operator + text, func(i int) bool { return i <= high }
	case ">":
		return operator + text, func(i int) bool { return i > high }
	case ">=":
		return operator + text, func(i int) bool { return i >= low }
	}
	return operator + text, func(i int) bool { return low <= i && i <= high }
}

// TestVersionRangeIsNaive: a range holds what a list of all versions has between
// its borders, whatever vendors add to either.
func TestVersionRangeIsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(coreVersions)-1).Draw(t, "version")
		var either []string
		want := false
		for range rapid.IntRange(1, 2).Draw(t, "alternatives") {
			var both []string
			all := true
			for range rapid.IntRange(1, 2).Draw(t, "parts") {
				text, holds := partOfRange(t)
				both, all = append(both, text), all && holds(at)
			}
			either, want = append(either, strings.Join(both, " ")), want || all
		}
		r, err := profile.ParseVersionRange(strings.Join(either, " || "))
		if err != nil {
			t.Fatal(err)
		}
		if v := vendored(t, coreVersions[at]); r.Has(version(t, v)) != want {
			t.Fatalf("%q has %s: %v", r, v, !want)
		}
	})
}
