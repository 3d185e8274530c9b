package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// extend puts the document of r over that of its parent. ok is false when there
// is no usable parent: what is wrong is reported, here or for the parent.
func (l *loader) extend(r *release) (ok bool) {
	at := diag.Fields("spec", "extends")
	text, isText := r.root.Find(at).Str()
	if r.root.Find(at).IsNull() || !isText {
		return true // a wrong type is reported by decoding
	}
	parent := l.parentOf(r, text, at)
	if parent == nil || l.endless(r, at) {
		return false // so that parents, where they are set, come to an end
	}
	r.parent = parent
	l.settle(r.parent)
	if !r.parent.composable {
		return false
	}
	before := len(l.diags)
	if !l.checkKinship(r, at) {
		return false
	}
	r.root = r.patchesOwned()
	r.whole = l.inherit(r)
	r.broken = r.broken || l.diags[before:].HasErrors()
	return true
}

// patchesOwned gives the document with what it says of inherited layers written
// by the owner of the profile: the owner that a patch names is who answers for
// the layer from now on, and lends the patch no standing.
func (r *release) patchesOwned() *value.Node {
	inherited := r.parent.whole.Get("spec", "layers").Items()
	return r.root.EachItem(func(layer *value.Node) *value.Node {
		if !slices.ContainsFunc(inherited, func(n *value.Node) bool { return n.Get("name").Equal(layer.Get("name")) }) {
			return layer
		}
		w := *layer.Place().Writer
		w.Owner = r.root.Place().Writer.Owner
		return layer.WrittenBy(&w)
	}, "spec", "layers")
}

func (l *loader) parentOf(r *release, text string, at diag.Path) *release {
	lib := l.workspace.Library
	ref, err := ParseRef(text)
	switch {
	case err != nil:
		l.reject(r, "profile.reference", at, "write name@version", "%v", err)
		return nil
	case len(lib.releases[ref.Name]) == 0:
		l.reject(r, "profile.unknown-profile", at, nearestOf(ref.Name, lib.names(), "profiles"), "there is no profile %q in the library", ref.Name)
		return nil
	case ref.Version == "":
		l.reject(r, "profile.reference", at, "write "+ref.Name+"@"+last(lib.releases[ref.Name]).ref.Version+": a version of a profile never changes, so neither does what it extends", "the profile extends %s without a version", ref.Name)
		return nil
	}
	parent := lib.release(ref)
	if parent == nil {
		l.reject(r, "profile.missing-version", at, nearestOf(ref.Version, versionsOf(lib.releases[ref.Name]), "versions of "+ref.Name), "there is no version %s of profile %s in the library", ref.Version, ref.Name)
	}
	return parent
}

func last[T any](list []T) T { return list[len(list)-1] }

func versionsOf(releases []*release) []string {
	out := make([]string, len(releases))
	for i, r := range releases {
		out[i] = r.ref.Version
	}
	return out
}

// maxParents is how many profiles may extend each other in a row.
const maxParents = 32

// endless reports whether the parents of r come back to it, and says so at the
// profile whose name sorts first.
func (l *loader) endless(r *release, at diag.Path) bool {
	chain := []*release{r}
	seen := map[*release]bool{r: true}
	for next := l.nextParent(r); next != nil; next = l.nextParent(next) {
		if next == r {
			l.reportEndless(chain, at)
			return true
		}
		if seen[next] {
			return true // reported for those who are on it
		}
		if seen[next], chain = true, append(chain, next); len(chain) > maxParents {
			l.reject(r, "profile.extends-depth", at, "extend a profile that stands lower", "the profile has more than %d parents", maxParents)
			return true
		}
	}
	return false
}

func (l *loader) nextParent(r *release) *release {
	text, _ := r.root.Get("spec", "extends").Str()
	ref, err := ParseRef(text)
	if err != nil {
		return nil
	}
	return l.workspace.Library.release(ref)
}

func (l *loader) reportEndless(chain []*release, at diag.Path) {
	names := make([]string, 0, len(chain)+1)
	for _, r := range chain {
		if r.ref.Compare(chain[0].ref) < 0 {
			return
		}
		names = append(names, r.ref.String())
	}
	names = append(names, chain[0].ref.String())
	found := diag.Errorf("profile.cycle", chain[0].At(at), "profiles extend each other: %s", strings.Join(names, " -> ")).
		WithDetail("take the extends of one of them out").WithPath(at)
	for _, r := range chain[1:] {
		found = found.WithRelated(r.At(at), "%s extends here", r.ref)
	}
	l.add(found)
}

// checkKinship holds a profile to the standing of what it extends. ok means that
// the two go together.
func (l *loader) checkKinship(r *release, at diag.Path) (ok bool) {
	kind, _ := r.root.Get("spec", "kind").Str()
	of := r.parent.profile.Spec.Kind
	if kind != "" && (kind == AddOnProfile) != (of == AddOnProfile) {
		l.add(diag.Errorf("profile.kind", r.At(diag.Fields("spec", "kind")), "a profile of kind %s cannot extend %s, which is of kind %s", kind, r.parent.ref, of).
			WithDetail("an AddOn extends AddOns; Infrastructure and Full extend each other").WithPath(diag.Fields("spec", "kind")).
			WithRelated(r.parent.At(diag.Fields("spec", "kind")), "the kind of %s, owner %s", r.parent.ref, r.parent.profile.Spec.Owner))
		return false
	}
	if r.parent.version.IsDev() && !r.version.IsDev() {
		l.reject(r, "profile.dev-parent", at, "publish "+r.parent.ref.Name+" first, or make this a -dev version", "%s extends %s, which may still change", r.ref, r.parent.ref)
	}
	return true
}
