package rollout_test

import (
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// audit reads a log as an outsider would, and says which promise of the package
// it breaks first, after whichever entry. It knows the plan and all
// observations that were ever delivered.
func audit(plan rollout.Plan, log []rollout.Entry, seen []rollout.Observed) error {
	a := auditor{stages: plan.Stages(), members: map[profile.Key]*audited{}, seen: seen}
	for i, s := range a.stages {
		for _, m := range s.Members {
			a.members[m.Key] = &audited{stage: i, hops: m.Hops}
		}
	}
	for i, e := range log {
		if err := a.entry(uint64(i+1), e); err != nil {
			return fmt.Errorf("after %v: %w", e, err)
		}
	}
	return nil
}

type auditor struct {
	stages  []rollout.Stage
	members map[profile.Key]*audited
	seen    []rollout.Observed
	at      time.Time
	closed  int
	stopped string
	paused  bool
	active  int
	failed  int // of the running stage
	onHop   int // those of failed that were on a hop
}

type audited struct {
	stage      int
	hops       []rollout.Hop
	made       int
	step       rollout.EntryKind // last entry of the hop
	dispatched time.Time
	generation int64
	settled    time.Time
}

func (a *auditor) entry(index uint64, e rollout.Entry) error {
	if e.Index != index {
		return fmt.Errorf("the log has a gap: %d is at %d", e.Index, index)
	}
	if e.At.Before(a.at) {
		return fmt.Errorf("time runs back from %v to %v", a.at, e.At)
	}
	a.at = e.At
	switch e.Kind {
	case rollout.EntryReserved:
		return a.reserved(e)
	case rollout.EntryDispatched:
		return a.dispatched(e)
	case rollout.EntrySucceeded, rollout.EntryFailed:
		return a.judged(e)
	case rollout.EntryClosed:
		return a.close(e)
	case rollout.EntryHalted:
		a.stopped = "it was halted"
	case rollout.EntryPaused:
		a.paused = true
	case rollout.EntryResumed:
		a.paused = false
	}
	return nil
}

func (a *auditor) reserved(e rollout.Entry) error {
	m := a.members[e.Key]
	a.active++
	switch {
	case a.stopped != "" || a.paused:
		return fmt.Errorf("dispatch although %s paused=%v", a.stopped, a.paused)
	case m.stage != a.closed:
		return fmt.Errorf("stage order: stage %d begins a cluster, %d stages are closed", m.stage, a.closed)
	case a.active > a.stages[m.stage].MaxConcurrency.Count:
		return fmt.Errorf("concurrency: %d on a hop", a.active)
	case m.made != e.Hop-1 || m.step != 0:
		return fmt.Errorf("hop %d is reserved after %d hops and %v", e.Hop, m.made, m.step)
	case e.Token == "":
		return fmt.Errorf("no token")
	}
	m.step = rollout.EntryReserved
	return nil
}

func (a *auditor) dispatched(e rollout.Entry) error {
	m := a.members[e.Key]
	if m.step != rollout.EntryReserved || e.Hop != m.made+1 {
		return fmt.Errorf("hop %d is dispatched after %v", e.Hop, m.step)
	}
	m.step, m.dispatched, m.generation = rollout.EntryDispatched, e.Since, e.Generation
	return nil
}

// judged holds freshness: some delivered observation says just this.
func (a *auditor) judged(e rollout.Entry) error {
	m := a.members[e.Key]
	health := rollout.Healthy
	if e.Kind == rollout.EntryFailed {
		health = rollout.Failing
	}
	if !a.witnessed(e, m, health) {
		return fmt.Errorf("no observation says %v of %v at %v since %v", health, e.Key, m.hops[e.Hop-1].To, m.dispatched)
	}
	if e.Kind == rollout.EntryFailed {
		return a.fail(m, e)
	}
	if m.step != rollout.EntryDispatched || m.made != e.Hop-1 {
		return fmt.Errorf("hop %d succeeds after %v", e.Hop, m.step)
	}
	a.active--
	m.made, m.step = e.Hop, 0
	if m.made == len(m.hops) {
		m.settled = e.Since
	}
	return nil
}

func (a *auditor) witnessed(e rollout.Entry, m *audited, health rollout.Health) bool {
	for _, o := range a.seen {
		if o.Key == e.Key && o.Health == health && o.Target == m.hops[e.Hop-1].To && o.Generation >= m.generation &&
			o.At.After(m.dispatched) && !e.Since.After(o.At) {
			return true
		}
	}
	return false
}

func (a *auditor) fail(m *audited, e rollout.Entry) error {
	if m.step == rollout.EntryFailed || m.step == rollout.EntryReserved {
		return fmt.Errorf("fails after %v", m.step)
	}
	a.failed++
	if m.step == rollout.EntryDispatched {
		a.active--
		a.onHop++
	}
	if m.settled.IsZero() {
		m.settled = e.Since
	}
	m.step = rollout.EntryFailed
	stage := a.stages[a.closed]
	if a.failed > stage.FailureBudget.Count {
		a.stopped = "its budget is spent"
	}
	if bound := stage.FailureBudget.Count + stage.MaxConcurrency.Count; a.onHop > bound {
		return fmt.Errorf("overshoot: %d failed on a hop, the bound is %d", a.onHop, bound)
	}
	return nil
}

func (a *auditor) close(e rollout.Entry) error {
	stage := a.stages[a.closed]
	if e.Stage != stage.Name || a.stopped != "" || a.paused {
		return fmt.Errorf("stage %s is closed, %s is due; %s paused=%v", e.Stage, stage.Name, a.stopped, a.paused)
	}
	for key, m := range a.members {
		if m.stage != a.closed {
			continue
		}
		if m.settled.IsZero() {
			return fmt.Errorf("stage %s is closed without %v", stage.Name, key)
		}
		if soaked := e.At.Sub(m.settled); soaked < stage.Soak.Duration {
			return fmt.Errorf("%v soaked %v of %v", key, soaked, stage.Soak.Duration)
		}
	}
	a.closed++
	a.failed, a.onHop = 0, 0
	return nil
}
