package plane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/e2e/lock"
	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// directory holds the files of one plane. Its lock tells the living from what
// killed runs left.
type directory struct {
	path string
	held *lock.Lock
}

const (
	lockFile = "lock"
	pidFile  = "pids"
	keptFile = "kept" // marks a directory that is left on purpose
)

// newDirectory creates a directory in parent, and removes what killed runs left
// there, processes included.
func newDirectory(ctx context.Context, parent string) (*directory, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	// Nobody may sweep between the creation of a directory and that of its lock.
	all, err := lock.Wait(ctx, filepath.Join(parent, lockFile), nil)
	if err != nil {
		return nil, err
	}
	defer all.Release()
	if err := sweep(parent); err != nil {
		return nil, fmt.Errorf("removing what a killed run left: %w", err)
	}
	path, err := os.MkdirTemp(parent, "run-")
	if err != nil {
		return nil, err
	}
	held, err := lock.Try(filepath.Join(path, lockFile))
	if err != nil {
		return nil, err
	}
	return &directory{path: path, held: held}, nil
}

func sweep(parent string) error {
	paths, err := filepath.Glob(filepath.Join(parent, "run-*"))
	for _, path := range paths {
		err = errors.Join(err, sweepOne(path))
	}
	return err
}

func sweepOne(path string) error {
	if _, err := os.Stat(filepath.Join(path, keptFile)); err == nil {
		return nil
	}
	held, err := lock.Try(filepath.Join(path, lockFile))
	if errors.Is(err, lock.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	defer held.Release()
	// The path is in the command line of every server.
	process.KillNamed(recorded(path), path)
	return os.RemoveAll(path)
}

func (d *directory) file(name string) string { return filepath.Join(d.path, name) }

// record notes a process, for sweep.
func (d *directory) record(pid int) error {
	file, err := os.OpenFile(d.file(pidFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, pid)
	return errors.Join(err, file.Close())
}

// recorded lists the processes of a directory.
func recorded(path string) []int {
	data, err := os.ReadFile(filepath.Join(path, pidFile))
	if err != nil {
		return nil
	}
	var pids []int
	for _, field := range strings.Fields(string(data)) {
		if pid, err := strconv.Atoi(field); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (d *directory) release(keep bool) error {
	var err error
	if keep {
		err = os.WriteFile(d.file(keptFile), nil, 0o644)
	} else {
		err = os.RemoveAll(d.path)
	}
	return errors.Join(err, d.held.Release())
}
