package diag_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// naiveNearest measures every name in full.
func naiveNearest(name string, known []string) (string, bool) {
	best, bestDistance := "", len(name)/3+2
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		if candidate == name || len(candidate) > 200 || len(name) > 200 {
			continue
		}
		if d := naiveDistance(name, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best, best != ""
}

func naiveDistance(a, b string) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				table[i][j] = table[i-1][j-1]
			default:
				table[i][j] = 1 + min(table[i-1][j], table[i][j-1], table[i-1][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				table[i][j] = min(table[i][j], table[i-2][j-2]+1)
			}
		}
	}
	return table[len(a)][len(b)]
}

// TestNearestAgainstNaive: leaving out what cannot win changes no answer, for
// names near each other, of all lengths.
func TestNearestAgainstNaive(t *testing.T) {
	found, misses := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.StringMatching(`[abc]{1,12}`), rapid.StringMatching(`(ab|ba|c){0,4}x{0,3}`), rapid.StringMatching(`a{190,199}[abc]{0,4}`), rapid.StringMatching(`([abc]{5}){1,40}`))
		name := word.Draw(t, "name")
		known := rapid.SliceOfN(word.Filter(func(s string) bool { return s != "" }), 0, 12).Draw(t, "known")
		if name != "" && rapid.Bool().Draw(t, "slip") {
			i := rapid.IntRange(0, len(name)-1).Draw(t, "at")
			known = append(known, name[:i]+rapid.StringMatching(`[abc]{0,4}`).Draw(t, "other")+name[i+1:]+"c")
		}
		got, ok := diag.Nearest(name, known)
		want, is := naiveNearest(name, known)
		if got != want || ok != is {
			t.Fatalf("nearest to %q of %q is %q, %v, want %q, %v", name, known, got, ok, want, is)
		}
		if ok {
			found++
		} else {
			misses++
		}
	})
	if found == 0 || misses == 0 {
		t.Errorf("%d found, %d not", found, misses)
	}
}

// BenchmarkNearest looks for one of the names that hostile documents are full of.
func BenchmarkNearest(b *testing.B) {
	known := make([]string, 5000)
	for i := range known {
		known[i] = strings.Repeat(string(rune('a'+i%26)), 1+i%17) + strings.Repeat(string(rune('a'+i%23)), 17)
	}
	b.ReportAllocs()
	for b.Loop() {
		diag.Nearest("abcdefghijklmnopqrstuvwxyz", known)
	}
}
