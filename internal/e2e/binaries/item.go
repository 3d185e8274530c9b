package binaries

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
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
		if !whole(filepath.Join(dir, i.name())) {
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

// whole reports that a file has the size it was made with: a full disk or a
// power cut may have taken its end.
func whole(path string) bool {
	stat, err := os.Stat(path)
	if err != nil {
		return false
	}
	size, err := os.ReadFile(path + sizeRecord)
	return err == nil && string(size) == strconv.FormatInt(stat.Size(), 10)
}
