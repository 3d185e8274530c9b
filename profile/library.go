package profile

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/files"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Library holds profiles in all their versions. It never changes and may be
// used by many goroutines.
type Library struct {
	releases map[string][]*release // by name, versions ascending

	mu       sync.Mutex
	composed map[string]*composition // by the refs of a stack
}

func newLibrary() *Library {
	return &Library{releases: map[string][]*release{}, composed: map[string]*composition{}}
}

// release is one version of a profile, read and compiled.
type release struct {
	source
	ref     Ref
	version Version
	profile Profile
	dir     string
	files   map[string]File // referenced by the document, by name
	digest  string
	refused bool // a file it refers to was refused
	layers  []*layer
	consts  *value.Node
	// inputs are the variables that can judge values; nil for a declaration with
	// mistakes.
	inputs []*input
	rules  []*rule
	// scopes are what expressions of the profile may see.
	scopes scopes
}

type scopes struct{ plain, pool, content *expr.Scope }

// File is a file that a document refers to.
type File struct {
	// Name is its path in the workspace.
	Name string
	Data []byte
	// Digest is "sha256:" and the hexadecimal SHA-256 of Data.
	Digest string
	// Expand: expressions in the file are evaluated; Objects has the result.
	Expand  bool
	objects []*value.Node
}

// Objects are the Kubernetes objects of an expanded file of a stack; nil for
// other files, whose Data is left as it is.
func (f File) Objects() []Value {
	out := make([]Value, len(f.objects))
	for i, o := range f.objects {
		out[i] = Value{node: o}
	}
	return out
}

// Profiles yields the profiles of the library by name and ascending version.
func (l *Library) Profiles() iter.Seq[Profile] {
	return func(yield func(Profile) bool) {
		for _, name := range l.names() {
			for _, r := range l.releases[name] {
				if !yield(r.profile) {
					return
				}
			}
		}
	}
}

// Profile returns one version of a profile.
func (l *Library) Profile(ref Ref) (Profile, bool) {
	if r := l.release(ref); r != nil {
		return r.profile, true
	}
	return Profile{}, false
}

// Digest is the content digest of one version of a profile: over the document
// as written (fields sorted, no defaults applied) and the path and SHA-256 of
// every file it refers to. It is "" for a version that is not in the library.
func (l *Library) Digest(ref Ref) string {
	if r := l.release(ref); r != nil {
		return r.digest
	}
	return ""
}

func (l *Library) names() []string { return slices.Sorted(maps.Keys(l.releases)) }

func (l *Library) release(ref Ref) *release {
	for _, r := range l.releases[ref.Name] {
		if r.ref.Version == ref.Version {
			return r
		}
	}
	return nil
}

// latest is the highest version that is not a -dev version.
func (l *Library) latest(name string) *release {
	for _, r := range slices.Backward(l.releases[name]) {
		if !r.version.IsDev() {
			return r
		}
	}
	return nil
}

func (l *loader) library() {
	for _, name := range l.tree.Dirs(libraryDir) {
		dir := path.Join(libraryDir, name)
		if name == "overlays" {
			l.refuseOverlays(dir)
			continue
		}
		for _, version := range l.tree.Dirs(dir) {
			l.releaseDir(path.Join(dir, version))
		}
	}
	lib := l.workspace.Library
	for _, releases := range lib.releases {
		slices.SortStableFunc(releases, func(a, b *release) int { return a.version.Compare(b.version) })
	}
}

func (l *loader) refuseOverlays(dir string) {
	for _, file := range l.tree.Files(dir) {
		if path.Base(file) == "overlay.yaml" {
			l.add(diag.Errorf("profile.unsupported", diag.Range{File: file}, "overlays are not supported yet").
				WithDetail("write overrides into the clusters"))
		}
	}
}

func (l *loader) releaseDir(dir string) {
	file := path.Join(dir, "profile.yaml")
	if !l.tree.Exists(file) {
		l.add(diag.Errorf("profile.no-document", diag.Range{File: dir}, "there is no profile.yaml in %s", dir).
			WithDetail("a version of a profile is the directory library/<name>/<version> with profile.yaml in it"))
		return
	}
	for _, root := range l.read(file) {
		if _, ok := l.kindOf(root, "Profile"); ok {
			l.release(dir, root)
		}
	}
}

