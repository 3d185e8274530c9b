package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Union joins libraries, for instance of several repositories. A version that
// several of them have is there once; where their digests differ, or a profile and
// an overlay have one name, the first one stays and an error names both. Of their
// Ownership documents, the first one counts, and one that says something else is
// an error. A nil library is an empty one.
func Union(libraries ...*Library) (*Library, diag.Diagnostics) {
	out := newLibrary()
	var diags diag.Diagnostics
	for _, l := range libraries {
		if l == nil {
			continue
		}
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
