package rollout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// epoch is when every test begins.
var epoch = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func key(name string) profile.Key { return profile.Key{Hub: "h", Namespace: "f", Name: name} }

// member is a cluster on ring with n hops v0 -> v1 -> ... .
func member(name, ring string, n int) rollout.Member {
	m := rollout.Member{Key: key(name), Labels: map[string]string{"ring": ring}}
	for i := range n {
		m.Hops = append(m.Hops, rollout.Hop{
			From: fmt.Sprintf("v%d", i), To: fmt.Sprintf("v%d", i+1),
			Summary: fmt.Sprintf("mem-base 1.%d.0 -> 1.%d.0", i, i+1), Impact: profile.NodeRoll,
		})
	}
	return m
}

// members are clusters called prefix1, prefix2, ...
func members(prefix, ring string, n, hops int) []rollout.Member {
	all := make([]rollout.Member, n)
	for i := range all {
		all[i] = member(fmt.Sprintf("%s%0*d", prefix, len(fmt.Sprint(n)), i+1), ring, hops)
	}
	return all
}

// limit reads a number or a percentage.
func limit(text string) *intstr.IntOrString {
	v := intstr.Parse(text)
	return &v
}

// stage takes the clusters of ring, or the rest when ring is "rest".
func stage(name, ring, concurrency, budget string, soak time.Duration) profile.Stage {
	s := profile.Stage{Name: name, Soak: metav1.Duration{Duration: soak}}
	if ring == "rest" {
		s.Rest = true
	} else {
		s.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"ring": ring}}
	}
	if concurrency != "" {
		s.MaxConcurrency = limit(concurrency)
	}
	if budget != "" {
		s.FailureBudget = limit(budget)
	}
	return s
}

func strategy(stages ...profile.Stage) profile.Strategy {
	return profile.Strategy{Metadata: profile.ObjectMeta{Name: "standard"}, Spec: profile.StrategySpec{Stages: stages}}
}

func mustCompile(t testing.TB, members []rollout.Member, s profile.Strategy) rollout.Plan {
	t.Helper()
	plan, diags := rollout.Compile(members, s, rollout.Options{})
	if err := diags.Err(); err != nil {
		t.Fatalf("compiling: %v", err)
	}
	return plan
}

// world is a machine with all that its caller has: a clock, a durable log, and
// a dispatcher that carries out what the machine asks for.
type world struct {
	plan    rollout.Plan
	machine *rollout.Machine
	now     time.Time
	stored  []rollout.Entry
	events  []rollout.Event
	// undispatched actions wait for dispatch.
	undispatched []rollout.Action
	last         rollout.Ready
}

func newWorld(plan rollout.Plan) *world {
	return &world{plan: plan, machine: rollout.NewMachine(plan), now: epoch}
}

// step delivers the queued events.
func (w *world) step() rollout.Ready {
	ready, err := w.machine.Step(w.events, w.now)
	if err != nil {
		panic(err)
	}
	w.events = nil
	w.stored = append(w.stored, ready.Log...)
	w.undispatched = append(w.undispatched, ready.Actions...)
	w.last = ready
	return ready
}

// dispatch carries out all that is asked for, and queues the reports.
func (w *world) dispatch(generation int64) {
	for _, a := range w.undispatched {
		w.events = append(w.events, rollout.Dispatched{Key: a.Key, Token: a.Token, At: w.now, Generation: generation})
	}
	w.undispatched = nil
}

// advance moves the clock.
func (w *world) advance(d time.Duration) { w.now = w.now.Add(d) }

// observe queues an observation of the hop that the cluster is on or made last.
func (w *world) observe(name string, health rollout.Health) {
	x, ok := w.machine.Explain(key(name))
	if !ok {
		panic("no cluster " + name)
	}
	w.events = append(w.events, rollout.Observed{Key: key(name), Target: fmt.Sprintf("v%d", x.Hop), Health: health, At: w.now, Generation: 1})
}

// restart forgets all but the log, of which the first n entries are stood for
// by the snapshot that a machine gave after them.
func (w *world) restart(n int) error {
	before, err := rollout.Restore(w.plan, rollout.Snapshot{}, w.stored[:n])
	if err != nil {
		return err
	}
	w.machine, err = rollout.Restore(w.plan, before.Snapshot(), w.stored)
	w.undispatched = nil
	return err
}

// inState lists the clusters of the plan in the given states.
func (w *world) inState(states ...rollout.State) []string {
	var names []string
	for _, s := range w.plan.Stages() {
		for _, m := range s.Members {
			if x, _ := w.machine.Explain(m.Key); slices.Contains(states, x.State) {
				names = append(names, m.Key.Name)
			}
		}
	}
	return names
}

// kinds is the log as short words: "reserved c1", "closed canary".
func kinds(log []rollout.Entry) []string {
	var lines []string
	for _, e := range log {
		line := e.Kind.String()
		if e.Hop > 0 {
			line += " " + e.Key.Name
		}
		lines = append(lines, strings.TrimSpace(line+" "+e.Stage))
	}
	return lines
}
