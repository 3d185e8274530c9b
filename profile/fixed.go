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
	at     diag.Range
}

// binds reports whether the rule forbids a part to touch the path. The owner of
// the other layer may go on writing what was fixed there: that it changes is for
// the approval of a new version.
func (f fixed) binds(p part) bool {
	w := p.writer()
	return w.Kind == diag.Override || w.Owner != f.owner && (f.target == f.by || w.Owner != f.target.owner())
}

// checkFixed judges the paths that a layer fixes as written.
func (l *loader) checkFixed(r *release, ly Layer, at diag.Path) {
	for i, f := range ly.Fixed {
		where := at.Join(diag.Field("fixed"), diag.Index(i))
		path, err := diag.ParsePath(f.Path)
		switch name, _ := firstField(path); {
		case f.Path == "": // could not be decoded, which is reported
		case err != nil:
			l.reject(r, "profile.fixed-path", where, "write for instance /values/replicas", "%v", err)
		case name == "objects" && len(path) < 4:
			l.reject(r, "profile.fixed-path", where, "write /objects/<Kind>/<name or *>/<field>", "the path %s names no field of an object", f.Path)
		case name != "values" && name != "capi" && name != "objects" || len(path) < 2:
			l.reject(r, "profile.fixed-path", where, "a path starts with /values, /capi or /objects", "the path %s leads nowhere", f.Path)
		}
	}
}

func firstField(path diag.Path) (string, bool) {
	if len(path) == 0 {
		return "", false
	}
	return path[0].IsField()
}

// collectFixed gathers what the layers of the stack fix.
func (c *composition) collectFixed() {
	for _, ly := range c.layers {
		items := ly.node().Get("fixed").Items()
		for i, declared := range ly.Fixed {
			path, err := diag.ParsePath(declared.Path)
			if err != nil || len(path) < 2 {
				continue // which is reported for the profile
			}
			f := fixed{path: path, by: ly, target: ly, owner: items[i].Place().Writer.Owner, at: items[i].Place().Range()}
			if declared.Layer != "" && !c.aim(&f, declared) {
				continue
			}
			c.fixed = append(c.fixed, f)
		}
	}
}

// aim finds the other layer that a rule is about.
func (c *composition) aim(f *fixed, declared FixedPath) bool {
	if disabled, err := findLayer(c.disabled, declared.Layer); err == nil {
		c.add(diag.Errorf("profile.fixed", disabled.at(diag.Field("name")), "layer %s is disabled, and layer %s of %s, owner %s, fixes %s of it", disabled.id(), f.by.Name, f.by.release.ref, f.owner, declared.Path).
			WithDetail("a layer with a fixed path cannot be disabled; ask %s", f.owner).
			WithRelated(f.at, "it is fixed here"))
		return false
	}
	target, err := findLayer(c.layers, declared.Layer)
	if err != nil {
		c.add(diag.Errorf("profile.unknown-layer", f.at, "%v", err).WithDetail("%s", layerHint(err)))
		return false
	}
	f.target = target
	if target.owner() != f.owner && !c.entitled(*f) {
		c.add(diag.Errorf("profile.not-entitled", f.at, "layer %s of %s fixes %s of layer %s, which belongs to %s", f.by.Name, f.by.release.ref, declared.Path, target.Name, target.owner()).
			WithDetail("%s", notEntitledHint(*f)).
			WithRelated(target.at(diag.Field("name")), "layer %s of %s, owner %s", target.Name, target.release.ref, target.owner()))
		return false
	}
	return true
}

// judgeFixed holds every part of the stack to what is fixed: the paths must have
// the values that they have without those who may not change them.
func (c *composition) judgeFixed() {
	for _, f := range c.fixed {
		switch name, _ := firstField(f.path); name {
		case "values":
			c.judgeFixedIn(f, f.target.parts, func(parts []part) []*value.Node {
				return []*value.Node{foldValues(parts, f.target).Find(f.path[1:])}
			})
		case "capi":
			c.judgeFixedIn(f, c.capiParts(), func(parts []part) []*value.Node {
				return slotsAt(foldCapi(parts), c.capi, f.path[1:])
			})
		}
	}
}

