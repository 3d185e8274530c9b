package rollout

import (
	"container/heap"
	"errors"
	"fmt"
	"time"
)

// load puts the fresh state s where d says, and refuses what no log could have
// led to as far as the counters of the machine depend on it.
func (s *state) load(d snapshotDocument) error {
	if d.Plan == "" && d.Index == 0 {
		return nil
	}
	if d.Plan != s.plan.digest {
		return fmt.Errorf("%w: the plan is %s, the snapshot's %q", ErrMismatch, s.plan.digest, d.Plan)
	}
	if err := checkTime(d.At); d.Index > 0 && err != nil {
		return fmt.Errorf("%w: the time of the snapshot: %w", ErrHistory, err)
	}
	if d.Index < uint64(len(d.Members)) {
		return fmt.Errorf("%w: %d entries cannot have begun %s", ErrHistory, d.Index, count(len(d.Members), "cluster"))
	}
	if d.Closed < 0 || d.Closed > len(s.plan.stages) || d.Phase > Halted {
		return fmt.Errorf("%w: phase %v with %s closed", ErrHistory, d.Phase, count(d.Closed, "stage"))
	}
	s.index, s.at, s.phase, s.reason, s.stage = d.Index, plain(d.At), d.Phase, d.Reason, d.Closed
	for _, m := range d.Members {
		if err := s.loadMember(m); err != nil {
			return fmt.Errorf("%w: cluster %v: %w", ErrHistory, m.Key, err)
		}
	}
	if err := s.loadSettled(plain(d.Settled)); err != nil {
		return err
	}
	return s.checkTallies()
}

// loadSettled sets when the running stage settled: not before its clusters
// succeeded, which would cut its soak short.
func (s *state) loadSettled(settled time.Time) error {
	if s.stage == len(s.tallies) {
		return nil
	}
	t := &s.tallies[s.stage]
	if settled.Before(t.settled) || settled.After(s.at) {
		return fmt.Errorf("%w: stage %s settled at %v", ErrHistory, s.plan.stages[s.stage].Name, settled)
	}
	t.settled = settled
	return nil
}

func (s *state) loadMember(m memberDocument) error {
	position, ok := s.plan.roster.position[m.Key]
	if !ok {
		return errors.New("is not in the plan")
	}
	if s.members[position].begun() {
		return errors.New("is there twice")
	}
	p := progress{state: m.State, succeeded: m.Succeeded, since: plain(m.Since), generation: m.Generation}
	if err := p.check(len(s.plan.roster.members[position].Hops), s.at); err != nil {
		return err
	}
	s.members[position] = p
	s.count(position)
	return nil
}

// check holds that a member with this many hops can have come to p by time at.
func (p progress) check(hops int, at time.Time) error {
	least, most := 0, hops-1
	switch p.state {
	case Waiting:
		least = 1
	case Reserved, InFlight:
	case Succeeded:
		least, most = hops, hops
	case Failed:
		most = hops
	default:
		return fmt.Errorf("%v is no state of a cluster that has begun", p.state)
	}
	if p.succeeded < least || p.succeeded > most {
		return fmt.Errorf("%v after %d of %s", p.state, p.succeeded, count(hops, "hop"))
	}
	if p.since.After(at) {
		return fmt.Errorf("%v since %v, after the snapshot was made", p.state, p.since)
	}
	return nil
}

// count adds the member at position to the tally of its stage.
func (s *state) count(position int) {
	stage := s.plan.roster.stage(position)
	t := &s.tallies[stage]
	t.next++
	switch s.members[position].state {
	case Waiting:
		if stage == s.stage {
			heap.Push(&s.between, position)
		}
	case Reserved, InFlight:
		t.active++
	case Succeeded:
		t.succeeded++
		t.settle(s.members[position].since)
	case Failed:
		t.failed++
	}
}

// checkTallies holds the rules that every state keeps: closed stages are
// settled and within budget, the running one begins members in order and within
// its limits, and none beyond it has begun.
func (s *state) checkTallies() error {
	for i, t := range s.tallies {
		stage, from := s.plan.stages[i], s.plan.roster.starts[i]
		begun := t.next - from
		switch {
		case i < s.stage && t.succeeded+t.failed < len(stage.Members):
			return fmt.Errorf("%w: stage %s is closed before its clusters have settled", ErrHistory, stage.Name)
		case i > s.stage && begun > 0:
			return fmt.Errorf("%w: stage %s has begun before its turn", ErrHistory, stage.Name)
		case t.active > stage.MaxConcurrency.Count:
			return fmt.Errorf("%w: %d clusters of stage %s are on a hop, its limit is %d", ErrHistory, t.active, stage.Name, stage.MaxConcurrency.Count)
		case t.failed > stage.FailureBudget.Count && (i < s.stage || s.phase != Halted):
			return fmt.Errorf("%w: %d clusters of stage %s failed, its budget is %d, and it goes on", ErrHistory, t.failed, stage.Name, stage.FailureBudget.Count)
		}
		if begun > 0 && !s.allBegun(from, t.next) {
			return fmt.Errorf("%w: stage %s has not begun its clusters in order", ErrHistory, stage.Name)
		}
	}
	return nil
}

func (s *state) allBegun(from, to int) bool {
	for _, m := range s.members[from:to] {
		if !m.begun() {
			return false
		}
	}
	return true
}
