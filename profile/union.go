package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Union joins libraries, for instance of several repositories. A version that
// several of them have is there once; where their digests differ, or a profile and
// an overlay have one name, the first one stays and an error names both. Of their
// Ownership documents, the first one counts, and one that says something else is
// an error. Libraries are joined as they were read: a profile that extends one of
// another library has to be read with that one as [Layout.Library], and is an
// error otherwise. A nil library is an empty one.
func Union(libraries ...*Library) (*Library, diag.Diagnostics) {
	out, number := newLibrary(), map[*edition]int{}
	var diags diag.Diagnostics
	for i, l := range libraries {
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
				diags = append(diags, l.parentless(r)...)
				if first := out.taken(&r.edition); first != nil {
					diags = append(diags, differing(first, &r.edition, number[first], i+1)...)
					continue
				}
				number[&r.edition] = i + 1
				out.releases[name] = append(out.releases[name], r)
			}
		}
		for _, name := range sortedKeys(l.overlays) {
			for _, o := range l.overlays[name] {
				if first := out.taken(&o.edition); first != nil {
					diags = append(diags, differing(first, &o.edition, number[first], i+1)...)
					continue
				}
				number[&o.edition] = i + 1
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

// parentless reports a release that was read without what it extends.
func (l *Library) parentless(r *release) diag.Diagnostics {
	at := diag.Fields("spec", "extends")
	text, _ := r.root.Find(at).Str()
	ref, err := ParseRef(text)
	if err != nil || r.parent != nil || !r.orphan || l.release(ref) != nil {
		return nil
	}
	return diag.Diagnostics{diag.Errorf("profile.missing-version", r.At(at), "%s was read without %s, which it extends", r.ref, ref).
		WithDetail("read its library with the one of %s as Layout.Library; a union does not put one over the other", ref.Name).WithPath(at)}
}

// differing compares two editions of one name, and says of which arguments of the
// union they are: their places may be the same.
func differing(first, second *edition, one, other int) diag.Diagnostics {
	switch {
	case first.Kind != second.Kind:
		return diag.Diagnostics{sameName(first, second)}
	case first.digest == second.digest:
		return nil
	}
	at := diag.Fields("spec", "version")
	return diag.Diagnostics{diag.Errorf("profile.immutable", second.At(at), "libraries %d and %d have %s with different content", one, other, second.ref).
		WithDetail("a version never changes: publish one of the two as another version").WithPath(at).
		WithRelated(first.At(at), "the one of library %d, which counts, is here", one)}
}

func (l *Library) sort() {
	for _, releases := range l.releases {
		slices.SortStableFunc(releases, func(a, b *release) int { return a.version.Compare(b.version) })
	}
	for _, overlays := range l.overlays {
		slices.SortStableFunc(overlays, func(a, b *overlay) int { return a.version.Compare(b.version) })
	}
}
