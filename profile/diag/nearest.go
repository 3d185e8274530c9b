package diag

// maxNearest is the length of names from which on slips are not looked for.
const maxNearest = 200

// Nearest returns the name in known that is closest to name by edit distance
// (insertions, deletions, substitutions and swaps of neighbours, Damerau's
// restricted form), when it is close enough to be a likely slip. Ties go to the
// name that sorts first.
func Nearest(name string, known []string) (string, bool) {
	if len(name) > maxNearest {
		return "", false
	}
	var t table
	best, bestDistance := "", len(name)/3+2
	for _, candidate := range known {
		if candidate == name || candidate == "" || len(candidate) > maxNearest {
			continue
		}
		limit := bestDistance - 1
		if best != "" && candidate < best {
			limit = bestDistance
		}
		if d := t.distance(name, candidate, limit); d <= limit {
			best, bestDistance = candidate, d
		}
	}
	return best, best != ""
}

// table holds the three rows of distances that are looked at.
type table [3][maxNearest + 2]int

// distance is the edit distance of two texts of at most maxNearest bytes, or more
// than limit where that is more. Only cells no further than limit from the diagonal
// matter then.
func (t *table) distance(a, b string, limit int) int {
	if limit < 0 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := &t[0], &t[1], &t[2]
	for j := range min(limit, len(b)) + 2 {
		last[j] = j
	}
	least := 0 // of the row in front
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		row[from-1], row[to+1] = limit+1, limit+1
		if from == 1 {
			row[0] = i
		}
		leastBefore := least
		least = row[from-1]
		for j := from; j <= to; j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit && leastBefore > limit { // a swap reaches over one row
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
