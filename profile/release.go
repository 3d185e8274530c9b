package profile

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// release is one version of a profile, read, put over what it extends, and
// compiled.
type release struct {
	edition
	// whole is the document with what it extends under it. Indexes of lists may
	// differ from the document's own.
	whole   *value.Node
	parent  *release
	settled bool
	profile Profile // of whole
	// composable: the layers can be judged together. A release that is broken may
	// be composable still, when what is wrong stands inside its layers.
	composable bool
	orphan     bool             // without what it inherits, which is missing or broken
	alone      diag.Diagnostics // what is wrong with the layers whatever stack they are in
	// inputs are the variables that can judge values; nil for a declaration with
	// mistakes.
	inputs  []*input
	rules   []*rule
	layers  []*layer
	presets []*preset
	consts  *value.Node
	// scopes are what expressions of the profile may see.
	scopes scopes
}

type scopes struct{ plain, pool, content *expr.Scope }

// uprooted reports whether r, or a profile that it extends, extends one that is
// not there, so that nobody knows the content of r.
func (r *release) uprooted() bool {
	for r.parent != nil {
		r = r.parent
	}
	return r.orphan
}

// At is the place of the value at path of the whole profile, which may be in
// the document of a parent.
func (r *release) At(path diag.Path) diag.Range { return Document{root: r.whole}.At(path) }

// KeyAt is the place of the field name at path of the whole profile.
func (r *release) KeyAt(path diag.Path) diag.Range { return Document{root: r.whole}.KeyAt(path) }

// written gives a path of the whole profile as the document has it in which the
// value stands: that of the profile, or of a parent.
func (r *release) written(path diag.Path) diag.Path {
	for at := r; r.parent != nil && at != nil; at = at.parent {
		if found, ok := r.whole.PathIn(at.root, path); ok {
			return found
		}
	}
	return path
}

// placed gives findings about the whole profile with their paths as they are
// written.
func (r *release) placed(found diag.Diagnostics) diag.Diagnostics {
	for i, d := range found {
		if path, err := diag.ParsePath(d.Path); err == nil && len(path) > 0 {
			found[i] = d.WithPath(r.written(path))
		}
	}
	return found
}

// releaseDir reads one profile document.
func (l *loader) releaseDir(dir string) {
	before := len(l.diags)
	e, ok := l.edition(dir, "Profile")
	if !ok {
		return
	}
	r := &release{edition: e, whole: e.root}
	r.broken = l.diags[before:].HasErrors()
	l.keepRelease(r)
}

func (l *loader) keepRelease(r *release) {
	lib := l.workspace.Library
	if first := lib.edition(r.ref); first != nil {
		l.add(diag.Errorf("profile.duplicate", r.At(diag.Fields("metadata", "name")), "profile %s is defined twice", r.ref).
			WithDetail("a library has each version once").
			WithRelated(first.At(diag.Fields("metadata", "name")), "the other one is here"))
		return
	}
	r.root = layersWrittenBy(r.root)
	r.whole = r.root
	lib.releases[r.ref.Name] = append(lib.releases[r.ref.Name], r)
}

// layersWrittenBy marks what layers and presets contribute with their names.
func layersWrittenBy(root *value.Node) *value.Node {
	of := root.Place().Writer
	mark := func(n *value.Node, kind diag.OriginKind, name string) *value.Node {
		w := *of
		w.Kind, w.Layer = kind, name
		if owner, ok := n.Get("owner").Str(); ok {
			w.Owner = owner
		}
		return n.WrittenBy(&w)
	}
	root = root.EachItem(func(layer *value.Node) *value.Node {
		name, _ := layer.Get("name").Str()
		return mark(layer, diag.Profile, name)
	}, "spec", "layers")
	return root.EachItem(func(p *value.Node) *value.Node {
		return p.EachItem(func(patch *value.Node) *value.Node {
			name, _ := patch.Get("layer").Str()
			return mark(patch, diag.Preset, name)
		}, "layers")
	}, "spec", "presets")
}

