package profile

import (
	"errors"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// override applies the cluster's overrides to the layers of the composition. A
// cluster that changes capi or takes layers out gets a composition of its own.
func (r *resolution) override() {
	r.values = make(map[*layer]*value.Node, len(r.comp.layers))
	r.patches = map[*layer][]patch{}
	for _, ly := range r.comp.layers {
		r.values[ly], r.patches[ly] = ly.values, ly.patches
	}
	changed := map[*layer]*layer{}
	for i, o := range r.member.cluster.Spec.Overrides {
		r.applyOverride(i, o, changed)
	}
	if len(changed) == 0 && len(r.disabled) == 0 {
		return
	}
	r.recompose(changed)
}

func (r *resolution) applyOverride(i int, o Override, changed map[*layer]*layer) {
	path := diag.Fields("spec", "overrides").Join(diag.Index(i))
	ly, err := findLayer(r.comp.layers, o.Layer)
	if err != nil {
		r.reject("profile.unknown-layer", path.Join(diag.Field("layer")), layerHint(err), "%v", err)
		return
	}
	root := r.member.root.Find(path)
	c := compiler{loader: &loader{}, release: ly.release, layer: ly, noFiles: true}
	c.directives(path.Join(diag.Field("values")), root.Get("values"), ly.table)
	c.directives(path.Join(diag.Field("capi")), root.Get("capi"), merge.Capi)
	if o.Enabled != nil {
		r.disabled[ly] = !*o.Enabled
	}
	if values := c.tree(path.Join(diag.Field("values")), root.Get("values"), ly.release.scopes.plain); !values.IsNull() {
		r.values[ly] = merge.Over(r.values[ly], values, ly.table)
	}
	r.patches[ly] = slices.Concat(r.patches[ly], c.patches(path.Join(diag.Field("patches")), root.Get("patches")))
	if capi := c.capi(path.Join(diag.Field("capi")), root.Get("capi")); capi != nil {
		copied := *ly
		if before, ok := changed[ly]; ok {
			copied = *before
		}
		copied.capi = merge.Over(copied.capi, capi, merge.Capi)
		changed[ly] = &copied
	}
	r.add(c.loader.diags...)
}

// directives refuses $append, $replace and $delete where they mean nothing.
func (c compiler) directives(at diag.Path, n *value.Node, table merge.Table) {
	for path, f := range merge.Misplaced(n, table) {
		hint := f.Name + ": [...] stands alone in the place of a list"
		if f.Name == "$delete" {
			hint = "$delete: true stands in an item of a list whose items have a key"
		}
		c.add(diag.Errorf("profile.directive", f.Key.Range(), "%s means nothing here", f.Name).WithDetail("%s", hint).WithPath(at.Join(path...)))
	}
}

func layerHint(err error) string {
	var unknown *unknownLayerError
	if errors.As(err, &unknown) {
		return nearestOf(unknown.address, unknown.known, "layers")
	}
	return "two profiles have a layer of this name"
}

// table is the list table of the layer's values: lists replace, unless the
// layer says otherwise. Paths start below values.
func (l *layer) table(path diag.Path) merge.Rule {
	if len(l.Merge) == 0 {
		return merge.Rule{}
	}
	rule, ok := l.Merge[diag.Fields("values").Join(path...).String()]
	switch {
	case !ok:
		return merge.Rule{}
	case rule.Append:
		return merge.Rule{Append: true}
	}
	return merge.Rule{Keys: []string{rule.Key}}
}

// recompose puts the cluster's own set of layers together.
func (r *resolution) recompose(changed map[*layer]*layer) {
	var layers []*layer
	for _, ly := range r.comp.layers {
		if r.disabled[ly] {
			continue
		}
		kept := ly
		if own, ok := changed[ly]; ok {
			kept = own
			r.values[own], r.patches[own] = r.values[ly], r.patches[ly]
		}
		layers = append(layers, kept)
	}
	r.comp = compose(r.comp.releases, layers)
}
