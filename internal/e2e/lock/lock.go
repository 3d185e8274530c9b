package lock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrHeld says that another holder has the lock.
var ErrHeld = errors.New("lock is held")

const retryInterval = 100 * time.Millisecond

// Lock is a held lock.
type Lock struct{ file *os.File }

// Try takes the lock of the file, which it creates when missing. It gives an
// error that is ErrHeld and names the holder when somebody else has it.
func Try(path string) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	if err := flock(file); err != nil {
		holder := read(file)
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking %s: %w by process %s", path, ErrHeld, holder)
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	// The holder's id is for error messages only.
	_ = file.Truncate(0)
	_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return &Lock{file: file}, nil
}

// Wait takes the lock, waiting for another holder until the context ends.
// Waiting is called once, before the first wait, with the error of Try.
func Wait(ctx context.Context, path string, waiting func(error)) (*Lock, error) {
	for first := true; ; first = false {
		held, err := Try(path)
		if err == nil || !errors.Is(err, ErrHeld) {
			return held, err
		}
		if first && waiting != nil {
			waiting(err)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, context.Cause(ctx))
		case <-time.After(retryInterval):
		}
	}
}

// Release gives the lock back. The file stays: removing it would let two
// processes hold locks of two files with one name.
func (l *Lock) Release() error { return l.file.Close() }

func flock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func read(file *os.File) string {
	data, err := io.ReadAll(io.LimitReader(file, 32))
	if err != nil || len(data) == 0 {
		return "(unknown)"
	}
	return strings.TrimSpace(string(data))
}
