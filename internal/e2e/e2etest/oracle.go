package e2etest

import (
	"os"
	"sync"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
)

// asked is the oracle of this test run.
var asked onceOracle

// Oracle gives the shared oracle, or skips the test. It starts no server.
func Oracle(t testing.TB) *oracle.Oracle { t.Helper(); return asked.oracle(t) }

// onceOracle starts an oracle when it is first asked for.
type onceOracle struct {
	mutex  sync.Mutex
	asked  bool
	shared *oracle.Oracle
	err    error
}

func (o *onceOracle) oracle(t testing.TB) *oracle.Oracle {
	t.Helper()
	if os.Getenv(Variable) == "" {
		t.Skip(NotSet)
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if !o.asked {
		o.asked = true
		ctx, cancel := limited(t)
		defer cancel()
		o.shared, o.err = oracle.Start(ctx, oracle.Options{Progress: progress})
	}
	if o.err != nil {
		t.Fatalf("starting the oracle: %v", o.err)
	}
	return o.shared
}

func (o *onceOracle) stop() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.shared == nil {
		return nil
	}
	return o.shared.Stop()
}
