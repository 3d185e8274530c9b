package upgrade

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// constrainedPathRules are the fields of a constrained path: a schema, as of a
// variable, but one that gives no values.
func constrainedPathRules() map[string]fieldRule {
	rules := variableRules()
	rules["layer"], rules["path"] = elsewhere, elsewhere
	rules["default"] = counts(LayerChanged, Patch, "where nothing stands, nothing is judged")
	return rules
}

// constrainedRule compares schemas of paths, each by its layer and path.
func constrainedRule(d *differ, f field) {
	old, now := lacking(f.from.Items(), f.to.Items()), lacking(f.to.Items(), f.from.Items())
	for _, n := range now {
		i := slices.IndexFunc(old, func(o *value.Node) bool {
			return textOf(o.Get("layer")) == textOf(n.Get("layer")) && textOf(o.Get("path")) == textOf(n.Get("path"))
		})
		if i < 0 {
			d.change(constrainedPath(f, nil, n), verdict{LayerChanged, Major, "values outside the schema are refused"})
			continue
		}
		d.constrainedPath(constrainedPath(f, old[i], n))
		old = slices.Delete(old, i, i+1)
	}
	for _, o := range old {
		d.change(constrainedPath(f, o, nil), verdict{LayerChanged, Minor, "clusters may change more"})
	}
}

// constrainedPath is one entry of the list as a field of its own.
func constrainedPath(f field, from, to *value.Node) field {
	path := textOf(from.Get("path"))
	if to != nil {
		path = textOf(to.Get("path"))
	}
	at := diag.Key(diag.KeyValue{Name: "path", Value: path})
	return field{subject: f.subject, path: f.path.Join(at), from: from, to: to}
}

// constrainedPath compares two schemas of one path. The changes are the layer's,
// whatever they would be of a variable.
func (d *differ) constrainedPath(f field) {
	before := len(d.changes)
	d.fields(f.subject, f.path, f.from, f.to, constrainedPathRules())
	for i := range d.changes[before:] {
		d.changes[before+i].Kind = LayerChanged
	}
}
