package rollout

import (
	"errors"
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Event is something that happened outside: [Dispatched], [Observed], [Pause],
// [Resume] or [Halt]. Events about clusters that do not move in the plan, stale
// ones and repeated ones are ignored, so it is safe to deliver too much.
type Event interface{ check() error }

// Dispatched reports that an [Action] was carried out: the cluster is declared
// to be at the hop's To.
type Dispatched struct {
	Key profile.Key
	// Token is that of the action.
	Token string
	// At is when it was carried out.
	At time.Time
	// Generation is that of the written object, metadata.generation in
	// Kubernetes. 0 where there is none.
	Generation int64
}

// Observed reports how a cluster was found. It counts only if it names the To
// of the hop the cluster was last dispatched to, was made later than that
// dispatch, and judges the written generation or a later one.
type Observed struct {
	Key profile.Key
	// Target is what was declared on the cluster when it was looked at.
	Target string
	Health Health
	// At is when the cluster was looked at.
	At time.Time
	// Generation is the one the health is about, status.observedGeneration in
	// Kubernetes. 0 where there is none.
	Generation int64
}

// Pause stops everything that time or free slots would bring, until [Resume].
// Clusters on a hop go on, and what is observed of them counts.
type Pause struct{ Reason string }

// Resume ends a [Pause].
type Resume struct{}

// Halt ends the plan for good: nothing more is dispatched. What is observed of
// clusters on a hop still counts.
type Halt struct{ Reason string }

func (d Dispatched) check() error {
	return checkTime(d.At)
}

func (o Observed) check() error {
	if o.Health > Failing {
		return fmt.Errorf("%v is no health", o.Health)
	}
	return checkTime(o.At)
}

func (Pause) check() error  { return nil }
func (Resume) check() error { return nil }
func (Halt) check() error   { return nil }

// checkTime holds that t was given, and can be written as RFC 3339.
func checkTime(t time.Time) error {
	if t.IsZero() {
		return errors.New("it has no time")
	}
	if year := t.UTC().Year(); year < 1 || year > 9998 {
		return fmt.Errorf("year %d is out of range", year)
	}
	return nil
}

// Health is what an observer found. The zero Health is Unknown.
type Health uint8

const (
	// Unknown: the cluster could not be reached or judged. Neither success nor
	// failure, however long it lasts.
	Unknown Health = iota
	// Progressing: the hop is still under way.
	Progressing
	// Healthy: the cluster is at the target and well.
	Healthy
	// Failing: the cluster is declared to be at the target and is broken.
	Failing
)

var healthNames = [...]string{"unknown", "progressing", "healthy", "failing"}

// String gives the health in lower case.
func (h Health) String() string { return enumName(healthNames[:], "health", uint8(h)) }
