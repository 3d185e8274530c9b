package profile_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestUpgradeOrder: every pool comes once, behind those that it waits for where
// there is no circle, by name where nothing is said, and wherever it stands in the
// document.
func TestUpgradeOrder(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	rapid.Check(t, func(t *rapid.T) {
		var workers []profile.Pool
		for _, name := range rapid.Permutation(names).Draw(t, "document") {
			workers = append(workers, profile.Pool{Name: name, UpgradeAfter: rapid.SliceOfN(rapid.SampledFrom(append(names, "nobody")), 0, 2).Draw(t, name)})
		}
		got := orderOf(workers)
		if !slices.Equal(slices.Sorted(slices.Values(got)), names) {
			t.Fatalf("%v is not every pool once", got)
		}
		waits := reach(workers)
		circle := slices.ContainsFunc(names, func(name string) bool { return waits[name][name] })
		for i, name := range got {
			for _, later := range got[i+1:] {
				if waits[name][later] && !circle {
					t.Fatalf("%s waits for %s, and comes before it in %v", name, later, got)
				}
			}
		}
		if slices.Reverse(workers); !slices.Equal(orderOf(workers), got) {
			t.Fatalf("turned around, %v become %v", got, orderOf(workers))
		}
		for i := range workers {
			workers[i].UpgradeAfter = nil
		}
		if diff := cmp.Diff(names, orderOf(workers)); diff != "" {
			t.Fatalf("without conditions (-want +got):\n%s", diff)
		}
	})
}

func orderOf(workers []profile.Pool) []string {
	var out []string
	for _, i := range (profile.Pools{Workers: workers}).UpgradeOrder() {
		out = append(out, workers[i].Name)
	}
	return out
}

// reach says for whom each pool waits, also through others.
func reach(workers []profile.Pool) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, p := range workers {
		out[p.Name] = map[string]bool{}
		for _, name := range p.UpgradeAfter {
			out[p.Name][name] = true
		}
	}
	for range workers {
		for _, direct := range out {
			for between := range direct {
				for far := range out[between] {
					direct[far] = true
				}
			}
		}
	}
	return out
}
