package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Explanation says where one cluster stands and what it waits for.
type Explanation struct {
	Key   profile.Key `json:"key"`
	State State       `json:"state"`
	// Stage is empty for a held cluster.
	Stage string `json:"stage,omitempty"`
	// Hop, from 1, of Hops is the one it is on or waits for; the last one of a
	// cluster that succeeded, and the first one that a failed cluster did not
	// make.
	Hop  int `json:"hop,omitempty"`
	Hops int `json:"hops,omitempty"`
	// Since is when the state began; zero for a cluster that has not begun.
	Since time.Time `json:"since,omitzero"`
	// Blockers are all that keep a waiting cluster from its next hop, those
	// that stop the most first. None: the next Step dispatches it.
	Blockers []Blocker `json:"blockers,omitempty"`
}

// Blocker is one reason why a cluster is not dispatched.
type Blocker struct {
	Kind BlockerKind `json:"kind"`
	// Reason is for people.
	Reason string `json:"reason"`
	// Clears is when it goes away by itself, where that is known.
	Clears time.Time `json:"clears,omitzero"`
}

// BlockerKind says what sort of thing stands in the way.
type BlockerKind string

const (
	// BlockedByHold: the cluster must not move.
	BlockedByHold BlockerKind = "held"
	// BlockedByHalt: the plan is halted.
	BlockedByHalt BlockerKind = "halted"
	// BlockedByPause: the plan is paused.
	BlockedByPause BlockerKind = "paused"
	// BlockedByStage: an earlier stage is not closed.
	BlockedByStage BlockerKind = "stage"
	// BlockedBySlots: the stage has fewer free slots than clusters that go
	// first.
	BlockedBySlots BlockerKind = "slots"
)

// Explain says where the cluster stands. It is false for a cluster the plan
// does not know: one with nothing to do. It takes time with the stages and, for
// a cluster between two hops, with the others between two hops.
func (m *Machine) Explain(key profile.Key) (Explanation, bool) {
	s := &m.state
	position, ok := s.plan.roster.position[key]
	if !ok {
		return s.plan.explainHeld(key)
	}
	p, stage := s.members[position], s.plan.roster.stage(position)
	x := Explanation{
		Key: key, State: p.state, Stage: s.plan.stages[stage].Name, Since: p.since,
		Hop: p.succeeded + 1, Hops: len(s.plan.roster.members[position].Hops),
	}
	x.Hop = min(x.Hop, x.Hops)
	if p.state == Waiting {
		x.Blockers = s.blockers(position, stage)
	}
	return x, true
}

func (p Plan) explainHeld(key profile.Key) (Explanation, bool) {
	i, ok := slices.BinarySearchFunc(p.held, key, func(m Member, k profile.Key) int { return m.Key.Compare(k) })
	if !ok {
		return Explanation{}, false
	}
	m := p.held[i]
	return Explanation{Key: key, State: Held, Hops: len(m.Hops), Blockers: []Blocker{{Kind: BlockedByHold, Reason: m.Held}}}, true
}

func (s *state) blockers(position, stage int) []Blocker {
	var all []Blocker
	switch s.phase {
	case Halted:
		all = append(all, Blocker{Kind: BlockedByHalt, Reason: blockReason("the plan is halted", s.reason)})
	case Paused:
		all = append(all, Blocker{Kind: BlockedByPause, Reason: blockReason("the plan is paused", s.reason)})
	}
	for i := s.stage; i < stage; i++ {
		all = append(all, s.stageBlocker(i))
	}
	if stage == s.stage {
		all = append(all, s.slotBlocker(position)...)
	}
	return all
}

func blockReason(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

func (s *state) stageBlocker(stage int) Blocker {
	t, size := s.tallies[stage], len(s.plan.stages[stage].Members)
	b := Blocker{Kind: BlockedByStage, Reason: fmt.Sprintf("stage %s: %d of %s settled", s.plan.stages[stage].Name, t.succeeded+t.failed, count(size, "cluster"))}
	if stage != s.stage {
		return b
	}
	if end, settled := s.soaked(); settled && size > 0 {
		b.Reason, b.Clears = fmt.Sprintf("stage %s soaks until %s", s.plan.stages[stage].Name, end.Format(time.RFC3339)), end
	}
	return b
}

// slotBlocker compares the free slots with the members that go first.
func (s *state) slotBlocker(position int) []Blocker {
	t, limit := s.tallies[s.stage], s.plan.stages[s.stage].MaxConcurrency.Count
	begun := s.members[position].begun()
	ahead := 0
	if !begun {
		ahead = position - t.next
	}
	for _, p := range s.between {
		if s.members[p].state == Waiting && (!begun || p < position) {
			ahead++
		}
	}
	if limit-t.active > ahead {
		return nil
	}
	reason := fmt.Sprintf("stage %s has %d of %s taken", s.plan.stages[s.stage].Name, t.active, count(limit, "slot"))
	if ahead > 0 {
		reason += ", and before it comes " + count(ahead, "cluster")
	}
	return []Blocker{{Kind: BlockedBySlots, Reason: reason}}
}

// String is the explanation in one line, and one line for each blocker.
func (x Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v is %v", x.Key, x.State)
	if x.Stage != "" {
		fmt.Fprintf(&b, " in stage %s, hop %d of %d", x.Stage, x.Hop, x.Hops)
	}
	for _, blocker := range x.Blockers {
		fmt.Fprintf(&b, "\n  %v: %s", blocker.Kind, blocker.Reason)
	}
	return b.String()
}
