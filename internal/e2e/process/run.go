package process

import (
	"context"
	"fmt"
)

// Run runs the command to its end. It gives a *Failure when the command ends
// with another status than 0, and kills it when the context ends first.
func Run(ctx context.Context, command Command) error {
	p, err := Start(command)
	if err != nil {
		return err
	}
	defer p.Kill()
	select {
	case <-p.Done():
	case <-ctx.Done():
		return p.failure(fmt.Errorf("killed: %w", context.Cause(ctx)))
	}
	if p.Err() != nil {
		return p.Failure()
	}
	return nil
}
