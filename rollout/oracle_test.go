package rollout_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// naive is the machine as one would explain it: no counters, no cursor, no
// heap; every question walks all clusters.
type naive struct {
	stages []rollout.Stage
	states map[profile.Key]*naiveMember
	closed int
	phase  rollout.Phase
	last   time.Time
	lines  []string
}

type naiveMember struct {
	state      rollout.State
	succeeded  int
	since      time.Time
	settled    time.Time
	generation int64
	token      string
}

func newNaive(plan rollout.Plan) *naive {
	n := &naive{stages: plan.Stages(), states: map[profile.Key]*naiveMember{}}
	for _, s := range n.stages {
		for _, m := range s.Members {
			n.states[m.Key] = &naiveMember{}
		}
	}
	return n
}

// step gives the lines that the log must gain, and the wake. Tokens are taken
// from actions, which are the real machine's.
func (n *naive) step(events []rollout.Event, now time.Time, actions []rollout.Action) ([]string, time.Time) {
	n.lines = nil
	if now.Before(n.last) {
		now = n.last
	}
	for _, e := range events {
		n.event(e, now)
	}
	for n.decide(now) {
	}
	for _, a := range actions {
		n.states[a.Key].token = a.Token
	}
	if n.phase == rollout.Running && n.closed < len(n.stages) && len(n.stages[n.closed].Members) > 0 && n.settled() {
		return n.lines, n.soakEnd()
	}
	return n.lines, time.Time{}
}

func (n *naive) log(now time.Time, format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
	n.last = now
}

func (n *naive) current() rollout.Phase {
	if n.phase == rollout.Running && n.closed == len(n.stages) {
		return rollout.Done
	}
	return n.phase
}

func (n *naive) event(event rollout.Event, now time.Time) {
	switch e := event.(type) {
	case rollout.Pause:
		if n.current() == rollout.Running {
			n.phase = rollout.Paused
			n.log(now, "paused")
		}
	case rollout.Resume:
		if n.current() == rollout.Paused {
			n.phase = rollout.Running
			n.log(now, "resumed")
		}
	case rollout.Halt:
		if n.current() == rollout.Running || n.current() == rollout.Paused {
			n.phase = rollout.Halted
			n.log(now, "halted")
		}
	case rollout.Dispatched:
		m, _, ok := n.find(e.Key)
		if ok && m.state == rollout.Reserved && m.token == e.Token {
			m.state, m.generation = rollout.InFlight, e.Generation
			m.since = latest(m.since, earliest(e.At, now))
			n.log(now, "dispatched %s %d", e.Key.Name, m.succeeded+1)
		}
	case rollout.Observed:
		n.observed(e, now)
	}
}

// find gives a member of the stage that runs.
func (n *naive) find(key profile.Key) (*naiveMember, []rollout.Hop, bool) {
	if n.closed == len(n.stages) {
		return nil, nil, false
	}
	for _, m := range n.stages[n.closed].Members {
		if m.Key == key {
			return n.states[key], m.Hops, true
		}
	}
	return nil, nil, false
}

func (n *naive) observed(o rollout.Observed, now time.Time) {
	m, hops, ok := n.find(o.Key)
	at := earliest(o.At, now)
	if !ok || !at.After(m.since) || o.Generation < m.generation {
		return
	}
	switch {
	case m.state == rollout.InFlight && o.Target == hops[m.succeeded].To && o.Health == rollout.Healthy:
		m.succeeded++
		n.log(now, "succeeded %s %d", o.Key.Name, m.succeeded)
		m.state, m.since = rollout.Waiting, at
		if m.succeeded == len(hops) {
			m.state, m.settled = rollout.Succeeded, at
		}
	case m.state == rollout.InFlight && o.Target == hops[m.succeeded].To && o.Health == rollout.Failing:
		n.log(now, "failed %s %d", o.Key.Name, m.succeeded+1)
		n.fail(m, at)
	case (m.state == rollout.Waiting || m.state == rollout.Succeeded) && m.succeeded > 0 && o.Target == hops[m.succeeded-1].To && o.Health == rollout.Failing:
		n.log(now, "failed %s %d", o.Key.Name, m.succeeded)
		n.fail(m, at)
	}
}

func (n *naive) fail(m *naiveMember, at time.Time) {
	if m.state != rollout.Succeeded {
		m.settled = at
	}
	m.state, m.since = rollout.Failed, at
	if n.count(rollout.Failed) > n.stages[n.closed].FailureBudget.Count {
		n.phase = rollout.Halted
	}
}

func (n *naive) count(states ...rollout.State) int {
	c := 0
	for _, m := range n.stages[n.closed].Members {
		if slices.Contains(states, n.states[m.Key].state) {
			c++
		}
	}
	return c
}

func (n *naive) settled() bool {
	return n.count(rollout.Succeeded, rollout.Failed) == len(n.stages[n.closed].Members)
}

func (n *naive) soakEnd() time.Time {
	var last time.Time
	for _, m := range n.stages[n.closed].Members {
		last = latest(last, n.states[m.Key].settled)
	}
	return last.Add(n.stages[n.closed].Soak.Duration)
}

// decide does one thing, if there is one to do.
func (n *naive) decide(now time.Time) bool {
	if n.current() != rollout.Running {
		return false
	}
	stage := n.stages[n.closed]
	if n.settled() && (len(stage.Members) == 0 || !now.Before(n.soakEnd())) {
		n.closed++
		n.log(now, "closed %s", stage.Name)
		return true
	}
	if n.count(rollout.Reserved, rollout.InFlight) >= stage.MaxConcurrency.Count {
		return false
	}
	for _, begun := range []bool{true, false} {
		for _, planned := range stage.Members {
			m := n.states[planned.Key]
			if m.state == rollout.Waiting && (m.succeeded > 0) == begun {
				m.state, m.since = rollout.Reserved, now
				n.log(now, "reserved %s %d", planned.Key.Name, m.succeeded+1)
				return true
			}
		}
	}
	return false
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lines is a log as naive writes it.
func lines(log []rollout.Entry) []string {
	var out []string
	for _, e := range log {
		switch {
		case e.Hop > 0:
			out = append(out, fmt.Sprintf("%v %s %d", e.Kind, e.Key.Name, e.Hop))
		case e.Stage != "":
			out = append(out, fmt.Sprintf("%v %s", e.Kind, e.Stage))
		default:
			out = append(out, e.Kind.String())
		}
	}
	return out
}
