package plane

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// fakeServers makes plane use an etcd that is the script.
func fakeServers(t *testing.T, etcd string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range map[string]string{"etcd": etcd, "kube-apiserver": "exit 1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("KUBEBUILDER_ASSETS", dir)
}

// runs lists the directories of planes in a cache.
func runs(t *testing.T, cache string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(cache, "runs", "run-*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestStartShowsWhyAServerDied(t *testing.T) {
	fakeServers(t, `echo "panic: no space left on device"; exit 2`)
	cache := t.TempDir()
	_, err := StartAPIServer(t.Context(), Options{Cache: cache})
	if err == nil || !strings.Contains(err.Error(), "running etcd") || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("got %v, want etcd's last words", err)
	}
	if left := runs(t, cache); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

func TestStartEndsAtItsTimeout(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	fakeServers(t, "echo $$ > "+pid+"; exec sleep 600")
	_, err := StartAPIServer(t.Context(), Options{Cache: t.TempDir(), Timeout: 500 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "did not start in 500ms") {
		t.Errorf("got %v, want it to name the timeout", err)
	}
	data, _ := os.ReadFile(pid)
	if exec.Command("kill", "-0", strings.TrimSpace(string(data))).Run() == nil {
		t.Error("etcd lives")
	}
}

// A port that somebody takes between our choosing and using it is bad luck, not
// an error; but not for ever.
func TestStartTriesOtherPorts(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	fakeServers(t, "echo x >> "+count+`; echo "listen tcp: bind: address already in use"; exit 1`)
	var told []string
	_, err := StartAPIServer(t.Context(), Options{Cache: t.TempDir(), Progress: func(s string) { told = append(told, s) }})
	var failure *process.Failure
	if !errors.As(err, &failure) || !failure.PortTaken() {
		t.Errorf("got %v, want a taken port", err)
	}
	if data, _ := os.ReadFile(count); string(data) != "x\nx\nx\n" {
		t.Errorf("tried %d times, want 3; told %q", len(data)/2, told)
	}
}

func TestStartWithoutServers(t *testing.T) {
	t.Setenv("KUBEBUILDER_ASSETS", t.TempDir())
	_, err := StartAPIServer(t.Context(), Options{Cache: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "using KUBEBUILDER_ASSETS") {
		t.Errorf("got %v, want it to name the variable", err)
	}
}

// What a killed run left goes away with the next: its files, and a server that
// outlived it. A living plane and a directory kept on purpose stay.
func TestSweep(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	living := open(t, parent)
	kept := open(t, parent)
	if err := kept.release(true); err != nil {
		t.Fatal(err)
	}
	stale := open(t, parent)
	survivor := exec.Command("/bin/sh", "-c", "sleep 600; true", stale.path)
	survivor.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := survivor.Start(); err != nil {
		t.Fatal(err)
	}
	if err := stale.record(survivor.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if err := stale.held.Release(); err != nil { // as the kernel does for a killed process
		t.Fatal(err)
	}

	ended := make(chan error, 1)
	go func() { ended <- survivor.Wait() }()
	open(t, parent)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = survivor.Process.Kill()
		t.Error("a server of the killed run lives")
	}
	for path, want := range map[string]bool{living.path: true, kept.path: true, stale.path: false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s exists: %t, want %t", path, err == nil, want)
		}
	}
}

func open(t *testing.T, parent string) *directory {
	t.Helper()
	d, err := newDirectory(t.Context(), parent)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Planes side by side get different ports for workload clusters, and none on
// which somebody listens.
func TestPortBlocks(t *testing.T) {
	t.Parallel()
	locks := t.TempDir()
	first := block(t, locks)
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(first.last))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	second, third := block(t, locks), block(t, locks)
	if second.first <= first.last || third.first <= second.last {
		t.Errorf("blocks are %s (in use), %s, %s: they overlap", first, second, third)
	}
	_, _ = second.release(), third.release()
}

func block(t *testing.T, locks string) *portBlock {
	t.Helper()
	b, err := newPortBlock(locks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
