package rollout

import (
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Snapshot is the state of a [Machine] after some entry of its log: what stands
// for the log up to there. It is immutable, shares nothing with its machine,
// and grows with the clusters that have begun. The zero Snapshot is the start
// of any plan.
type Snapshot struct{ document snapshotDocument }

// snapshotDocument is the JSON form of a Snapshot.
type snapshotDocument struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Plan is the digest of the plan.
	Plan   string    `json:"plan"`
	Index  uint64    `json:"index"`
	At     time.Time `json:"at,omitzero"`
	Phase  Phase     `json:"phase"`
	Reason string    `json:"reason,omitempty"`
	// Closed counts the stages that are closed.
	Closed int `json:"closed"`
	// Settled is when the last settled member of the running stage came to its
	// end.
	Settled time.Time        `json:"settled,omitzero"`
	Members []memberDocument `json:"members,omitempty"`
}

// memberDocument is a member that has begun.
type memberDocument struct {
	Key        profile.Key `json:"key"`
	State      State       `json:"state"`
	Succeeded  int         `json:"succeeded"`
	Since      time.Time   `json:"since"`
	Generation int64       `json:"generation,omitempty"`
}

// Index is that of the last log entry the snapshot stands for.
func (s Snapshot) Index() uint64 { return s.document.Index }

// Plan is the digest of the plan the snapshot belongs to.
func (s Snapshot) Plan() string { return s.document.Plan }

// MarshalJSON gives the snapshot, with the clusters that have begun in the
// order of the plan.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	d := s.document
	d.APIVersion, d.Kind = APIVersion, "Snapshot"
	data, err := encode(d)
	if err != nil {
		return nil, fmt.Errorf("encoding snapshot: %w", err)
	}
	return data, nil
}

// UnmarshalJSON reads what MarshalJSON wrote. Whether the snapshot fits a plan
// is judged by [Restore].
func (s *Snapshot) UnmarshalJSON(data []byte) error {
	var d snapshotDocument
	if err := decode(data, &d, "Snapshot", func() (string, string) { return d.APIVersion, d.Kind }); err != nil {
		return fmt.Errorf("decoding snapshot: %w", err)
	}
	*s = Snapshot{document: d}
	return nil
}

// Snapshot is the state after the last entry that Step returned.
func (m *Machine) Snapshot() Snapshot {
	s := &m.state
	d := snapshotDocument{
		Plan: s.plan.digest, Index: s.index, At: s.at, Phase: s.phase, Reason: s.reason, Closed: s.stage,
	}
	if s.stage < len(s.tallies) {
		d.Settled = s.tallies[s.stage].settled
	}
	for i, p := range s.members {
		if p.begun() {
			d.Members = append(d.Members, memberDocument{
				Key: s.plan.roster.members[i].Key, State: p.state, Succeeded: p.succeeded, Since: p.since, Generation: p.generation,
			})
		}
	}
	return Snapshot{document: d}
}

func (p progress) begun() bool { return p.state != Waiting || p.succeeded > 0 }

// Restore is the machine of plan after snapshot and the log entries that follow
// it; entries the snapshot already stands for are skipped. The first Step hands
// out again every action that is reserved but not known to be dispatched.
//
// A snapshot of another plan gives ErrMismatch; one that cannot have come
// about, or a log with a gap or an entry that the machine would not have
// written, ErrHistory.
func Restore(plan Plan, snapshot Snapshot, log []Entry) (*Machine, error) {
	s := newState(plan)
	if err := s.load(snapshot.document); err != nil {
		return nil, fmt.Errorf("restoring snapshot %d: %w", snapshot.Index(), err)
	}
	for _, e := range log {
		if e.Index <= snapshot.Index() && e.Index > 0 {
			continue
		}
		e.At, e.Since = plain(e.At), plain(e.Since)
		if err := s.fits(e); err != nil {
			return nil, fmt.Errorf("replaying the log: %w", err)
		}
		s.apply(e)
	}
	return &Machine{state: s, repeat: true}, nil
}
