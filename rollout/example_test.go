package rollout_test

import (
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// examplePlan moves three clusters: one canary, then the rest.
func examplePlan() rollout.Plan {
	store := func(name, ring string) rollout.Member {
		return rollout.Member{
			Key:    profile.Key{Hub: "eu-1", Namespace: "fleet", Name: name},
			Labels: map[string]string{"ring": ring},
			Hops:   []rollout.Hop{{From: "sha256:aaa", To: "sha256:bbb", Summary: "kubernetes 1.34.1 -> 1.35.0", Impact: profile.NodeRoll}},
		}
	}
	fleet := []rollout.Member{store("store-2", "main"), store("store-1", "canary"), store("store-3", "main")}
	strategy := profile.Strategy{
		Metadata: profile.ObjectMeta{Name: "standard"},
		Spec: profile.StrategySpec{Stages: []profile.Stage{
			{Name: "canary", Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"ring": "canary"}}, Soak: metav1.Duration{Duration: 24 * time.Hour}},
			{Name: "rest", Rest: true},
		}},
	}
	plan, diags := rollout.Compile(fleet, strategy, rollout.Options{})
	fmt.Print(diags.Text(nil))
	return plan
}

// Example drives a plan to its end: a fleet that does what it is told, a clock
// that jumps to whatever comes next, and a slice for durable storage.
func Example() {
	machine := rollout.NewMachine(examplePlan())
	now := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	var (
		stored []rollout.Entry
		events []rollout.Event
	)
	for {
		ready, err := machine.Step(events, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		stored = append(stored, ready.Log...) // durable before any action
		events = nil
		for _, a := range ready.Actions {
			fmt.Println(now.Format("Mon 15:04"), a)
			later := now.Add(40 * time.Minute)
			events = append(events,
				rollout.Dispatched{Key: a.Key, Token: a.Token, At: now},
				rollout.Observed{Key: a.Key, Target: a.Hop.To, Health: rollout.Healthy, At: later})
			now = later
		}
		if ready.Phase != rollout.Running {
			fmt.Println(now.Format("Mon 15:04"), ready.Phase, "after", len(stored), "log entries")
			return
		}
		if !ready.NextWake.IsZero() {
			now = ready.NextWake
		}
	}
	// Output:
	// Mon 08:00 dispatch eu-1/fleet/store-1 hop 1 to sha256:bbb
	// Tue 08:40 dispatch eu-1/fleet/store-2 hop 1 to sha256:bbb
	// Tue 09:20 dispatch eu-1/fleet/store-3 hop 1 to sha256:bbb
	// Tue 10:00 done after 11 log entries
}

func ExampleCompile() {
	fmt.Print(examplePlan().Text())
	// Output:
	// plan sha256:7e46206316d2: 3 clusters in 2 stages, strategy standard
	//   1. canary: 1 cluster, concurrency 1 (default), failure budget 0 (default), worst impact node-roll, soak 24h
	//   2. rest: 2 clusters, concurrency 1 (default), failure budget 0 (default), worst impact node-roll
}

func ExampleCompile_diagnostics() {
	fleet := []rollout.Member{{Key: profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"}, Hops: []rollout.Hop{{From: "sha256:aaa", To: "sha256:bbb"}}}}
	strategy := profile.Strategy{Spec: profile.StrategySpec{Stages: []profile.Stage{
		{Name: "canary", Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"ring": "canary"}}},
	}}}
	_, diags := rollout.Compile(fleet, strategy, rollout.Options{})
	fmt.Print(diags.Text(nil))
	// Output:
	// error: no stage takes 1 cluster: eu-1/fleet/store-1 [rollout.unplaced]
	//   hint: widen a selector, or add a last stage with rest: true
}

func ExampleForecast() {
	durations := rollout.ByImpact(map[profile.Impact]time.Duration{profile.NodeRoll: 40 * time.Minute})
	fmt.Println(rollout.Forecast(examplePlan(), durations, time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)))
	// Output:
	// canary: starts 2026-01-05T08:00:00Z, settled 2026-01-05T08:40:00Z, soaked 2026-01-06T08:40:00Z (1 cluster, 1 at a time)
	// rest: starts 2026-01-06T08:40:00Z, settled 2026-01-06T10:00:00Z (2 clusters, 1 at a time)
	// done 2026-01-06T10:00:00Z
}

// ExampleRestore survives the end of a process between storing the log and
// carrying out the action: the same action comes again.
func ExampleRestore() {
	plan, now := examplePlan(), time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	first, _ := rollout.NewMachine(plan).Step(nil, now)
	stored, _ := json.Marshal(first.Log)

	var log []rollout.Entry
	if err := json.Unmarshal(stored, &log); err != nil {
		fmt.Println(err)
		return
	}
	machine, err := rollout.Restore(plan, rollout.Snapshot{}, log)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, _ := machine.Step(nil, now.Add(time.Hour))
	fmt.Println(again.Actions[0], again.Actions[0].Token == first.Actions[0].Token, len(again.Log))
	// Output:
	// dispatch eu-1/fleet/store-1 hop 1 to sha256:bbb true 0
}

func ExampleMachine_Explain() {
	machine := rollout.NewMachine(examplePlan())
	_, _ = machine.Step(nil, time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC))
	_, _ = machine.Step([]rollout.Event{rollout.Pause{Reason: "incident 4711"}}, time.Date(2026, 1, 5, 8, 1, 0, 0, time.UTC))
	explanation, _ := machine.Explain(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-3"})
	fmt.Println(explanation)
	fmt.Println(machine.Status())
	// Output:
	// eu-1/fleet/store-3 is waiting in stage rest, hop 1 of 1
	//   paused: the plan is paused: incident 4711
	//   stage: stage canary: 0 of 1 cluster settled
	// paused: incident 4711
	//   canary: 0 waiting, 1 active, 0 succeeded, 0 failed
	//   rest: 2 waiting, 0 active, 0 succeeded, 0 failed
}
