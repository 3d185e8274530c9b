package e2etest_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

// waiting is the environment variable that makes TestInterrupted wait for what
// never comes, and what it says then.
const waiting = "E2ETEST_WAITING"

// A test run that is interrupted, while servers start or while a test waits, ends
// at once and leaves neither process nor file.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	workload := e2etest.Workload(t)
	if os.Getenv(waiting) != "" {
		fmt.Fprintln(os.Stderr, waiting)
		never := objects.Parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: never, namespace: default}}")[0]
		workload.WaitCondition(t, never, time.Hour, "Ready", "True")
	}
	servers, err := plane.Build(t.Context(), plane.Options{})
	if err != nil {
		t.Fatal(err)
	}
	interruptedAt(t, servers, "starting etcd")
	interruptedAt(t, servers, waiting)
}

// interruptedAt runs this test in a process of its own, with a cache of its own,
// and interrupts it when it says something.
func interruptedAt(t *testing.T, servers plane.Servers, moment string) {
	t.Helper()
	home := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestInterrupted$", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "KUBEBUILDER_ASSETS="+servers.Kubernetes, waiting+"=1")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(3*time.Minute, func() { _ = cmd.Process.Kill() }).Stop()
	var interrupted time.Time
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if interrupted.IsZero() && strings.Contains(lines.Text(), moment) {
			interrupted = time.Now()
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || interrupted.IsZero() {
		t.Errorf("%s: ended with %v, interrupted at %v; want an error after an interruption", moment, err, interrupted)
	}
	if took := time.Since(interrupted); took > 30*time.Second {
		t.Errorf("%s: ended %s after the interruption", moment, took)
	}
	if left := processes(t, home); left != nil {
		t.Errorf("%s: left processes %q", moment, left)
	}
	if left, err := filepath.Glob(filepath.Join(home, "dayzero", "e2e", "runs", "run-*")); left != nil || err != nil {
		t.Errorf("%s: left %q, %v", moment, left, err)
	}
}
