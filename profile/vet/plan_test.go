package vet

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

func drawDimensions(t *rapid.T) []dimension {
	var out []dimension
	for i := range rapid.IntRange(0, 5).Draw(t, "dimensions") {
		var d dimension
		for j := range rapid.IntRange(1, 4).Draw(t, "choices") {
			d.choices = append(d.choices, choice{label: fmt.Sprintf("%d=%d", i, j), apply: func(*profile.Cluster) {}})
		}
		out = append(out, d)
	}
	return out
}

// all are the names of all corners with at most most differences, by
// definition.
func all(dims []dimension, most int) []string {
	corners := [][]pick{nil}
	for i, d := range dims {
		for _, corner := range slices.Clone(corners) {
			for _, c := range d.choices {
				corners = append(corners, append(slices.Clip(corner), pick{i, c}))
			}
		}
	}
	var out []string
	for _, corner := range corners {
		if len(corner) <= most {
			out = append(out, nameOf(corner))
		}
	}
	slices.Sort(out)
	return out
}

// TestPlan: a plan has every corner where the limit has room for the product;
// else the baseline and all single differences, extremes and pairs up to the
// limit, and no corner of three or more besides the extremes.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims, limit := drawDimensions(t), rapid.IntRange(1, 200).Draw(t, "limit")
		var got []string
		for picks := range plan(dims, limit) {
			got = append(got, nameOf(picks))
		}
		if got[0] != "baseline" {
			t.Fatalf("the first corner is %s", got[0])
		}
		singles, pairs, whole := all(dims, 1), all(dims, 2), all(dims, len(dims))
		seen := slices.Compact(slices.Sorted(slices.Values(got)))
		if len(whole) <= limit {
			if diff := cmp.Diff(whole, slices.Sorted(slices.Values(got))); diff != "" {
				t.Fatalf("the whole product (-want +got):\n%s", diff)
			}
			return
		}
		if len(got) > max(limit, len(singles)) {
			t.Fatalf("%d corners, the limit is %d", len(got), limit)
		}
		for _, name := range singles {
			if !slices.Contains(seen, name) {
				t.Fatalf("%s is missing", name)
			}
		}
		extremes := []string{nameOf(extreme(dims, false)), nameOf(extreme(dims, true))}
		for _, name := range seen {
			if !slices.Contains(pairs, name) && !slices.Contains(extremes, name) {
				t.Fatalf("%s has too many differences", name)
			}
		}
		if limit >= len(pairs)+2 {
			for _, name := range pairs {
				if !slices.Contains(seen, name) {
					t.Fatalf("the pair %s is missing", name)
				}
			}
		}
	})
}