// judgeOverridden holds the values of a layer that a cluster overrides to what
// is fixed.
func (c *composition) judgeOverridden(rules []fixed, shared, own *layer) {
	for _, f := range rules {
		if name, _ := firstField(f.path); name == "values" && f.target == shared {
			c.judgeFixedIn(f, own.parts, func(parts []part) []*value.Node {
				return []*value.Node{foldValues(parts, own).Find(f.path[1:])}
			})
		}
	}
}

// judgeFixedIn compares what look finds in parts with what it finds in those
// that may change the path.
func (c *composition) judgeFixedIn(f fixed, parts []part, look func([]part) []*value.Node) {
	allowed := slices.DeleteFunc(slices.Clone(parts), f.binds)
	want := look(allowed)
	if !slices.ContainsFunc(want, func(n *value.Node) bool { return n != nil }) {
		c.add(diag.Errorf("profile.fixed-path", f.at, "layer %s fixes %s, where nothing is", f.by.Name, f.path).
			WithDetail("fix a path that the layer sets; %s", c.fixedHint(f)))
		return
	}
	if sameNodes(want, look(parts)) {
		return
	}
	for i, p := range parts {
		before, upTo := slices.DeleteFunc(slices.Clone(parts[:i]), f.binds), parts[:i+1]
		if f.binds(p) && !sameNodes(look(slices.Concat(before, parts[i:i+1])), look(slices.DeleteFunc(slices.Clone(upTo), f.binds))) {
			c.add(c.broken(f, p))
			return
		}
	}
	i := slices.IndexFunc(parts, f.binds)
	c.add(c.broken(f, parts[i]))
}

func sameNodes(a, b []*value.Node) bool {
	return slices.EqualFunc(a, b, func(x, y *value.Node) bool { return (x == nil) == (y == nil) && x.Equal(y) })
}

