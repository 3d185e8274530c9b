package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// inheritLayers puts the layers of a profile over those it inherits: a name that
// is inherited patches that layer, another one is a layer more.
func (l *loader) inheritLayers(r *release, below, own *value.Node) *value.Node {
	if own == nil || own.Kind() != value.List {
		return ownedBy(below, r.parent.root.Get("spec", "owner"))
	}
	items := slices.Clone(ownedBy(below, r.parent.root.Get("spec", "owner")).Items())
	first := map[string]*value.Node{}
	for i, layer := range own.Items() {
		if l.changedTwice(first, layer, below.Items(), diag.Fields("spec", "layers").Join(diag.Index(i))) {
			continue
		}
		at := slices.IndexFunc(items, func(n *value.Node) bool { return n.Get("name").Equal(layer.Get("name")) })
		if at >= 0 {
			l.checkChange(layer, diag.Fields("spec", "layers").Join(diag.Index(i)))
		}
		switch enabled, said := layer.Get("enabled").Boolean(); {
		case at >= 0 && said && !enabled:
			l.checkRemoved(items[at], layer, diag.Fields("spec", "layers").Join(diag.Index(i)))
			l.checkLeftOut(layer, diag.Fields("spec", "layers").Join(diag.Index(i)))
			items = slices.Delete(items, at, at+1)
		case at >= 0:
			items[at] = l.patchLayer(r, i, items[at], layer)
		case l.misnamed(r, i, layer, below.Items()):
		default:
			items = append(items, layer)
		}
	}
	return own.WithItems(items)
}

// changedTwice reports a second change of an inherited layer in one document; first
// are those before it, by name.
func (l *loader) changedTwice(first map[string]*value.Node, layer *value.Node, inherited []*value.Node, at diag.Path) bool {
	name := layer.Get("name")
	if !slices.ContainsFunc(inherited, func(n *value.Node) bool { return n.Get("name").Equal(name) }) {
		return false
	}
	other := first[name.Text()]
	first[name.Text()] = name
	if other == nil {
		return false
	}
	l.add(diag.Errorf("profile.duplicate", name.Place().Range(), "layer %q is changed twice", name.Text()).
		WithDetail("put the two together").WithPath(at).
		WithRelated(other.Place().Range(), "the other one is here"))
	return true
}

// checkChange judges the types of what becomes part of an inherited layer, or of
// none, before a whole layer is decoded.
func (l *loader) checkChange(layer *value.Node, at diag.Path) {
	for _, f := range []struct {
		name string
		kind value.Kind
		hint string
	}{
		{"enabled", value.Bool, "write false to take the layer out, without quotes"},
		{"patches", value.List, "write patches: [{target: {kind: ...}, merge: {...}}]"},
	} {
		if n := layer.Get(f.name); !n.IsNull() && n.Kind() != f.kind {
			l.add(diag.Errorf("profile.type", n.Place().Range(), "%s must be %s, not %s", f.name, f.kind, n.Kind()).
				WithDetail("%s", f.hint).WithPath(at.Join(diag.Field(f.name))))
		}
	}
}

// ownedBy gives layers that say no owner the one of the profile they were
// written in.
func ownedBy(layers, owner *value.Node) *value.Node {
	if layers.Kind() != value.List || owner == nil {
		return layers
	}
	items := make([]*value.Node, layers.Len())
	for i, layer := range layers.Items() {
		items[i] = layer
		if layer.Get("owner") == nil && layer.Kind() == value.Map {
			items[i] = layer.With("owner", owner)
		}
	}
	return layers.WithItems(items)
}

// misnamed reports a layer that looks like a patch of one that is not inherited.
func (l *loader) misnamed(r *release, i int, layer *value.Node, inherited []*value.Node) bool {
	if layer.Kind() != value.Map || layer.Get("kind") != nil || layer.Get("component") != nil {
		return false
	}
	if f, ok := layer.Entry("layer"); ok && layer.Get("name") == nil { // as presets and overlays have it
		at := diag.Fields("spec", "layers").Join(diag.Index(i), diag.Field("layer"))
		l.add(diag.Errorf("profile.unknown-field", f.Key.Range(), "unknown field %q in a layer", f.Name).
			WithDetail("write name: in a profile it says which layer of %s changes", r.parent.ref).WithPath(at))
		return true
	}
	var known []string
	for _, n := range inherited {
		known = append(known, n.Get("name").Text())
	}
	name, _ := layer.Get("name").Str()
	at := diag.Fields("spec", "layers").Join(diag.Index(i), diag.Field("name"))
	l.add(diag.Errorf("profile.unknown-layer", Document{root: r.root}.At(at), "%s has no layer %q to change", r.parent.ref, name).
		WithDetail("%s; a new layer has kind and component", nearestOf(name, known, "layers of "+r.parent.ref.String())).WithPath(at))
	return true
}

// appended are the lists of a layer that one who patches it adds to.
var appended = []string{"requires", "conflicts", "before", "after", "overrides", "fixed", "constrained"}

