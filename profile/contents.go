package profile

import (
	"io/fs"
	"path"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

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
// as [Load] does, and gives them the digests of files that hold their JSON. A
// digest is over what is written: a file that means the same in more words
// (required: false, patches: [], before: [{layer: x}]) has another one.
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
