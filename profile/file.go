package profile

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/files"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// File is a file that a document refers to.
type File struct {
	// Name is its path in the workspace.
	Name string
	// Data is shared by all who have the file: nobody changes it.
	Data []byte
	// Digest is "sha256:" and the hexadecimal SHA-256 of Data.
	Digest string
	// Owner is who names the file among the manifests of a layer.
	Owner string
	// Expand: expressions in the file are evaluated; Objects has the result.
	Expand  bool
	objects []*value.Node
	text    func() string // Data, made once however often the text is used
}

// Objects are the Kubernetes objects of an expanded file of a stack; none for
// other files, whose Data is left as it is.
func (f File) Objects() []Value {
	out := make([]Value, len(f.objects))
	for i, o := range f.objects {
		out[i] = Value{node: o}
	}
	return out
}

// file reads a file that the document of e refers to.
func (l *loader) file(e *edition, name string) (File, bool) {
	if f, ok := e.files[name]; ok {
		return f, true
	}
	data, ok := l.tree.Read(name, l.layout.MaxBytes)
	if !ok {
		e.refused = true
		return File{}, false
	}
	text := sync.OnceValue(func() string { return string(data) })
	f := File{Name: name, Data: data, Digest: value.DigestBytes(data), text: text}
	e.files[name] = f
	return f, true
}

// beside reads the files below the document's directory that match a pattern.
func (l *loader) beside(e *edition, pattern string, at diag.Range, where diag.Path) []File {
	full, err := files.Below(e.dir, pattern)
	if err != nil {
		l.add(diag.Errorf("source.outside", at, "%v", err).
			WithDetail("files lie below the document's directory, %s; put a copy there", e.dir).WithPath(where))
		return nil
	}
	refused := len(l.tree.Diags)
	names, err := l.tree.Match(e.dir, strings.TrimPrefix(full, e.dir+"/"))
	if err != nil {
		l.add(diag.Errorf("profile.file", at, "%v", err).WithDetail("use * and ? and [a-z] as in a shell").WithPath(where))
		return nil
	}
	if len(l.tree.Diags) > refused {
		e.refused = true // which is reported
		if len(names) == 0 {
			return nil
		}
	}
	if len(names) == 0 {
		l.add(diag.Errorf("profile.file", at, "no file matches %q", pattern).
			WithDetail("%s", l.filesHint(e, pattern)).WithPath(where))
		return nil
	}
	var out []File
	for _, name := range names {
		if f, ok := l.file(e, name); ok {
			out = append(out, f)
		}
	}
	return out
}

func (l *loader) filesHint(e *edition, pattern string) string {
	var known []string
	for _, name := range l.tree.Files(e.dir) {
		known = append(known, strings.TrimPrefix(name, e.dir+"/"))
	}
	if near, ok := diag.Nearest(pattern, known); ok {
		return fmt.Sprintf("did you mean %q? names are relative to %s", near, e.dir)
	}
	return "names are relative to " + e.dir
}

// fileFinder gives the files that match a pattern written at a place; findings
// are reported with the path where.
type fileFinder func(pattern string, at diag.Range, where diag.Path) []File

// filesOf finds files beside the document that a pattern is written in: r's own,
// which are read, or those of a parent, which were read for it.
func (l *loader) filesOf(r *release) fileFinder {
	return func(pattern string, at diag.Range, where diag.Path) []File {
		if e := r.beside(at); e != r {
			return e.known(pattern, at, where)
		}
		return l.beside(&r.edition, pattern, at, where)
	}
}

// beside is the release, r or a parent of it, in whose directory a place is.
func (r *release) beside(at diag.Range) *release {
	for parent := r.parent; parent != nil; parent = parent.parent {
		if parent.holds(at.File) {
			return parent
		}
	}
	return r
}

// filesRead finds files of the release and its parents without reading any: what
// is composed later does not depend on what became of them.
func (r *release) filesRead(pattern string, at diag.Range, where diag.Path) []File {
	return r.beside(at).known(pattern, at, where)
}

// known finds files that were read before.
func (e *edition) known(pattern string, _ diag.Range, _ diag.Path) []File {
	var out []File
	for _, name := range slices.Sorted(maps.Keys(e.files)) {
		if ok, _ := path.Match(path.Join(e.dir, pattern), name); ok {
			out = append(out, e.files[name])
		}
	}
	return out
}
