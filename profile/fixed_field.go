package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// FixedField is a field of rendered objects that a layer of a stack fixes, by a
// path /objects/<Kind>/<name or *>/<field>: nobody but its owner may set, change
// or delete it.
type FixedField struct {
	// Kind and Name say which objects; the name * means all of the kind.
	Kind, Name string
	// Layer is "profile/layer" where only the objects of that layer are meant,
	// empty where all objects of the stack are.
	Layer string
	// Path leads to the field inside the objects.
	Path diag.Path
	// Owner is who fixes the field.
	Owner string
	// Range is the place where it is fixed.
	Range diag.Range
	// Composed: what the capi slots give the field is judged with the stack.
	Composed bool

	rule fixed
}

func newFixedField(f fixed) FixedField {
	kind, _ := f.path[1].IsField()
	name, _ := f.path[2].IsField()
	out := FixedField{Kind: kind, Name: name, Path: f.path[3:], Owner: f.owner, Range: f.at, rule: f}
	if f.target != f.by {
		out.Layer = f.target.id()
	}
	return out
}

// Fixed are the fields of objects that the layers of the stack fix, in the order
// of the layers.
func (s *Stack) Fixed() []FixedField { return slices.Clone(s.comp.fields) }

// bound is the rule; that of a field which no stack gave has what the field says.
func (f FixedField) bound() fixed {
	if f.rule.by != nil {
		return f.rule
	}
	by := &layer{}
	return fixed{path: diag.Fields("objects", f.Kind, f.Name).Join(f.Path...), by: by, target: by, owner: f.Owner, at: f.Range}
}

// Binds reports whether the rule forbids whoever wrote by to touch the field.
// What a profile says outside its layers, such as a constant, is forbidden to one
// of another owner that extends the profile of the rule.
func (f FixedField) Binds(by diag.Origin) bool {
	rule := f.bound()
	if f.rule.by != nil && by.Kind == diag.Profile && by.Layer == "" {
		return slices.ContainsFunc(rule.strangers(rule.target), func(r *release) bool { return r.ref.String() == by.Document })
	}
	return by.Kind != diag.Generated && rule.bindsWriter(by.Kind, by.Owner)
}

// Broken says that by, a place that changes the field, is not its owner's.
func (f FixedField) Broken(by diag.Origin) diag.Diagnostic { return f.bound().brokenBy(by) }

// Unmatched says that no object has the field. hint says what there is.
func (f FixedField) Unmatched(hint string) diag.Diagnostic {
	rule := f.bound()
	return diag.Errorf("profile.fixed-path", f.Range, "layer %s fixes %s, where nothing is", rule.by.Name, rule.path).
		WithDetail("%s", hint).WithPath(rule.path)
}

// judgeFixedField holds what the slots give an object to what is fixed of it, so
// that what is taken away is missed, too. Rules that name an object are left to
// those who know the names of objects.
func (c *composition) judgeFixedField(f *FixedField) {
	paths := c.slotPaths(*f)
	if f.Name != "*" || f.Layer != "" || len(paths) == 0 {
		return
	}
	f.Composed = true
	parts := c.capiParts()
	allowed := slices.DeleteFunc(slices.Clone(parts), f.rule.binds)
	c.judgeInputs(f.rule, c.compareFixed(f.rule, parts, allowed, func(parts []part) []*value.Node {
		capi := c.joined(parts)
		var out []*value.Node
		for _, path := range paths {
			out = append(out, slotsAt(capi, c.capi, path)...)
		}
		return out
	}))
}

// slotPaths are the paths of the capi slots that give the field of an object of
// Cluster API: its Cluster, its ClusterClass, and the templates.
func (c *composition) slotPaths(f FixedField) []diag.Path {
	first, _ := firstField(f.Path)
	switch f.Kind {
	case "Cluster":
		return []diag.Path{diag.Fields("cluster").Join(f.Path...)}
	case "ClusterClass":
		return classPaths(f.Path)
	}
	if second, _ := firstField(f.Path[1:]); first != "spec" || second != "template" || len(f.Path) < 3 {
		return nil
	}
	var out []diag.Path
	for _, slot := range templateSlots {
		for _, kind := range slotsAt(c.capi, c.capi, slot.path.Join(diag.Field("kind"))) {
			if text, named := kind.Str(); text == f.Kind || !named && slot.kind == f.Kind {
				out = append(out, slot.path.Join(f.Path[2:]...))
				break
			}
		}
	}
	return out
}

// templateSlots are the slots that make templates, with the kinds that they have
// when they name none.
var templateSlots = []struct {
	path diag.Path
	kind string
}{
	{diag.Fields("infrastructure"), ""},
	{diag.Fields("controlPlane", "template"), "KubeadmControlPlaneTemplate"},
	{diag.Fields("controlPlane", "machine"), ""},
	{diag.Fields("workers", "bootstrap"), "KubeadmConfigTemplate"},
	{diag.Fields("workers", "machine"), ""},
}

// classPaths are the slots of fields of a ClusterClass:
// /spec/controlPlane/<field> and
// /spec/workers/machineDeployments[class=<name>]/<field>.
func classPaths(path diag.Path) []diag.Path {
	if top := diag.Fields("spec", "controlPlane"); path.Under(top) {
		return []diag.Path{diag.Fields("controlPlane", "class").Join(path[len(top):]...)}
	}
	top := diag.Fields("spec", "workers", "machineDeployments")
	if !path.Under(top) || len(path) == len(top) {
		return nil
	}
	key, _ := path[len(top)].IsKey()
	if len(key) != 1 || key[0].Name != "class" {
		return nil
	}
	return []diag.Path{diag.Fields("classes", key[0].Value, "class").Join(path[len(top)+1:]...)}
}
