package profile

import (
	"cmp"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ownMetadata is labels or annotations that a cluster's document gives the objects
// that a capi slot gives some, too. The document's win.
type ownMetadata struct {
	path diag.Path // of the mapping in the slot
	slot *value.Node
	own  *value.Node
}

// ownMetadata are those of the cluster and of its pools.
func (r *resolution) ownMetadata() []ownMetadata {
	var out []ownMetadata
	add := func(slot *value.Node, path diag.Path, own *value.Node, fields ...string) {
		for _, name := range fields {
			if n := own.Get(name); n.Len() > 0 {
				out = append(out, ownMetadata{path.Join(diag.Field(name)), slot.Get(name), n})
			}
		}
	}
	class := func(slot Value, path diag.Path, pool *value.Node) {
		add(slot.node.Get("class", "metadata"), path.Join(diag.Field("class"), diag.Field("metadata")), pool, "labels")
	}
	slots := r.stack.capi
	add(slots.Cluster.node.Get("metadata"), diag.Fields("capi", "cluster", "metadata"), r.stack.metadata, "labels", "annotations")
	class(slots.ControlPlane, diag.Fields("capi", "controlPlane"), r.member.root.Find(controlPlanePath))
	for i, p := range r.stack.cluster.Spec.Pools.Workers {
		at, found := slices.BinarySearchFunc(slots.Classes, p.Class, func(c WorkerClass, name string) int { return cmp.Compare(c.Name, name) })
		if !found {
			continue
		}
		pool := r.member.root.Find(workersPath.Join(diag.Index(i)))
		class(slots.Classes[at].Workers, diag.Fields("capi", "workers"), pool)
		class(slots.Classes[at].Class, diag.Fields("capi", "classes", r.pools.workers[i].class), pool)
	}
	return out
}

// judgeOwnMetadata holds the labels and annotations of the cluster's document to
// what is fixed and constrained of those that they replace.
func (r *resolution) judgeOwnMetadata() {
	if len(r.comp.fixed)+len(r.comp.constrained) == 0 {
		return
	}
	for _, m := range r.ownMetadata() {
		for _, e := range m.own.Fields() {
			path := m.path.Join(diag.Field(e.Name))
			other := m.slot.Get(e.Name)
			for _, f := range r.comp.fixed {
				by := e.Value.Origin()
				if path.Under(f.path) && other != nil && !other.Equal(e.Value) && f.bindsWriter(by.Kind, by.Owner) {
					r.add(f.brokenBy(by))
				}
			}
			for _, rule := range r.comp.constrained {
				if path.Compare(rule.path) == 0 {
					r.add(rule.broken(e.Value, &r.judging)...)
				}
			}
		}
	}
}