// withoutDirectives carries out the directives in values of layers that lie over
// nothing, so that what is put over them meets lists.
func withoutDirectives(whole *value.Node) *value.Node {
	return whole.EachItem(func(layer *value.Node) *value.Node {
		values := layer.Get("values")
		if values == nil {
			return layer
		}
		return layer.With("values", merge.Over(nil, values, merge.Declared(layer.Get("merge"))))
	}, "spec", "layers")
}

// settle puts a release over what it extends, judges and compiles it. A release
// that is broken stays in the library, so that clusters that use it are not said
// to use a missing version.
func (l *loader) settle(r *release) {
	if r.settled {
		return
	}
	r.settled = true
	inherits := l.checkLayerCount(r) && l.extend(r) && l.checkLayerCount(r)
	r.whole = withoutDirectives(r.whole)
	before := len(l.diags)
	decoded, legible := l.decodeRelease(r)
	if !inherits {
		l.diags = l.diags[:before] // what is wrong is said of the parent, or of the number of layers
		r.broken, r.orphan = true, true
		r.digest = r.contentDigest(r.parent)
		return
	}
	sound, checked := !r.broken, len(l.diags)
	fits := l.checkProfile(r)
	r.composable = l.compile(r) && fits && sound && legible
	r.broken = !sound || !decoded || r.refused || l.diags[before:].HasErrors() || r.parent != nil && r.parent.broken
	if r.composable {
		l.checkAlone(r)
	}
	r.placed(l.diags[checked:])
	if r.parent != nil && r.parent.broken {
		own := slices.DeleteFunc(l.diags[before:], func(d diag.Diagnostic) bool { return r.ancestorAt(d.Range) != nil })
		l.diags = l.diags[:before+len(own)]
	}
	if !r.broken {
		l.unusedVariables(r)
		r.broken = l.diags[before:].HasErrors()
	}
	for i, d := range l.diags[before:] {
		l.diags[before+i] = r.inheriting(d)
	}
	r.digest = r.contentDigest(r.parent)
}

// inheriting says of a finding in what the release inherits that it is wrong in
// the release only: the parent is fine.
func (r *release) inheriting(d diag.Diagnostic) diag.Diagnostic {
	parent := r.ancestorAt(d.Range)
	if parent == nil {
		return d
	}
	at, extends := d.Range, diag.Fields("spec", "extends")
	d = d.WithPath(extends)
	d.Range, d.Summary = r.At(extends), fmt.Sprintf("profile %s changes what it inherits from %s: %s", r.ref, parent.ref, d.Summary)
	own := slices.IndexFunc(d.Related, func(o diag.Related) bool { return o.Range.File == d.Range.File })
	if own >= 0 {
		d.Range, d.Path = d.Related[own].Range, ""
		d.Related = slices.Delete(slices.Clone(d.Related), own, own+1)
	}
	return d.WithRelated(at, "this is inherited")
}

// ancestorAt is the ancestor that a place belongs to; nil when none does.
func (r *release) ancestorAt(at diag.Range) *release {
	for parent := r.parent; parent != nil; parent = parent.parent {
		if at.File != "" && at.File == parent.root.Place().Range().File || parent.holds(at.File) {
			return parent
		}
	}
	return nil
}

// decodeRelease reads the whole profile; ok means that there was no finding, and
// legible that there was none about what the layers of a stack depend on.
func (l *loader) decodeRelease(r *release) (ok, legible bool) {
	legible = true
	options := decoding
	options.Written = r.written
	options.About = func(path diag.Path) { legible = legible && aside(path) }
	return l.decodeAs(r.whole, &r.profile, options), legible
}

// aside reports whether a path of a profile's document is about something that
// layers, and what they are held to, do not depend on.
func aside(path diag.Path) bool {
	at := func(i int) string {
		if i >= len(path) {
			return ""
		}
		name, _ := path[i].IsField()
		return name
	}
	if at(0) == "metadata" {
		return at(1) == "labels" || at(1) == "annotations"
	}
	switch at(1) {
	case "description", "waivers", "rules":
		return true
	case "variables":
		return at(3) != "" && at(3) != "name"
	case "layers":
		return at(3) == "description" || at(3) == "content"
	}
	return false
}
