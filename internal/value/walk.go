package value

import (
	"iter"
	"strconv"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Leaves yields every scalar and every empty list or mapping below n with its
// path, in order. List elements are named by key where keyOf gives one, else by
// index; keyOf may be nil.
func (n *Node) Leaves(keyOf func(path diag.Path, item *Node) (diag.Step, bool)) iter.Seq2[diag.Path, *Node] {
	return func(yield func(diag.Path, *Node) bool) { n.leaves(nil, keyOf, yield) }
}

func (n *Node) leaves(at diag.Path, keyOf func(diag.Path, *Node) (diag.Step, bool), yield func(diag.Path, *Node) bool) bool {
	if n.Len() == 0 {
		return yield(at, n)
	}
	for _, f := range n.fields {
		if !f.Value.leaves(at.Join(diag.Field(f.Name)), keyOf, yield) {
			return false
		}
	}
	for i, item := range n.list() {
		step := diag.Index(i)
		if keyOf != nil {
			if s, ok := keyOf(at, item); ok {
				step = s
			}
		}
		if !item.leaves(at.Join(step), keyOf, yield) {
			return false
		}
	}
	return true
}

// Find follows a path: keyed steps match list items by the text of their
// fields, numeric fields index lists. It returns nil when nothing is there.
func (n *Node) Find(path diag.Path) *Node {
	for _, step := range path {
		if n = n.step(step); n == nil {
			return nil
		}
	}
	return n
}

func (n *Node) step(s diag.Step) *Node {
	if name, ok := s.IsField(); ok {
		if n.Kind() == List {
			if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.list()) {
				return n.list()[i]
			}
			return nil
		}
		return n.Get(name)
	}
	if i, ok := s.IsIndex(); ok {
		if i < len(n.Items()) {
			return n.list()[i]
		}
		return nil
	}
	for _, item := range n.Items() {
		if item.Matches(s) {
			return item
		}
	}
	return nil
}

// Matches reports whether a list item is the one that a keyed or set step
// names.
func (n *Node) Matches(s diag.Step) bool {
	if v, ok := s.IsElement(); ok {
		return n.isScalar() && n.Text() == v
	}
	keys, ok := s.IsKey()
	for _, kv := range keys {
		field := n.Get(kv.Name)
		if field == nil || !field.isScalar() || field.Text() != kv.Value {
			return false
		}
	}
	return ok
}

func (n *Node) isScalar() bool { return n.Kind() != List && n.Kind() != Map }

// Nearest follows path as far as it leads and returns the last node reached.
func (n *Node) Nearest(path diag.Path) *Node {
	for _, step := range path {
		next := n.step(step)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// Mappings yields every mapping of the tree with its path, from the outside in.
func (n *Node) Mappings() iter.Seq2[diag.Path, *Node] {
	return func(yield func(diag.Path, *Node) bool) { n.mappings(nil, yield) }
}

func (n *Node) mappings(at diag.Path, yield func(diag.Path, *Node) bool) bool {
	if n.Kind() == Map && !yield(at, n) {
		return false
	}
	for _, f := range n.Fields() {
		if !f.Value.mappings(at.Join(diag.Field(f.Name)), yield) {
			return false
		}
	}
	for i, item := range n.Items() {
		if !item.mappings(at.Join(diag.Index(i)), yield) {
			return false
		}
	}
	return true
}
