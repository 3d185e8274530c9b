package rollout

import "errors"

var (
	// ErrMismatch: a plan has another digest than it states, or a snapshot
	// belongs to another plan.
	ErrMismatch = errors.New("plan digest does not match")
	// ErrHistory: a snapshot or a log tells what cannot have happened under the
	// plan.
	ErrHistory = errors.New("history does not fit the plan")
	// ErrEvent: an event or the time given to Step is unusable. The machine has
	// not changed.
	ErrEvent = errors.New("unusable event")
)
