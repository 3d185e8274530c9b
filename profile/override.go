package profile

import (
	"errors"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// override puts the cluster's overrides over the layers of the composition. A
// cluster that changes capi, or which layers there are, gets a composition of
// its own.
func (r *resolution) override() {
	overrides := r.member.cluster.Spec.Overrides
	if len(overrides) == 0 {
		return
	}
	shared := r.comp
	layers := layering{enabled: slices.Clone(shared.layers), disabled: slices.Clone(shared.disabled)}
	own := &composition{recipe: shared.recipe, idle: maps.Clone(shared.patched.idle)}
	recompose := false
	for i, o := range overrides {
		path := diag.Fields("spec", "overrides").Join(diag.Index(i))
		ly, err := findLayer(layers.all(), o.Layer)
		if err != nil {
			r.reject("profile.unknown-layer", path.Join(diag.Field("layer")), layerHint(err), "%v", err)
			continue
		}
		was := slices.Contains(layers.enabled, ly)
		patched := layers.put(ly, layerPatch{LayerPatch: o.LayerPatch, root: r.member.root.Find(path), path: path}, own)
		recompose = recompose || patched.capi != ly.capi || was != slices.Contains(layers.enabled, patched)
	}
	if recompose {
		own.diags = slices.Concat(shared.patched.diags, own.diags)
		own.compose(layers)
		r.comp = own
		return
	}
	r.own = map[*layer]*layer{}
	for i, ly := range shared.layers {
		if layers.enabled[i] != ly {
			r.own[ly] = layers.enabled[i]
			own.judgeOverridden(shared.fixed, ly, layers.enabled[i])
			own.judgeOverriddenRemoval(shared.constrained, ly, layers.enabled[i])
		}
	}
	r.removals = own.removals
	r.add(own.diags...)
}

func layerHint(err error) string {
	var unknown *unknownLayerError
	if errors.As(err, &unknown) {
		return nearestOf(unknown.address, unknown.known, "layers")
	}
	return "two profiles have a layer of this name"
}

func isUnknownLayer(err error) bool {
	var unknown *unknownLayerError
	return errors.As(err, &unknown)
}
