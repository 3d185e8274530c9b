package value

import "iter"

// Bind returns the tree with each Expression node replaced by what compute
// gives for it. Parts without expressions are shared, not copied. When compute
// gives nil the expression stays.
func (n *Node) Bind(compute func(expression *Node) *Node) *Node {
	if !n.Dynamic() {
		return n
	}
	switch n.kind {
	case Expression:
		if v := compute(n); v != nil {
			return v
		}
		return n
	case List:
		items := make([]*Node, len(n.list()))
		for i, item := range n.list() {
			items[i] = item.Bind(compute)
		}
		return NewList(items, n.place)
	}
	fields := make([]Entry, len(n.fields))
	for i, f := range n.fields {
		fields[i] = Entry{Name: f.Name, Key: f.Key, Value: f.Value.Bind(compute)}
	}
	return newMap(fields, n.place)
}

// Expressions yields the Expression nodes of the tree, in order.
func (n *Node) Expressions() iter.Seq[*Node] {
	return func(yield func(*Node) bool) { n.expressions(yield) }
}

func (n *Node) expressions(yield func(*Node) bool) bool {
	if !n.Dynamic() {
		return true
	}
	if n.kind == Expression {
		return yield(n)
	}
	for _, f := range n.fields {
		if !f.Value.expressions(yield) {
			return false
		}
	}
	for _, item := range n.list() {
		if !item.expressions(yield) {
			return false
		}
	}
	return true
}

// Prune returns the tree without fields whose value is null: how tombstones
// leave before an object is produced. Null items of lists stay.
func (n *Node) Prune() *Node {
	switch n.Kind() {
	case List:
		return n.pruneItems()
	case Map:
		return n.pruneFields()
	}
	return n
}

func (n *Node) pruneItems() *Node {
	changed := false
	items := make([]*Node, len(n.list()))
	for i, item := range n.list() {
		items[i] = item.Prune()
		changed = changed || items[i] != item
	}
	if !changed {
		return n
	}
	return NewList(items, n.place)
}

func (n *Node) pruneFields() *Node {
	changed := false
	fields := make([]Entry, 0, len(n.fields))
	for _, f := range n.fields {
		v := f.Value.Prune()
		changed = changed || v != f.Value || v.IsNull()
		if !v.IsNull() {
			fields = append(fields, Entry{Name: f.Name, Key: f.Key, Value: v})
		}
	}
	if !changed {
		return n
	}
	return newMap(fields, n.place)
}
