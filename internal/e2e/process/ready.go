package process

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	probeInterval = 100 * time.Millisecond
	tailLines     = 30
)

// Failure says that a child is of no use, and shows the end of its log.
type Failure struct {
	Name string // the command's name
	Err  error  // why
	Log  string // the last lines of its log
}

func (f *Failure) Error() string {
	return fmt.Sprintf("running %s: %v; its last log lines:\n%s", f.Name, f.Err, indent(f.Log))
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// PortTaken reports whether the child found another listener on its port.
func (f *Failure) PortTaken() bool { return strings.Contains(f.Log, "address already in use") }

// Ready calls probe until it gives nil. It gives a *Failure when the child ends
// first, or when the context does.
func (p *Process) Ready(ctx context.Context, probe func(context.Context) error) error {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return p.Failure()
		case <-ctx.Done():
			return p.failure(errors.Join(fmt.Errorf("not ready: %w", context.Cause(ctx)), err))
		case <-tick.C:
		}
	}
}

// Failure gives the *Failure of a child that has ended, and nil while it runs.
func (p *Process) Failure() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	if p.err == nil {
		return p.failure(errors.New("ended with status 0"))
	}
	return p.failure(fmt.Errorf("ended: %w", p.err))
}

func (p *Process) failure(err error) error {
	return &Failure{Name: p.name, Err: err, Log: p.Tail(tailLines)}
}

func indent(text string) string {
	if text == "" {
		return "  (none)"
	}
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}
