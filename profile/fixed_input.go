package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// judgeInputs holds the constants and the components that fixed expressions read
// to what they are without the profiles that may not change what is fixed. The
// values of variables are free: they are how a profile lets others take part.
func (c *composition) judgeInputs(f fixed, nodes []*value.Node) {
	for _, n := range nodes {
		for e := range n.Expressions() {
			if by, ok := f.redefined(e.Program().(*program)); ok {
				c.changed = append(c.changed, f.path)
				c.add(f.brokenBy(by).WithRelated(e.Place().Range(), "it is computed here"))
				return
			}
		}
	}
}

// redefined is where somebody whom the rule binds changes what a program reads.
func (f fixed) redefined(p *program) (by diag.Origin, ok bool) {
	strangers := f.strangers(p.layer)
	if len(strangers) == 0 {
		return diag.Origin{}, false
	}
	without := map[string]*value.Node{
		"consts":    p.layer.release.constantsWithout(strangers),
		"component": p.layer.componentWithout(strangers),
	}
	for path := range p.paths() {
		if before, reads := without[path[0]]; reads && !sameNode(p.constant(path), before.Get(path[1:]...)) {
			return redefinition(p.layer, path, strangers), true
		}
	}
	return diag.Origin{}, false
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

// constantsWithout are the constants of a release without what some of its line
// say of them.
func (r *release) constantsWithout(some []*release) *value.Node {
	if r == nil {
		return nil
	}
	out := r.parent.constantsWithout(some)
	if slices.Contains(some, r) {
		return out
	}
	for _, own := range r.root.Get("spec", "constants").Fields() {
		out = out.With(own.Name, r.consts.Get(own.Name))
	}
	return out
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
