package rollout

import (
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Ready is what one [Machine.Step] asks of the caller.
type Ready struct {
	// Log is to be stored durably, in order and behind what was stored before,
	// BEFORE any action is carried out. If that fails, throw the machine away
	// and restore one from what is stored.
	Log []Entry
	// Actions are to be carried out in any order, each once or more often.
	Actions []Action
	// NextWake is when time alone changes a decision: call Step then, or at the
	// next event. Zero: only an event changes anything.
	NextWake time.Time
	// Phase is where the plan stands now.
	Phase Phase
}

// Action asks to dispatch one hop of one cluster: to declare that it is now
// meant to be at Hop.To.
type Action struct {
	Key profile.Key
	// Number is that of the hop, from 1.
	Number int
	Hop    Hop
	// Token names this dispatch. It depends on nothing but the plan, the
	// cluster and the hop, so an action that is handed out again after a
	// restart has the token it had before: store it with the declaration, and
	// carry out a token at most once.
	Token string
}

// String is the action in one line.
func (a Action) String() string {
	return fmt.Sprintf("dispatch %v hop %d to %s", a.Key, a.Number, a.Hop.To)
}

// Phase is where a plan as a whole stands. The zero Phase is Running.
type Phase uint8

const (
	// Running: stages follow one another.
	Running Phase = iota
	// Paused: nothing new until [Resume].
	Paused
	// Halted: nothing new for ever, because a failure budget was exceeded or
	// the caller said [Halt].
	Halted
	// Done: every stage is closed.
	Done
)

var phaseNames = [...]string{"running", "paused", "halted", "done"}

// String gives the phase in lower case.
func (p Phase) String() string { return enumName(phaseNames[:], "phase", uint8(p)) }

// MarshalText gives the phase in lower case.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the phase.
func (p *Phase) UnmarshalText(text []byte) error {
	value, err := enumValue(phaseNames[:], "phase", string(text))
	*p = Phase(value)
	return err
}
