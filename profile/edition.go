package profile

import (
	"path"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// edition is one version of a profile or an overlay as it was read: what is
// published, and never changes then.
type edition struct {
	source
	ref     Ref
	version Version
	dir     string
	files   map[string]File // referenced by the document itself, by name
	digest  string
	refused bool // a file it refers to was refused
}

func documentName(kind string) string { return strings.ToLower(kind) + ".yaml" }

var articles = map[string]string{"Profile": "a profile", "Overlay": "an overlay"}

// edition reads the one document of an edition from its directory. ok means that
// there is one.
func (l *loader) edition(dir, kind string) (e edition, ok bool) {
	name := documentName(kind)
	file := path.Join(dir, name)
	if !l.tree.Exists(file) {
		l.add(diag.Errorf("profile.no-document", diag.Range{File: dir}, "there is no %s in %s", name, dir).
			WithDetail("a version of %s is the directory %s/<name>/<version> with %s in it", articles[kind], path.Dir(path.Dir(dir)), name))
		return edition{}, false
	}
	for _, root := range l.read(file) {
		if _, is := l.kindOf(root, kind); !is {
			continue
		}
		if ok {
			l.add(diag.Errorf("profile.duplicate", root.Place().Range(), "a second document in %s", file).
				WithDetail("every version of %s has a directory of its own", articles[kind]).
				WithRelated(e.At(nil), "the first one is here"))
			continue
		}
		e, ok = newEdition(kind, dir, root), true
	}
	if ok {
		e.version = l.identify(e)
	}
	return e, ok
}

// holds reports whether a file lies in the directory of the edition.
func (e *edition) holds(file string) bool { return e.dir != "" && strings.HasPrefix(file, e.dir+"/") }

// newEdition marks who wrote what in a document.
func newEdition(kind, dir string, root *value.Node) edition {
	spec := root.Get("spec")
	name, _ := spec.Get("name").Str()
	if name == "" {
		name, _ = root.Get("metadata", "name").Str()
	}
	version, _ := spec.Get("version").Str()
	owner, _ := spec.Get("owner").Str()
	e := edition{dir: dir, ref: Ref{Name: name, Version: version}, files: map[string]File{}}
	writer := &value.Writer{File: root.Place().Range().File, Kind: diag.Profile, Document: e.ref.String(), Owner: owner}
	if kind == "Overlay" {
		writer.Kind, writer.Document = diag.Overlay, "overlay/"+e.ref.String()
	}
	e.Document = Document{Kind: kind, Name: strings.ToLower(kind) + " " + e.ref.String(), root: root.WrittenBy(writer)}
	return e
}

// identify compares the document's identity with its directory and reads its
// version.
func (l *loader) identify(e edition) Version {
	kind := strings.ToLower(e.Kind)
	name, version := path.Base(path.Dir(e.dir)), path.Base(e.dir)
	hint := "call both the same: the directory is " + path.Dir(path.Dir(e.dir)) + "/<name>/<version>"
	if e.ref.Name != name && e.ref.Name != "" {
		at := diag.Fields("spec", "name")
		if e.root.Find(at) == nil {
			at = diag.Fields("metadata", "name")
		}
		l.add(diag.Errorf("profile.directory", e.At(at), "the %s is called %q but lies in directory %q", kind, e.ref.Name, name).
			WithDetail("%s", hint).WithPath(at))
	}
	at := diag.Fields("spec", "version")
	if e.ref.Version != version && e.ref.Version != "" {
		l.add(diag.Errorf("profile.directory", e.At(at), "the %s has version %q but lies in directory %q", kind, e.ref.Version, version).
			WithDetail("%s", hint).WithPath(at))
	}
	v, err := ParseVersion(e.ref.Version)
	if err != nil && e.ref.Version != "" {
		l.add(diag.Errorf("profile.version", e.At(at), "%v", err).WithDetail("write three numbers: major.minor.patch").WithPath(at))
	}
	return v
}

// contentDigest covers the document as written, the files it refers to, and
// what it extends, by its digest.
func (e edition) contentDigest(parent *release) string {
	referenced := make(map[string]any, len(e.files))
	for name, f := range e.files {
		referenced[strings.TrimPrefix(name, e.dir+"/")] = f.Digest
	}
	list, err := value.FromAny(referenced, value.Place{})
	if err != nil {
		return ""
	}
	parts := []value.Entry{{Name: "document", Value: e.root}, {Name: "files", Value: list}}
	if parent != nil {
		parts = append(parts, value.Entry{Name: "extends", Value: value.NewString(parent.digest, value.Place{})})
	}
	return value.NewMap(parts, value.Place{}).Digest()
}
