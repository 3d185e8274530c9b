package profiletest

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Over lays files over others: a name that both have is that of files. So a
// fixture holds only what it is about.
func Over(base, files fs.FS) fs.FS { return over{base: base, files: files} }

type over struct {
	base, files fs.FS
	hidden      map[string]bool // names of base that are not there
}

// hide takes a file of the base away, and the directories that it leaves empty.
func (o over) hide(name string) {
	o.hidden[name] = true
	dir := path.Dir(name)
	entries, err := fs.ReadDir(o.base, dir)
	if dir == "." || err != nil {
		return
	}
	if len(o.shown(dir, entries)) == 0 {
		o.hide(dir)
	}
}

// shown are the entries of a directory of the base that are there.
func (o over) shown(dir string, entries []fs.DirEntry) []fs.DirEntry {
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return o.hidden[path.Join(dir, e.Name())] })
}

// either asks the files, and below them the base.
func either[T any](o over, name string, ask func(fs.FS) (T, error)) (T, error) {
	v, err := ask(o.files)
	if errors.Is(err, fs.ErrNotExist) && !o.hidden[name] {
		return ask(o.base)
	}
	return v, err
}

// Open implements [fs.FS].
func (o over) Open(name string) (fs.File, error) {
	f, err := either(o, name, func(fsys fs.FS) (fs.File, error) { return fsys.Open(name) })
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
	if err != nil && (missing != nil || o.hidden[name]) {
		return nil, err
	}
	all := slices.Concat(upper, o.shown(name, lower))
	slices.SortStableFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return slices.CompactFunc(all, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() }), nil
}

// Lstat implements [fs.ReadLinkFS], so that links are seen as links.
func (o over) Lstat(name string) (fs.FileInfo, error) {
	return either(o, name, func(fsys fs.FS) (fs.FileInfo, error) { return fs.Lstat(fsys, name) })
}

// ReadLink implements [fs.ReadLinkFS].
func (o over) ReadLink(name string) (string, error) {
	return either(o, name, func(fsys fs.FS) (string, error) { return fs.ReadLink(fsys, name) })
}

// directory lists the entries of both sides.
type directory struct {
	fs.File
	rest []fs.DirEntry
}

// ReadDir implements [fs.ReadDirFile].
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.rest) {
		n = len(d.rest)
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out, nil
}
