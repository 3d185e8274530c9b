package binaries

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/lock"
)

// Cache is a directory of built servers.
type Cache struct {
	Dir      string               // empty is dayzero/e2e in os.UserCacheDir
	Progress func(message string) // told what is being built; nil is silence
	Go       string               // the go command; empty is "go"
}

const (
	unfinished = ".unfinished" // marks files that are being made; they are never used
	sizeRecord = ".size"       // holds the size of the file of that name without it
)

// Path is the cache's directory, created when missing.
func (c Cache) Path() (string, error) {
	dir := c.Dir
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(user, "dayzero", "e2e")
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// Build makes what is missing of the module and gives the directory with all
// of it. It waits for another process that does the same, until the context
// ends.
func (c Cache) Build(ctx context.Context, m Module) (string, error) {
	key, err := m.key()
	if err != nil {
		return "", fmt.Errorf("building %s: %w", m.Name, err)
	}
	cache, err := c.Path()
	if err != nil {
		return "", fmt.Errorf("building %s: %w", m.Name, err)
	}
	dir := filepath.Join(cache, key)
	if len(m.missing(dir)) == 0 {
		return dir, nil
	}
	held, err := lock.Wait(ctx, dir+".lock", func(err error) { c.tell("waiting for another build: %v", err) })
	if err != nil {
		return "", fmt.Errorf("building %s: %w", m.Name, err)
	}
	defer held.Release()
	return dir, c.fill(ctx, m, dir)
}

func (c Cache) fill(ctx context.Context, m Module, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := sweep(dir); err != nil {
		return err
	}
	flags, err := c.edit(ctx, m, dir)
	if err != nil {
		return err
	}
	j := job{Cache: c, module: m, dir: dir, flags: flags}
	for _, item := range m.missing(dir) {
		if err := j.make(ctx, item); err != nil {
			return fmt.Errorf("building %s: %w", item.name(), err)
		}
	}
	return sweep(dir)
}

// make makes one item under a name that nobody uses, then renames it.
func (j job) make(ctx context.Context, item item) error {
	start := time.Now()
	path := filepath.Join(j.dir, item.name())
	temporary := path + unfinished
	defer os.Remove(temporary)
	if err := item.make(ctx, j, temporary); err != nil {
		return err
	}
	stat, err := os.Stat(temporary)
	if err != nil {
		return err
	}
	if stat.Size() == 0 {
		return errors.New("the result is empty")
	}
	if err := os.WriteFile(path+sizeRecord, []byte(strconv.FormatInt(stat.Size(), 10)), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	j.tell("built %s in %s", item.name(), time.Since(start).Round(time.Second))
	return nil
}

// sweep removes what an interrupted build left. The caller holds the lock.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"+unfinished+"*"))
	for _, path := range left {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

func (c Cache) goCommand() string {
	if c.Go == "" {
		return "go"
	}
	return c.Go
}
