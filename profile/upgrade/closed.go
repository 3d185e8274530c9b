package upgrade

import (
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// closed are the names of sensitive variables, whose values nobody is told.
type closed map[string]bool

// closedBy are the variables that profiles declare sensitive, and what else they
// set that is.
func closedBy(releases ...profile.Release) closed {
	out := closed{}
	for _, r := range releases {
		for _, v := range r.Profile.Spec.Variables {
			if v.Sensitive {
				out[v.Name] = true
			}
		}
		for _, name := range r.Sensitive() {
			out[name] = true
		}
	}
	return out
}

// has reports whether the variable that is set by a name, or by profile/name, is
// one of them.
func (c closed) has(name string) bool {
	_, bare, _ := strings.Cut(name, "/")
	return c[name] || c[bare]
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
		if set && c.has(name) {
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
