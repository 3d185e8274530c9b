package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// edge says that layer first is installed before layer then, and where that is
// written.
type edge struct {
	first, then *layer
	why         string
	at          diag.Range
}

// order sorts layers topologically by requires, before and after; ties go by
// kind, then by the position of the profile in the stack, then by name. Layers
// on a cycle are reported and follow at the end.
func (c *composition) order(layers []*layer) []*layer {
	edges := c.edges(layers)
	waiting := make(map[*layer]int, len(layers))
	next := make(map[*layer][]*layer, len(layers))
	for _, e := range edges {
		waiting[e.then]++
		next[e.first] = append(next[e.first], e.then)
	}
	left := slices.Clone(layers)
	slices.SortFunc(left, c.compareLayers)
	ordered := make([]*layer, 0, len(layers))
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(l *layer) bool { return waiting[l] == 0 })
		if i < 0 {
			c.reportCycles(left, edges)
			return append(ordered, left...)
		}
		ready := left[i]
		left = slices.Delete(left, i, i+1)
		ordered = append(ordered, ready)
		for _, l := range next[ready] {
			waiting[l]--
		}
	}
	return ordered
}

func (c *composition) compareLayers(a, b *layer) int {
	return cmp.Or(
		cmp.Compare(a.Kind.rank(), b.Kind.rank()),
		cmp.Compare(slices.Index(c.recipe.releases, a.release), slices.Index(c.recipe.releases, b.release)),
		cmp.Compare(a.Name, b.Name),
	)
}

// edges collects what layers say about their order, checking requirements on
// the way.
func (c *composition) edges(layers []*layer) []edge {
	var out []edge
	for _, ly := range layers {
		for _, r := range ly.requires {
			for _, needed := range c.require(ly, r, layers) {
				if needed != ly {
					out = append(out, edge{first: needed, then: ly, why: "requires " + r.String(), at: r.at})
				}
			}
		}
		for _, r := range ly.conflicts {
			c.forbid(ly, r, layers)
		}
		out = append(out, c.references(ly, ly.After, "after", layers)...)
		for _, e := range c.references(ly, ly.Before, "before", layers) {
			e.first, e.then = e.then, e.first
			out = append(out, e)
		}
	}
	return out
}

func (c *composition) references(ly *layer, refs []LayerRef, field string, layers []*layer) []edge {
	var out []edge
	for i, ref := range refs {
		other := referred(ly, ref.Layer, layers)
		if other != nil && other != ly {
			out = append(out, edge{first: other, then: ly, why: field + " " + ref.Layer, at: ly.at(diag.Field(field), diag.Index(i))})
		}
	}
	return out
}

// referred is the layer that ly calls name; its own profile's layers come first.
func referred(ly *layer, name string, layers []*layer) *layer {
	own := slices.IndexFunc(layers, func(l *layer) bool { return l.release == ly.release && l.Name == name })
	if own >= 0 {
		return layers[own]
	}
	other, err := findLayer(layers, name)
	if err != nil {
		return nil
	}
	return other
}

// require returns the layers that meet r, and reports when none does.
func (c *composition) require(ly *layer, r requirement, layers []*layer) []*layer {
	var met, near []*layer
	for _, other := range layers {
		switch {
		case other.meets(r):
			met = append(met, other)
		case r.Component != "" && other.Component.Name == r.Component:
			near = append(near, other)
		}
	}
	if len(met) == 0 {
		c.add(c.unmet(ly, r, near, layers))
	}
	return met
}

// forbid reports the layers that meet a condition of conflicts.
func (c *composition) forbid(ly *layer, r requirement, layers []*layer) {
	for _, other := range layers {
		if other == ly || !other.meets(r) {
			continue
		}
		what := "is in the stack"
		if r.Capability != "" {
			what = "provides " + r.Capability
		} else if other.Component.Name != "" {
			what = "has " + other.Component.String()
		}
		c.add(diag.Errorf("profile.conflicting", r.at, "layer %s of %s conflicts with %s, and layer %s of %s %s", ly.Name, ly.release.ref, r, other.Name, other.release.ref, what).
			WithDetail("choose versions of the profiles that fit together, or disable one of the layers").
			WithRelated(other.at(diag.Field("component")), "layer %s of %s, owner %s", other.Name, other.release.ref, other.owner()))
	}
}