// release reads one profile document. A release that is broken stays in the
// library, so that clusters that use it are not said to use a missing version.
func (l *loader) release(dir string, root *value.Node) {
	before := len(l.diags)
	r := &release{dir: dir, files: map[string]File{}}
	l.decodeInto(root, &r.profile)
	r.ref = r.profile.Ref()
	r.Document = Document{Kind: "Profile", Name: "profile " + r.ref.String(), root: root}
	l.identify(r)
	if first := l.workspace.Library.release(r.ref); first != nil {
		l.add(diag.Errorf("profile.duplicate", r.At(diag.Fields("metadata", "name")), "profile %s is defined twice", r.ref).
			WithDetail("keep one document in each profile.yaml").
			WithRelated(first.At(diag.Fields("metadata", "name")), "the other one is here"))
		return
	}
	writer := &value.Writer{File: root.Place().Range().File, Kind: diag.Profile, Document: r.ref.String(), Owner: r.profile.Spec.Owner}
	r.root = root.WrittenBy(writer)
	r.profile = Profile{}
	l.quietly(func() { l.decodeInto(r.root, &r.profile) })
	l.workspace.documents = append(l.workspace.documents, r.Document)
	l.checkProfile(r)
	l.compile(r)
	if r.broken = r.refused || l.diags[before:].HasErrors(); !r.broken {
		l.checkAlone(r)
		l.unusedVariables(r)
		r.broken = l.diags[before:].HasErrors()
	}
	r.digest = r.contentDigest()
	lib := l.workspace.Library
	lib.releases[r.ref.Name] = append(lib.releases[r.ref.Name], r)
}

// quietly runs a step whose findings are known already.
func (l *loader) quietly(step func()) {
	diags := l.diags
	step()
	l.diags = diags
}

// identify compares the document's identity with its directory.
func (l *loader) identify(r *release) {
	name, version := path.Base(path.Dir(r.dir)), path.Base(r.dir)
	if r.ref.Name != name && r.ref.Name != "" {
		at := diag.Fields("spec", "name")
		if r.profile.Spec.Name == "" {
			at = diag.Fields("metadata", "name")
		}
		l.add(diag.Errorf("profile.directory", r.At(at), "the profile is called %q but lies in directory %q", r.ref.Name, name).
			WithDetail("call both the same: the directory is library/<name>/<version>").WithPath(at))
	}
	at := diag.Fields("spec", "version")
	if r.ref.Version != version && r.ref.Version != "" {
		l.add(diag.Errorf("profile.directory", r.At(at), "the profile has version %q but lies in directory %q", r.ref.Version, version).
			WithDetail("call both the same: the directory is library/<name>/<version>").WithPath(at))
	}
	v, err := ParseVersion(r.ref.Version)
	if err != nil && r.ref.Version != "" {
		l.add(diag.Errorf("profile.version", r.At(at), "%v", err).WithDetail("write three numbers: major.minor.patch").WithPath(at))
	}
	r.version = v
}

func (r *release) contentDigest() string {
	referenced := make(map[string]any, len(r.files))
	for name, f := range r.files {
		referenced[strings.TrimPrefix(name, r.dir+"/")] = f.Digest
	}
	list, err := value.FromAny(referenced, value.Place{})
	if err != nil {
		return ""
	}
	whole := value.NewMap([]value.Entry{{Name: "document", Value: r.root}, {Name: "files", Value: list}}, value.Place{})
	return whole.Digest()
}

// file reads a file that the document of r refers to.
func (l *loader) file(r *release, name string) (File, bool) {
	if f, ok := r.files[name]; ok {
		return f, true
	}
	data, ok := l.tree.Read(name, l.layout.MaxBytes)
	if !ok {
		r.refused = true
		return File{}, false
	}
	f := File{Name: name, Data: data, Digest: value.DigestBytes(data)}
	r.files[name] = f
	return f, true
}

// beside resolves a pattern of files below the document's directory.
func (l *loader) beside(r *release, pattern string, at diag.Range, where diag.Path) []File {
	full, err := files.Below(r.dir, pattern)
	if err != nil {
		l.add(diag.Errorf("source.outside", at, "%v", err).
			WithDetail("files lie below the document's directory, %s; put a copy there", r.dir).WithPath(where))
		return nil
	}
	refused := len(l.tree.Diags)
	names, err := l.tree.Match(r.dir, strings.TrimPrefix(full, r.dir+"/"))
	if err != nil {
		l.add(diag.Errorf("profile.file", at, "%v", err).WithDetail("use * and ? and [a-z] as in a shell").WithPath(where))
		return nil
	}
	if len(l.tree.Diags) > refused {
		r.refused = true // which is reported
		if len(names) == 0 {
			return nil
		}
	}
	if len(names) == 0 {
		l.add(diag.Errorf("profile.file", at, "no file matches %q", pattern).
			WithDetail("%s", l.filesHint(r, pattern)).WithPath(where))
		return nil
	}
	var out []File
	for _, name := range names {
		if f, ok := l.file(r, name); ok {
			out = append(out, f)
		}
	}
	return out
}

func (l *loader) filesHint(r *release, pattern string) string {
	var known []string
	for _, name := range l.tree.Files(r.dir) {
		known = append(known, strings.TrimPrefix(name, r.dir+"/"))
	}
	if near, ok := diag.Nearest(pattern, known); ok {
		return fmt.Sprintf("did you mean %q? names are relative to %s", near, r.dir)
	}
	return "names are relative to " + r.dir
}
