package rollout

import (
	"container/heap"
	"fmt"
	"strings"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Durations says how long a hop takes from its dispatch until the cluster is
// healthy. It must answer alike for like arguments. Anything below a second
// counts as a second.
type Durations func(profile.Key, Hop) time.Duration

// ByImpact gives every hop of one impact the same duration. An impact that is
// not listed takes as long as the worst listed one that is less bad.
func ByImpact(table map[profile.Impact]time.Duration) Durations {
	var filled [profile.Irreversible + 1]time.Duration
	last := time.Duration(0)
	for impact := range filled {
		if d, ok := table[profile.Impact(impact)]; ok {
			last = d
		}
		filled[impact] = last
	}
	return func(_ profile.Key, h Hop) time.Duration {
		return filled[min(h.Impact, profile.Irreversible)]
	}
}

// Timeline says when a plan gets where, if every hop succeeds in its duration
// and is dispatched and observed without delay.
type Timeline struct {
	Start time.Time `json:"start"`
	// End is when the last stage is closed, its soak included.
	End    time.Time   `json:"end"`
	Stages []StageSpan `json:"stages"`
}

// StageSpan is the part of a Timeline that one stage takes.
type StageSpan struct {
	Name string `json:"name"`
	// Clusters is the number of members.
	Clusters int `json:"clusters"`
	// Start is when the first hop is dispatched, Settled when the last cluster
	// is done, Closed when it is soaked. They are equal for an empty stage.
	Start   time.Time `json:"start"`
	Settled time.Time `json:"settled"`
	Closed  time.Time `json:"closed"`
	// MaxInFlight is the largest number of clusters on a hop at one time.
	MaxInFlight int `json:"maxInFlight"`
}

// Forecast runs plan through a [Machine] in simulated time, from start. It is
// the trace that the real thing gives with the same durations and no failure.
// It knows one duration a hop and gives one date a stage: no probabilities.
func Forecast(plan Plan, durations Durations, start time.Time) Timeline {
	f := forecast{machine: NewMachine(plan), durations: durations}
	f.timeline = Timeline{Start: plain(start), End: plain(start), Stages: make([]StageSpan, len(plan.stages))}
	for i, s := range plan.stages {
		f.timeline.Stages[i] = StageSpan{Name: s.Name, Clusters: len(s.Members)}
	}
	f.run(plain(start))
	return f.timeline
}

type forecast struct {
	machine   *Machine
	durations Durations
	due       arrivals
	timeline  Timeline
	stage     int // the one not closed
	active    int
}

func (f *forecast) run(now time.Time) {
	var events []Event
	for {
		ready := f.machine.step(events, now)
		f.note(ready.Log)
		if ready.Phase != Running {
			return
		}
		events = f.carryOut(ready.Actions, now)
		if len(events) == 0 {
			now, events = f.next(ready.NextWake)
		}
	}
}

// carryOut dispatches the actions at once, and has their success arrive later.
func (f *forecast) carryOut(actions []Action, now time.Time) []Event {
	events := make([]Event, len(actions))
	for i, a := range actions {
		events[i] = Dispatched{Key: a.Key, Token: a.Token, At: now}
		at := now.Add(max(f.durations(a.Key, a.Hop), time.Second))
		heap.Push(&f.due, Observed{Key: a.Key, Target: a.Hop.To, Health: Healthy, At: at})
	}
	return events
}

// next is the next instant at which something happens, and what. While a stage
// soaks no hop is under way, so either one is due or the machine has a wake.
func (f *forecast) next(wake time.Time) (time.Time, []Event) {
	if len(f.due) == 0 {
		return wake, nil
	}
	now := f.due[0].At
	var events []Event
	for len(f.due) > 0 && f.due[0].At.Equal(now) {
		events = append(events, heap.Pop(&f.due).(Observed))
	}
	return now, events
}

// note reads the log. Stages follow one another, so what happens to a cluster
// belongs to the first stage that is not closed.
func (f *forecast) note(log []Entry) {
	for _, e := range log {
		span := &f.timeline.Stages[f.stage]
		switch e.Kind {
		case EntryReserved:
			if span.Start.IsZero() {
				span.Start = e.At
			}
			f.active++
			span.MaxInFlight = max(span.MaxInFlight, f.active)
		case EntrySucceeded:
			f.active--
			span.Settled = e.Since
		case EntryClosed:
			f.close(span, e.At)
		}
	}
}

func (f *forecast) close(span *StageSpan, at time.Time) {
	if span.Clusters == 0 {
		span.Start, span.Settled = at, at
	}
	span.Closed, f.timeline.End = at, at
	f.stage++
}

// arrivals is a heap of observations, by time. Those of one instant are
// delivered together, so their order does not matter.
type arrivals []Observed

func (a arrivals) Len() int           { return len(a) }
func (a arrivals) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a arrivals) Less(i, j int) bool { return a[i].At.Before(a[j].At) }
func (a *arrivals) Push(x any)        { *a = append(*a, x.(Observed)) }
func (a *arrivals) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}

// String is the timeline, one line for each stage and one for the end.
func (t Timeline) String() string {
	var b strings.Builder
	for _, s := range t.Stages {
		fmt.Fprintln(&b, s)
	}
	fmt.Fprintf(&b, "done %s", t.End.Format(time.RFC3339))
	return b.String()
}

// String is the span in one line.
func (s StageSpan) String() string {
	text := fmt.Sprintf("%s: starts %s", s.Name, s.Start.Format(time.RFC3339))
	if s.Clusters == 0 {
		return text + ", empty"
	}
	text += fmt.Sprintf(", settled %s", s.Settled.Format(time.RFC3339))
	if s.Closed.After(s.Settled) {
		text += fmt.Sprintf(", soaked %s", s.Closed.Format(time.RFC3339))
	}
	return text + fmt.Sprintf(" (%s, %d at a time)", count(s.Clusters, "cluster"), s.MaxInFlight)
}
