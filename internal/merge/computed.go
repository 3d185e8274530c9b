package merge

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Computed reports whether a key of an item, or an item of a set, is an
// expression: only what it gives says with which items it belongs together.
func Computed(n *value.Node, table Table) bool { return computed(nil, n, table) }

func computed(path diag.Path, n *value.Node, table Table) bool {
	if !n.Dynamic() {
		return false
	}
	for _, f := range n.Fields() {
		if computed(path.Join(diag.Field(f.Name)), f.Value, table) {
			return true
		}
	}
	rule := table(path)
	for i, item := range n.Items() {
		if rule.computes(item) || computed(path.Join(diag.Index(i)), item, table) {
			return true
		}
	}
	return false
}

// computes reports whether an item is identified by what an expression gives.
func (r Rule) computes(item *value.Node) bool {
	return (r.Set || len(r.Keys) > 0) && item.Kind() == value.Expression ||
		slices.ContainsFunc(r.Keys, func(key string) bool { return item.Get(key).Dynamic() })
}

// Rejoin gives the bound tree with items put together, as Join does it, that have
// one key because one of them is computed, and the leaves on which they disagree.
// n is the tree that was bound. For a disagreement wins says whether the upper
// value is meant to win. Where there are no such items it gives bound itself.
func Rejoin(n, bound *value.Node, table Table, wins func(at diag.Path, lower, upper *value.Node) bool) (*value.Node, []Conflict) {
	r := rejoin{merger: merger{table: table, equals: true}, wins: wins}
	joined := r.node(nil, n, bound)
	return joined, r.conflicts
}

type rejoin struct {
	merger
	wins func(at diag.Path, lower, upper *value.Node) bool
}

func (r *rejoin) node(path diag.Path, n, bound *value.Node) *value.Node {
	switch {
	case !n.Dynamic():
	case n.Kind() == value.Map:
		return r.fields(path, n, bound)
	case n.Kind() == value.List:
		return r.items(path, n, bound)
	}
	return bound
}

func (r *rejoin) fields(path diag.Path, n, bound *value.Node) *value.Node {
	fields := slices.Clone(bound.Fields())
	for i, f := range n.Fields() {
		fields[i].Value = r.node(path.Join(diag.Field(f.Name)), f.Value, fields[i].Value)
	}
	if slices.Equal(fields, bound.Fields()) {
		return bound
	}
	return bound.WithFields(fields)
}

func (r *rejoin) items(path diag.Path, n, bound *value.Node) *value.Node {
	rule := r.table(path)
	items := newIndex(rule.Keys, nil, bound.Len())
	var computes []bool // by the places of items
	for i, item := range bound.Items() {
		step, keyed := keyOf(item, rule.Keys)
		if !keyed {
			step = diag.Index(i)
		}
		item = r.node(path.Join(step), n.Items()[i], item)
		at, is := -1, rule.computes(n.Items()[i])
		if keyed || rule.Set {
			at = items.first(item)
		}
		if at < 0 || !is && !computes[at] {
			items.append(item)
			computes = append(computes, is)
			continue
		}
		r.merger.wins = func(at diag.Path, lower *value.Node) bool { return r.wins(at, lower, item) }
		items.nodes[at] = r.merge(path.Join(step), items.nodes[at], item)
	}
	if slices.Equal(items.nodes, bound.Items()) {
		return bound
	}
	return bound.WithItems(items.nodes)
}
