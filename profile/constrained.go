package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ConstrainedPath is a path that anybody may set, within a schema: whatever
// stands there in a stack, whoever wrote it and whatever an expression gave, has
// to satisfy it. What the layer sets there can be changed, but not removed. Where
// nothing stands, nothing is judged.
//
// A path starts with /values (of the layer) or with /capi (what all layers give
// together). A path of another owner's layer needs an entitlement, as for
// [FixedPath].
type ConstrainedPath struct {
	// Layer is the other layer; empty for the layer that constrains.
	Layer string `json:"layer,omitempty"`
	Path  string `json:"path"`
	// Schema means what it means for a [Variable].
	Schema `json:",inline"`
}

// variable is a variable of the same schema: one piece of code judges both.
func (p ConstrainedPath) variable() Variable { return Variable{Name: p.Path, Schema: p.Schema} }

// constrained is a ConstrainedPath in a stack.
type constrained struct {
	fixed
	judge func(n *value.Node, left *int) []problem
	as    Schema
}

func newConstrained(f fixed, declared ConstrainedPath) constrained {
	return constrained{fixed: f, judge: newForm(declared.Schema, nil).judge, as: declared.Schema}
}

// checkConstrained judges the paths that a layer constrains as written, and what
// the layer itself says there.
func (l *loader) checkConstrained(r *release, ly Layer, at diag.Path) {
	for i, declared := range ly.Constrained {
		where := at.Join(diag.Field("constrained"), diag.Index(i))
		l.checkBinding(r, declared.Path, where.Join(diag.Field("path")), "constrained")
		if declared.Type == SecretRefVariable {
			l.reject(r, "profile.constrained-path", where.Join(diag.Field("type")), "declare a variable of type secretRef instead", "a path cannot be constrained to a secret")
			continue
		}
		for _, found := range declared.variable().check() {
			if found.told {
				continue
			}
			l.add(diag.Errorf("profile.constrained-path", r.At(where.Join(found.path...)), "path %s: %s", declared.Path, found.problem).
				WithDetail("%s", found.hint).WithPath(where.Join(found.path...)))
		}
	}
}

// judges reports whether the schema can judge values; where it cannot, that is
// reported for the profile.
func (p ConstrainedPath) judges() bool {
	return p.Type != SecretRefVariable && len(p.variable().check()) == 0
}

// judgeAlone holds the values of a release to what its own layers constrain,
// where no expression has to be computed.
func (c *composition) judgeAlone() {
	left := maxMatching
	for _, rule := range c.constrained {
		for _, n := range c.standing(rule.fixed) {
			if !n.IsNull() && !n.Dynamic() {
				c.diags = append(c.diags, rule.broken(n, &left)...)
			}
		}
	}
}

// standing is what stands at the path of a rule before expressions are computed.
func (c *composition) standing(f fixed) []*value.Node {
	if name, _ := firstField(f.path); name == "values" {
		return []*value.Node{f.target.values.Find(f.path[1:])}
	}
	return slotsAt(c.capi, c.capi, f.path[1:])
}

// judgeRemoved refuses to remove what is constrained.
func (c *composition) judgeRemoved() {
	of, capi := c.foldings()
	for _, rule := range c.constrained {
		switch name, _ := firstField(rule.path); name {
		case "values":
			c.judgeRemovedIn(rule.fixed, rule.target.parts, valueIn(of(rule.target), rule.path))
		case "capi":
			c.judgeRemovedIn(rule.fixed, c.capiParts(), func(parts []part) []view {
				return viewsOf(capi.of(parts), c.capi, rule.path[1:])
			})
		}
	}
}

// valueIn looks at a path of a layer's values as parts give them.
func valueIn(values *folding, path diag.Path) func([]part) []view {
	return func(parts []part) []view { return []view{{tree: values.of(parts), path: path[1:]}} }
}

// removal is the removal of what is constrained, if it comes to that: an
// expression stands above the path, and what it gives may have it.
type removal struct {
	rule  fixed
	found diag.Diagnostic
}

