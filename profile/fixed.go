package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// fixed is a FixedPath in a stack.
type fixed struct {
	path   diag.Path
	by     *layer // the layer that fixes
	target *layer // whose values the path is about
	owner  string // of who fixes
	// document is the profile that says so, which by may have inherited.
	document string
	at       diag.Range
}

// binds reports whether the rule forbids a part to touch the path. The owner of
// the other layer may go on writing what was fixed there: that it changes is for
// the approval of a new version. What a profile inherits and fixes is what it
// was built on, and so is the layer as its profile wrote it, whoever owns it now.
func (f fixed) binds(p part) bool {
	return f.bindsWriter(p.writer().Kind, p.writer().Owner) && !slices.Contains(f.inherited(), p) && p != f.target.parts[0]
}

// inherited are the parts of the layer below the one that fixes.
func (f fixed) inherited() []part {
	parts := f.by.parts
	for i, p := range slices.Backward(parts) {
		if p.writer().Kind == diag.Profile && p.writer().File == f.at.File {
			return parts[:i]
		}
	}
	return nil
}

func (f fixed) bindsWriter(kind diag.OriginKind, owner string) bool {
	return kind == diag.Override || owner != f.owner && (f.target == f.by || owner != f.target.owner())
}

// collectFixed gathers what the layers of the stack fix.
func (c *composition) collectFixed() {
	for _, ly := range c.layers {
		for i, declared := range ly.Fixed {
			f, ok := ly.binding("fixed", i, declared.Path)
			if ok && (declared.Layer == "" || c.aim(&f, declared.Layer, "fixes")) {
				c.addFixed(f)
			}
		}
		for i, declared := range ly.Constrained {
			f, ok := ly.binding("constrained", i, declared.Path)
			if ok && declared.judges() && (declared.Layer == "" || c.aim(&f, declared.Layer, "constrains")) {
				c.constrained = append(c.constrained, newConstrained(f, declared))
			}
		}
	}
}

func (c *composition) addFixed(f fixed) {
	c.fixed = append(c.fixed, f)
	if name, _ := firstField(f.path); name == "objects" {
		c.fields = append(c.fields, newFixedField(f))
	}
}

// judgeFixed holds every part of the stack to what is fixed: the paths must have
// the values that they have without those who may not change them.
func (c *composition) judgeFixed() {
	of, capi := c.foldings()
	for _, f := range c.fixed {
		switch name, _ := firstField(f.path); name {
		case "values":
			c.judgeInputs(f, c.judgeFixedIn(f, f.target.parts, func(parts []part) []*value.Node {
				return []*value.Node{of(f.target).of(parts).Find(f.path[1:])}
			}))
		case "capi":
			c.judgeInputs(f, c.judgeFixedIn(f, c.capiParts(), func(parts []part) []*value.Node {
				return slotsAt(capi.of(parts), c.capi, f.path[1:])
			}))
		}
	}
	for i := range c.fields {
		c.judgeFixedField(&c.fields[i])
	}
}

// judgeOverridden holds the values of a layer that a cluster overrides to what
// is fixed.
func (c *composition) judgeOverridden(rules []fixed, shared, own *layer) {
	values := valuesOf(own)
	for _, f := range rules {
		if name, _ := firstField(f.path); name == "values" && f.target == shared {
			c.judgeFixedIn(f, own.parts, func(parts []part) []*value.Node {
				return []*value.Node{values.of(parts).Find(f.path[1:])}
			})
		}
	}
}

// judgeOverriddenRemoval likewise, to what is constrained.
func (c *composition) judgeOverriddenRemoval(rules []constrained, shared, own *layer) {
	values := valuesOf(own)
	for _, rule := range rules {
		if name, _ := firstField(rule.path); name == "values" && rule.target == shared {
			c.judgeRemovedIn(rule.fixed, own.parts, valueIn(values, rule.path))
		}
	}
}

