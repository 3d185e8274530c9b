package rollout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// drawPlan gives small plans: few clusters, so that limits bind.
func drawPlan(t *rapid.T) rollout.Plan {
	var all []rollout.Member
	var stages []profile.Stage
	for i := range rapid.IntRange(1, 4).Draw(t, "stages") {
		ring := string(rune('a' + i))
		size := rapid.IntRange(0, 6).Draw(t, "size")
		for j := range size {
			all = append(all, member(fmt.Sprintf("%s%d", ring, j+1), ring, rapid.IntRange(1, 3).Draw(t, "hops")))
		}
		stages = append(stages, stage("stage-"+ring, ring,
			fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "concurrency")), fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "budget")),
			time.Duration(rapid.IntRange(0, 3).Draw(t, "soak"))*time.Hour))
	}
	plan, diags := rollout.Compile(all, strategy(stages...), rollout.Options{})
	if err := diags.Err(); err != nil {
		t.Fatalf("compiling: %v", err)
	}
	return plan
}

// history is a random run: a world, the same machine restarted whenever it
// likes, and the naive one.
type history struct {
	*world
	other     *rollout.Machine // restarted at times
	naive     *naive
	delivered []rollout.Event
	seen      []rollout.Observed
}

func newHistory(plan rollout.Plan) *history {
	return &history{world: newWorld(plan), other: rollout.NewMachine(plan), naive: newNaive(plan)}
}

// actions are what may happen, to be repeated in any order.
func (h *history) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":          h.check,
		"tick":      func(t *rapid.T) { h.advance(time.Duration(rapid.IntRange(0, 150).Draw(t, "minutes")) * time.Minute) },
		"clockBack": func(t *rapid.T) { h.advance(-time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute) },
		"dispatch":  func(t *rapid.T) { h.dispatch(rapid.Int64Range(0, 1).Draw(t, "generation")) },
		"fresh":     h.fresh,
		"fresh2":    h.fresh,
		"any":       h.any,
		"again":     h.again,
		"pause":     func(*rapid.T) { h.queue(rollout.Pause{Reason: "test"}) },
		"resume":    func(*rapid.T) { h.queue(rollout.Resume{}) },
		"resume2":   func(*rapid.T) { h.queue(rollout.Resume{}) },
		"halt": func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "die") == 0 {
				h.queue(rollout.Halt{Reason: "test"})
			}
		},
		"restart":   h.restartOther,
		"stepBoth":  h.stepBoth,
		"stepBoth2": h.stepBoth,
		"stepBoth3": h.stepBoth,
	}
}

func (h *history) queue(e rollout.Event) { h.events = append(h.events, e) }

// fresh looks at every cluster that was dispatched, now.
func (h *history) fresh(t *rapid.T) {
	for _, name := range h.inState(rollout.InFlight) {
		h.observe(name, rapid.SampledFrom([]rollout.Health{rollout.Healthy, rollout.Healthy, rollout.Healthy, rollout.Failing, rollout.Unknown, rollout.Progressing}).Draw(t, name))
	}
}

// any is whatever an observer may say of any cluster.
func (h *history) any(t *rapid.T) {
	h.queue(rollout.Observed{
		Key:        key(rapid.SampledFrom([]string{"a1", "a2", "a3", "b1", "b2", "c1", "zz"}).Draw(t, "cluster")),
		Target:     rapid.SampledFrom([]string{"", "v0", "v1", "v2", "v3"}).Draw(t, "target"),
		Health:     rapid.SampledFrom([]rollout.Health{rollout.Healthy, rollout.Failing, rollout.Unknown}).Draw(t, "health"),
		At:         h.now.Add(time.Duration(rapid.IntRange(-120, 30).Draw(t, "age")) * time.Minute),
		Generation: rapid.Int64Range(0, 2).Draw(t, "generation"),
	})
}

// again delivers something that was delivered before.
func (h *history) again(t *rapid.T) {
	if len(h.delivered) > 0 {
		h.queue(rapid.SampledFrom(h.delivered).Draw(t, "event"))
	}
}

// restartOther sends everything through JSON, as a new process would find it.
func (h *history) restartOther(t *rapid.T) {
	n := rapid.IntRange(0, len(h.stored)).Draw(t, "snapshot at")
	before, err := rollout.Restore(h.plan, rollout.Snapshot{}, h.stored[:n])
	if err != nil {
		t.Fatal(err)
	}
	plan, snapshot, log := through(t, h.plan), through(t, before.Snapshot()), through(t, h.stored)
	if h.other, err = rollout.Restore(plan, snapshot, log); err != nil {
		t.Fatalf("restoring at %d: %v", n, err)
	}
	if diff := cmp.Diff(encoded(t, h.machine.Snapshot()), encoded(t, h.other.Snapshot())); diff != "" {
		t.Fatalf("the restored machine is another (-kept +restored):\n%s", diff)
	}
}

