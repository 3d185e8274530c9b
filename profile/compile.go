package profile

import (
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/merge"
	yamlsource "github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layer is a Layer of a release with its files read and its expressions
// compiled.
type layer struct {
	Layer
	release   *release
	index     int
	root      *value.Node // in the whole profile
	product   *value.Node // the component
	values    *value.Node
	capi      *value.Node // {cluster, infrastructure, controlPlane, workers, classes, nodes}
	patches   []patch
	manifests []File
	requires  []requirement
	conflicts []requirement
	// parts are what the layer was merged of, lowest first.
	parts []part
	// off is what enables the layer or takes it out, nil for nothing.
	off *value.Node
}

// requirement is a Requirement with its range read.
type requirement struct {
	Requirement
	met func(profile string, l *Layer) bool
	at  diag.Range
}

// patch is a ContentPatch with its expressions compiled.
type patch struct {
	target PatchTarget
	merge  *value.Node
	json   *value.Node
	at     diag.Range
}

// id names the layer uniquely in a stack.
func (l *layer) id() string { return l.release.ref.Name + "/" + l.Name }

// at is the place of a path below the layer.
func (l *layer) at(steps ...diag.Step) diag.Range { return l.release.At(l.path(steps...)) }

func (l *layer) path(steps ...diag.Step) diag.Path {
	return diag.Fields("spec", "layers").Join(diag.Index(l.index)).Join(steps...)
}

func (l *layer) owner() string {
	if l.Owner != "" {
		return l.Owner
	}
	return l.release.profile.Spec.Owner
}

// compile reads the files that a release refers to and compiles its
// expressions. ok is false where there can be none.
func (l *loader) compile(r *release) (ok bool) {
	l.filed = 0
	r.consts = l.constants(r)
	if !l.openScopes(r) {
		return false
	}
	for i := range r.profile.Spec.Layers {
		r.layers = append(r.layers, l.compileLayer(r, i))
	}
	l.compilePresets(r)
	l.compileRules(r)
	return true
}

func (l *loader) constants(r *release) *value.Node {
	consts := r.whole.Get("spec", "constants")
	if consts.Kind() != value.Map {
		return nil
	}
	c := compiler{loader: l, release: r, find: l.filesOf(r), parsed: map[parsing]*value.Node{}}
	return c.tree(diag.Fields("spec", "constants"), consts, nil)
}

// openScopes makes the scopes of the release's expressions. Declarations that
// contradict themselves were reported by checkProfile.
func (l *loader) openScopes(r *release) bool {
	declared := expr.Declarations{Consts: r.consts, Variables: r.visibleVariables()}
	open := func(pool, values bool) *expr.Scope {
		d := declared
		d.Pool, d.Values = pool, values
		scope, err := expr.NewScope(d)
		if err != nil {
			l.add(diag.Errorf("profile.variable", r.At(diag.Fields("spec", "variables")), "%v", err))
		}
		return scope
	}
	r.scopes = scopes{plain: open(false, false), pool: open(true, false), content: open(false, true)}
	return r.scopes.plain != nil && r.scopes.pool != nil && r.scopes.content != nil
}

func (l *loader) compileLayer(r *release, i int) *layer {
	decoded := r.profile.Spec.Layers[i]
	ly := &layer{Layer: decoded, release: r, index: i}
	root := r.whole.Get("spec", "layers").Items()[i]
	ly.root, ly.product = root, root.Get("component")
	c := compiler{loader: l, release: r, layer: ly, find: l.filesOf(r)}
	ly.values = c.tree(ly.path(diag.Field("values")), root.Get("values"), r.scopes.plain)
	ly.capi = c.capi(ly.path(diag.Field("capi")), root.Get("capi"))
	ly.patches = c.patches(ly.path(diag.Field("content"), diag.Field("patches")), root.Get("content", "patches"))
	if ly.parts = c.parts(); len(ly.parts) == 1 { // else judged where it was put over another
		l.misplaced(ly.path(diag.Field("values")), root.Get("values"), ly.table())
		l.misplaced(ly.path(diag.Field("capi")), root.Get("capi"), merge.Capi)
	}
	l.listMerges(ly)
	l.add(unkeyed(root.Get("merge"), root.Get("values"))...)
	l.manifests(ly, c.find)
	l.requirements(ly)
	return ly
}

// listMerges holds the paths of merge to lists among the layer's values.
func (l *loader) listMerges(ly *layer) {
	for _, text := range slices.Sorted(maps.Keys(ly.Merge)) {
		if ly.Merge[text] == (ListMerge{}) {
			continue // could not be decoded, which is reported
		}
		where := ly.path(diag.Field("merge"), diag.Field(text))
		path, err := diag.ParsePath(text)
		found := value.NewMap([]value.Entry{{Name: "values", Value: ly.values}}, value.Place{}).Find(path)
		if err == nil && len(path) > 1 && found.Kind() == value.List {
			continue
		}
		l.add(diag.Errorf("profile.merge", ly.release.KeyAt(where), "there is no list at %s in layer %s", text, ly.Name).
			WithDetail("write the path of a list of the layer's values, for instance /values/rules").WithPath(where))
	}
}

// unkeyed finds the items of lists that do not have the key that rules say they
// have, or have that of another one: nobody could say which of them is meant.
func unkeyed(rules, values *value.Node) diag.Diagnostics {
	var found diag.Diagnostics
	whole := value.NewMap([]value.Entry{{Name: "values", Value: values}}, value.Place{})
	for _, rule := range rules.Fields() {
		key, ok := rule.Value.Get("key").Str()
		path, err := diag.ParsePath(rule.Name)
		if ok && err == nil {
			found = append(found, unkeyedItems(rule, key, whole.Find(path).Items())...)
		}
	}
	return found
}

func unkeyedItems(rule value.Entry, key string, items []*value.Node) (found diag.Diagnostics) {
	first := map[string]*value.Node{}
	for _, item := range items {
		named := item.Get(key)
		if named.IsNull() {
			found = append(found, diag.Errorf("profile.merge", item.Place().Range(), "an item of %s has no %s", rule.Name, key).
				WithDetail("give it one, or take the rule of the list out of merge").
				WithRelated(rule.Key.Range(), "that the items have it is said here"))
			continue
		}
		other := first[named.Text()]
		first[named.Text()] = item
		text := clipped(named.Text())
		if named.Sensitive() {
			text = unshownValue
		}
		if removed, _ := other.Get("$delete").Boolean(); other != nil && !removed {
			found = append(found, diag.Errorf("profile.merge", named.Place().Range(), "two items of %s have the %s %s", rule.Name, key, text).
				WithDetail("put them together, or take the rule of the list out of merge").
				WithRelated(other.Get(key).Place().Range(), "the other one is here"))
		}
	}
	return found
}

func (l *loader) manifests(ly *layer, find fileFinder) {
	if ly.Content == nil {
		return
	}
	for i, m := range ly.Content.Manifests {
		where := ly.path(diag.Field("content"), diag.Field("manifests"), diag.Index(i))
		named := ly.release.whole.Find(where)
		for _, f := range find(m.Pattern, ly.release.At(where), where) {
			f.Owner = named.Origin().Owner
			if m.Expand {
				f = l.expandable(ly, f)
			}
			ly.manifests = append(ly.manifests, f)
		}
	}
}

// expandable reads the objects of a manifest whose expressions are evaluated,
// so that a mistake in one is found when the library is loaded.
func (l *loader) expandable(ly *layer, f File) File {
	writer := &value.Writer{File: f.Name, Kind: diag.Manifest, Document: ly.release.ref.String(), Layer: ly.Name, Owner: f.Owner}
	objects, diags := yamlsource.Manifests(writer, f.Data, yamlsource.ManifestLimits)
	l.add(diags...)
	c := compiler{loader: l, release: ly.release, layer: ly}
	f.Expand = true
	for _, o := range objects {
		f.objects = append(f.objects, c.tree(nil, o, ly.release.scopes.content))
	}
	return f
}

func (l *loader) requirements(ly *layer) {
	ly.requires = l.conditions(ly, "requires", ly.Requires)
	ly.conflicts = l.conditions(ly, "conflicts", ly.Conflicts)
}

func (l *loader) conditions(ly *layer, field string, list []Requirement) []requirement {
	var out []requirement
	for i, r := range list {
		where := ly.path(diag.Field(field), diag.Index(i))
		met, err := r.MetBy()
		if err != nil {
			l.add(diag.Errorf("profile.version", ly.release.At(where.Join(diag.Field("version"))), "%v", err).WithPath(where.Join(diag.Field("version"))))
			continue
		}
		out = append(out, requirement{Requirement: r, met: met, at: ly.release.At(where)})
	}
	return out
}

// checkAlone composes a release by itself, to find what is wrong with its
// layers whatever stack they will be in: cycles and conflicts.
func (l *loader) checkAlone(r *release) {
	recipe := recipe{releases: []*release{r}, rules: l.workspace.Library.rules}
	alone := recipe.compose()
	alone.judgeAlone()
	for _, found := range alone.diags {
		switch found.Code {
		case "profile.cycle", "profile.conflict", "profile.fixed", "profile.fixed-path", "profile.constrained", "profile.too-large":
			r.alone = append(r.alone, found)
		}
	}
	l.add(r.alone...)
}
