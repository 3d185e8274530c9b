package profiletest

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Over lays files over others: a name that both have is that of files. So a
// fixture holds only what it is about.
func Over(base, files fs.FS) fs.FS { return over{base: base, files: files} }

type over struct{ base, files fs.FS }

// Open implements [fs.FS].
func (o over) Open(name string) (fs.File, error) {
	f, err := o.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.base.Open(name)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.IsDir() {
		return f, err
	}
	entries, err := o.ReadDir(name)
	return &directory{File: f, rest: entries}, err
}

// ReadDir implements [fs.ReadDirFS].
func (o over) ReadDir(name string) ([]fs.DirEntry, error) {
	upper, err := fs.ReadDir(o.files, name)
	lower, missing := fs.ReadDir(o.base, name)
	if err != nil && missing != nil {
		return nil, err
	}
	byName := func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }
	all := slices.Concat(upper, lower)
	slices.SortStableFunc(all, byName)
	return slices.CompactFunc(all, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() }), nil
}

// Lstat implements [fs.ReadLinkFS], so that links are seen as links.
func (o over) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(o.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return fs.Lstat(o.base, name)
	}
	return info, err
}

// ReadLink implements [fs.ReadLinkFS].
func (o over) ReadLink(name string) (string, error) {
	target, err := fs.ReadLink(o.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return fs.ReadLink(o.base, name)
	}
	return target, err
}

// directory lists the entries of both sides.
type directory struct {
	fs.File
	rest []fs.DirEntry
}

// ReadDir implements [fs.ReadDirFile].
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(d.rest) {
		if n > 0 && len(d.rest) == 0 {
			return nil, io.EOF
		}
		n = len(d.rest)
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out, nil
}
