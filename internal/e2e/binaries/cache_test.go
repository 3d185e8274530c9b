package binaries

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// tiny is a module with one program that needs nothing but the standard library.
func tiny(t *testing.T) Module {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module tiny\n\ngo 1.26.0\n\nrequire example.com/pinned v1.2.3\n")
	write(t, dir, "go.sum", "")
	write(t, dir, "main.go", "package main\n\nvar version = \"unset\"\n\nfunc main() { println(version) }\n")
	return Module{
		Name: "tiny", Dir: dir, Pin: "example.com/pinned",
		Programs: []Program{{Name: "hello", Package: ".", LDFlags: "-X main.version=%[1]s/%[2]s/%[3]s"}},
	}
}

// fakeGo is a go command that runs the script; $OUT is where the result belongs.
func fakeGo(t *testing.T, script string) string {
	t.Helper()
	return write(t, t.TempDir(), "go", `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = -o ] && OUT="$2"; shift; done
`+script+"\n")
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The real go command builds a program that knows the pinned version, into a
// directory that is named after it; the next call finds it there.
func TestBuild(t *testing.T) {
	t.Parallel()
	m := tiny(t)
	var told []string
	c := Cache{Dir: t.TempDir(), Progress: func(s string) { told = append(told, s) }}
	dir, err := c.Build(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(filepath.Base(dir), "tiny-v1.2.3-") {
		t.Errorf("directory is %s, want the version in its name", dir)
	}
	out, err := exec.Command(filepath.Join(dir, "hello")).CombinedOutput()
	if string(out) != "v1.2.3/1/2\n" || err != nil {
		t.Errorf("hello says %q, %v", out, err)
	}
	if len(told) != 2 {
		t.Errorf("progress is %q, want a begin and an end", told)
	}
	c.Go = fakeGo(t, "exit 1")
	if again, err := c.Build(t.Context(), m); again != dir || err != nil {
		t.Errorf("second call gives %s, %v, want %s at once", again, err, dir)
	}
}

// Any change of the module's sources or sums is another directory.
func TestKeyCoversTheModule(t *testing.T) {
	t.Parallel()
	m := tiny(t)
	before, err := m.key()
	if err != nil {
		t.Fatal(err)
	}
	write(t, m.Dir, "go.sum", "\n")
	if after, err := m.key(); after == before || err != nil {
		t.Errorf("key is %s, %v after a change of go.sum, want another", after, err)
	}
}

// Sources of a program count for the modules that build it, and for no others.
func TestKeyCoversItsSources(t *testing.T) {
	t.Parallel()
	ours, theirs := tiny(t), tiny(t)
	ours.Sources, theirs.Sources, theirs.Dir = []string{"ours"}, []string{"theirs"}, ours.Dir
	keys := func() (ourKey, theirKey string) {
		for _, m := range []Module{ours, theirs} {
			key, err := m.key()
			if err != nil {
				t.Fatal(err)
			}
			ourKey, theirKey = theirKey, key
		}
		return ourKey, theirKey
	}
	our, their := keys()
	if err := os.Mkdir(filepath.Join(ours.Dir, "ours"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(ours.Dir, "ours"), "main.go", "package main\n")
	if ourNext, theirNext := keys(); ourNext == our || theirNext != their {
		t.Errorf("keys go from %s and %s to %s and %s, want the first one changed", our, their, ourNext, theirNext)
	}
}

// A failing build shows the compiler's words and leaves nothing to be mistaken
// for a program.
func TestFailedBuildLeavesNothing(t *testing.T) {
	t.Parallel()
	c := Cache{Dir: t.TempDir(), Go: fakeGo(t, `printf half > "$OUT"; echo "main.go:3: undefined: x"; exit 2`)}
	dir, err := c.Build(t.Context(), tiny(t))
	var failure *process.Failure
	if !errors.As(err, &failure) || !strings.Contains(err.Error(), "undefined: x") {
		t.Errorf("got %v, want the compiler's words", err)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

// What a killed build left is never used, and goes away with the next build.
func TestHalfBuiltProgramIsNotUsed(t *testing.T) {
	t.Parallel()
	m := tiny(t)
	c := Cache{Dir: t.TempDir(), Go: fakeGo(t, `printf whole > "$OUT"`)}
	key, err := m.key()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(c.Dir, key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "hello.unfinished", "half")
	write(t, dir, "hello.unfinished.log", "")
	write(t, dir, "hello", "") // as after a full disk or a power cut
	write(t, c.Dir, key+".lock", "999999\n")
	if _, err := c.Build(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "hello")); string(data) != "whole" {
		t.Errorf("hello is %q, want it built anew", data)
	}
	if diff := cmp.Diff([]string{"hello", "hello.size"}, files(t, dir)); diff != "" {
		t.Errorf("files: -want +got:\n%s", diff)
	}
}

// A finished program that has lost its end, or all of it, is built anew; a whole
// one is not.
func TestTruncatedProgramIsNotUsed(t *testing.T) {
	t.Parallel()
	m, log := tiny(t), filepath.Join(t.TempDir(), "log")
	c := Cache{Dir: t.TempDir(), Go: fakeGo(t, `echo build >> `+log+`; printf whole > "$OUT"`)}
	for _, left := range []int64{3, 0, 5} {
		dir, err := c.Build(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(filepath.Join(dir, "hello")); string(data) != "whole" {
			t.Errorf("hello is %q before it is cut to %d bytes, want it whole", data, left)
		}
		if err := os.Truncate(filepath.Join(dir, "hello"), left); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Build(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(log); string(data) != "build\nbuild\nbuild\n" {
		t.Errorf("built %d times, want 3", strings.Count(string(data), "\n"))
	}
}

// Of several that want the same, one builds and the others wait for it.
func TestOneBuilds(t *testing.T) {
	t.Parallel()
	m, log := tiny(t), filepath.Join(t.TempDir(), "log")
	c := Cache{Dir: t.TempDir(), Go: fakeGo(t, `echo build >> `+log+`; sleep 0.3; printf whole > "$OUT"`)}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := c.Build(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if data, _ := os.ReadFile(log); string(data) != "build\n" {
		t.Errorf("built %d times, want once", strings.Count(string(data), "\n"))
	}
}

// A build that hangs ends with the context.
func TestBuildEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	c := Cache{Dir: t.TempDir(), Go: fakeGo(t, "sleep 600")}
	if _, err := c.Build(ctx, tiny(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

// An edit whose text is gone or ambiguous stops the build.
func TestEditMustFit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "a.go", "wait = 30; retry = 30")
	edit := Edit{Module: "m", Path: "a.go", Old: "30", New: "1"}
	if err := edit.apply(dir); err == nil || !strings.Contains(err.Error(), "occurs 2 times") {
		t.Errorf("got %v, want it to say that the text is ambiguous", err)
	}
	edit.Old, edit.New = "wait = 30", "wait = 1"
	if err := edit.apply(dir); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "wait = 1; retry = 30" {
		t.Errorf("file is %q", data)
	}
}
