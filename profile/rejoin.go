package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// rejoin looks again at lists that merge by a key, where keys are computed: items
// that have one key after all are put together in the slots, as they would have
// been, and refused in values.
func (r *resolution) rejoin() {
	for _, ly := range r.stack.layers {
		if rules := ly.layer.root.Get("merge"); rules.Len() > 0 && ly.layer.values.Dynamic() {
			r.addOfCluster(unkeyed(rules, ly.Values.node)...)
		}
	}
	if !r.comp.computed {
		return
	}
	slots := &r.stack.capi
	r.rejoinSlot(&slots.Cluster, "cluster")
	r.rejoinSlot(&slots.Infrastructure, "infrastructure")
	r.rejoinSlot(&slots.ControlPlane, "controlPlane")
	r.rejoinSlot(&slots.ControlPlaneNodes, "nodes")
	for i := range slots.Classes {
		c := &slots.Classes[i]
		r.rejoinSlot(&c.Nodes, "nodes")
		r.rejoinSlot(&c.Workers, "workers")
		r.rejoinSlot(&c.Class, "classes", strings.TrimSuffix(c.Name, "-"+c.Pool)) // of a pool of its own
	}
}

func (r *resolution) rejoinSlot(bound *Value, slot ...string) {
	at := diag.Fields(slot...)
	joined, conflicts := merge.Rejoin(r.comp.capi.Find(at), bound.node, merge.Capi,
		func(path diag.Path, lower, upper *value.Node) bool {
			ly := r.comp.layerOf(upper.Origin())
			return ly != nil && (ly.declares(at.Join(path...), lower) || ly.overlies(lower, upper))
		})
	bound.node = joined
	var found []diag.Diagnostic
	for _, each := range conflicts[:min(len(conflicts), maxFindings+1)] { // of more, nothing is said but that
		each.Path = at.Join(withoutSensitive(joined, each.Path)...)
		found = append(found, conflict(each.Upper.Origin().Layer, each))
	}
	r.addOfCluster(found...)
}

// overlies reports whether upper is of a part of the layer that was put over the
// one of lower: a patch, or what a profile says that extends another.
func (l *layer) overlies(lower, upper *value.Node) bool {
	part := func(n *value.Node) int {
		return slices.IndexFunc(l.parts, func(p part) bool { return p.writer() == n.Place().Writer })
	}
	below := part(lower)
	return below >= 0 && below < part(upper)
}

// withoutSensitive is a path as far as its keys may be shown.
func withoutSensitive(tree *value.Node, path diag.Path) diag.Path {
	if !tree.Sensitive() {
		return path
	}
	for i, step := range path {
		keys, _ := step.IsKey()
		item := tree.Find(path[:i+1])
		if slices.ContainsFunc(keys, func(k diag.KeyValue) bool { return item.Get(k.Name).Sensitive() }) {
			return path[:i]
		}
	}
	return path
}

// layerOf is the layer that an origin names, nil for none.
func (c *composition) layerOf(by diag.Origin) *layer {
	name := by.Layer[strings.LastIndex(by.Layer, "/")+1:]
	var named *layer
	for _, ly := range c.layers {
		switch {
		case ly.Name != name:
		case ly.release.inherits(by.Document), ly.id() == by.Layer:
			return ly
		case named == nil:
			named = ly // which a cluster or an overlay changes
		}
	}
	return named
}

// addOfCluster adds findings that depend on what the cluster sets, once: slots
// that several machines share are looked at for each.
func (r *resolution) addOfCluster(found ...diag.Diagnostic) {
	of := make(diag.Diagnostics, len(found))
	for i, f := range found {
		of[i] = r.ofCluster(f)
	}
	r.add(without(of, r.diags)...)
}

// ofCluster says that a finding is about the cluster.
func (r *resolution) ofCluster(f diag.Diagnostic) diag.Diagnostic {
	f.Summary = "cluster " + r.member.key.String() + ": " + f.Summary
	return f.WithRelated(r.member.At(diag.Fields("metadata", "name")), "the cluster is here")
}
