package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// clusters asks for what clusters override, and for overlays that match them
// otherwise.
func (c *consent) clusters() {
	for _, now := range c.want.clusters {
		was := c.have.member(now.key)
		c.overridden(was, now)
		if was != nil {
			c.matched(was, now)
		}
	}
}

// overridden asks the owners of the layers whose overrides differ. was is nil for
// a new cluster.
func (c *consent) overridden(was, now *member) {
	before, after := was.overrideItems(), now.overrideItems()
	if slices.EqualFunc(before, after, (*value.Node).Equal) {
		return
	}
	addresses := c.addresses(was, now, slices.Concat(before, after))
	have, want := stackedBy(addresses, before), stackedBy(addresses, after)
	for _, address := range namesOf(have, want) {
		before, after := have[address], want[address]
		if before.Equal(after) {
			continue
		}
		owner := ""
		if ly := c.overriddenLayer(was, now, address); ly != nil {
			owner = ly.owner()
		}
		d := difference{path: diag.Fields("spec", "overrides"), have: before, want: after}
		verb := "changes"
		switch {
		case before == nil:
			verb = "adds"
		case after == nil:
			verb = "removes"
		}
		at, gone := d.place()
		c.ask(owner, Reason{Summary: fmt.Sprintf("%s %s an override of layer %s", now.Name, verb, address), Document: now.Name, Path: d.path.String(), Range: at, Gone: gone})
	}
}

// overrideItems are the overrides of a cluster; none for nil.
func (m *member) overrideItems() []*value.Node {
	if m == nil {
		return nil
	}
	return m.root.Get("spec", "overrides").Items()
}

// addresses gives, for each address of a layer in overrides, the one that is
// written first for that layer.
func (c *consent) addresses(was, now *member, overrides []*value.Node) map[string]string {
	out, first := map[string]string{}, map[string]string{}
	for _, o := range overrides {
		address := o.Get("layer").Text()
		if _, known := out[address]; known {
			continue
		}
		out[address] = address
		if ly := c.overriddenLayer(was, now, address); ly != nil {
			first[ly.id()] = cmp.Or(first[ly.id()], address)
			out[address] = first[ly.id()]
		}
	}
	return out
}

// stackedBy are overrides by the address of their layer, in order.
func stackedBy(addresses map[string]string, overrides []*value.Node) map[string]*value.Node {
	out := map[string]*value.Node{}
	for _, o := range overrides {
		n := o.Get("layer")
		address := addresses[n.Text()]
		out[address] = stacked(out[address], o.With("layer", value.NewString(address, n.Place())))
	}
	return out
}

// overriddenLayer finds a layer that a cluster overrides: in the stack that the
// cluster has, else in the one that it is to have, of what have knows before what
// is new. It is nil for a layer that is nowhere.
func (c *consent) overriddenLayer(was, now *member, address string) *layer {
	for _, side := range []struct {
		library *Library
		member  *member
		lock    Lock
	}{{c.have.Library, was, c.have.lock}, {c.have.Library, now, c.have.lock}, {c.want.Library, now, c.want.lock}} {
		if side.member == nil {
			continue
		}
		entry, _ := side.lock.Entry(side.member.key)
		if ly := side.library.layerOf(side.member, entry, address); ly != nil {
			return ly
		}
	}
	return nil
}

// matched asks the owners of overlays that match a cluster, and did not, or the
// other way around.
func (c *consent) matched(was, now *member) {
	at := diag.Fields("metadata", "labels")
	if maps.Equal(was.cluster.Metadata.Labels, now.cluster.Metadata.Labels) {
		return
	}
	entry, _ := c.have.lock.Entry(was.key)
	for _, name := range sortedKeys(c.have.Library.overlays) {
		o := c.have.latestOverlay(name)
		if pin, ok := entry.Pin(name); ok {
			o = c.have.overlay(Ref{Name: name, Version: pin})
		}
		if o == nil {
			continue
		}
		before, after := o.selector.Matches(labelSet(was.cluster.Metadata.Labels)), o.selector.Matches(labelSet(now.cluster.Metadata.Labels))
		if before == after {
			continue
		}
		summary := fmt.Sprintf("%s gets labels that overlay %s matches", now.Name, o.ref)
		if before {
			summary = fmt.Sprintf("%s loses labels that overlay %s matches", now.Name, o.ref)
		}
		c.ask(o.statedOwner(), Reason{Summary: summary, Document: now.Name, Path: at.String(), Range: now.At(at)})
	}
}

// settings asks the owners of hubs, of strategies, and of the Ownership document.
func (c *consent) settings() {
	have, want := c.have.settings(), c.want.settings()
	governor := c.have.governor()
	for _, name := range namesOf(have, want) {
		was, now := have[name], want[name]
		owner := ownerOr(was, governor)
		if was == nil {
			owner = ownerOr(now, governor)
		}
		for _, d := range differences(was, now, merge.Replace) {
			verb := "changes"
			switch {
			case was == nil:
				verb = "adds"
			case now == nil:
				verb = "removes"
			}
			at, gone := d.place()
			c.ask(owner, Reason{Summary: verb + " " + name, Document: name, Path: d.path.String(), Range: at, Gone: gone})
		}
	}
}

func ownerOr(root *value.Node, otherwise string) string {
	if owner, ok := root.Get("spec", "owner").Str(); ok {
		return owner
	}
	return otherwise
}

// governor is the owner of the Ownership document; "" without one.
func (w *Workspace) governor() string {
	o, _ := w.Ownership()
	return o.Spec.Owner
}

// settings are the documents that are neither versions nor clusters, by name.
func (w *Workspace) settings() map[string]*value.Node {
	out := map[string]*value.Node{}
	for _, d := range w.documents {
		if slices.Contains([]string{"Hub", "Strategy"}, d.Kind) {
			out[d.Name] = d.root
		}
	}
	if w.rules != nil {
		out["ownership"] = w.rules.root
	}
	return out
}
