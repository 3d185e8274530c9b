package upgrade

import (
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// closed are the names of sensitive variables, whose values nobody is told.
type closed map[string]bool

// closedBy are the variables that profiles declare sensitive.
func closedBy(profiles ...profile.Profile) closed {
	out := closed{}
	for _, p := range profiles {
		for _, v := range p.Spec.Variables {
			if v.Sensitive {
				out[v.Name] = true
			}
		}
	}
	return out
}

// withhold is what may be shown of a value at a path: not what is set for a
// sensitive variable.
func (c closed) withhold(path diag.Path, n *value.Node) *value.Node {
	if n == nil || len(c) == 0 {
		return n
	}
	set := false // inside of variables: {name: value}
	for _, step := range path {
		name, _ := step.IsField()
		if set && c[name] {
			return value.NewString("a sensitive value, which is not shown", n.Place())
		}
		set = name == "variables"
	}
	if set {
		return c.fields(n)
	}
	return c.below(n)
}

// fields withholds among the fields of variables.
func (c closed) fields(n *value.Node) *value.Node {
	for _, f := range n.Fields() {
		n = n.With(f.Name, c.withhold(diag.Fields("variables", f.Name), f.Value))
	}
	return n
}

func (c closed) below(n *value.Node) *value.Node {
	for _, f := range n.Fields() {
		n = n.With(f.Name, c.withhold(diag.Fields(f.Name), f.Value))
	}
	if n.Kind() != value.List {
		return n
	}
	items := make([]*value.Node, n.Len())
	for i, item := range n.Items() {
		items[i] = c.below(item)
	}
	return n.WithItems(items)
}
