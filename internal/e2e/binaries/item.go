package binaries

import (
	"context"
	"os"
	"path/filepath"
)

// item is one file to make.
type item interface {
	name() string
	make(ctx context.Context, j job, path string) error
}

// job is the making of one module's items.
type job struct {
	Cache
	module Module
	dir    string   // of the results
	flags  []string // of go build
}

// missing lists what is not yet in dir, in the order of making.
func (m Module) missing(dir string) []item {
	var items []item
	add := func(i item) {
		if stat, err := os.Stat(filepath.Join(dir, i.name())); err != nil || stat.Size() == 0 {
			items = append(items, i)
		}
	}
	for _, p := range m.Programs {
		add(p)
	}
	for _, d := range m.Documents {
		add(d)
	}
	return items
}
