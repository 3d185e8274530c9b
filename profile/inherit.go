package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// specTable is how the lists of two profiles merge when one extends the other.
// Layers are merged by themselves.
func specTable(path diag.Path) merge.Rule {
	switch path.String() {
	case "/variables", "/pools/workers":
		return merge.Rule{Keys: []string{"name"}}
	case "/rules":
		return merge.Rule{Append: true}
	}
	return merge.Rule{}
}

// ownFields of a profile are never inherited.
var ownFields = []string{"name", "version", "owner", "description", "abstract", "extends", "waivers"}

// inherit gives the document of r with that of its parent under it.
func (l *loader) inherit(r *release) *value.Node {
	below, own := r.readdressed(r.parent.whole.Get("spec")), r.root.Get("spec")
	for _, name := range ownFields {
		below = below.Without(name)
	}
	layers := l.inheritLayers(r, below.Get("layers"), own.Get("layers"))
	presets := inheritPresets(below.Get("presets"), own.Get("presets"))
	constants := inheritConstants(below.Get("constants"), own.Get("constants"))
	for _, name := range []string{"layers", "presets", "constants"} {
		below, own = below.Without(name), own.Without(name)
	}
	own = l.undirected(diag.Fields("spec"), own)
	if pools := below.Get("pools"); pools != nil {
		below = below.With("pools", yielding(pools, own.Get("pools")))
	}
	spec := merge.Over(below, own, specTable).EachItem(func(variable *value.Node) *value.Node {
		return withoutDeleted(itemNamed(below.Get("variables"), variable.Get("name")), variable)
	}, "variables")
	for name, n := range map[string]*value.Node{"layers": layers, "presets": presets, "constants": constants} {
		if n != nil {
			spec = spec.With(name, n)
		}
	}
	return r.root.With("spec", spec)
}

// directing are the directives that say how a tree merges.
var directing = []string{"$append", "$delete", "$replace"}

// undirected refuses, and leaves out, the directives in what is neither values nor
// capi of a layer: the fields there are those of a profile that extends none.
func (l *loader) undirected(at diag.Path, n *value.Node) *value.Node {
	out := n
	for _, f := range n.Fields() {
		where := at.Join(diag.Field(f.Name))
		if slices.Contains(directing, f.Name) {
			l.add(diag.Errorf("profile.directive", f.Key.Range(), "%s means nothing here", f.Name).
				WithDetail("it changes values and capi of layers; elsewhere write what shall be there, or null for none").WithPath(where))
			out = out.Without(f.Name)
			continue
		}
		switch inner := l.undirected(where, f.Value); {
		case inner == f.Value:
		case inner.Len() == 0 && slices.Contains(directing, f.Value.Fields()[0].Name):
			out = out.Without(f.Name) // instead of the list that it was to be
		default:
			out = out.With(f.Name, inner)
		}
	}
	items := slices.Clone(n.Items())
	for i, item := range items {
		items[i] = l.undirected(at.Join(diag.Index(i)), item)
	}
	if !slices.Equal(items, n.Items()) {
		return n.WithItems(items)
	}
	return out
}

// readdressed gives what r inherits with the parent's own layers, which it may
// call by its name, as layers of r.
func (r *release) readdressed(spec *value.Node) *value.Node {
	address := func(n *value.Node) *value.Node {
		text, _ := n.Str()
		layer, own := strings.CutPrefix(text, r.parent.ref.Name+"/")
		if !own {
			return n
		}
		return value.NewString(r.ref.Name+"/"+layer, n.Place())
	}
	item := func(n *value.Node) *value.Node {
		if layer := n.Get("layer"); layer != nil {
			return n.With("layer", address(layer))
		}
		return address(n)
	}
	spec = spec.EachItem(func(layer *value.Node) *value.Node {
		for _, field := range appended {
			layer = layer.EachItem(item, field)
		}
		return layer
	}, "layers")
	return spec.EachItem(func(preset *value.Node) *value.Node { return preset.EachItem(item, "layers") }, "presets")
}

// inherits reports whether a document is of the release or of one that it extends.
func (r *release) inherits(document string) bool {
	for ; r != nil; r = r.parent {
		if r.ref.String() == document {
			return true
		}
	}
	return false
}

// itemNamed is the item of a list that has the name; nil for none.
func itemNamed(list, name *value.Node) *value.Node {
	items := list.Items()
	if i := slices.IndexFunc(items, func(n *value.Node) bool { return n.Get("name").Equal(name) }); i >= 0 {
		return items[i]
	}
	return nil
}

// withoutDeleted gives what lies over below without the fields of it that null
// deleted. A null over nothing stays, so that it can be told.
func withoutDeleted(below, over *value.Node) *value.Node {
	for _, f := range over.Fields() {
		switch under := below.Get(f.Name); {
		case under.IsNull():
		case f.Value.IsNull():
			over = over.Without(f.Name)
		default:
			over = over.With(f.Name, withoutDeleted(under, f.Value))
		}
	}
	return over
}

// inheritConstants replaces constants one by one, as wholes.
func inheritConstants(below, own *value.Node) *value.Node {
	if below.Kind() != value.Map || own.Kind() != value.Map {
		if own == nil {
			return below
		}
		return own
	}
	out := below
	for _, f := range own.Fields() {
		out = out.With(f.Name, f.Value)
	}
	return out
}

// inheritPresets replaces presets of the same group and name, as wholes.
func inheritPresets(below, own *value.Node) *value.Node {
	if below.Kind() != value.List || own.Kind() != value.List {
		if own == nil {
			return below
		}
		return own
	}
	same := func(a, b *value.Node) bool {
		return a.Get("group").Equal(b.Get("group")) && a.Get("name").Equal(b.Get("name"))
	}
	items := slices.Clone(below.Items())
	for _, p := range own.Items() {
		if i := slices.IndexFunc(items, func(n *value.Node) bool { return same(n, p) }); i >= 0 {
			items[i] = p
		} else {
			items = append(items, p)
		}
	}
	return own.WithItems(items)
}
