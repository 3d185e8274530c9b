package rollout

import (
	"container/heap"
	"fmt"
	"time"
)

// state is all that the log of a plan says. It changes in apply only, so
// folding the log gives it again. Every question Step asks is answered by a
// counter, a cursor or a heap: none walks the fleet.
type state struct {
	plan    Plan
	index   uint64
	at      time.Time
	phase   Phase
	reason  string
	stage   int // number of the running stage; of stages when all are closed
	members []progress
	tallies []tally
	between positions
}

// progress is where one member stands.
type progress struct {
	state      State
	succeeded  int       // hops
	since      time.Time // when the state began
	generation int64     // of the last dispatch
}

// tally counts the members of one stage.
type tally struct {
	next      int // position of the first member that was never reserved
	active    int // on a hop
	succeeded int
	failed    int
	settled   time.Time // latest instant a member came to its end
}

// positions is a heap of the members between two hops, lowest first.
// One that failed meanwhile is left in it until it comes up.
type positions []int

func (p positions) Len() int           { return len(p) }
func (p positions) Less(i, j int) bool { return p[i] < p[j] }
func (p positions) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *positions) Push(x any)        { *p = append(*p, x.(int)) }
func (p *positions) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

func newState(plan Plan) state {
	if plan.roster == nil {
		plan.roster = newRoster(nil)
	}
	s := state{plan: plan, members: make([]progress, len(plan.roster.members)), tallies: make([]tally, len(plan.stages))}
	for i := range s.tallies {
		s.tallies[i].next = plan.roster.starts[i]
	}
	return s
}

// current is the phase with Done told from Running.
func (s *state) current() Phase {
	if s.phase == Running && s.stage == len(s.plan.stages) {
		return Done
	}
	return s.phase
}

// candidate is the member to reserve next, if a slot of the running stage is
// free: who is between two hops goes before who has not begun, then by key.
func (s *state) candidate() (int, bool) {
	if s.current() != Running {
		return 0, false
	}
	t := &s.tallies[s.stage]
	if t.active >= s.plan.stages[s.stage].MaxConcurrency.Count {
		return 0, false
	}
	if len(s.between) > 0 {
		return s.between[0], true
	}
	return t.next, t.next < s.plan.roster.starts[s.stage+1]
}

// soaked is when the running stage may be closed. It is false while a member
// has not come to its end, and for an empty stage the zero time.
func (s *state) soaked() (time.Time, bool) {
	stage, t := s.plan.stages[s.stage], s.tallies[s.stage]
	if t.succeeded+t.failed < len(stage.Members) {
		return time.Time{}, false
	}
	if len(stage.Members) == 0 {
		return time.Time{}, true
	}
	return t.settled.Add(stage.Soak.Duration), true
}

// closable reports whether the running stage is done and soaked at time at.
func (s *state) closable(at time.Time) bool {
	if s.current() != Running {
		return false
	}
	end, settled := s.soaked()
	return settled && !at.Before(end)
}

// apply folds one entry that fits the state.
func (s *state) apply(e Entry) {
	s.index, s.at = e.Index, e.At
	switch e.Kind {
	case EntryClosed:
		s.stage++
	case EntryPaused:
		s.phase, s.reason = Paused, e.Reason
	case EntryResumed:
		s.phase, s.reason = Running, ""
	case EntryHalted:
		s.phase, s.reason = Halted, e.Reason
	default:
		s.applyMember(e, s.plan.roster.position[e.Key])
	}
}

func (s *state) applyMember(e Entry, position int) {
	m, t := &s.members[position], &s.tallies[s.stage]
	switch e.Kind {
	case EntryReserved:
		if m.succeeded == 0 {
			t.next++
		}
		t.active++
		m.state, m.since = Reserved, e.At
	case EntryDispatched:
		m.state, m.since, m.generation = InFlight, e.Since, e.Generation
	case EntrySucceeded:
		t.active--
		m.since = e.Since
		m.succeeded++
		s.advance(m, t, position)
	case EntryFailed:
		s.fail(m, t, e)
	}
	for len(s.between) > 0 && s.members[s.between[0]].state != Waiting {
		heap.Pop(&s.between)
	}
}

// advance follows a hop that succeeded: the member is done, or waits for the
// next hop.
func (s *state) advance(m *progress, t *tally, position int) {
	if m.succeeded < len(s.plan.roster.members[position].Hops) {
		m.state = Waiting
		heap.Push(&s.between, position)
		return
	}
	m.state = Succeeded
	t.succeeded++
	t.settle(m.since)
}

func (s *state) fail(m *progress, t *tally, e Entry) {
	switch m.state {
	case Succeeded:
		t.succeeded--
	case InFlight:
		t.active--
	}
	if m.state != Succeeded {
		// A failure in the soak does not start the soak again: the failed
		// cluster is not watched any longer, and the others have not moved.
		t.settle(e.Since)
	}
	m.state, m.since = Failed, e.Since
	t.failed++
	stage := s.plan.stages[s.stage]
	if t.failed > stage.FailureBudget.Count && s.phase != Halted {
		s.phase = Halted
		s.reason = fmt.Sprintf("stage %s: %d failed, its budget is %d", stage.Name, t.failed, stage.FailureBudget.Count)
	}
}

func (t *tally) settle(at time.Time) {
	if at.After(t.settled) {
		t.settled = at
	}
}
