package process_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// asParent makes this test binary a process that has a child and waits to be
// killed.
const asParent = "PROCESS_TEST_PARENT_LOG"

func TestMain(m *testing.M) {
	if log := os.Getenv(asParent); log != "" {
		child, err := process.Start(shell("sleep 600", log))
		if err != nil {
			panic(err)
		}
		fmt.Println(child.PID())
		select {}
	}
	os.Exit(m.Run())
}

func shell(script, log string) process.Command {
	return process.Command{Name: "server", Path: "/bin/sh", Args: []string{"-c", script}, Log: log}
}

func start(t *testing.T, script string) *process.Process {
	t.Helper()
	child, err := process.Start(shell(script, filepath.Join(t.TempDir(), "log")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(child.Kill)
	return child
}

func never(context.Context) error { return errors.New("connection refused") }

// A server that ends before it is ready is reported at once, with the end of
// its log and only that.
func TestReadyShowsTheLogOfADeadServer(t *testing.T) {
	t.Parallel()
	child := start(t, `for i in $(seq 1 100); do echo line $i; done; echo "flag provided but not defined" >&2; exit 3`)
	err := child.Ready(t.Context(), never)
	var failure *process.Failure
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want a *Failure", err)
	}
	for _, want := range []string{"running server", "exit status 3", "  line 100\n", "flag provided but not defined"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if lines := strings.Count(failure.Log, "\n") + 1; lines != 30 {
		t.Errorf("error shows %d log lines, want 30", lines)
	}
	if failure.PortTaken() {
		t.Error("the port was not the reason")
	}
}

// A server that hangs is given up at the deadline, with what the probe saw.
func TestReadyEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	child := start(t, "echo waiting for quorum; sleep 600")
	why := errors.New("no start in time")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, why)
	defer cancel()
	err := child.Ready(ctx, never)
	if !errors.Is(err, why) {
		t.Errorf("got %v, want it to be %v", err, why)
	}
	for _, want := range []string{"connection refused", "waiting for quorum"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

func TestFailureKnowsATakenPort(t *testing.T) {
	t.Parallel()
	child := start(t, `echo "listen tcp 127.0.0.1:2379: bind: address already in use"; exit 1`)
	var failure *process.Failure
	if err := child.Ready(t.Context(), never); !errors.As(err, &failure) || !failure.PortTaken() {
		t.Errorf("got %v, want a *Failure of a taken port", err)
	}
}

// Killing a server takes what it started along.
func TestKillTakesTheGroup(t *testing.T) {
	t.Parallel()
	pidFile := filepath.Join(t.TempDir(), "pid")
	child := start(t, "sleep 600 & echo $! > "+pidFile+"; wait")
	grandchild := waitForPID(t, pidFile)
	child.Kill()
	waitForEnd(t, grandchild)
}

// A server that ends by itself takes what it started along: once it is reaped
// its group cannot be told from somebody else's.
func TestEndTakesTheGroup(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can be asked to wait without reaping")
	}
	pidFile := filepath.Join(t.TempDir(), "pid")
	child := start(t, "sleep 600 & echo $! > "+pidFile)
	<-child.Done()
	waitForEnd(t, waitForPID(t, pidFile))
}

func TestRunKillsAtTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := process.Run(ctx, shell("sleep 600", filepath.Join(t.TempDir(), "log")))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

// A parent that is killed without a chance to clean up leaves nothing running.
func TestKilledParentLeavesNoChild(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can tell a child of its parent's death")
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), asParent+"="+filepath.Join(t.TempDir(), "log"))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // says that it was killed
	waitForEnd(t, number(t, line))
}

// Survivors are recognised by their command line, so that an id that now
// belongs to somebody else is left alone.
func TestKillNamedSparesOthers(t *testing.T) {
	t.Parallel()
	ours, other := start(t, "exec sleep 600.1"), start(t, "exec sleep 600.2")
	waitForCommand(t, ours.PID(), "600.1")
	process.KillNamed([]int{ours.PID(), other.PID(), os.Getpid(), 0, 1 << 30}, "600.1")
	select {
	case <-ours.Done():
	case <-time.After(5 * time.Second):
		t.Error("the named process lives")
	}
	select {
	case <-other.Done():
		t.Error("another process was killed")
	default:
	}
}

func waitForCommand(t *testing.T, pid int, text string) {
	t.Helper()
	poll(t, fmt.Sprintf("process %d to be %s", pid, text), func() bool {
		out, _ := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
		return strings.Contains(string(out), text) && !strings.Contains(string(out), "exec")
	})
}

func waitForPID(t *testing.T, path string) int {
	t.Helper()
	var data []byte
	poll(t, path, func() bool {
		data, _ = os.ReadFile(path)
		return strings.HasSuffix(string(data), "\n")
	})
	return number(t, string(data))
}

// waitForEnd takes a zombie for ended: reaping it is up to init.
func waitForEnd(t *testing.T, pid int) {
	t.Helper()
	poll(t, fmt.Sprintf("the end of process %d", pid), func() bool {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		return err != nil || strings.HasPrefix(string(out), "Z")
	})
}

func poll(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 100 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
