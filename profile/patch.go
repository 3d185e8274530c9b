package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// LayerPatch changes a layer: in a preset, in an overlay, and in a cluster's
// overrides.
type LayerPatch struct {
	// Layer is the name of the layer, or profile/layer.
	Layer string `json:"layer"`
	// Enabled false takes the layer out of the stack; true brings it back.
	Enabled *bool `json:"enabled,omitempty"`
	// Values and Capi are put over the layer's.
	Values Value `json:"values,omitempty,omitzero"`
	Capi   *Capi `json:"capi,omitempty"`
	// Patches follow the layer's.
	Patches []ContentPatch `json:"patches,omitempty"`
}

// layerPatch is a LayerPatch as it was read.
type layerPatch struct {
	LayerPatch
	root *value.Node
	// path is where it stands in its document.
	path diag.Path
	find fileFinder
}

// over gives the layer with the patch over it. ly is not changed.
func (p layerPatch) over(ly *layer) (*layer, diag.Diagnostics) {
	out := *ly
	found := &loader{}
	c := compiler{loader: found, release: ly.release, layer: ly, find: p.find}
	at := func(field string) diag.Path { return p.path.Join(diag.Field(field)) }
	found.misplaced(at("values"), p.root.Get("values"), ly.table())
	rules := ly.root.Get("merge")
	found.add(unkeyed(rules, p.root.Get("values"))...)
	found.misplaced(at("capi"), p.root.Get("capi"), merge.Capi)
	values, capi := c.tree(at("values"), p.root.Get("values"), ly.release.scopes.plain), c.capi(at("capi"), p.root.Get("capi"))
	if !values.IsNull() {
		out.values = merge.Over(ly.values, values, ly.table())
		if wrong := unkeyed(rules, out.values); len(wrong) > 0 {
			found.add(without(wrong, unkeyed(rules, ly.values))...)
		}
	}
	if capi != nil {
		out.capi = merge.Patch(ly.capi, capi, merge.Capi)
	}
	if patches := c.patches(at("patches"), p.root.Get("patches")); len(patches) > 0 {
		out.patches = slices.Concat(ly.patches, patches)
	}
	out.parts = append(slices.Clip(ly.parts), part{root: p.root, values: values, capi: capi})
	return &out, found.diags
}

// table is the list table of the layer's values.
func (l *layer) table() merge.Table { return merge.Declared(l.root.Get("merge")) }

// part is one of the documents' entries that a layer was merged of: a layer of a
// profile, or a patch.
type part struct {
	root *value.Node
	// values and capi have their expressions compiled, as those of the layer are.
	values, capi *value.Node
}

func (p part) writer() *value.Writer { return p.root.Place().Writer }

// parts gives what the profile and its parents say of the layer, lowest first.
// What is wrong with it is found where it is put together.
func (c compiler) parts() []part {
	c.loader, c.find = &loader{}, c.release.filesRead
	var out []part
	for r := c.release; r != nil; r = r.parent {
		for _, n := range r.root.Get("spec", "layers").Items() {
			if text, _ := n.Get("name").Str(); text == c.layer.Name {
				out = append(out, part{root: n, values: c.tree(nil, n.Get("values"), c.release.scopes.plain), capi: c.capi(nil, n.Get("capi"))})
			}
		}
	}
	slices.Reverse(out)
	return out
}

// writtenBy names who wrote the part.
func (p part) writtenBy() string { return documentOf(p.writer()) }

func documentOf(w *value.Writer) string {
	if w.Owner == "" {
		return w.Document
	}
	return w.Document + ", owner " + w.Owner + ","
}
