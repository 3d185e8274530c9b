package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/merge"
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
