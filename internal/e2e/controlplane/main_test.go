package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
)

// The command as a person runs it: what it prints works, an interrupt ends it,
// and nothing is left.
func TestInterruptLeavesNothing(t *testing.T) {
	t.Parallel()
	command := start(t)
	kubeconfig := command.kubeconfig(t)
	if _, err := os.Stat(kubeconfig); err != nil {
		t.Fatal(err)
	}
	if kubectl, err := exec.LookPath("kubectl"); err == nil {
		out, err := exec.Command(kubectl, "--kubeconfig", kubeconfig, "get", "namespaces").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "kube-system") {
			t.Errorf("kubectl says %q, %v", out, err)
		}
	}
	if err := command.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := command.cmd.Wait(); err != nil {
		t.Errorf("ended with %v, want status 0", err)
	}
	if left := processes(t, filepath.Dir(kubeconfig)); left != "" {
		t.Errorf("left processes:\n%s", left)
	}
	if _, err := os.Stat(kubeconfig); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left %s: %v", kubeconfig, err)
	}
}

// SIGKILL gives no chance to clean up, and still leaves no process; the next
// start removes the files.
func TestKillLeavesNoProcess(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can tell a child of its parent's death")
	}
	command := start(t)
	kubeconfig := command.kubeconfig(t)
	if err := command.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.cmd.Wait() // says that it was killed
	deadline := time.Now().Add(5 * time.Second)
	for left := "some"; left != ""; time.Sleep(100 * time.Millisecond) {
		if left = processes(t, filepath.Dir(kubeconfig)); left != "" && time.Now().After(deadline) {
			t.Fatalf("left processes:\n%s", left)
		}
	}
	next := start(t)
	next.kubeconfig(t)
	if _, err := os.Stat(kubeconfig); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the next start left %s: %v", kubeconfig, err)
	}
}

type running struct {
	cmd *exec.Cmd
	out io.Reader
}

// start builds and starts the command without Cluster API.
func start(t *testing.T) running {
	t.Helper()
	if os.Getenv(e2etest.Variable) == "" {
		t.Skip(e2etest.NotSet)
	}
	program := filepath.Join(t.TempDir(), "controlplane")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	cmd := exec.Command(program, "-plain")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = cmd.Wait()
	})
	return running{cmd: cmd, out: out}
}

// kubeconfig waits for the line that names it.
func (r running) kubeconfig(t *testing.T) string {
	t.Helper()
	lines := bufio.NewScanner(r.out)
	for lines.Scan() {
		if _, path, found := strings.Cut(lines.Text(), "export KUBECONFIG="); found {
			go func() { _, _ = io.Copy(io.Discard, r.out) }()
			return path
		}
	}
	t.Fatal("the command ended without a kubeconfig")
	return ""
}

// processes lists processes whose command line contains text.
func processes(t *testing.T, text string) string {
	t.Helper()
	out, err := exec.Command("ps", "-ww", "-e", "-o", "pid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, text) {
			found.WriteString(line)
		}
	}
	return found.String()
}
