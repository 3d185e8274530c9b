package lock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/lock"
)

// A lock file that a killed process left behind holds nobody up.
func TestStaleLockFileIsNoLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(path, []byte("999999\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	held, err := lock.Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Release(); err != nil {
		t.Error(err)
	}
}

// Waiting ends at the deadline and names the holder; a released lock is free.
func TestWaitNamesTheHolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	held, err := lock.Try(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	told := 0
	_, err = lock.Wait(ctx, path, func(error) { told++ })
	if !errors.Is(err, lock.ErrHeld) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want ErrHeld and the deadline", err)
	}
	if want := "by process " + strconv.Itoa(os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want it to say %q", err, want)
	}
	if told != 1 {
		t.Errorf("told %d times of the wait, want once", told)
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	if held, err = lock.Wait(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	_ = held.Release()
}
