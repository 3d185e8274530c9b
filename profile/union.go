package profile

import (
	"io/fs"
	"path"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Union joins libraries, for instance of several repositories. A version that
// several of them have is there once; where their digests differ, or a profile and
// an overlay have one name, the first one stays and an error names both. Of their
// Ownership documents, the first one counts, and one that says something else is
// an error.
func Union(libraries ...*Library) (*Library, diag.Diagnostics) {
	out := newLibrary()
	var diags diag.Diagnostics
	for _, l := range libraries {
		switch {
		case out.rules == nil:
			out.rules = l.rules
		case l.rules != nil && !l.rules.root.Equal(out.rules.root):
			diags = append(diags, twoOwnerships(out.rules, l.rules))
		}
		for _, name := range l.names() {
			for _, r := range l.releases[name] {
				if first := out.taken(&r.edition); first != nil {
					diags = append(diags, differing(first, &r.edition)...)
					continue
				}
				out.releases[name] = append(out.releases[name], r)
			}
		}
		for _, name := range sortedKeys(l.overlays) {
			for _, o := range l.overlays[name] {
				if first := out.taken(&o.edition); first != nil {
					diags = append(diags, differing(first, &o.edition)...)
					continue
				}
				out.overlays[name] = append(out.overlays[name], o)
			}
		}
	}
	out.sort()
	return out, diags.Sorted()
}

// taken is a version that leaves no place for e; nil for none.
func (l *Library) taken(e *edition) *edition {
	if other := l.namesake(e); other != nil {
		return other
	}
	return l.edition(e.ref)
}

func differing(first, second *edition) diag.Diagnostics {
	switch {
	case first.Kind != second.Kind:
		return diag.Diagnostics{sameName(first, second)}
	case first.digest == second.digest:
		return nil
	}
	at := diag.Fields("spec", "version")
	return diag.Diagnostics{diag.Errorf("profile.immutable", second.At(at), "two libraries have %s with different content", second.ref).
		WithDetail("a version never changes: publish one of the two as another version").WithPath(at).
		WithRelated(first.At(at), "the other one is here")}
}

func (l *Library) sort() {
	for _, releases := range l.releases {
		slices.SortStableFunc(releases, func(a, b *release) int { return a.version.Compare(b.version) })
	}
	for _, overlays := range l.overlays {
		slices.SortStableFunc(overlays, func(a, b *overlay) int { return a.version.Compare(b.version) })
	}
}

// Contents are the documents of a library that is built in Go.
type Contents struct {
	Profiles []Profile
	Overlays []Overlay
	// Ownership says who may do what. Nil for none.
	Ownership *Ownership
	// Files holds what the documents refer to, at library/<name>/<version>/ and
	// library/overlays/<name>/<version>/. Nil for no files.
	Files fs.FS
}

// NewLibrary makes a library of documents that are built in Go. It judges them
// as [Load] does, and gives them the digests that files saying the same have.
// Places in diagnostics and origins name the file in which a document would lie.
func NewLibrary(contents Contents, layout Layout) (*Library, diag.Diagnostics) {
	files := contents.Files
	if files == nil {
		files = noFiles{}
	}
	l := newLoader(files, layout)
	l.builtOwnership(contents.Ownership)
	for _, p := range contents.Profiles {
		dir := path.Join(libraryDir, p.Ref().Name, p.Ref().Version)
		if e, ok := l.built("Profile", dir, p); ok {
			l.keepRelease(&release{edition: e, whole: e.root})
		}
	}
	for _, o := range contents.Overlays {
		dir := path.Join(libraryDir, overlaysDir, o.Ref().Name, o.Ref().Version)
		if e, ok := l.built("Overlay", dir, o); ok {
			l.keepOverlay(&overlay{edition: e})
		}
	}
	l.settleAll()
	return l.workspace.Library, append(l.diags, l.tree.Diags...).Sorted()
}

// built is an edition of a document that no file holds.
func (l *loader) built(kind, dir string, document any) (edition, bool) {
	file := path.Join(dir, documentName(kind))
	root, err := treeOf(document, Source(file))
	if err != nil {
		l.add(diag.Errorf("profile.value", diag.Range{File: file}, "%v", err))
		return edition{}, false
	}
	if _, ok := l.kindOf(root, kind); !ok {
		return edition{}, false
	}
	e := newEdition(kind, dir, root)
	e.version = l.identify(e)
	return e, true
}

func (l *loader) builtOwnership(o *Ownership) {
	if o == nil {
		return
	}
	var own *ownership
	root, err := treeOf(*o, ownershipFile)
	if err != nil {
		l.add(diag.Errorf("profile.value", diag.Range{File: ownershipFile}, "%v", err))
	} else if _, ok := l.kindOf(root, "Ownership"); ok {
		own = l.keepOwnership(root)
	}
	l.workspace.Library.rules = l.strict(own)
}

// noFiles is a file system without files.
type noFiles struct{}

// Open finds nothing.
func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
