package profile

import (
	"iter"
	"maps"
	"path"
	"slices"
	"sync"
)

// Library holds profiles and overlays in all their versions. It never changes and may be
// used by many goroutines.
type Library struct {
	releases map[string][]*release // by name, versions ascending
	overlays map[string][]*overlay // likewise
	rules    *ownership            // nil for none

	once      sync.Once
	sensitive lines // of overlays, that findings must not quote; made once

	mu       sync.Mutex
	composed map[string]func() *composition // by the key of a recipe
}

func newLibrary() *Library {
	return &Library{releases: map[string][]*release{}, overlays: map[string][]*overlay{}, composed: map[string]func() *composition{}}
}

// Profiles yields the profiles of the library by name and ascending version,
// each with what it extends under it.
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

// Profile returns one version of a profile, with what it extends under it.
func (l *Library) Profile(ref Ref) (Profile, bool) {
	if r := l.release(ref); r != nil {
		return r.profile, true
	}
	return Profile{}, false
}

// Digest is the content digest of one version of a profile or an overlay: over
// the document as written, the path and SHA-256 of every file it refers to, and
// the digest of what it extends. Fields are sorted and no defaults applied, so
// that a field with its default differs from none; a document that is built in Go
// is written as its JSON. The digest is "" for a version that is not in the
// library, and for one that extends a version that was not there when it was read.
func (l *Library) Digest(ref Ref) string {
	if r := l.release(ref); r != nil && r.uprooted() {
		return ""
	}
	if e := l.edition(ref); e != nil {
		return e.digest
	}
	return ""
}

// documents are those that the library was made of.
func (l *Library) documents() []Document {
	var out []Document
	for _, name := range l.names() {
		for _, r := range l.releases[name] {
			out = append(out, r.Document)
		}
	}
	for _, name := range sortedKeys(l.overlays) {
		for _, o := range l.overlays[name] {
			out = append(out, o.Document)
		}
	}
	if l.rules != nil && l.rules.root != nil {
		out = append(out, l.rules.Document)
	}
	return out
}

func (l *Library) edition(ref Ref) *edition {
	if r := l.release(ref); r != nil {
		return &r.edition
	}
	if o := l.overlay(ref); o != nil {
		return &o.edition
	}
	return nil
}

func (l *Library) names() []string { return sortedKeys(l.releases) }

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
	for _, name := range l.dirs(libraryDir) {
		dir := path.Join(libraryDir, name)
		if name == overlaysDir {
			l.overlayDirs(dir)
			continue
		}
		for _, version := range l.dirs(dir) {
			l.releaseDir(path.Join(dir, version))
		}
	}
	l.settleAll()
}

// settleAll puts the releases over what they extend, once all are read.
func (l *loader) settleAll() {
	lib := l.workspace.Library
	lib.sort()
	for _, name := range lib.names() {
		for _, r := range lib.releases[name] {
			l.settle(r)
		}
	}
	l.checkOverlays()
	l.checkNames()
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
