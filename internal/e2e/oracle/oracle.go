package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/binaries"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// Object is an object of any kind.
type Object = objects.Object

// Options of an oracle; the zero value is fine.
type Options struct {
	Cache    string               // directory of built programs; empty is dayzero/e2e in os.UserCacheDir
	Progress func(message string) // told what is being built; nil is silence
	Timeout  time.Duration        // bounds an answer, beside the context; 0 is one minute
}

const defaultTimeout = time.Minute

// Oracle is a running program that answers questions. Its methods may be called
// concurrently; answers are given one after the other.
type Oracle struct {
	path    string
	timeout time.Duration
	life    context.Context // until Stop
	end     context.CancelCauseFunc
	turn    chan struct{} // holds one token for whoever may ask
	running *program      // nil while there is none; guarded by turn
}

var errStopped = errors.New("the oracle was stopped")

// Start builds the program where it is missing, and starts it. The context
// bounds the building; it does not end the program later.
func Start(ctx context.Context, options Options) (*Oracle, error) {
	path, err := Build(ctx, options)
	if err != nil {
		return nil, err
	}
	return open(path, options)
}

// Build makes the program where it is missing and gives its path.
func Build(ctx context.Context, options Options) (string, error) {
	root, err := binaries.Root()
	if err != nil {
		return "", err
	}
	dir, err := binaries.Cache{Dir: options.Cache, Progress: options.Progress}.Build(ctx, binaries.Oracle(root))
	return filepath.Join(dir, name), err
}

func open(path string, options Options) (*Oracle, error) {
	o := &Oracle{path: path, timeout: options.Timeout, turn: make(chan struct{}, 1)}
	if o.timeout == 0 {
		o.timeout = defaultTimeout
	}
	o.life, o.end = context.WithCancelCause(context.Background())
	o.turn <- struct{}{}
	var err error
	o.running, err = start(path)
	return o, err
}

// Stop ends the program, and any question with an error. Later calls do nothing.
func (o *Oracle) Stop() error {
	o.end(errStopped)
	<-o.turn
	defer func() { o.turn <- struct{}{} }()
	return o.drop()
}

// drop ends the program, if there is one. The caller has the turn.
func (o *Oracle) drop() error {
	if o.running == nil {
		return nil
	}
	defer func() { o.running = nil }()
	return o.running.stop()
}

// ask sends one question and decodes its answer.
func (o *Oracle) ask(ctx context.Context, kind string, question, answer any) error {
	data, err := json.Marshal(map[string]any{kind: question})
	if err == nil {
		data, err = o.exchange(ctx, append(data, '\n'))
	}
	if err == nil {
		err = reply(data, answer)
	}
	if err != nil {
		return fmt.Errorf("asking the oracle: %s: %w", kind, err)
	}
	return nil
}

// exchange sends a line and gives the one that comes back. After an error the
// program cannot be used any more: what it says next might be a late answer.
func (o *Oracle) exchange(ctx context.Context, question []byte) ([]byte, error) {
	ctx, cancel := o.limited(ctx)
	defer cancel()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for other questions: %w", context.Cause(ctx))
	case <-o.turn:
	}
	defer func() { o.turn <- struct{}{} }()
	if ctx.Err() != nil { // both were ready
		return nil, context.Cause(ctx)
	}
	if o.running == nil {
		var err error
		if o.running, err = start(o.path); err != nil {
			return nil, err
		}
	}
	answer, err := o.running.exchange(ctx, question)
	if err != nil {
		return nil, errors.Join(err, o.drop())
	}
	return answer, nil
}

// limited ends the context with the time for an answer, and with the oracle.
func (o *Oracle) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	unhook := context.AfterFunc(o.life, func() { cancel(context.Cause(o.life)) })
	ctx, release := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("waited %s", o.timeout))
	return ctx, func() { release(); unhook(); cancel(nil) }
}

// reply decodes a line of the program.
func reply(data []byte, answer any) error {
	var line struct {
		Answer json.RawMessage
		Error  string
	}
	if err := json.Unmarshal(data, &line); err != nil {
		return err
	}
	if line.Error != "" {
		return errors.New(line.Error)
	}
	decoder := json.NewDecoder(bytes.NewReader(line.Answer))
	decoder.DisallowUnknownFields()
	return decoder.Decode(answer)
}
