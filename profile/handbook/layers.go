package handbook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layers are a table of all, in the order in which they are installed, and a part
// for each that has more to tell.
func (s *sheet) layers() {
	all := s.ordered()
	if len(all) == 0 {
		return
	}
	s.heading(2, "Layers")
	if s.release.Order() != nil {
		s.block("In the order in which they are installed in a cluster of this profile alone.")
	}
	var rows [][]string
	for _, l := range all {
		rows = append(rows, []string{code(l.Name), plain(string(l.Kind)), component(l.Component), plain(s.owner(l)), s.declaredIn(l.Name)})
	}
	s.table([]string{"Layer", "Kind", "Component", "Owner", "Comes from"}, rows)
	for _, l := range all {
		s.layer(l)
	}
}

func (s *sheet) ordered() []profile.Layer {
	order := s.release.Order()
	all := slices.Clone(s.spec.Layers)
	if order != nil {
		slices.SortStableFunc(all, func(a, b profile.Layer) int {
			return slices.Index(order, a.Name) - slices.Index(order, b.Name)
		})
	}
	return all
}

func (s *sheet) owner(l profile.Layer) string {
	if l.Owner != "" {
		return l.Owner
	}
	return s.spec.Owner
}

// writer is the owner of the one who wrote the i-th item of a list of a layer, which
// a profile may inherit and add to.
func (s *sheet) writer(l profile.Layer, list string, i int) string {
	at := slices.IndexFunc(s.spec.Layers, func(other profile.Layer) bool { return other.Name == l.Name })
	path := diag.Fields("spec", "layers").Join(diag.Index(at), diag.Field(list), diag.Index(i))
	return s.release.Document.Tree().Find(path).Origin().Owner
}

// declaredIn is the version that a layer was first written in: this one, or one
// that it extends.
func (s *sheet) declaredIn(layer string) string {
	from := s.release.Ref()
	for _, ref := range s.ancestors() {
		p, _ := s.ws.Profile(ref)
		if slices.ContainsFunc(p.Spec.Layers, func(l profile.Layer) bool { return l.Name == layer }) {
			from = ref
		}
	}
	return code(from.String())
}

func component(c profile.Component) string {
	if c.Name == "" {
		return "none"
	}
	return code(c.String())
}

func (s *sheet) layer(l profile.Layer) {
	var items []string
	add := func(format string, args ...any) { items = append(items, fmt.Sprintf(format, args...)) }
	if l.Component.None != "" {
		add("Installs nothing: %s", plain(l.Component.None))
	}
	for _, r := range l.Requires {
		add("Requires %s", code(r.String()))
	}
	for _, r := range l.Conflicts {
		add("Conflicts with %s", code(r.String()))
	}
	if len(l.After) > 0 {
		add("Comes after %s", references(l.After))
	}
	if len(l.Before) > 0 {
		add("Comes before %s", references(l.Before))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Provides)) {
		add("Provides %s: %s", code(name), code(l.Provides[name]))
	}
	items = append(items, contents(l.Content)...)
	if slots := slots(l.Capi); len(slots) > 0 {
		add("Contributes to Cluster API objects: %s", codes(slots))
	}
	for _, o := range l.Overrides {
		add("Replaces what layer %s sets at %s", code(o.Layer), code(o.Path))
	}
	for _, path := range slices.Sorted(maps.Keys(l.Merge)) {
		add("The list %s %s", code(path), merging(l.Merge[path]))
	}
	if len(items) == 0 && l.Description == "" {
		return
	}
	s.heading(3, "Layer "+plain(l.Name))
	if l.Description != "" {
		s.block(plain(l.Description))
	}
	s.list(items)
}

func references(refs []profile.LayerRef) string {
	var out []string
	for _, r := range refs {
		text := code(r.Layer)
		if r.Optional {
			text += " (if it is there)"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func contents(c *profile.Content) []string {
	var out []string
	switch {
	case c == nil:
	case c.Helm != nil:
		text := "Installs the chart " + code(c.Helm.Chart) + " " + code(c.Helm.Version)
		if c.Helm.Namespace != "" {
			text += " in namespace " + code(c.Helm.Namespace)
		}
		out = append(out, text)
	default:
		var patterns []string
		for _, m := range c.Manifests {
			patterns = append(patterns, m.Pattern)
		}
		out = append(out, "Installs the manifests "+codes(patterns))
	}
	if c != nil && len(c.Patches) > 0 {
		out = append(out, "Patches them: "+patches(c.Patches))
	}
	return out
}

func patches(all []profile.ContentPatch) string {
	var out []string
	for _, p := range all {
		out = append(out, strings.Trim(p.Target.Kind+"/"+p.Target.Name, "/"))
	}
	return codes(slices.Compact(out))
}

// slots are the slots that a layer contributes to.
func slots(c *profile.Capi) []string {
	if c == nil {
		return nil
	}
	var out []string
	for _, slot := range []struct {
		name  string
		value profile.Value
	}{{"cluster", c.Cluster}, {"infrastructure", c.Infrastructure}, {"nodes", c.Nodes}, {"controlPlane", c.ControlPlane}, {"workers", c.Workers}} {
		if !slot.value.IsZero() {
			out = append(out, slot.name)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(c.Classes)) {
		out = append(out, "classes/"+class)
	}
	return out
}

func merging(m profile.ListMerge) string {
	if m.Append {
		return "is appended to"
	}
	return "merges by " + code(m.Key)
}

// fixed are the paths that only their owners change.
func (s *sheet) fixed() {
	var rows [][]string
	for _, l := range s.ordered() {
		for i, f := range l.Fixed {
			rows = append(rows, []string{code(cmp.Or(f.Layer, l.Name)), code(f.Path), plain(s.writer(l, "fixed", i))})
		}
	}
	if len(rows) > 0 {
		s.heading(2, "Fixed")
		s.block("Nobody but the owner changes these.")
		s.table([]string{"Layer", "Path", "Owner"}, rows)
	}
}

// constrained are the paths that anybody may set, within bounds.
func (s *sheet) constrained() {
	var rows [][]string
	t := &variableTable{}
	for _, l := range s.ordered() {
		for i, c := range l.Constrained {
			rows = append(rows, []string{code(cmp.Or(c.Layer, l.Name)), code(c.Path), typeOf(c.Schema), sentence(t.constraints(c.Schema)), plain(s.writer(l, "constrained", i))})
		}
	}
	if len(rows) > 0 {
		s.heading(2, "Constrained")
		s.block("Anybody may set these, within the rules of the owner.")
		s.table([]string{"Layer", "Path", "Type", "Rules", "Owner"}, rows)
	}
}