// patchLayer puts a layer of r, the i-th of its document, over the inherited
// one.
func (l *loader) patchLayer(r *release, i int, below, own *value.Node) *value.Node {
	path := diag.Fields("spec", "layers").Join(diag.Index(i))
	rules := merge.Over(below.Get("merge"), own.Get("merge"), merge.Replace)
	table := merge.Declared(rules)
	l.add(unkeyed(rules, own.Get("values"))...)
	l.misplaced(path.Join(diag.Field("values")), own.Get("values"), table)
	l.misplaced(path.Join(diag.Field("capi")), own.Get("capi"), merge.Capi)
	for _, name := range []string{"component", "content", "merge", "provides"} {
		if n := own.Get(name); n != nil {
			own = own.With(name, l.undirected(path.Join(diag.Field(name)), n))
		}
	}
	out := below
	for _, f := range own.Fields() {
		under := below.Get(f.Name)
		switch {
		case f.Name == "enabled", (f.Name == "values" || f.Name == "capi") && f.Value.IsNull():
		case f.Name == "patches":
			out = l.withPatches(out, f.Value, path.Join(diag.Field(f.Name)))
		case f.Name == "values":
			out = out.With(f.Name, merge.Over(under, f.Value, table))
		case f.Name == "capi":
			out = out.With(f.Name, merge.Patch(under, f.Value, merge.Capi))
		case f.Name == "content":
			out = out.With(f.Name, overContent(under, f.Value))
		case f.Name == "component":
			out = out.With(f.Name, overComponent(under, f.Value))
		case f.Name == "provides", f.Name == "merge":
			out = out.With(f.Name, merge.Over(under, f.Value, merge.Replace))
		case slices.Contains(appended, f.Name) && f.Value.IsNull():
		case slices.Contains(appended, f.Name) && under.Kind() == value.List && f.Value.Kind() == value.List:
			out = out.With(f.Name, f.Value.WithItems(slices.Concat(under.Items(), f.Value.Items())))
		default:
			out = out.With(f.Name, f.Value)
		}
	}
	return out.At(own.Place())
}

// overContent puts content over content; a layer has one engine.
func overContent(below, own *value.Node) *value.Node {
	if own.Get("helm") != nil {
		below = below.Without("manifests")
	}
	if own.Get("manifests") != nil {
		below = below.Without("helm")
	}
	return merge.Over(below, own, merge.Replace)
}

// withPatches gives a layer with patches behind those of its content.
func (l *loader) withPatches(layer, patches *value.Node, at diag.Path) *value.Node {
	content := layer.Get("content")
	switch {
	case patches.Kind() != value.List || patches.Len() == 0:
		return layer
	case content.IsNull():
		l.add(diag.Errorf("profile.content", patches.Items()[0].Place().Range(), "layer %s has no content to patch", layer.Get("name").Text()).
			WithDetail("patches change objects of manifests and charts: add content, or take them out").WithPath(at))
		return layer
	case content.Kind() != value.Map:
		return layer // reported by decoding
	}
	all := slices.Concat(content.Get("patches").Items(), patches.Items())
	return layer.With("content", content.With("patches", patches.WithItems(all)))
}

// misplaced refuses $append, $replace and $delete where they mean nothing, and
// slips of them.
func (l *loader) misplaced(at diag.Path, n *value.Node, table merge.Table) {
	l.directives(at, n, table, func(name string) bool {
		_, slip := diag.Nearest(name, merge.Directives)
		return slip
	})
}

// foreign refuses what begins with $ in a merge patch, too: fields of objects do
// not, and who writes $patch means it to be obeyed.
func (l *loader) foreign(at diag.Path, n *value.Node) {
	l.directives(at, n, merge.Replace, func(string) bool { return true })
}

func (l *loader) directives(at diag.Path, n *value.Node, table merge.Table, wrong func(name string) bool) {
	for path, f := range merge.Misplaced(n, table, wrong) {
		hint := f.Name + ": [...] stands alone in the place of a list"
		switch {
		case f.Name == "$delete":
			hint = "$delete: true stands in an item of a list whose items have a key"
		case !slices.Contains(merge.Directives, f.Name):
			hint = nearestOf(f.Name, merge.Directives, "directives")
		}
		l.add(diag.Errorf("profile.directive", f.Key.Range(), "%s means nothing here", f.Name).WithDetail("%s", hint).WithPath(at.Join(path...)))
	}
}

// checkRemoved refuses to take an inherited layer out that another owner fixes.
func (l *loader) checkRemoved(below, own *value.Node, at diag.Path) {
	for _, n := range below.Get("fixed").Items() {
		if by := n.Place().Writer; by.Owner != own.Place().Writer.Owner {
			l.add(diag.Errorf("profile.fixed", own.Get("enabled").Place().Range(), "layer %s of %s cannot be disabled: its owner %s fixes a path", by.Layer, by.Document, by.Owner).
				WithDetail("leave the layer in, or ask %s for a version without it", by.Owner).WithPath(at.Join(diag.Field("enabled"))).
				WithRelated(n.Place().Range(), "layer %s, owner %s, fixes it here", by.Layer, by.Owner))
			return
		}
	}
}

// checkLeftOut reports fields that nobody knows in what takes a layer out: it is
// no part of the whole, which is decoded.
func (l *loader) checkLeftOut(own *value.Node, at diag.Path) {
	options := decoding
	options.Written = func(path diag.Path) diag.Path { return at.Join(path...) }
	for _, found := range decode.Into(own, &Layer{}, options) {
		if found.Code == "profile.unknown-field" {
			l.add(found)
		}
	}
}
