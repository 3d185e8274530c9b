package render

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Fixed holds objects to the fields that the layers of a stack fix. Engines
// whose objects come from the content of layers ask it about every object as it
// was made and about every change that a patch makes; it does nothing where
// nothing is fixed.
type Fixed struct{ fields []profile.FixedField }

// FixedOf gives what the layers of a stack fix.
func FixedOf(stack *profile.Stack) Fixed { return Fixed{fields: stack.Fixed()} }

// IsZero reports whether nothing is fixed.
func (f Fixed) IsZero() bool { return len(f.fields) == 0 }

// Made judges an object as the content of a layer makes it. layer is
// "profile/layer".
func (f Fixed) Made(layer string, o Object) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, field := range f.fields {
		if by, found := forbidden(field, fieldOf(field, layer, o)); found {
			diags = append(diags, field.Broken(by))
		}
	}
	return diags
}

// Changed judges a change that a patch makes to an object of a layer. by says
// who makes it, and where the patch says something of the field at a path.
func (f Fixed) Changed(layer string, before, after Object, by func(diag.Path) diag.Origin) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, field := range f.fields {
		was, is := fieldOf(field, layer, before), fieldOf(field, layer, after)
		if was.Equal(is) {
			continue
		}
		who := by(field.Path)
		bound := field.Binds(who)
		if !bound {
			who, bound = forbidden(field, is)
		}
		if bound {
			diags = append(diags, field.Broken(who))
		}
	}
	return diags
}

// fieldOf is the value of the field, where the rule is about the object.
func fieldOf(field profile.FixedField, layer string, o Object) *value.Node {
	switch {
	case field.Kind != o.key.Kind, field.Name != "*" && field.Name != o.key.Name, field.Layer != "" && field.Layer != layer:
		return nil
	}
	return o.tree.Find(field.Path)
}

// forbidden finds the first leaf that somebody wrote whom the rule binds, or
// that was computed of values of a layer, or of constants, that they wrote.
// Variables are free: they are how a layer lets others take part. A null sets
// nothing.
func forbidden(field profile.FixedField, n *value.Node) (diag.Origin, bool) {
	for _, f := range n.Fields() {
		if by, found := forbidden(field, f.Value); found {
			return by, true
		}
	}
	for _, item := range n.Items() {
		if by, found := forbidden(field, item); found {
			return by, true
		}
	}
	if n.IsNull() || n.Len() > 0 {
		return diag.Origin{}, false
	}
	by := n.Origin()
	if field.Binds(by) {
		return by, true
	}
	for _, cause := range by.Causes {
		if (cause.Layer != "" || cause.Kind == diag.Profile) && field.Binds(cause) {
			return cause, true
		}
	}
	return diag.Origin{}, false
}

// judgeHub judges the objects for the hub, which are made of what the layers say
// together: what the slots give them was judged with the stack.
func (f Fixed) judgeHub(items []Item) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, item := range items {
		for _, field := range f.fields {
			if item.Phase.Target != Hub {
				continue
			}
			by, found := forbidden(field, fieldOf(field, item.Phase.Layer, item.Object))
			if found && (!field.Composed || by.Kind == diag.Cluster) {
				diags = append(diags, field.Broken(by))
			}
		}
	}
	return diags
}

// unmatched reports the rules whose field no object has. A rule about all objects
// of a kind that the stack does not have waits for one, unless the kind looks
// misspelt.
func (f Fixed) unmatched(items []Item) diag.Diagnostics {
	var diags diag.Diagnostics
next:
	for _, field := range f.fields {
		for _, item := range items {
			if !fieldOf(field, item.Phase.Layer, item.Object).IsNull() {
				continue next
			}
		}
		if !waits(field, items) {
			diags = append(diags, field.Unmatched(fixedHint(field, items)))
		}
	}
	return diags
}

func waits(field profile.FixedField, items []Item) bool {
	var kinds []string
	for _, item := range items {
		kinds = append(kinds, item.key.Kind)
	}
	_, near := diag.Nearest(field.Kind, kinds)
	return field.Name == "*" && !near && !slices.Contains(kinds, field.Kind)
}

// fixedHint names what comes nearest to what a rule is about.
func fixedHint(field profile.FixedField, items []Item) string {
	var kinds, names, paths []string
	for _, item := range items {
		kinds = append(kinds, item.key.Kind)
		if item.key.Kind != field.Kind {
			continue
		}
		names = append(names, item.key.Name)
		for path := range item.Leaves() {
			paths = append(paths, path.String())
		}
	}
	near := func(want string, known []string, otherwise string) string {
		if found, ok := diag.Nearest(want, known); ok && found != want {
			return "did you mean " + found + "?"
		}
		return otherwise
	}
	switch {
	case len(names) == 0:
		return near(field.Kind, kinds, "the stack has no object of kind "+field.Kind)
	case field.Name != "*" && !slices.Contains(names, field.Name):
		return near(field.Name, names, "the stack has no "+field.Kind+" of this name")
	}
	return near(field.Path.String(), paths, "fix a field that the objects have")
}
