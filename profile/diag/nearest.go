package diag

import "slices"

// Nearest returns the name in known that is closest to name by edit distance
// (insertions, deletions, substitutions and swaps of neighbours, Damerau's
// restricted form), when it is close enough to be a likely slip. Ties go to the
// name that sorts first.
func Nearest(name string, known []string) (string, bool) {
	best, bestDistance := "", len(name)/3+2
	sorted := slices.Sorted(slices.Values(known))
	for _, candidate := range sorted {
		if candidate == name || len(candidate) > 200 || len(name) > 200 {
			continue
		}
		if d := distance(name, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best, best != ""
}

func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
