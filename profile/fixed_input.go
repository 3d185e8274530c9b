package profile

import (
	"slices"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// judgeInputs holds the constants and the components that fixed expressions read
// to what they are without the profiles that may not change what is fixed. The
// values of variables are free: they are how a profile lets others take part.
func (c *composition) judgeInputs(f fixed, nodes []*value.Node) {
	inputs := map[*layer]*ownInputs{}
	for _, n := range nodes {
		for e := range n.Expressions() {
			p := e.Program().(*program)
			if inputs[p.layer] == nil {
				inputs[p.layer] = f.ownInputs(p.layer)
			}
			if by, ok := inputs[p.layer].redefined(p); ok {
				c.changed = append(c.changed, f.path)
				c.add(f.brokenBy(by).WithRelated(e.Place().Range(), "it is computed here"))
				return
			}
		}
	}
}

// ownInputs are the constants and the component of a layer without what those say
// of them whom a rule binds.
type ownInputs struct {
	layer     *layer
	strangers []*release
	component *value.Node
	constants func() bool // whether all are as they are without the strangers
}

func (f fixed) ownInputs(l *layer) *ownInputs {
	in := &ownInputs{layer: l, strangers: f.strangers(l)}
	in.component = l.componentWithout(in.strangers)
	in.constants = sync.OnceValue(in.sameConstants)
	return in
}

// redefined is where a stranger changes what a program of the layer reads.
func (in *ownInputs) redefined(p *program) (by diag.Origin, ok bool) {
	if len(in.strangers) == 0 {
		return diag.Origin{}, false
	}
	for path := range p.paths() {
		if !in.same(path) {
			return redefinition(in.layer, path, in.strangers), true
		}
	}
	return diag.Origin{}, false
}

// same reports whether what a program reads at a path is there without the
// strangers, too.
func (in *ownInputs) same(path []string) bool {
	switch {
	case path[0] == "component":
		return sameNode(in.layer.product.Get(path[1:]...), in.component.Get(path[1:]...))
	case path[0] != "consts":
		return true
	case len(path) == 1:
		return in.constants()
	}
	r := in.layer.release
	return sameNode(r.consts.Get(path[1:]...), r.constantWithout(in.strangers, path[1]).Get(path[2:]...))
}

func (in *ownInputs) sameConstants() bool {
	for _, r := range in.strangers {
		for _, own := range r.root.Get("spec", "constants").Fields() {
			if !in.same([]string{"consts", own.Name}) {
				return false
			}
		}
	}
	return true
}

// strangers are the profiles whose owners the rule binds, from that of a layer
// down to the one that fixes, or that wrote the layer: what lies below is what
// these were built on. The highest comes first.
func (f fixed) strangers(l *layer) []*release {
	from := l.parts[0].writer().File
	for r := l.release; r != nil; r = r.parent {
		if r.At(nil).File == f.at.File {
			from = f.at.File
		}
	}
	var out []*release
	for r := l.release; r != nil && r.At(nil).File != from; r = r.parent {
		if f.bindsWriter(diag.Profile, r.profile.Spec.Owner) {
			out = append(out, r)
		}
	}
	return out
}

// constantWithout is a constant of a release without what some of its line say of
// it; nil for none. It is looked up by its name: there may be many.
func (r *release) constantWithout(some []*release, name string) *value.Node {
	for ; r != nil; r = r.parent {
		if r.root.Get("spec", "constants", name) != nil && !slices.Contains(some, r) {
			return r.consts.Get(name)
		}
	}
	return nil
}

// componentWithout is the component of the layer, likewise.
func (l *layer) componentWithout(some []*release) *value.Node {
	var out *value.Node
	for _, p := range l.parts {
		if !slices.ContainsFunc(some, func(r *release) bool { return r.At(nil).File == p.writer().File }) {
			out = overComponent(out, p.root.Get("component"))
		}
	}
	return out
}

// overComponent puts a component over another one; what stands for none replaces
// it.
func overComponent(below, own *value.Node) *value.Node {
	if own == nil || (below.Get("none") == nil) == (own.Get("none") == nil) {
		return merge.Over(below, own, merge.Replace)
	}
	return own
}

// redefinition is where the first of some releases says what a path names of the
// constants or the component of a layer.
func redefinition(l *layer, path []string, some []*release) diag.Origin {
	for _, r := range some {
		said := r.root.Get("spec", "constants")
		if path[0] == "component" {
			said = l.partOf(r).root.Get("component")
		}
		if n := said.Nearest(diag.Fields(path[1:]...)); n != nil && (n != said || len(path) == 1 || n.Get("none") != nil) {
			return n.Origin()
		}
	}
	return some[0].root.Origin()
}

// partOf is what a release itself says of the layer; empty for nothing.
func (l *layer) partOf(r *release) part {
	i := slices.IndexFunc(l.parts, func(p part) bool { return p.writer().File == r.At(nil).File })
	if i < 0 {
		return part{}
	}
	return l.parts[i]
}