// through is v as it comes out of JSON.
func through[T any](t fataler, v T) T {
	var out T
	if err := json.Unmarshal([]byte(encoded(t, v)), &out); err != nil {
		t.Fatalf("decoding: %v", err)
	}
	return out
}

type fataler interface{ Fatalf(string, ...any) }

func encoded(t fataler, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encoding: %v", err)
	}
	return string(data)
}

// stepBoth steps all machines and compares.
func (h *history) stepBoth(t *rapid.T) {
	events := slices.Clone(h.events)
	h.delivered = append(h.delivered, events...)
	for _, e := range events {
		if o, ok := e.(rollout.Observed); ok {
			h.seen = append(h.seen, o)
		}
	}
	undispatched := slices.Clone(h.undispatched)
	ready := h.step()
	want, wake := h.naive.step(events, h.now, ready.Actions)
	if diff := cmp.Diff(want, lines(ready.Log)); diff != "" {
		t.Fatalf("log (-naive +machine):\n%s", diff)
	}
	if !wake.Equal(ready.NextWake) || h.naive.current() != ready.Phase {
		t.Fatalf("wake %v phase %v, naive says %v %v", ready.NextWake, ready.Phase, wake, h.naive.current())
	}
	h.compareOther(t, events, ready, undispatched)
	if err := audit(h.plan, h.stored, h.seen); err != nil {
		t.Fatal(err)
	}
}

// compareOther holds that neither a restart nor delivering every event twice
// changes a decision, and that a restart at most repeats actions.
func (h *history) compareOther(t *rapid.T, events []rollout.Event, ready rollout.Ready, before []rollout.Action) {
	var twice []rollout.Event
	for _, e := range events {
		twice = append(twice, e, e)
	}
	other, err := h.other.Step(twice, h.now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ready.Log, other.Log); diff != "" {
		t.Fatalf("log (-kept +restarted):\n%s", diff)
	}
	for _, a := range ready.Actions {
		if !slices.Contains(other.Actions, a) {
			t.Fatalf("the restarted machine does not say %v", a)
		}
	}
	for _, a := range other.Actions {
		if !slices.Contains(ready.Actions, a) && !h.repeats(a) {
			t.Fatalf("the restarted machine alone says %v", a)
		}
	}
}

// repeats reports whether a was reserved before and is not known to be
// dispatched.
func (h *history) repeats(a rollout.Action) bool {
	x, _ := h.machine.Explain(a.Key)
	return x.State == rollout.Reserved && x.Hop == a.Number && slices.ContainsFunc(h.stored, func(e rollout.Entry) bool {
		return e.Kind == rollout.EntryReserved && e.Token == a.Token
	})
}

// check holds what is true at any time, for a copy of the machine.
func (h *history) check(t *rapid.T) {
	if len(h.stored) == 0 || h.last.Phase == rollout.Halted {
		return
	}
	h.checkIdle(t)
	h.checkWake(t)
	h.checkBlockers(t)
}

func (h *history) copied(t *rapid.T) *rollout.Machine {
	m, err := rollout.Restore(h.plan, h.machine.Snapshot(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkIdle: the same state, no news and the same time decide nothing.
func (h *history) checkIdle(t *rapid.T) {
	m := h.copied(t)
	at := h.stored[len(h.stored)-1].At
	if h.now.After(at) {
		at = h.now // the clock may have moved since the last step
	}
	if _, err := m.Step(nil, at); err != nil {
		t.Fatal(err)
	}
	if r, _ := m.Step(nil, at); len(r.Log) > 0 || len(r.Actions) > 0 {
		t.Fatalf("no news, but %v %v", r.Log, r.Actions)
	}
}

// checkWake: nothing happens before the wake, something happens at it.
func (h *history) checkWake(t *rapid.T) {
	wake := h.last.NextWake
	if wake.IsZero() {
		if r, _ := h.copied(t).Step(nil, epoch.AddDate(100, 0, 0)); len(r.Log) > 0 {
			t.Fatalf("no wake, but later %v", r.Log)
		}
		return
	}
	if r, _ := h.copied(t).Step(nil, wake.Add(-time.Nanosecond)); len(r.Log) > 0 {
		t.Fatalf("wake at %v, but before it %v", wake, r.Log)
	}
	if r, _ := h.copied(t).Step(nil, wake); len(r.Log) == 0 {
		t.Fatalf("nothing happens at the wake %v", wake)
	}
}

// checkBlockers: every waiting cluster has one. In a paused plan those that
// nothing else blocks are just those that a resume dispatches.
func (h *history) checkBlockers(t *rapid.T) {
	var freed []string
	for _, s := range h.plan.Stages() {
		for _, m := range s.Members {
			x, _ := h.machine.Explain(m.Key)
			if (x.State == rollout.Waiting) != (len(x.Blockers) > 0) {
				t.Fatalf("%v", x)
			}
			if len(x.Blockers) == 1 && x.Blockers[0].Kind == rollout.BlockedByPause {
				freed = append(freed, "reserved "+m.Key.Name)
			}
		}
	}
	if h.last.Phase != rollout.Paused {
		return
	}
	r, _ := h.copied(t).Step([]rollout.Event{rollout.Resume{}}, h.stored[len(h.stored)-1].At)
	got := kinds(r.Log)[1:]
	if slices.ContainsFunc(r.Log, func(e rollout.Entry) bool { return e.Kind == rollout.EntryClosed }) {
		return
	}
	slices.Sort(got)
	slices.Sort(freed)
	if diff := cmp.Diff(freed, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("resumed (-unblocked +reserved):\n%s", diff)
	}
}

func TestMachineKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(drawPlan(t))
		h.stepBoth(t)
		t.Repeat(h.actions())
	})
}

