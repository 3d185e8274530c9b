package value

import "github.com/dayzero-sdk/dayzero/profile/diag"

// Writer is who wrote a stretch of values: shared by all nodes that one layer,
// override or file contributed.
type Writer struct {
	File     string
	Kind     diag.OriginKind
	Document string
	Layer    string
	Owner    string
}

// Place is where a node was written and by whom. Lines and columns count from
// 1; the zero Place is unknown.
type Place struct {
	Writer                        *Writer
	Line, Column, EndLine, EndCol int32
}

// Range is the stretch of the file.
func (p Place) Range() diag.Range {
	if p.Writer == nil {
		return diag.Range{}
	}
	return diag.Range{
		File:  p.Writer.File,
		Start: diag.Position{Line: int(p.Line), Column: int(p.Column)},
		End:   diag.Position{Line: int(p.EndLine), Column: int(p.EndCol)},
	}
}

// Origin is the place as the public type, without causes.
func (p Place) Origin() diag.Origin {
	if p.Writer == nil {
		return diag.Origin{}
	}
	w := p.Writer
	return diag.Origin{Kind: w.Kind, Document: w.Document, Layer: w.Layer, Owner: w.Owner, Range: p.Range()}
}

// PlaceOf is the place that o describes, without its causes.
func PlaceOf(o diag.Origin) Place {
	w := &Writer{File: o.Range.File, Kind: o.Kind, Document: o.Document, Layer: o.Layer, Owner: o.Owner}
	r := o.Range
	return Place{Writer: w, Line: int32(r.Start.Line), Column: int32(r.Start.Column), EndLine: int32(r.End.Line), EndCol: int32(r.End.Column)}
}

// Origin says where the node came from, with the places an expression read.
func (n *Node) Origin() diag.Origin {
	if n == nil {
		return diag.Origin{}
	}
	o := n.place.Origin()
	o.Sensitive = n.closed
	if n.rare != nil {
		for _, c := range n.rare.causes {
			o.Causes = append(o.Causes, c.Origin())
		}
	}
	return o
}

// Place is where the node was written.
func (n *Node) Place() Place {
	if n == nil {
		return Place{}
	}
	return n.place
}

// At returns the node placed at p: itself, not what it contains.
func (n *Node) At(p Place) *Node {
	c := *n
	c.place = p
	return &c
}

// Computed returns the tree n with every node placed at p, caused by causes:
// the result of an expression stands where the expression stands.
func (n *Node) Computed(p Place, causes []Place) *Node {
	var why *rare
	if len(causes) > 0 {
		why = &rare{causes: causes}
	}
	if n != nil && n.isScalar() {
		c := *n
		c.place, c.rare, c.derived = p, why, true
		return &c
	}
	return mapping{change: func(c *Node) { c.place, c.rare, c.derived = p, why, true }}.of(n)
}

// Derived reports whether an expression gave the node; see [Node.Computed].
func (n *Node) Derived() bool { return n != nil && n.derived }

// WrittenBy returns the tree with every node's writer replaced by w, keeping
// lines and columns. w.File must be the file the tree was read from.
func (n *Node) WrittenBy(w *Writer) *Node {
	return mapping{change: func(c *Node) { c.place.Writer = w }}.of(n)
}

// mapping copies a tree with each node changed. What is shared inside the tree,
// as aliases do, is shared inside the copy.
type mapping struct {
	change func(*Node)
	done   map[*Node]*Node
}

func (m mapping) of(n *Node) *Node {
	if n != nil && (n.kind == List || n.kind == Map) {
		m.done = map[*Node]*Node{}
	}
	return m.node(n)
}

func (m mapping) node(n *Node) *Node {
	if n == nil {
		return nil
	}
	if c, ok := m.done[n]; ok {
		return c
	}
	c := *n
	m.change(&c)
	if n.Len() == 0 {
		return &c
	}
	if items := n.list(); len(items) > 0 {
		copied := make([]*Node, len(items))
		c.items = &copied
		for i, item := range items {
			copied[i] = m.node(item)
		}
	}
	if len(n.fields) > 0 {
		c.fields = make([]Entry, len(n.fields))
		for i, f := range n.fields {
			c.fields[i] = Entry{Name: f.Name, Key: f.Key, Value: m.node(f.Value)}
		}
	}
	m.done[n] = &c
	return &c
}