// judgeRemovedIn finds the part that takes away what look shows of those that
// may.
func (c *composition) judgeRemovedIn(f fixed, parts []part, look func([]part) []view) {
	if p, ok := f.first(parts, look, takenAway); ok {
		c.add(c.removed(f, p))
	} else if p, ok := f.first(parts, look, computedAway); ok {
		c.removals = append(c.removals, removal{f, c.removed(f, p)})
	}
}

// first is the first part that, put over those that may change the path, makes a
// view of it one that is wrong beside what these give.
func (f fixed) first(parts []part, look func([]part) []view, wrong func(before, now view) bool) (p part, ok bool) {
	allowed := slices.DeleteFunc(slices.Clone(parts), f.binds)
	before := look(allowed)
	is := func(parts []part) bool {
		for i, now := range look(parts) {
			if wrong(before[i], now) {
				return true
			}
		}
		return false
	}
	if !is(parts) {
		return part{}, false
	}
	for i, p := range parts {
		if f.binds(p) && is(slices.Concat(allowed, parts[i:i+1])) {
			return p, true
		}
	}
	return parts[slices.IndexFunc(parts, f.binds)], true
}

// takenAway reports whether a value is gone, or a null stands where nothing was.
func takenAway(before, now view) bool {
	was, is := before.find(), now.find()
	return is.IsNull() && (!was.IsNull() || was == nil && is != nil) && !now.open()
}

// computedAway reports whether a value may be gone.
func computedAway(before, now view) bool { return !before.find().IsNull() && now.open() }

func (c *composition) removed(f fixed, p part) diag.Diagnostic {
	return diag.Errorf("profile.constrained", c.deepest(f, p).Place().Range(), "%s removes %s, which %s of %s, owner %s, constrains", p.writtenBy(), f.path, f.by.Name, f.document, f.owner).
		WithDetail("set another value that is allowed, or ask %s", f.owner).
		WithPath(f.path).
		WithRelated(f.at, "layer %s, owner %s, constrains it here", f.by.Name, f.owner)
}

// broken says what is wrong with a value that stands at the path; left is as for
// the forms.
func (c constrained) broken(n *value.Node, left *int) diag.Diagnostics {
	var out diag.Diagnostics
	problems := c.judge(n, left)
	if len(problems) > 0 && n.Sensitive() {
		problems = []problem{withheld(c.as)}
	}
	for _, p := range problems {
		w := n.Place().Writer
		if w == nil {
			w = &value.Writer{Document: "a document"}
		}
		found := diag.Errorf("profile.constrained", n.Place().Range(), "%s sets %s to %s, which %s of %s, owner %s, constrains: %s",
			documentOf(w), c.path, shown(n), c.by.Name, c.document, c.owner, p.problem).
			WithDetail("%s", constrainedHint(p, c.owner)).
			WithPath(c.path).
			WithRelated(c.at, "layer %s, owner %s, constrains it here", c.by.Name, c.owner)
		for _, cause := range n.Origin().Causes {
			found = found.WithRelated(cause.Range, "the value is computed from this")
		}
		out = append(out, found)
	}
	return out
}

func constrainedHint(p problem, owner string) string {
	ask := "ask " + owner + " for another constraint"
	if p.hint == "" {
		return ask
	}
	return p.hint + "; or " + ask
}

// judgeConstrained holds what stands in the stack to what is constrained.
func (r *resolution) judgeConstrained() {
	for _, rule := range r.comp.constrained {
		for _, n := range r.bound(rule) {
			// a null that no expression gave was judged before
			if !n.IsNull() || n.Derived() {
				r.add(rule.broken(n, &r.judging)...)
			}
		}
	}
	for _, removed := range slices.Concat(r.comp.removals, r.removals) {
		if slices.ContainsFunc(r.views(removed.rule), func(v view) bool { return len(v.all()) == 0 }) {
			r.add(removed.found)
		}
	}
}

// bound is what stands in the stack at the path of a rule.
func (r *resolution) bound(rule constrained) []*value.Node {
	var out []*value.Node
	for _, v := range r.views(rule.fixed) {
		out = append(out, v.all()...)
	}
	return out
}