// TestMachineEndsWell: once every cluster is dispatched, looked at and well,
// every plan that nobody stops is done.
func TestMachineEndsWell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(drawPlan(t))
		for range 1000 {
			h.stepBoth(t)
			if h.last.Phase == rollout.Done {
				return
			}
			h.dispatch(1)
			h.advance(time.Minute)
			h.stepBoth(t)
			h.advance(time.Minute)
			for _, name := range h.inState(rollout.InFlight) {
				if rapid.IntRange(0, 3).Draw(t, "die") > 0 {
					h.observe(name, rollout.Healthy)
				}
			}
			if wake := h.last.NextWake; wake.After(h.now) {
				h.now = wake
			}
		}
		t.Fatalf("not done: %v", h.machine.Status())
	})
}

// TestCrashAnywhere replays a run as if the process had died after each single
// log entry: what was delivered and not stored is delivered again, and the log
// becomes the same.
func TestCrashAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(drawPlan(t))
		var runs []delivery
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			h.dispatch(1)
			h.stepBoth(t)
			h.advance(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			h.fresh(t)
			h.any(t)
			runs = append(runs, delivery{slices.Clone(h.events), h.now, len(h.stored)})
			h.stepBoth(t)
		}
		for _, d := range runs {
			for n := d.stored; n <= len(h.stored); n++ {
				d.crash(t, h, n)
			}
		}
	})
}

type delivery struct {
	events []rollout.Event
	now    time.Time
	stored int
}

// crash restores from the first n entries and delivers once more.
func (d delivery) crash(t *rapid.T, h *history, n int) {
	m, err := rollout.Restore(h.plan, rollout.Snapshot{}, h.stored[:n])
	if err != nil {
		t.Fatal(err)
	}
	if h.stored[max(n, 1)-1].At.After(d.now) {
		return // that entry is of a later delivery
	}
	r, err := m.Step(d.events, d.now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Concat(h.stored[:n], r.Log), h.stored[:min(n+len(r.Log), len(h.stored))]; !cmp.Equal(got, want) {
		t.Fatalf("after a crash at %d (-kept +crashed):\n%s", n, cmp.Diff(want, got))
	}
}

func TestStepRefusesUnusableEvents(t *testing.T) {
	plan := mustCompile(t, members("c", "main", 2, 1), strategy(stage("all", "main", "", "", 0)))
	for name, c := range map[string]struct {
		events []rollout.Event
		now    time.Time
	}{
		"no time now":        {nil, time.Time{}},
		"a far future":       {nil, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"nil":                {[]rollout.Event{nil}, epoch},
		"no time observed":   {[]rollout.Event{rollout.Pause{}, rollout.Observed{Key: key("c1"), Health: rollout.Healthy}}, epoch},
		"no time dispatched": {[]rollout.Event{rollout.Dispatched{Key: key("c1")}}, epoch},
		"no health":          {[]rollout.Event{rollout.Observed{Key: key("c1"), Health: 9, At: epoch}}, epoch},
	} {
		m := rollout.NewMachine(plan)
		if _, err := m.Step(c.events, c.now); !errors.Is(err, rollout.ErrEvent) {
			t.Errorf("%s: got %v, want ErrEvent", name, err)
		}
		if got := m.Snapshot().Index(); got != 0 {
			t.Errorf("%s: the machine has moved to entry %d", name, got)
		}
	}
}

// TestZeroPlan: the plan that Compile gives with errors does nothing.
func TestZeroPlan(t *testing.T) {
	var plan rollout.Plan
	ready, err := rollout.NewMachine(plan).Step([]rollout.Event{rollout.Observed{Key: key("c1"), At: epoch}}, epoch)
	if want := (rollout.Ready{Phase: rollout.Done}); err != nil || !cmp.Equal(ready, want) {
		t.Errorf("got %+v, %v, want %+v", ready, err, want)
	}
	if _, ok := rollout.NewMachine(plan).Explain(key("c1")); ok {
		t.Error("the zero plan knows c1")
	}
	if got, want := plan.Text(), "plan : 0 clusters in 0 stages\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
