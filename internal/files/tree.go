package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Tree reads files below the root of a file system and collects what it had to
// refuse. It is not safe for concurrent use.
type Tree struct {
	fsys  fs.FS
	limit int64
	read  int64
	full  bool
	Diags diag.Diagnostics
}

// NewTree is the tree of fsys of which at most limit bytes are read.
func NewTree(fsys fs.FS, limit int64) *Tree { return &Tree{fsys: fsys, limit: limit} }

// Files lists the regular files below dir, sorted, leaving out names that start
// with a dot. A dir that is not there has none.
func (t *Tree) Files(dir string) []string {
	if link, found := t.linkOn(dir); found {
		t.refuseLink(link)
		return nil
	}
	var names []string
	err := fs.WalkDir(t.fsys, dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == dir && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			t.refuse("source.read", name, err.Error(), "check that the file can be read")
			return nil
		case name != dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			t.refuseLink(name)
		case entry.Type().IsRegular():
			names = append(names, name)
		case !entry.IsDir():
			t.refuseIrregular(name)
		}
		return nil
	})
	if err != nil {
		t.refuse("source.read", dir, err.Error(), "check that the directory can be read")
	}
	slices.Sort(names)
	return names
}

// HasRoot reports whether there is a directory to read from; that there is none
// is refused.
func (t *Tree) HasRoot() bool {
	info, err := fs.Stat(t.fsys, ".")
	if err == nil && !info.IsDir() {
		err = errors.New("it is no directory")
	}
	if err != nil {
		t.refuse("source.read", ".", "the root of the workspace cannot be read: "+err.Error(), "check which directory is read")
	}
	return err == nil
}

// List lists the directories and the regular files directly in dir, each sorted,
// as Files does.
func (t *Tree) List(dir string) (dirs, names []string) {
	if link, found := t.linkOn(dir); found {
		t.refuseLink(link)
		return nil, nil
	}
	entries, err := fs.ReadDir(t.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.refuse("source.read", dir, err.Error(), "check that the directory can be read")
	}
	for _, entry := range entries {
		switch {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.Type()&fs.ModeSymlink != 0:
			t.refuseLink(path.Join(dir, entry.Name()))
		case entry.IsDir():
			dirs = append(dirs, entry.Name())
		case entry.Type().IsRegular():
			names = append(names, entry.Name())
		}
	}
	return dirs, names
}

// Exists reports whether anything has this name; Read refuses what is no regular
// file, so that it is not taken for absent.
func (t *Tree) Exists(name string) bool {
	_, err := fs.Lstat(t.fsys, name)
	return err == nil
}

// Read returns the content of a regular file of at most limit bytes. ok is false
// when it was refused.
func (t *Tree) Read(name string, limit int64) (data []byte, ok bool) {
	if link, found := t.linkOn(name); found {
		t.refuseLink(link)
		return nil, false
	}
	// opening a named pipe would wait for somebody to write into it
	if info, err := fs.Lstat(t.fsys, name); err == nil && !info.Mode().IsRegular() {
		t.refuseIrregular(name)
		return nil, false
	}
	file, err := t.fsys.Open(name)
	if err != nil {
		t.refuse("source.read", name, err.Error(), "check that the file is there and can be read")
		return nil, false
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		t.refuse("source.read", name, err.Error(), "check that the file can be read")
		return nil, false
	}
	if int64(len(data)) > limit {
		t.refuse("source.too-large", name, fmt.Sprintf("the file is larger than the %d bytes allowed", limit), "split it, or keep large content in files of its own")
		return nil, false
	}
	return data, t.count(name, int64(len(data)))
}

func (t *Tree) count(name string, n int64) bool {
	if t.read += n; t.read <= t.limit {
		return true
	}
	if !t.full {
		t.full = true
		t.refuse("source.too-large", name, fmt.Sprintf("with this file the workspace is larger than the %d bytes allowed", t.limit), "split the workspace, or raise the limit")
	}
	return false
}

// linkOn returns the first part of name that is a symbolic link.
func (t *Tree) linkOn(name string) (string, bool) {
	parts := strings.Split(name, "/")
	for i := range parts {
		prefix := strings.Join(parts[:i+1], "/")
		info, err := fs.Lstat(t.fsys, prefix)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return prefix, true
		}
	}
	return "", false
}

func (t *Tree) refuseIrregular(name string) {
	t.refuse("source.read", name, "this is not a regular file", "put a file here, or take it away")
}

func (t *Tree) refuseLink(name string) {
	summary := "this is a symbolic link, which is not followed"
	if target, err := fs.ReadLink(t.fsys, name); err == nil && leadsOut(name, target) {
		summary = "this is a symbolic link that leads out of the workspace"
	}
	t.refuse("source.link", name, summary, "put a copy of the file here, so that the workspace means the same on every machine")
}

func leadsOut(name, target string) bool {
	if path.IsAbs(target) {
		return true
	}
	return !fs.ValidPath(path.Join(path.Dir(name), target))
}

func (t *Tree) refuse(code, name, summary, hint string) {
	t.Diags = append(t.Diags, diag.Errorf(code, diag.Range{File: name}, "%s", summary).WithDetail("%s", hint))
}

// Below resolves a name written in a document of directory dir. It must stay
// below dir.
func Below(dir, name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("the name is empty")
	case strings.ContainsAny(name, "\\\x00"):
		return "", fmt.Errorf("%q is not a relative path with forward slashes", name)
	case path.IsAbs(name):
		return "", fmt.Errorf("%q is absolute", name)
	case !fs.ValidPath(path.Clean(name)):
		return "", fmt.Errorf("%q leads out of the document's directory", name)
	}
	return path.Join(dir, name), nil
}

// Match lists the regular files below dir whose name relative to dir matches
// pattern (as [path.Match]), sorted.
func (t *Tree) Match(dir, pattern string) ([]string, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	fixed := dir
	if i := strings.IndexAny(pattern, `*?[`); i < 0 {
		fixed = path.Join(dir, path.Dir(pattern))
	} else if slash := strings.LastIndexByte(pattern[:i], '/'); slash >= 0 {
		fixed = path.Join(dir, pattern[:slash])
	}
	var names []string
	for _, name := range t.Files(fixed) {
		relative := strings.TrimPrefix(name, dir+"/")
		if ok, _ := path.Match(pattern, relative); ok {
			names = append(names, name)
		}
	}
	return names, nil
}