// views are the computed trees in which the path of a rule counts.
func (r *resolution) views(f fixed) []view {
	switch name, _ := firstField(f.path); name {
	case "capi":
		if r.trees == nil {
			r.trees = &slotTrees{slots: r.stack.capi}
		}
		return r.trees.views(f.path[1:])
	case "values":
		for i, ly := range r.comp.layers {
			if ly == f.target {
				return []view{{tree: r.stack.layers[i].Values.node, path: f.path[1:]}}
			}
		}
	}
	return nil
}

// judgeDoubles refuses a second item of the key that a fixed path names: one that
// was appended, or whose key was computed. Who reads the list may take either.
func (r *resolution) judgeDoubles() {
	for _, f := range r.comp.fixed {
		if !slices.ContainsFunc(f.path, isKey) {
			continue
		}
		for _, v := range r.views(f) {
			d, ok := v.double(f)
			if !ok {
				d, ok = v.posed(f)
			}
			if ok {
				r.add(f.brokenBy(d.Origin()))
				break
			}
		}
	}
}

func isKey(s diag.Step) bool { _, ok := s.IsKey(); return ok }

// double is an item by somebody whom the rule binds, where a step of the path
// finds several that differ in what is fixed.
func (v view) double(f fixed) (*value.Node, bool) {
	for i, step := range v.path {
		if _, keyed := step.IsKey(); !keyed {
			continue
		}
		found := view{tree: v.tree, path: v.path[:i+1]}.all()
		if len(found) < 2 || agree(found, v.path[i+1:]) {
			continue
		}
		for _, n := range found {
			if by := n.Origin(); f.bindsWriter(by.Kind, by.Owner) {
				return n, true
			}
		}
	}
	return nil, false
}

// posed is an item by somebody whom the rule binds that has the key of a fixed path
// because that was computed, where without such items something else would stand.
func (v view) posed(f fixed) (*value.Node, bool) {
	for i, step := range v.path {
		keys, keyed := step.IsKey()
		if !keyed {
			continue
		}
		var last *value.Node
		poses := func(item *value.Node) bool {
			by := item.Place().Origin()
			is := slices.ContainsFunc(keys, func(kv diag.KeyValue) bool { return item.Get(kv.Name).Derived() }) &&
				item.Matches(step) && f.bindsWriter(by.Kind, by.Owner) && item.Find(v.path[i+1:]) != nil
			if is {
				last = item
			}
			return is
		}
		without := v.of
		for s, slot := range v.of {
			without[s] = leaving(slot, v.path[:i], poses)
		}
		if last != nil && !agree([]*value.Node{v.tree, without.over()}, v.path) {
			return last, true
		}
	}
	return nil, false
}

// leaving is a tree without items of the list at a path.
func leaving(n *value.Node, path diag.Path, drop func(item *value.Node) bool) *value.Node {
	if n.Find(path).Kind() != value.List {
		return n
	}
	if len(path) == 0 {
		return n.WithItems(slices.DeleteFunc(slices.Clone(n.Items()), drop))
	}
	next := n.Find(path[:1])
	if name, ok := path[0].IsField(); ok {
		return n.With(name, leaving(next, path[1:], drop))
	}
	items := slices.Clone(n.Items())
	items[slices.Index(items, next)] = leaving(next, path[1:], drop)
	return n.WithItems(items)
}

// agree reports whether the same stands at a path of all of them.
func agree(items []*value.Node, path diag.Path) bool {
	first := items[0].Find(path)
	return !slices.ContainsFunc(items[1:], func(n *value.Node) bool {
		return !sameNode(first, n.Find(path))
	})
}

// judgeWritten holds what needs no computing to what is constrained, in a stack
// that other mistakes keep from being computed.
func (r *resolution) judgeWritten() {
	for _, rule := range r.comp.constrained {
		for _, n := range r.written(rule) {
			if !n.IsNull() && !n.Dynamic() {
				r.add(rule.broken(n, &r.judging)...)
			}
		}
	}
}

// written is what stands at the path of a rule before anything is computed.
func (r *resolution) written(rule constrained) []*value.Node {
	if name, _ := firstField(rule.path); name == "capi" {
		return slotsAt(r.comp.capi, r.comp.capi, rule.path[1:])
	}
	ly := rule.target
	if own, ok := r.own[ly]; ok {
		ly = own
	}
	return []*value.Node{ly.values.Find(rule.path[1:])}
}