// judgeFixedIn compares what look finds in parts with what it finds in those
// that may change the path. Where it is the same, it gives what that is.
func (c *composition) judgeFixedIn(f fixed, parts []part, look func([]part) []*value.Node) (held []*value.Node) {
	allowed := slices.DeleteFunc(slices.Clone(parts), f.binds)
	want := look(allowed)
	if !slices.ContainsFunc(want, func(n *value.Node) bool { return n != nil }) {
		c.add(diag.Errorf("profile.fixed-path", f.at, "layer %s fixes %s, where nothing is", f.by.Name, f.path).
			WithDetail("fix a path that the layer sets; %s", c.fixedHint(f)))
		return nil
	}
	return c.compareFixed(f, parts, allowed, look)
}

// compareFixed reports the part that makes look find something else than in the
// parts that are allowed to change the path; where none does, it gives that.
func (c *composition) compareFixed(f fixed, parts, allowed []part, look func([]part) []*value.Node) (held []*value.Node) {
	want, got := look(allowed), look(parts)
	if sameNodes(want, got) {
		return want
	}
	found := c.broken(f, f.changer(parts, func(parts []part) bool { return !sameNodes(want, look(parts)) }))
	if c.doubts(f.path, want, got, found) {
		return want
	}
	c.changed = append(c.changed, f.path)
	c.add(found)
	return nil
}

// changer is the first part that changes the path even if no other does that may
// not; else the first that may not.
func (f fixed) changer(parts []part, changed func([]part) bool) part {
	for _, p := range parts {
		others := func(q part) bool { return q != p && f.binds(q) }
		if f.binds(p) && changed(slices.DeleteFunc(slices.Clone(parts), others)) {
			return p
		}
	}
	return parts[slices.IndexFunc(parts, f.binds)]
}

func sameNodes(a, b []*value.Node) bool {
	return slices.EqualFunc(a, b, sameNode)
}

func sameNode(a, b *value.Node) bool { return (a == nil) == (b == nil) && a.Equal(b) }

// broken says that a part changes what is fixed, at the deepest place of the
// part that the path leads to.
func (c *composition) broken(f fixed, p part) diag.Diagnostic {
	by := p.root.Place().Origin()
	by.Range = c.deepest(f, p).Place().Range()
	return f.brokenBy(by)
}

// brokenBy says that by changes what is fixed, where it does.
func (f fixed) brokenBy(by diag.Origin) diag.Diagnostic {
	who := by.Document
	if by.Owner != "" {
		who += ", owner " + by.Owner + ","
	}
	return diag.Errorf("profile.fixed", by.Range, "%s changes %s, which %s of %s, owner %s, fixes", who, f.path, f.by.Name, f.document, f.owner).
		WithDetail("leave the path as it is, or ask %s to change it in a new version", f.owner).
		WithPath(f.path).
		WithRelated(f.at, "layer %s, owner %s, fixes it here", f.by.Name, f.owner)
}

// deepest is the node of a part that comes closest to what is fixed, in
// whichever slot the part says it.
func (c *composition) deepest(f fixed, p part) *value.Node {
	views := []view{{tree: p.root, path: f.path}}
	var slots []diag.Path
	switch name, _ := firstField(f.path); name {
	case "capi":
		slots = []diag.Path{f.path[1:]}
	case "objects":
		slots = c.slotPaths(newFixedField(f))
	}
	for _, path := range slots {
		views = append(views, viewsOf(p.root.Get("capi"), c.capi, path)...)
	}
	out, left := p.root, len(f.path)+1
	capi, leads := p.root.Get("capi"), len(slots) == 0
	if capi != nil && !leads {
		out = capi
	}
	for _, v := range views {
		if n, rest := v.nearest(); rest < left && n != nil {
			out, left, leads = n, rest, leads || rest < len(v.path) && n != capi
		}
	}
	if n := onlyNull(capi); n != nil && !leads {
		return n
	}
	return out
}

