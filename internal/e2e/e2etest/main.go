package e2etest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

// Variable is the environment variable that turns these tests on.
const Variable = "DAYZERO_E2E"

// Keep is the environment variable that leaves the servers' logs and data in
// place, to look at after a failure.
const Keep = "DAYZERO_E2E_KEEP"

// NotSet says, in a skipped test, how to run it.
const NotSet = "needs a real API server, not run: set " + Variable + "=1 (or =full)"

// shared are the servers of this test run.
var shared = struct {
	hub, workload once
}{
	hub:      once{start: plane.Start},
	workload: once{start: plane.StartAPIServer},
}

// run ends when the test run is interrupted.
var run, interrupt = context.WithCancelCause(context.Background())

// Main runs the tests and then stops the shared servers, also when interrupted.
// It gives the exit status.
func Main(m *testing.M) int {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-interrupted
		signal.Stop(interrupted) // a second interrupt ends at once
		interrupt(errors.New("interrupted"))
		_ = stop() // what is starting ends by run
		os.Exit(130)
	}()
	status := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the control plane:", err)
		return 1
	}
	return status
}

func stop() error { return errors.Join(shared.hub.stop(), shared.workload.stop(), asked.stop()) }

// Full skips the test unless everything is to be run.
func Full(t testing.TB) {
	t.Helper()
	if os.Getenv(Variable) != "full" {
		t.Skip("long, not run: set " + Variable + "=full")
	}
}

// Hub gives the shared management cluster, or skips the test.
func Hub(t testing.TB) *Server { t.Helper(); return shared.hub.server(t) }

// Workload gives the shared API server without Cluster API, or skips the test.
func Workload(t testing.TB) *Server { t.Helper(); return shared.workload.server(t) }

// Fresh starts an API server for this test alone, or skips the test.
func Fresh(t testing.TB) *Server {
	t.Helper()
	if os.Getenv(Variable) == "" {
		t.Skip(NotSet)
	}
	server, err := open(t, plane.StartAPIServer)
	if err != nil {
		t.Fatalf("starting the control plane: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Plane.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// once starts a plane when it is first asked for.
type once struct {
	start func(context.Context, plane.Options) (*plane.Plane, error)

	mutex  sync.Mutex
	asked  bool
	shared *Server
	err    error
}

func (o *once) server(t testing.TB) *Server {
	t.Helper()
	if os.Getenv(Variable) == "" {
		t.Skip(NotSet)
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if !o.asked {
		o.asked = true
		o.shared, o.err = open(t, o.start)
	}
	if o.err != nil {
		t.Fatalf("starting the control plane: %v", o.err)
	}
	return o.shared
}

func open(t testing.TB, start func(context.Context, plane.Options) (*plane.Plane, error)) (*Server, error) {
	ctx, cancel := limited(t)
	defer cancel()
	p, err := start(ctx, plane.Options{Progress: progress, Keep: os.Getenv(Keep) != ""})
	if err != nil {
		return nil, err
	}
	server, err := newServer(p)
	if err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return server, nil
}

// limited is a context that ends before the test's deadline, so that there is an
// error instead of a panic, and when the run is interrupted.
func limited(t testing.TB) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(t.Context())
	unhook, release := context.AfterFunc(run, func() { cancel(context.Cause(run)) }), func() {}
	if limited, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if deadline, ok := limited.Deadline(); ok {
			ctx, release = context.WithDeadlineCause(ctx, deadline.Add(-reserve), errDeadline)
		}
	}
	return ctx, func() { release(); unhook(); cancel(nil) }
}

// reserve is what a test keeps of its time for cleaning up.
const reserve = 10 * time.Second

var errDeadline = errors.New("the time of go test -timeout is over; build the servers before with: go run ./internal/e2e/controlplane -build")

func progress(message string) { fmt.Fprintln(os.Stderr, message) }

func (o *once) stop() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.shared == nil {
		return nil
	}
	return o.shared.Plane.Stop()
}
