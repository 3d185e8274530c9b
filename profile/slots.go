package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

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
		if !p.values.IsNull() {
			out = merge.Over(out, p.values, ly.table())
		}
	}
	return out
}

// foldCapi puts parts of one layer over one another.
func foldCapi(parts []part) *value.Node {
	var out *value.Node
	for _, p := range parts {
		if !p.capi.IsNull() {
			out = merge.Over(out, p.capi, merge.Capi)
		}
	}
	return out
}

// joined is what some parts of the layers give the slots, joined as all of them
// are: where layers say different things, the first one that is installed stays.
func (c *composition) joined(parts []part) *value.Node {
	among := make(map[part]bool, len(parts))
	for _, p := range parts {
		among[p] = true
	}
	var out *value.Node
	for _, ly := range c.layers {
		own := slices.DeleteFunc(slices.Clone(ly.parts), func(p part) bool { return !among[p] })
		if n := foldCapi(own); n != nil {
			out, _ = merge.Join(out, n, merge.Capi, ly.declares)
		}
	}
	return out
}

// view is a tree of slots put together, and a path in it.
type view struct {
	tree *value.Node
	path diag.Path
	of   slotsOf // what the tree was put together of, after expressions were computed
}

// slotsOf are slots that lie over one another, the lowest first.
type slotsOf [3]*value.Node

func (s slotsOf) over() *value.Node {
	return merge.Over(merge.Over(s[0], s[1], merge.Capi), s[2], merge.Capi)
}

// nearest is the last node on the path that somebody wrote, and how many steps
// of the path are left from there.
func (v view) nearest() (*value.Node, int) {
	for i := len(v.path); i >= 0; i-- {
		if n := v.tree.Find(v.path[:i]); n.Place().Writer != nil {
			return n, len(v.path) - i
		}
	}
	return nil, 0
}

// find is what stands at the path.
func (v view) find() *value.Node { return v.tree.Find(v.path) }

// open reports whether an expression above the path says what stands there.
func (v view) open() bool {
	return v.find() == nil && v.tree.Nearest(v.path).Kind() == value.Expression
}

// slotsAt finds what stands at a path of the capi slots: for the control plane
// and the worker classes with what nodes and workers give them under it. all has
// all classes.
func slotsAt(capi, all *value.Node, path diag.Path) []*value.Node {
	views := viewsOf(capi, all, path)
	out := make([]*value.Node, len(views))
	for i, v := range views {
		out[i] = v.find()
	}
	return out
}

// viewsOf are the trees in which a path of the capi slots counts.
func viewsOf(capi, all *value.Node, path diag.Path) []view {
	slot, _ := path[0].IsField()
	rest := path[1:]
	controlPlane := merge.Over(fromNodes(capi.Get("nodes"), true), capi.Get("controlPlane"), merge.Capi)
	workers := merge.Over(fromNodes(capi.Get("nodes"), false), capi.Get("workers"), merge.Capi)
	class := func(name string) *value.Node { return merge.Over(workers, capi.Get("classes", name), merge.Capi) }
	switch slot {
	case "controlPlane":
		return []view{{tree: controlPlane, path: rest}}
	case "workers":
		out := []view{{tree: workers, path: rest}}
		for _, name := range classesOf(all) {
			out = append(out, view{tree: class(name), path: rest})
		}
		return out
	case "classes":
		if len(rest) == 0 {
			return []view{{tree: capi.Get("classes")}}
		}
		name, _ := rest[0].IsField()
		return []view{{tree: class(name), path: rest[1:]}}
	case "nodes":
		return nodesViews(capi, all, rest, controlPlane, class)
	}
	return []view{{tree: capi, path: path}}
}

// nodesViews are the trees in which a path of nodes counts: the control plane
// and every class.
func nodesViews(capi, all *value.Node, rest diag.Path, controlPlane *value.Node, class func(string) *value.Node) []view {
	out := []view{{tree: capi.Get("nodes"), path: rest}}
	for _, path := range spread(rest, true) {
		out = append(out, view{tree: controlPlane, path: path})
	}
	for _, name := range classesOf(all) {
		for _, path := range spread(rest, false) {
			out = append(out, view{tree: class(name), path: path})
		}
	}
	return out
}

// classesOf lists the worker classes, sorted: those that layers define and no null
// deletes, or "default" when there is none.
func classesOf(capi *value.Node) []string {
	var out []string
	for _, f := range capi.Get("classes").Fields() {
		if !f.Value.IsNull() {
			out = append(out, f.Name)
		}
	}
	if len(out) == 0 {
		return []string{"default"}
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

// slotTrees are the slots of a stack with what nodes and workers give them, put
// together when they are first asked for. They are for one goroutine.
type slotTrees struct {
	slots        CapiSlots
	controlPlane view
	classes      []view
}

func (s *slotTrees) plane(path diag.Path) view {
	v := &s.controlPlane
	if v.tree == nil {
		v.of = slotsOf{fromNodes(s.slots.ControlPlaneNodes.node, true), s.slots.ControlPlane.node}
		v.tree = v.of.over()
	}
	return view{v.tree, path, v.of}
}

func (s *slotTrees) class(i int, path diag.Path) view {
	if s.classes == nil {
		s.classes = make([]view, len(s.slots.Classes))
	}
	v, c := &s.classes[i], s.slots.Classes[i]
	if v.tree == nil {
		v.of = slotsOf{fromNodes(c.Nodes.node, false), c.Workers.node, c.Class.node}
		v.tree = v.of.over()
	}
	return view{v.tree, path, v.of}
}

// views are the trees in which a path of the slots counts.
func (s *slotTrees) views(path diag.Path) []view {
	slot, _ := path[0].IsField()
	rest := path[1:]
	var out []view
	switch slot {
	case "cluster":
		return []view{{tree: s.slots.Cluster.node, path: rest}}
	case "infrastructure":
		return []view{{tree: s.slots.Infrastructure.node, path: rest}}
	case "controlPlane":
		return []view{s.plane(rest)}
	case "nodes":
		for _, p := range spread(rest, true) {
			out = append(out, s.plane(p))
		}
	}
	for i, c := range s.slots.Classes {
		for _, p := range c.paths(slot, rest) {
			out = append(out, s.class(i, p))
		}
	}
	return out
}

// paths are where the rest of a path of the slots nodes, workers and classes
// arrives in one class.
func (c WorkerClass) paths(slot string, rest diag.Path) []diag.Path {
	paths := []diag.Path{rest}
	switch slot {
	case "nodes":
		paths = spread(rest, false)
	case "classes":
		if name, _ := firstField(rest); name != c.Name {
			return nil
		}
		paths = []diag.Path{rest[1:]}
	}
	return paths
}

// all finds everything at the path: of a list, each item that a step names, as
// the server would, who refuses several or takes the last.
func (v view) all() []*value.Node {
	found := []*value.Node{v.tree}
	for _, step := range v.path {
		var next []*value.Node
		for _, n := range found {
			next = append(next, steps(n, step)...)
		}
		found = next
	}
	return slices.DeleteFunc(found, func(n *value.Node) bool { return n == nil })
}

func steps(n *value.Node, step diag.Step) []*value.Node {
	if _, keyed := step.IsKey(); !keyed {
		return []*value.Node{n.Find(diag.Path{step})}
	}
	return slices.DeleteFunc(slices.Clone(n.Items()), func(item *value.Node) bool { return !item.Matches(step) })
}
