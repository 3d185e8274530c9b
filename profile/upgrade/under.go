package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// under are the layers that lie under an override.
type under []*baseLayer

// newUnder puts presets and overlays over the layers of profiles.
func newUnder(releases []profile.Release, between Between) under {
	var out under
	for _, r := range releases {
		for _, n := range rootOf(r).Find(diag.Fields("spec", "layers")).Items() {
			out = append(out, &baseLayer{release: r, root: n})
		}
	}
	for _, chosen := range between.Presets {
		out.choose(releases, chosen)
	}
	byOrder := func(a, b profile.Overlay) int { return cmp.Compare(a.Spec.Order, b.Spec.Order) }
	for _, overlay := range slices.SortedStableFunc(slices.Values(between.Overlays), byOrder) {
		for _, patch := range overlay.Spec.Layers {
			out.layer(patch.Layer).put(patch)
		}
	}
	return out
}

// choose puts a preset over the layers of its profile.
func (u under) choose(releases []profile.Release, chosen profile.ChosenPreset) {
	for _, r := range releases {
		for _, p := range r.Profile.Spec.Presets {
			if r.Ref().Name != chosen.Profile.Name || p.Group != chosen.Group || p.Name != chosen.Name {
				continue
			}
			for _, patch := range p.Layers {
				_, name, qualified := strings.Cut(patch.Layer, "/")
				if !qualified {
					name = patch.Layer
				}
				u.layer(r.Ref().Name + "/" + name).put(patch)
			}
		}
	}
}

// layer finds a layer by bare name or profile/layer; nil when there is none, or
// two.
func (u under) layer(address string) *baseLayer {
	var found *baseLayer
	for _, l := range u {
		if name := textOf(l.root.Get("name")); name != address && l.release.Ref().Name+"/"+name != address {
			continue
		}
		if found != nil {
			return nil
		}
		found = l
	}
	return found
}

// baseLayer is a layer as its profile says it, with what was put over it.
type baseLayer struct {
	release profile.Release
	root    *value.Node
}

// put puts a patch over the layer.
func (l *baseLayer) put(p profile.LayerPatch) {
	if l == nil {
		return
	}
	if n := p.Values.Tree(); n != nil {
		l.root = l.root.With("values", merge.Over(l.root.Get("values"), n, merge.Declared(l.root.Get("merge"))))
	}
	if n := capiTree(p.Capi); n != nil {
		l.root = l.root.With("capi", merge.Over(l.root.Get("capi"), n, merge.Capi))
	}
}

// overriding is what an override puts over its layer, marked as such: nodes of
// clusters that were read carry no such mark, and those of built ones none at all.
func overriding(o profile.Override) profile.LayerPatch {
	mark := func(n *value.Node) *value.Node {
		return n.WrittenBy(&value.Writer{File: n.Place().Range().File, Kind: diag.Override, Layer: o.Layer, Owner: o.Owner})
	}
	return profile.LayerPatch{Values: profile.NewValue(mark(o.Values.Tree())), Capi: capiOf(mark(capiTree(o.Capi)))}
}

// byOverride reports whether an override says what stands there.
func byOverride(n *value.Node) bool { return n.Origin().Kind == diag.Override }

// owner answers for the layer.
func (l *baseLayer) owner() string {
	if l == nil {
		return ""
	}
	if own := textOf(l.root.Get("owner")); own != "" {
		return own
	}
	return l.release.Profile.Spec.Owner
}