// broken says that a part changes what is fixed.
func (c *composition) broken(f fixed, p part) diag.Diagnostic {
	at, rest := p.root, f.path
	if name, _ := firstField(f.path); name == "values" || p.root.Get("capi") != nil {
		at = p.root.Nearest(rest)
	}
	w := p.writer()
	who := w.Document
	if w.Owner != "" {
		who += ", owner " + w.Owner + ","
	}
	return diag.Errorf("profile.fixed", at.Place().Range(), "%s changes %s, which %s of %s, owner %s, fixes", who, f.path, f.by.Name, f.by.release.ref, f.owner).
		WithDetail("leave the path as %s wrote it, or ask %s to change it in a new version", f.by.release.ref, f.owner).
		WithPath(f.path).
		WithRelated(f.at, "layer %s, owner %s, fixes it here", f.by.Name, f.owner)
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

// isFixed reports whether a path lies at, above or below a fixed one.
func (c *composition) isFixed(path diag.Path) bool {
	return slices.ContainsFunc(c.fixed, func(f fixed) bool { return under(path, f.path) || under(f.path, path) })
}

// checkDisabled refuses to take a layer out that fixes a path, and for clusters
// one that an overlay added.
func (c *composition) checkDisabled(ly *layer, p layerPatch) {
	enabled := p.root.Get("enabled")
	if enabled == nil {
		return
	}
	w := enabled.Place().Writer
	for i, n := range ly.node().Get("fixed").Items() {
		if owner := n.Place().Writer.Owner; w.Kind == diag.Override || w.Owner != owner {
			c.add(diag.Errorf("profile.fixed", enabled.Place().Range(), "layer %s of %s cannot be disabled: its owner %s fixes %s", ly.Name, ly.release.ref, owner, ly.Fixed[i].Path).
				WithDetail("leave the layer in, or ask %s for a version without it", owner).WithPath(p.path.Join(diag.Field("enabled"))).
				WithRelated(n.Place().Range(), "layer %s, owner %s, fixes it here", ly.Name, owner))
			return
		}
	}
	if w.Kind == diag.Override && slices.Index(c.recipe.releases, ly.release) >= c.recipe.own {
		c.add(diag.Errorf("profile.overlay-layer", enabled.Place().Range(), "layer %s comes from %s, which an overlay adds: a cluster cannot disable it", ly.Name, ly.release.ref).
			WithDetail("change the cluster's labels so that the overlay does not match, or ask the owner of the overlay").WithPath(p.path.Join(diag.Field("enabled"))).
			WithRelated(ly.at(diag.Field("name")), "the layer, owner %s", ly.owner()))
	}
}

// capiParts are the parts of all layers, in the order they are put together.
func (c *composition) capiParts() []part {
	var out []part
	for _, ly := range c.layers {
		out = append(out, ly.parts...)
	}
	return out
}

func foldValues(parts []part, ly *layer) *value.Node {
	var out *value.Node
	for _, p := range parts {
		out = merge.Over(out, p.root.Get("values"), ly.table)
	}
	return out
}

func foldCapi(parts []part) *value.Node {
	var out *value.Node
	for _, p := range parts {
		out = merge.Over(out, p.root.Get("capi"), merge.Capi)
	}
	return out
}

// slotsAt finds what stands at a path of the capi slots: for the control plane
// and the worker classes with what nodes and workers give them under it. all has
// all classes.
func slotsAt(capi, all *value.Node, path diag.Path) []*value.Node {
	slot, _ := path[0].IsField()
	rest := path[1:]
	controlPlane := merge.Over(fromNodes(capi.Get("nodes"), true), capi.Get("controlPlane"), merge.Capi)
	workers := merge.Over(fromNodes(capi.Get("nodes"), false), capi.Get("workers"), merge.Capi)
	class := func(name string) *value.Node { return merge.Over(workers, capi.Get("classes", name), merge.Capi) }
	switch slot {
	case "controlPlane":
		return []*value.Node{controlPlane.Find(rest)}
	case "workers":
		out := []*value.Node{workers.Find(rest)}
		for _, f := range all.Get("classes").Fields() {
			out = append(out, class(f.Name).Find(rest))
		}
		return out
	case "classes":
		if len(rest) == 0 {
			return []*value.Node{capi.Get("classes")}
		}
		name, _ := rest[0].IsField()
		return []*value.Node{class(name).Find(rest[1:])}
	case "nodes":
		return nodesAt(capi, all, rest, controlPlane, class)
	}
	return []*value.Node{capi.Find(path)}
}

// nodesAt finds a path of nodes wherever nodes count: in the control plane and in
// every class.
func nodesAt(capi, all *value.Node, rest diag.Path, controlPlane *value.Node, class func(string) *value.Node) []*value.Node {
	out := []*value.Node{capi.Get("nodes").Find(rest)}
	for _, path := range spread(rest, true) {
		out = append(out, controlPlane.Find(path))
	}
	for _, f := range all.Get("classes").Fields() {
		for _, path := range spread(rest, false) {
			out = append(out, class(f.Name).Find(path))
		}
	}
	return out
}

// spread gives the paths of the slot controlPlane, or of a class, at which a
// path of the slot nodes arrives.
func spread(path diag.Path, controlPlane bool) []diag.Path {
	kubeadm, configurations := diag.Fields("bootstrap", "spec"), []string{"joinConfiguration"}
	if controlPlane {
		kubeadm, configurations = diag.Fields("template", "spec", "kubeadmConfigSpec"), []string{"initConfiguration", "joinConfiguration"}
	}
	switch name, _ := firstField(path); name {
	case "machine":
		return []diag.Path{path}
	case "config":
		return []diag.Path{kubeadm.Join(path[1:]...)}
	case "nodeRegistration":
		var out []diag.Path
		for _, c := range configurations {
			out = append(out, kubeadm.Join(diag.Field(c)).Join(path...))
		}
		return out
	}
	return nil
}

// fromNodes is what the slot nodes gives the control plane, or a worker class.
func fromNodes(nodes *value.Node, controlPlane bool) *value.Node {
	var out *value.Node
	for _, f := range nodes.Fields() {
		for _, path := range spread(diag.Fields(f.Name), controlPlane) {
			var names []string
			for _, step := range path {
				name, _ := step.IsField()
				names = append(names, name)
			}
			out = merge.Over(out, (*value.Node)(nil).Set(f.Value, names...), merge.Capi)
		}
	}
	return out
}

// entitled reports whether who fixes a path of another owner's layer may.
func (c *composition) entitled(f fixed) bool { return f.by.Kind == SecurityLayer }

func notEntitledHint(f fixed) string {
	return "only layers of kind Security fix paths of other owners' layers; ask " + strings.TrimSpace(f.target.owner()) + " to fix it"
}