// meets reports whether the layer meets a condition.
func (l *layer) meets(r requirement) bool { return r.met(l.release.ref.Name, &l.Layer) }

func has(m map[string]string, key string) bool { _, ok := m[key]; return ok }

func (c *composition) unmet(ly *layer, r requirement, near, layers []*layer) diag.Diagnostic {
	found := diag.Errorf("profile.requirement", r.at, "layer %s of %s requires %s, which the stack of %s does not have", ly.Name, ly.release.ref, r, c.name())
	if len(near) == 0 {
		return found.WithDetail("%s", c.unmetHint(r, layers))
	}
	other := near[0]
	hint := "choose versions of the profiles that fit together"
	if other.Component.Scheme != "opaque" && r.namesVersions() {
		hint = "a semantic version is never among names; write a range such as >=1.31"
	}
	if other.Component.Scheme == "opaque" && strings.ContainsAny(r.Version, "<>=~^*") {
		hint = "opaque versions cannot be ordered, only named: " + other.Component.Version + ", or several with || between them"
	}
	return found.
		WithDetail("%s has %s: %s", other.release.ref, other.Component, hint).
		WithRelated(other.at(diag.Field("component")), "layer %s of %s, owner %s, has %s", other.Name, other.release.ref, other.owner(), other.Component)
}

func (c *composition) unmetHint(r requirement, layers []*layer) string {
	var known []string
	for _, l := range layers {
		switch {
		case r.Component != "" && l.Component.Name != "":
			known = append(known, l.Component.Name)
		case r.Layer != "":
			known = append(known, l.Name)
		case r.Capability != "":
			for capability := range l.Provides {
				known = append(known, capability)
			}
		}
	}
	slices.Sort(known)
	what, name := "components", r.Component
	if r.Layer != "" {
		what, name = "layers", r.Layer
	}
	if r.Capability != "" {
		what, name = "capabilities", r.Capability
	}
	return nearestOf(name, slices.Compact(known), what) + "; add a profile that brings it"
}

// maxArrows is how much of a cycle is shown.
const maxArrows = 10

// reportCycles prints every cycle among the layers that are left.
func (c *composition) reportCycles(left []*layer, edges []edge) {
	for _, cycle := range findCycles(left, edges) {
		var names []string
		shown := cycle[:min(len(cycle), maxArrows)]
		for _, e := range shown {
			names = append(names, e.first.id())
		}
		if more := len(cycle) - len(shown); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		names = append(names, cycle[0].first.id())
		found := diag.Errorf("profile.cycle", cycle[0].at, "layers wait for each other: %s", strings.Join(names, " -> ")).
			WithDetail("an arrow reads: is installed before; remove one of the %d conditions", len(cycle))
		for _, e := range shown {
			found = found.WithRelated(e.at, "%s is installed before %s, because of %q", e.first.id(), e.then.id(), e.why)
		}
		c.add(found)
	}
}

// findCycles follows, from every layer that is left, one layer it waits for
// after the other, until one comes again. Each cycle starts at the layer whose
// id sorts first.
func findCycles(left []*layer, edges []edge) [][]edge {
	waitsFor := map[*layer]edge{}
	for _, e := range edges {
		if _, ok := waitsFor[e.then]; !ok && slices.Contains(left, e.first) {
			waitsFor[e.then] = e
		}
	}
	var cycles [][]edge
	walked := map[*layer]int{} // by the walk that came by, from 1
	for i, start := range left {
		at := start
		for walked[at] == 0 {
			walked[at] = i + 1
			at = waitsFor[at].first
		}
		if walked[at] == i+1 {
			cycles = append(cycles, cycleFrom(at, waitsFor))
		}
	}
	return cycles
}

func cycleFrom(at *layer, waitsFor map[*layer]edge) []edge {
	var cycle []edge
	for l := at; len(cycle) == 0 || l != at; l = waitsFor[l].first {
		cycle = append(cycle, waitsFor[l])
	}
	slices.Reverse(cycle)
	start := 0
	for i, e := range cycle {
		if e.first.id() < cycle[start].first.id() {
			start = i
		}
	}
	return append(cycle[start:], cycle[:start]...)
}
