package rollout

import (
	"fmt"
	"time"
)

// Machine advances one plan. It does nothing by itself: Step takes in what
// happened and says what to do. A Machine must not be used by two goroutines
// at once.
type Machine struct {
	state state
	// repeat: the actions reserved but not known to be dispatched are to be
	// handed out again, since whoever had them may be gone.
	repeat bool
}

// NewMachine is a machine at the start of plan, before any log entry.
func NewMachine(plan Plan) *Machine {
	return &Machine{state: newState(plan)}
}

// Step takes in events, in their order, and decides what comes next at time
// now. All events are taken in before anything is decided, so a failure among
// them that breaks a budget stops every dispatch of this Step. Should now lie
// before the last entry of the log, the time of that entry counts as now.
//
// Step fails with ErrEvent, and changes nothing, when now or an event is
// unusable. The same state and arguments give the same Ready.
func (m *Machine) Step(events []Event, now time.Time) (Ready, error) {
	if err := checkTime(now); err != nil {
		return Ready{}, fmt.Errorf("stepping: %w: now: %w", ErrEvent, err)
	}
	for i, e := range events {
		if e == nil {
			return Ready{}, fmt.Errorf("stepping: %w: event %d is nil", ErrEvent, i)
		}
		if err := e.check(); err != nil {
			return Ready{}, fmt.Errorf("stepping: %w: event %d (%T): %w", ErrEvent, i, e, err)
		}
	}
	return m.step(events, now), nil
}

func (m *Machine) step(events []Event, now time.Time) Ready {
	s, ready := &m.state, Ready{}
	at := plain(now)
	if at.Before(s.at) {
		at = s.at
	}
	for _, event := range events {
		if e, ok := s.fact(event, at); ok {
			m.record(e, &ready)
		}
	}
	m.again(&ready)
	for e, ok := s.decision(at); ok; e, ok = s.decision(at) {
		m.record(e, &ready)
		if e.Kind == EntryReserved {
			ready.Actions = append(ready.Actions, s.action(e))
		}
	}
	ready.NextWake, ready.Phase = s.wake(), s.current()
	return ready
}

func (m *Machine) record(e Entry, ready *Ready) {
	e.Index = m.state.index + 1
	m.state.apply(e)
	ready.Log = append(ready.Log, e)
	if e.Kind == EntryResumed {
		m.repeat = true
	}
}

// again hands out the reserved actions once more, by key, if that is due.
func (m *Machine) again(ready *Ready) {
	s := &m.state
	if !m.repeat || s.current() != Running {
		return
	}
	m.repeat = false
	for position := s.plan.roster.starts[s.stage]; position < s.tallies[s.stage].next; position++ {
		if s.members[position].state == Reserved {
			ready.Actions = append(ready.Actions, s.action(s.entry(EntryReserved, s.at, position)))
		}
	}
}

func (s *state) action(e Entry) Action {
	return Action{Key: e.Key, Number: e.Hop, Hop: s.hop(s.plan.roster.position[e.Key], e.Hop), Token: s.token(e)}
}

// wake is the end of the soak that runs, if one does.
func (s *state) wake() time.Time {
	if s.current() != Running {
		return time.Time{}
	}
	end, _ := s.soaked()
	return end
}
