package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// decision is the next thing the plan itself wants at time at: a reservation,
// or the end of a stage.
func (s *state) decision(at time.Time) (Entry, bool) {
	if position, ok := s.candidate(); ok {
		e := s.entry(EntryReserved, at, position)
		e.Token = s.token(e)
		return e, true
	}
	if s.closable(at) {
		return Entry{At: at, Kind: EntryClosed, Stage: s.plan.stages[s.stage].Name}, true
	}
	return Entry{}, false
}

// fact is what an event tells that is new, fresh and matters.
func (s *state) fact(event Event, at time.Time) (Entry, bool) {
	switch e := event.(type) {
	case Dispatched:
		return s.dispatched(e, at)
	case Observed:
		return s.observed(e, at)
	case Pause:
		return Entry{At: at, Kind: EntryPaused, Reason: plainText(e.Reason)}, s.current() == Running
	case Resume:
		return Entry{At: at, Kind: EntryResumed}, s.current() == Paused
	case Halt:
		return Entry{At: at, Kind: EntryHalted, Reason: plainText(e.Reason)}, s.current() < Halted
	}
	return Entry{}, false
}

func (s *state) dispatched(d Dispatched, at time.Time) (Entry, bool) {
	position, ok := s.running(d.Key)
	if !ok || s.members[position].state != Reserved {
		return Entry{}, false
	}
	e := s.entry(EntryDispatched, at, position)
	e.Token, e.Generation = s.token(e), d.Generation
	e.Since = clamp(d.At, s.members[position].since, at)
	return e, e.Token == d.Token
}

func (s *state) observed(o Observed, at time.Time) (Entry, bool) {
	position, ok := s.running(o.Key)
	if !ok {
		return Entry{}, false
	}
	m := s.members[position]
	e := s.entry(EntryFailed, at, position)
	if m.state != InFlight {
		e.Hop-- // what breaks a cluster at rest is the hop that it made last
	}
	switch {
	case o.Health == Healthy && m.state == InFlight:
		e.Kind = EntrySucceeded
	case o.Health != Failing:
		return Entry{}, false
	}
	// Nobody can have looked later than now, whatever their clock says.
	e.Since = clamp(o.At, time.Time{}, at)
	return e, s.open(position) && e.Hop > 0 && e.Since.After(m.since) &&
		o.Target == s.hop(position, e.Hop).To && o.Generation >= m.generation
}

// open reports whether observations of the member can change anything.
func (s *state) open(position int) bool {
	switch s.members[position].state {
	case Waiting, InFlight, Succeeded:
		return true
	}
	return false
}

// running is the position of key if it belongs to the running stage.
func (s *state) running(key profile.Key) (int, bool) {
	if s.stage == len(s.plan.stages) {
		return 0, false
	}
	position, ok := s.plan.roster.position[key]
	starts := s.plan.roster.starts
	return position, ok && position >= starts[s.stage] && position < starts[s.stage+1]
}

// entry is about the hop that the member at position is on or takes next.
func (s *state) entry(kind EntryKind, at time.Time, position int) Entry {
	return Entry{At: at, Kind: kind, Key: s.plan.roster.members[position].Key, Hop: s.members[position].succeeded + 1}
}

// hop is the hop of the member at position with this number, from 1.
func (s *state) hop(position, number int) Hop {
	return s.plan.roster.members[position].Hops[number-1]
}

// token names the dispatch of the hop that e is about.
func (s *state) token(e Entry) string {
	sum := sha256.Sum256([]byte(s.plan.digest + "\n" + e.Key.String() + "\n" + strconv.Itoa(e.Hop)))
	return hex.EncodeToString(sum[:16])
}

// fits reports whether the machine would have written e in this state.
func (s *state) fits(e Entry) error {
	if e.Index != s.index+1 {
		return fmt.Errorf("%w: entry %d follows entry %d", ErrHistory, e.Index, s.index)
	}
	if err := checkTime(e.At); err != nil || e.At.Before(s.at) {
		return fmt.Errorf("%w: entry %d is of %v, earlier than the one before it", ErrHistory, e.Index, e.At)
	}
	want, ok := s.again(e)
	want.Index = e.Index
	if !ok || want != e {
		return fmt.Errorf("%w: entry %v", ErrHistory, e)
	}
	return nil
}

// again makes the entry that e claims to be, from the state alone.
func (s *state) again(e Entry) (Entry, bool) {
	switch e.Kind {
	case EntryReserved, EntryClosed:
		return s.decision(e.At)
	case EntryDispatched:
		return s.dispatched(Dispatched{Key: e.Key, Token: e.Token, At: e.Since, Generation: e.Generation}, e.At)
	case EntrySucceeded:
		return s.observedAgain(e, Healthy)
	case EntryFailed:
		return s.observedAgain(e, Failing)
	case EntryPaused:
		return s.fact(Pause{Reason: e.Reason}, e.At)
	case EntryResumed:
		return s.fact(Resume{}, e.At)
	case EntryHalted:
		return s.fact(Halt{Reason: e.Reason}, e.At)
	}
	return Entry{}, false
}

func (s *state) observedAgain(e Entry, health Health) (Entry, bool) {
	position, ok := s.running(e.Key)
	if !ok || e.Hop < 1 || e.Hop > len(s.plan.roster.members[position].Hops) {
		return Entry{}, false
	}
	return s.observed(Observed{
		Key: e.Key, Target: s.hop(position, e.Hop).To, Health: health,
		At: e.Since, Generation: s.members[position].generation,
	}, e.At)
}

func clamp(t, low, high time.Time) time.Time {
	t = plain(t)
	if t.Before(low) {
		return low
	}
	if t.After(high) {
		return high
	}
	return t
}

// plain is t as it can be written and read back.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }

// plainText is s as it can be written and read back.
func plainText(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
