package value

import "github.com/dayzero-sdk/dayzero/profile/diag"

// PathIn gives the path at which written, one of the trees that n was merged of,
// holds the node that n has at path: indexes of lists may differ. Where path leads
// nowhere, the nearest node above counts. ok is false when that was not written in
// the tree. Trees without lines are told apart by their files alone, and path stays.
func (n *Node) PathIn(written *Node, path diag.Path) (found diag.Path, ok bool) {
	depth := 0
	for ; depth < len(path); depth++ {
		next := n.step(path[depth])
		if next == nil {
			break
		}
		n = next
	}
	if n.place.Line == 0 { // built in Go: all of a document has one place
		return path, n.place.Range() == written.place.Range()
	}
	found, ok = written.pathOf(n)
	return found.Join(path[depth:]...), ok
}

// pathOf looks for the node that stands where other does.
func (n *Node) pathOf(other *Node) (diag.Path, bool) {
	if n.kind == other.kind && n.place.Range() == other.place.Range() {
		return nil, true
	}
	step, inner := n.before(other.place.Range())
	if inner == nil {
		return nil, false
	}
	below, ok := inner.pathOf(other)
	return append(diag.Path{step}, below...), ok
}

// before gives the last of the fields or items that starts at a place or before
// it, nil for none.
func (n *Node) before(at diag.Range) (step diag.Step, last *Node) {
	take := func(s diag.Step, inner *Node) {
		start := inner.place.Range()
		start.End = at.End
		if start.File == at.File && start.Compare(at) <= 0 && (last == nil || last.place.Range().Compare(inner.place.Range()) < 0) {
			step, last = s, inner
		}
	}
	for _, f := range n.Fields() {
		take(diag.Field(f.Name), f.Value)
	}
	for i, item := range n.Items() {
		take(diag.Index(i), item)
	}
	return step, last
}
