package rollout_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/rollout"
)

// TestLimits holds resolved limits to their rule: a number as it is, a
// percentage rounded down; concurrency at least 1; neither above the stage.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 40).Draw(t, "size")
		concurrency, budget := rapid.IntRange(1, 100).Draw(t, "concurrency"), rapid.IntRange(0, 100).Draw(t, "budget")
		unit := rapid.SampledFrom([]string{"", "%"}).Draw(t, "unit")
		written := [2]string{fmt.Sprint(concurrency, unit), fmt.Sprint(budget, unit)}
		plan, diags := rollout.Compile(members("c", "main", size, 1), strategy(stage("all", "main", written[0], written[1], 0)), rollout.Options{})
		if diags.HasErrors() {
			t.Fatalf("%v", diags)
		}
		if unit == "%" {
			concurrency, budget = max(1, concurrency*size/100), budget*size/100
		}
		want := [2]rollout.Limit{
			{Count: min(concurrency, size), Of: size, Written: written[0]},
			{Count: min(budget, size), Of: size, Written: written[1]},
		}
		if got := [2]rollout.Limit{plan.Stages()[0].MaxConcurrency, plan.Stages()[0].FailureBudget}; got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if covered := min(budget, size) == size; covered != (len(diags) == 1) {
			t.Fatalf("budget %d of %d: %v", budget, size, diags)
		}
	})
}
