package rollout

import (
	"fmt"
	"strings"
	"time"
)

// State is where one cluster of a plan stands. The zero State is Waiting.
type State uint8

const (
	// Waiting: not on a hop; before the first one, or between two.
	Waiting State = iota
	// Reserved: holds a slot; the dispatch is not yet known to have happened.
	Reserved
	// InFlight: dispatched, and neither healthy nor failed yet.
	InFlight
	// Succeeded: all its hops are made.
	Succeeded
	// Failed: once and for all. A cluster that recovers is the next plan's.
	Failed
	// Held: the plan does not move it.
	Held
)

var stateNames = [...]string{"waiting", "reserved", "in-flight", "succeeded", "failed", "held"}

// String gives the state in lower case.
func (s State) String() string { return enumName(stateNames[:], "state", uint8(s)) }

// MarshalText gives the state in lower case.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the state.
func (s *State) UnmarshalText(text []byte) error {
	value, err := enumValue(stateNames[:], "state", string(text))
	*s = State(value)
	return err
}

// Status is a summary of where a plan stands.
type Status struct {
	Phase Phase `json:"phase"`
	// Reason says why the plan is paused or halted.
	Reason string `json:"reason,omitempty"`
	// Index is that of the last log entry.
	Index  uint64        `json:"index"`
	Stages []StageStatus `json:"stages"`
}

// StageStatus is a summary of where a stage stands. Waiting, Active, Succeeded
// and Failed add up to its clusters.
type StageStatus struct {
	Name   string `json:"name"`
	Closed bool   `json:"closed"`
	// Waiting counts the clusters that have not begun or are between two hops.
	Waiting int `json:"waiting"`
	// Active counts the clusters on a hop.
	Active    int `json:"active"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// SoakEnd is when the running stage is soaked; zero while clusters of it
	// are waiting or active, and for other stages.
	SoakEnd time.Time `json:"soakEnd,omitzero"`
}

// Status sums up the machine. It takes time with the stages, not with the
// clusters.
func (m *Machine) Status() Status {
	s := &m.state
	status := Status{Phase: s.current(), Reason: s.reason, Index: s.index, Stages: make([]StageStatus, len(s.tallies))}
	for i, t := range s.tallies {
		stage := s.plan.stages[i]
		status.Stages[i] = StageStatus{
			Name: stage.Name, Closed: i < s.stage, Active: t.active, Succeeded: t.succeeded, Failed: t.failed,
			Waiting: len(stage.Members) - t.active - t.succeeded - t.failed,
		}
		if i == s.stage {
			status.Stages[i].SoakEnd, _ = s.soaked()
		}
	}
	return status
}

// String is the status in one line for the plan and one for each stage.
func (s Status) String() string {
	var b strings.Builder
	b.WriteString(s.Phase.String())
	if s.Reason != "" {
		b.WriteString(": " + s.Reason)
	}
	for _, stage := range s.Stages {
		fmt.Fprintf(&b, "\n  %v", stage)
	}
	return b.String()
}

// String is the status of the stage in one line.
func (s StageStatus) String() string {
	text := fmt.Sprintf("%s: %d waiting, %d active, %d succeeded, %d failed", s.Name, s.Waiting, s.Active, s.Succeeded, s.Failed)
	switch {
	case s.Closed:
		text += ", closed"
	case !s.SoakEnd.IsZero():
		text += ", soaks until " + s.SoakEnd.Format(time.RFC3339)
	}
	return text
}
