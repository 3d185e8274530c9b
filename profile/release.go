package profile

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Release is one version of a profile with what belongs to it. A program that
// has no library may set Profile alone.
type Release struct {
	Profile Profile
	// Document is the profile as it was read, for the places of its fields.
	Document Document
	// Files are the files that the document refers to, sorted by name.
	Files []File

	library *Library
	release *release
}

// Release returns one version of a profile with what belongs to it.
func (l *Library) Release(ref Ref) (Release, bool) {
	r := l.release(ref)
	if r == nil {
		return Release{}, false
	}
	out := Release{Profile: r.profile, Document: r.Document, library: l, release: r}
	for _, name := range slices.Sorted(maps.Keys(r.files)) {
		out.Files = append(out.Files, r.files[name])
	}
	return out, true
}

// Versions are the versions of a profile in the library, ascending.
func (l *Library) Versions(name string) []Ref {
	refs := make([]Ref, len(l.releases[name]))
	for i, r := range l.releases[name] {
		refs[i] = r.ref
	}
	return refs
}

// Ref is the identity of the profile.
func (r Release) Ref() Ref { return r.Profile.Ref() }

// Broken reports whether loading found errors in the release, so that no cluster
// can use it.
func (r Release) Broken() bool { return r.release != nil && r.release.broken }

// Order is the names of the layers as they are installed in a stack of this
// profile alone; nil for a release that is broken or does not come from a
// library.
func (r Release) Order() []string {
	if r.release == nil || r.release.broken {
		return nil
	}
	var names []string
	for _, ly := range r.library.compose([]*release{r.release}).layers {
		names = append(names, ly.Name)
	}
	return names
}

// Holds reports whether a place is in the document of the release or in one of
// its files.
func (r Release) Holds(at diag.Range) bool {
	document := r.Document.At(nil).File
	return document != "" && (at.File == document || strings.HasPrefix(at.File, path.Dir(document)+"/"))
}

// FileName is the name of a file relative to the document.
func (r Release) FileName(f File) string {
	return strings.TrimPrefix(f.Name, path.Dir(r.Document.At(nil).File)+"/")
}
