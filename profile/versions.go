package profile

import (
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Release is one version of a profile with what belongs to it. A program that
// has no library may set Profile alone.
type Release struct {
	Profile Profile
	// Document is the profile with what it extends under it, for the places of its
	// fields.
	Document Document
	// Files are the files that the documents refer to, sorted by name.
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
	whole := r.Document
	whole.root = r.whole
	out := Release{Profile: r.profile, Document: whole, library: l, release: r}
	files := map[string]File{}
	for at := r; at != nil; at = at.parent {
		maps.Copy(files, at.files)
	}
	for _, name := range sortedKeys(files) {
		out.Files = append(out.Files, files[name])
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
	for _, ly := range r.library.compose(recipe{releases: []*release{r.release}}).layers {
		names = append(names, ly.Name)
	}
	return names
}

// RuleReads is what each rule of the profile reads, in the order of its rules;
// nil as for [Release.Order]. It is for the packages of this module.
func (r Release) RuleReads() []expr.Reads {
	if r.release == nil || r.release.broken {
		return nil
	}
	reads := make([]expr.Reads, len(r.release.rules))
	for i, u := range r.release.rules {
		reads[i] = u.Reads()
	}
	return reads
}

// Sensitive are the variables, as they are written, that the default pools of the
// profile set and that a profile of its library declares sensitive, sorted.
func (r Release) Sensitive() []string {
	if r.library == nil {
		return nil
	}
	sets := slices.DeleteFunc(variableSets(r.Document.root), func(set *value.Node) bool { return set.Kind() != value.Map })
	if len(sets) == 0 {
		return nil
	}
	var out []string
	names := r.library.openness()
	for _, set := range sets {
		for _, f := range names.withheld(set) {
			out = append(out, f.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Holds reports whether a place is in the document of the release, in one that
// it extends, or in one of their files.
func (r Release) Holds(at diag.Range) bool {
	for _, dir := range r.dirs() {
		if strings.HasPrefix(at.File, dir+"/") {
			return true
		}
	}
	return false
}

// FileName is the name of a file relative to the document that refers to it.
func (r Release) FileName(f File) string {
	for _, dir := range r.dirs() {
		if name, ok := strings.CutPrefix(f.Name, dir+"/"); ok {
			return name
		}
	}
	return f.Name
}

// dirs are the directories of the release and of what it extends.
func (r Release) dirs() []string {
	var out []string
	for at := r.release; at != nil; at = at.parent {
		out = append(out, at.dir)
	}
	return out
}

// OverlayRelease is one version of an overlay with what belongs to it. A program
// that has no library may set Overlay alone.
type OverlayRelease struct {
	Overlay  Overlay
	Document Document
	// Files are the files that the document refers to, sorted by name.
	Files []File

	dir     string
	library *Library
}

// OverlayRelease returns one version of an overlay with what belongs to it.
func (l *Library) OverlayRelease(ref Ref) (OverlayRelease, bool) {
	o := l.overlay(ref)
	if o == nil {
		return OverlayRelease{}, false
	}
	out := OverlayRelease{Overlay: o.overlay, Document: o.Document, dir: o.dir, library: l}
	for _, name := range sortedKeys(o.files) {
		out.Files = append(out.Files, o.files[name])
	}
	return out, true
}

// Ref is the identity of the overlay.
func (r OverlayRelease) Ref() Ref { return r.Overlay.Ref() }

// FileName is the name of a file relative to the document that refers to it.
func (r OverlayRelease) FileName(f File) string { return strings.TrimPrefix(f.Name, r.dir+"/") }

// Sensitive are the variables that the overlay sets and that a profile of its
// library declares sensitive, sorted.
func (r OverlayRelease) Sensitive() []string {
	if r.library == nil {
		return nil
	}
	var out []string
	for _, f := range r.library.openness().withheld(r.Document.root.Get("spec", "variables")) {
		out = append(out, f.Name)
	}
	return out
}
