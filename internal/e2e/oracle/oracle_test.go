package oracle

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script makes a program of a shell script that is run for each question, with
// the question in $line.
func script(t *testing.T, text string, options Options) *Oracle {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oracle")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nwhile read -r line; do\n"+text+"\ndone\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	o, err := open(path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Stop(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// The question goes out under its name, and what comes back is the answer.
func TestAsk(t *testing.T) {
	t.Parallel()
	o := script(t, `case $line in
'{"plan":{"controlPlane":"v1.33.0","target":"v1.34.0"}}') echo '{"answer":{"controlPlane":["v1.34.0"]}}';;
*) echo "{\"error\":\"what?\"}";;
esac`, Options{})
	got, err := o.UpgradePlan(t.Context(), Upgrade{ControlPlane: "v1.33.0", Target: "v1.34.0"})
	if diff := cmp.Diff(Plan{ControlPlane: []string{"v1.34.0"}}, got); diff != "" || err != nil {
		t.Errorf("-want +got:\n%s%v", diff, err)
	}
	if _, err := o.UpgradePlan(t.Context(), Upgrade{}); err == nil || err.Error() != "asking the oracle: plan: what?" {
		t.Errorf("got %v, want the program's error", err)
	}
}

// Questions from many sides at once get their own answers.
func TestAskSideBySide(t *testing.T) {
	t.Parallel()
	o := script(t, `v=${line##*target\":\"}; echo "{\"answer\":{\"refused\":\"${v%%\"*}\"}}"`, Options{})
	var all sync.WaitGroup
	for _, version := range []string{"v1.1.1", "v1.2.2", "v1.3.3", "v1.4.4"} {
		all.Go(func() {
			for range 20 {
				if plan, err := o.UpgradePlan(t.Context(), Upgrade{Target: version}); plan.Refused != version || err != nil {
					t.Errorf("got %q, %v, want %s", plan.Refused, err, version)
				}
			}
		})
	}
	all.Wait()
}

// The error shows what a program that dies said last; the next question gets a
// new program.
func TestDeath(t *testing.T) {
	t.Parallel()
	o := script(t, `case $line in *v1.0.0*) echo "out of ideas" >&2; exit 3;; esac; echo '{"answer":{}}'`, Options{})
	_, err := o.UpgradePlan(t.Context(), Upgrade{Target: "v1.0.0"})
	for _, want := range []string{"running oracle", "exit status 3", "out of ideas"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if _, err := o.UpgradePlan(t.Context(), Upgrade{Target: "v1.1.0"}); err != nil {
		t.Errorf("after its death: %v", err)
	}
}

// A program that runs has no file that a killed run could leave behind, and still
// says what it died of.
func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	o := script(t, `echo "out of ideas" >&2; exit 3`, Options{})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if _, err := o.UpgradePlan(t.Context(), Upgrade{}); err == nil || !strings.Contains(err.Error(), "out of ideas") {
		t.Errorf("got %v, want the program's last words", err)
	}
}

// A late answer is an error in time, and never taken for that of the next
// question.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	o := script(t, `case $line in *v1.0.0*) sleep 2; echo '{"answer":{"refused":"late"}}';; *) echo '{"answer":{"refused":"next"}}';; esac`,
		Options{Timeout: 500 * time.Millisecond})
	if _, err := o.UpgradePlan(t.Context(), Upgrade{Target: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), "no answer: waited 500ms") {
		t.Errorf("got %v, want that there was no answer", err)
	}
	if plan, err := o.UpgradePlan(t.Context(), Upgrade{Target: "v1.1.0"}); plan.Refused != "next" || err != nil {
		t.Errorf("got %q, %v, want the answer to the next question", plan.Refused, err)
	}
}

// Context and Stop end a question that waits for its answer.
func TestInterruption(t *testing.T) {
	t.Parallel()
	o := script(t, `sleep 60`, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := o.UpgradePlan(ctx, Upgrade{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that the deadline was exceeded", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = o.Stop() })
	if _, err := o.UpgradePlan(t.Context(), Upgrade{}); !errors.Is(err, errStopped) {
		t.Errorf("got %v, want that the oracle was stopped", err)
	}
	if _, err := o.UpgradePlan(t.Context(), Upgrade{}); !errors.Is(err, errStopped) {
		t.Errorf("got %v after Stop, want that it was stopped", err)
	}
}
