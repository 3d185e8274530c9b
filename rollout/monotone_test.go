package rollout_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// TestStricterNeverDispatchesMore puts the state of one plan under a second one
// that is stricter in a single number, and steps both with the same news at the
// same time.
func TestStricterNeverDispatchesMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet := append(members("a", "a", 5, 2), members("b", "b", 5, 1)...)
		concurrency, budget, soak := rapid.IntRange(2, 5).Draw(t, "concurrency"), rapid.IntRange(1, 4).Draw(t, "budget"), time.Hour
		loose := twoStages(t, fleet, concurrency, budget, soak)
		switch rapid.IntRange(0, 2).Draw(t, "stricter") {
		case 0:
			concurrency--
		case 1:
			budget--
		case 2:
			soak += time.Hour
		}
		strict := twoStages(t, fleet, concurrency, budget, soak)

		h := newHistory(loose)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			h.dispatch(1)
			h.stepBoth(t)
			h.advance(time.Duration(rapid.IntRange(1, 60).Draw(t, "minutes")) * time.Minute)
			h.fresh(t)
		}
		moved, ok := moveTo(t, h.machine.Snapshot(), loose, strict)
		if !ok {
			return // this much cannot have happened under the stricter plan
		}
		stricter, _ := moved.Step(h.events, h.now)
		if looser := h.step(); reservations(stricter.Log) > reservations(looser.Log) {
			t.Fatalf("the stricter plan does %v, the looser one %v", kinds(stricter.Log), kinds(looser.Log))
		}
	})
}

func twoStages(t *rapid.T, fleet []rollout.Member, concurrency, budget int, soak time.Duration) rollout.Plan {
	both := func(ring string) profile.Stage {
		return stage(ring, ring, fmt.Sprint(concurrency), fmt.Sprint(budget), soak)
	}
	plan, diags := rollout.Compile(fleet, strategy(both("a"), both("b")), rollout.Options{})
	if err := diags.Err(); err != nil {
		t.Fatalf("compiling: %v", err)
	}
	return plan
}

// moveTo restores a snapshot of one plan under another one.
func moveTo(t *rapid.T, s rollout.Snapshot, from, to rollout.Plan) (*rollout.Machine, bool) {
	var moved rollout.Snapshot
	if err := json.Unmarshal([]byte(strings.Replace(encoded(t, s), from.Digest(), to.Digest(), 1)), &moved); err != nil {
		t.Fatal(err)
	}
	m, err := rollout.Restore(to, moved, nil)
	return m, err == nil
}

func reservations(log []rollout.Entry) int {
	n := 0
	for _, e := range log {
		if e.Kind == rollout.EntryReserved {
			n++
		}
	}
	return n
}