// onlyNull is the null in slots, which takes away what lies there; nil where there
// is none, or more than one.
func onlyNull(capi *value.Node) (null *value.Node) {
	for _, leaf := range capi.Leaves(nil) {
		switch {
		case !leaf.IsNull():
		case null != nil:
			return nil
		default:
			null = leaf
		}
	}
	return null
}

// fixedHint names the nearest path that is there.
func (c *composition) fixedHint(f fixed) string {
	var known []string
	tree := value.NewMap([]value.Entry{{Name: "capi", Value: c.capi}, {Name: "values", Value: f.target.values}}, value.Place{})
	for path := range tree.Leaves(merge.Table(merge.Capi).KeyOf) {
		known = append(known, path.String())
	}
	if near, ok := diag.Nearest(f.path.String(), known); ok {
		return "did you mean " + near + "?"
	}
	return "the paths that are there are listed by explain"
}

// bound is the first rule that forbids one of the writers what he wrote at a path.
func (c *composition) bound(path diag.Path, writers ...diag.Origin) (f fixed, by diag.Origin, ok bool) {
	for _, f := range c.fixed {
		for _, by := range writers {
			if (path.Under(f.path) || f.path.Under(path)) && f.bindsWriter(by.Kind, by.Owner) {
				return f, by, true
			}
		}
	}
	return fixed{}, diag.Origin{}, false
}

// brokenAt reports whether it was said that a fixed path at, above or below a
// path is changed.
func (c *composition) brokenAt(path diag.Path) bool {
	return slices.ContainsFunc(c.changed, func(f diag.Path) bool { return path.Under(f) || f.Under(path) })
}

// checkDisabled refuses to take a layer out that fixes a path, and for clusters
// one that an overlay added.
func (c *composition) checkDisabled(ly *layer, p layerPatch) {
	enabled := p.root.Get("enabled")
	if enabled == nil {
		return
	}
	w := enabled.Place().Writer
	for i, n := range ly.root.Get("fixed").Items() {
		if owner := n.Place().Writer.Owner; w.Kind == diag.Override || w.Owner != owner {
			c.add(diag.Errorf("profile.fixed", enabled.Place().Range(), "layer %s of %s cannot be disabled: its owner %s fixes %s", ly.Name, ly.release.ref, owner, ly.Fixed[i].Path).
				WithDetail("leave the layer in, or ask %s for a version without it", owner).WithPath(p.path.Join(diag.Field("enabled"))).
				WithRelated(n.Place().Range(), "layer %s, owner %s, fixes it here", ly.Name, owner))
			return
		}
	}
	for i, n := range ly.root.Get("constrained").Items() {
		if by := n.Place().Writer; strings.HasPrefix(ly.Constrained[i].Path, "/capi") && (w.Kind == diag.Override || w.Owner != by.Owner) {
			c.add(diag.Errorf("profile.constrained", enabled.Place().Range(), "layer %s of %s cannot be disabled: its owner %s constrains %s", ly.Name, ly.release.ref, by.Owner, ly.Constrained[i].Path).
				WithDetail("leave the layer in, or ask %s for a version without it", by.Owner).WithPath(p.path.Join(diag.Field("enabled"))).
				WithRelated(n.Place().Range(), "layer %s, owner %s, constrains it here", ly.Name, by.Owner))
			return
		}
	}
	if w.Kind == diag.Override && slices.Index(c.recipe.releases, ly.release) >= c.recipe.own {
		c.add(diag.Errorf("profile.overlay-layer", enabled.Place().Range(), "layer %s comes from %s, which an overlay adds: a cluster cannot disable it", ly.Name, ly.release.ref).
			WithDetail("change the cluster's labels so that the overlay does not match, or ask the owner of the overlay").WithPath(p.path.Join(diag.Field("enabled"))).
			WithRelated(ly.at(diag.Field("name")), "the layer, owner %s", ly.owner()))
	}
}
