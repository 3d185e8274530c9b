package vet

import (
	"iter"
	"slices"
)

// plan yields the corners to visit: the baseline, every single difference, and
// then as many others as the limit leaves room for.
func plan(dims []dimension, limit int) iter.Seq[[]pick] {
	if product(dims, limit) <= limit {
		return nearest(dims, limit)
	}
	return func(yield func([]pick) bool) {
		left := limit
		give := func(picks []pick) bool { left--; return yield(picks) }
		if !give(nil) {
			return
		}
		for picks := range differences(dims, 1) {
			if !give(picks) {
				return
			}
		}
		for _, picks := range [][]pick{extreme(dims, false), extreme(dims, true)} {
			if left > 0 && !give(picks) {
				return
			}
		}
		for picks := range pairs(dims) {
			if left <= 0 || !give(picks) {
				return
			}
		}
	}
}

// product is how many corners there are; more than limit where it is that many.
func product(dims []dimension, limit int) int {
	n := 1
	for _, d := range dims {
		if n *= 1 + len(d.choices); n > limit {
			break
		}
	}
	return n
}

// nearest yields up to limit corners, those with the fewest differences first.
func nearest(dims []dimension, limit int) iter.Seq[[]pick] {
	return func(yield func([]pick) bool) {
		left := limit
		for n := 0; n <= len(dims); n++ {
			for picks := range differences(dims, n) {
				if left == 0 || !yield(picks) {
					return
				}
				left--
			}
		}
	}
}

// differences yields every corner with n differences, in the order of
// dimensions and choices.
func differences(dims []dimension, n int) iter.Seq[[]pick] {
	return func(yield func([]pick) bool) { extend(dims, 0, n, nil, yield) }
}

func extend(dims []dimension, from, n int, picks []pick, yield func([]pick) bool) bool {
	if n == 0 {
		return yield(slices.Clone(picks))
	}
	for i := from; i+n <= len(dims); i++ {
		for _, c := range dims[i].choices {
			if !extend(dims, i+1, n-1, append(slices.Clip(picks), pick{i, c}), yield) {
				return false
			}
		}
	}
	return true
}

// extreme differs in everything: by the first choice, or the last.
func extreme(dims []dimension, last bool) []pick {
	var out []pick
	for i, d := range dims {
		at := 0
		if last {
			at = len(d.choices) - 1
		}
		out = append(out, pick{i, d.choices[at]})
	}
	return out
}

// pairs yields corners with two differences: first the first choices of every
// two dimensions, then those next to them, so that a limit cuts all alike.
func pairs(dims []dimension) iter.Seq[[]pick] {
	most := 0
	for _, d := range dims {
		most = max(most, len(d.choices))
	}
	return func(yield func([]pick) bool) {
		for sum := range 2*most + 1 {
			for i := range dims {
				for j := i + 1; j < len(dims); j++ {
					for a := range dims[i].choices {
						b := sum - a
						if b < 0 || b >= len(dims[j].choices) {
							continue
						}
						if !yield([]pick{{i, dims[i].choices[a]}, {j, dims[j].choices[b]}}) {
							return
						}
					}
				}
			}
		}
	}
}
