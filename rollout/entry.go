package rollout

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Entry is one line of the log: a fact that the machine took in, or a decision
// it made. Folding the entries of a plan from the first gives its state.
type Entry struct {
	// Index counts the entries of a plan from 1, without gaps.
	Index uint64
	// At is when the entry was made. It never decreases along the log, even
	// when the caller's clock does.
	At time.Time
	// Kind says what happened, and which of the fields below are set.
	Kind EntryKind
	// Stage is set when the stage is closed.
	Stage string
	// Key and Hop are set for what happens to a cluster. Hops count from 1.
	Key profile.Key
	Hop int
	// Token is set when a hop is reserved or dispatched.
	Token string
	// Since is when a hop was dispatched, succeeded or failed, by the event
	// that reported it; never before the state that came before it, and never
	// later than At.
	Since time.Time
	// Generation is set when a hop is dispatched.
	Generation int64
	// Reason is set when the plan is paused or halted.
	Reason string
}

// EntryKind says what an [Entry] records. The zero EntryKind is invalid.
type EntryKind uint8

const (
	// EntryReserved: the cluster holds a slot and the hop is to be dispatched.
	EntryReserved EntryKind = iota + 1
	// EntryDispatched: the hop was dispatched.
	EntryDispatched
	// EntrySucceeded: the hop succeeded. The slot is free.
	EntrySucceeded
	// EntryFailed: the cluster failed, on a hop or while its stage soaks. If
	// that is more than the budget of the stage, the plan is halted here.
	EntryFailed
	// EntryClosed: the stage is done and soaked. The next one runs.
	EntryClosed
	// EntryPaused: the plan is paused.
	EntryPaused
	// EntryResumed: the plan is no longer paused.
	EntryResumed
	// EntryHalted: the plan was halted from outside.
	EntryHalted
)

var entryNames = [...]string{"invalid", "reserved", "dispatched", "succeeded", "failed", "closed", "paused", "resumed", "halted"}

// String gives the kind in lower case.
func (k EntryKind) String() string { return enumName(entryNames[:], "entry", uint8(k)) }

// String is the entry in one line, without its time.
func (e Entry) String() string {
	text := fmt.Sprintf("%d %v", e.Index, e.Kind)
	if e.Hop > 0 {
		text += fmt.Sprintf(" %v hop %d", e.Key, e.Hop)
	}
	if e.Stage != "" {
		text += " " + e.Stage
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// entryDocument is the JSON form of an Entry.
type entryDocument struct {
	Index      uint64     `json:"index"`
	At         time.Time  `json:"at"`
	Kind       string     `json:"kind"`
	Stage      string     `json:"stage,omitempty"`
	Key        string     `json:"key,omitempty"`
	Hop        int        `json:"hop,omitempty"`
	Token      string     `json:"token,omitempty"`
	Since      *time.Time `json:"since,omitempty"`
	Generation int64      `json:"generation,omitempty"`
	Reason     string     `json:"reason,omitempty"`
}

// MarshalJSON leaves out what the kind does not set.
func (e Entry) MarshalJSON() ([]byte, error) {
	d := entryDocument{
		Index: e.Index, At: e.At, Kind: e.Kind.String(), Stage: e.Stage, Hop: e.Hop,
		Token: e.Token, Generation: e.Generation, Reason: e.Reason,
	}
	if e.Key != (profile.Key{}) {
		d.Key = e.Key.String()
	}
	if !e.Since.IsZero() {
		d.Since = &e.Since
	}
	return json.Marshal(d)
}

// UnmarshalJSON reads what MarshalJSON wrote. Whether the entry makes sense is
// judged by [Restore].
func (e *Entry) UnmarshalJSON(data []byte) error {
	var d entryDocument
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("decoding log entry: %w", err)
	}
	kind, err := enumValue(entryNames[:], "entry kind", d.Kind)
	if err != nil {
		return fmt.Errorf("decoding log entry: %w", err)
	}
	read := Entry{
		Index: d.Index, At: d.At.UTC(), Kind: EntryKind(kind), Stage: d.Stage, Hop: d.Hop,
		Token: d.Token, Generation: d.Generation, Reason: d.Reason,
	}
	if d.Since != nil {
		read.Since = d.Since.UTC()
	}
	if d.Key != "" {
		if read.Key, err = profile.ParseKey(d.Key); err != nil {
			return fmt.Errorf("decoding log entry: %w", err)
		}
	}
	*e = read
	return nil
}
