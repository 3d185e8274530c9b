package value

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Kind is the JSON type of a node. Integers and other numbers are kept apart.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
	// Expression is a string that still has to be computed; see [NewExpression].
	Expression
)

var kindNames = [...]string{"null", "a boolean", "an integer", "a number", "a string", "a list", "a mapping", "an expression"}

// String names the kind as messages do, with its article.
func (k Kind) String() string { return kindNames[k] }

// Node is one piece of data. A nil *Node means absent; most methods accept it.
//
// A fleet is millions of nodes: what few of them have is behind a pointer.
type Node struct {
	kind    Kind
	bool    bool
	dynamic bool    // an Expression, or holds one
	closed  bool    // sensitive, or holds what is
	derived bool    // an expression gave it
	number  uint64  // of Int, and the bits of Float
	str     string  // of String and Expression; of Int and Float the text as written, if any
	fields  []Entry // sorted by name
	place   Place
	items   *[]*Node
	rare    *rare
}

// rare is what computed nodes and those to be computed have.
type rare struct {
	causes  []Place
	program Program // of Expression
}

func (n *Node) int() int64 { return int64(n.number) }

func (n *Node) float() float64 { return math.Float64frombits(n.number) }

func (n *Node) list() []*Node {
	if n.items == nil {
		return nil
	}
	return *n.items
}

// Entry is one field of a mapping. Key is the place of the field's name.
type Entry struct {
	Name  string
	Key   Place
	Value *Node
}

// NewNull is the null at p.
func NewNull(p Place) *Node { return &Node{kind: Null, place: p} }

// NewBool is the boolean b at p.
func NewBool(b bool, p Place) *Node { return &Node{kind: Bool, bool: b, place: p} }

// NewInt is the integer i at p.
func NewInt(i int64, p Place) *Node { return &Node{kind: Int, number: uint64(i), place: p} }

// NewFloat is the number f at p. f is finite.
func NewFloat(f float64, p Place) *Node {
	return &Node{kind: Float, number: math.Float64bits(f), place: p}
}

// NewString is the string s at p.
func NewString(s string, p Place) *Node { return &Node{kind: String, str: s, place: p} }

// NewList is the list of items at p. It keeps items; the caller gives them up.
func NewList(items []*Node, p Place) *Node {
	return &Node{kind: List, items: &items, place: p, dynamic: slices.ContainsFunc(items, (*Node).Dynamic), closed: slices.ContainsFunc(items, (*Node).Sensitive)}
}

// Program computes an Expression. One text may mean several things: Same reports
// whether another program of this text gives the same wherever both are computed.
type Program interface{ Same(other Program) bool }

// NewExpression is a scalar at p that program will compute. text is how it was
// written, and what stands for it in the canonical form.
func NewExpression(text string, program Program, p Place) *Node {
	return &Node{kind: Expression, str: text, rare: &rare{program: program}, place: p, dynamic: true}
}

// Program is what computes an Expression node, nil for others.
func (n *Node) Program() Program {
	if n == nil || n.rare == nil {
		return nil
	}
	return n.rare.program
}

// Dynamic reports whether the tree holds an expression.
func (n *Node) Dynamic() bool { return n != nil && n.dynamic }

// Sensitive reports whether the node, or one below it, is not to be shown; see
// [Node.AsSensitive].
func (n *Node) Sensitive() bool { return n != nil && n.closed }

// AsSensitive returns the tree with every node marked as not to be shown. The
// mark stays with the nodes, and so with what they are merged into; it is no part
// of the data.
func (n *Node) AsSensitive() *Node { return mapping{change: func(c *Node) { c.closed = true }}.of(n) }

// NewMap is the mapping of fields at p. It keeps and sorts fields; of two
// fields with one name the last stays.
func NewMap(fields []Entry, p Place) *Node {
	byName := func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(fields, byName) {
		slices.SortStableFunc(fields, byName)
	}
	kept := fields[:0]
	for i, f := range fields {
		if i+1 < len(fields) && fields[i+1].Name == f.Name {
			continue
		}
		kept = append(kept, f)
	}
	return newMap(kept, p)
}

// newMap keeps fields, which are sorted.
func newMap(fields []Entry, p Place) *Node {
	n := &Node{kind: Map, fields: fields, place: p}
	for i := range fields {
		n.dynamic = n.dynamic || fields[i].Value.Dynamic()
		n.closed = n.closed || fields[i].Value.Sensitive()
	}
	return n
}

// AsWritten returns the number n remembering the text it was read from.
func (n *Node) AsWritten(text string) *Node {
	c := *n
	c.str = text
	return &c
}

// Kind is the node's kind; Null for an absent node.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// IsNull reports whether the node is absent or null.
func (n *Node) IsNull() bool { return n == nil || n.kind == Null }

// Str returns the string of a String node.
func (n *Node) Str() (string, bool) {
	if n == nil || n.kind != String {
		return "", false
	}
	return n.str, true
}

// Integer returns the integer of an Int node.
func (n *Node) Integer() (int64, bool) {
	if n == nil || n.kind != Int {
		return 0, false
	}
	return n.int(), true
}

// Boolean returns the boolean of a Bool node.
func (n *Node) Boolean() (value, ok bool) {
	if n == nil || n.kind != Bool {
		return false, false
	}
	return n.bool, true
}

// Number returns an Int or Float node as float64.
func (n *Node) Number() (float64, bool) {
	switch n.Kind() {
	case Int:
		return float64(n.int()), true
	case Float:
		return n.float(), true
	}
	return 0, false
}

// Whole returns the integer that a Float node is as well: 1 of 1.0.
func (n *Node) Whole() (int64, bool) {
	if n.Kind() != Float {
		return 0, false
	}
	f, _ := n.Number()
	if math.Abs(f) >= 1<<53 || f != math.Trunc(f) {
		return 0, false
	}
	return int64(f), true
}

// Text is a scalar as a person would write it: strings bare, numbers as they
// were written. Lists and mappings give their kind.
func (n *Node) Text() string {
	switch n.Kind() {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(n.bool)
	case String, Expression:
		return n.str
	case Int, Float:
		if n.str != "" {
			return n.str
		}
		return string(n.AppendJSON(nil))
	}
	return n.kind.String()
}

// Len is the number of items or fields.
func (n *Node) Len() int {
	if n == nil {
		return 0
	}
	return len(n.list()) + len(n.fields)
}

// Items are the items of a list. The caller must not change the slice.
func (n *Node) Items() []*Node {
	if n == nil {
		return nil
	}
	return n.list()
}

// Fields are the fields of a mapping, sorted by name. The caller must not
// change the slice.
func (n *Node) Fields() []Entry {
	if n == nil {
		return nil
	}
	return n.fields
}

// Entry returns the field called name.
func (n *Node) Entry(name string) (Entry, bool) {
	if n == nil || n.kind != Map {
		return Entry{}, false
	}
	i := n.search(name)
	if i == len(n.fields) || n.fields[i].Name != name {
		return Entry{}, false
	}
	return n.fields[i], true
}

// search is where name stands or would stand among the fields. Written out: it
// is what resolving does most.
func (n *Node) search(name string) int {
	low, high := 0, len(n.fields)
	for low < high {
		if middle := int(uint(low+high) / 2); n.fields[middle].Name < name {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// Get follows field names from n; nil when one is missing.
func (n *Node) Get(names ...string) *Node {
	for _, name := range names {
		e, ok := n.Entry(name)
		if !ok {
			return nil
		}
		n = e.Value
	}
	return n
}

// With returns the mapping n with field name set to v. A nil or non-mapping n
// counts as an empty mapping.
func (n *Node) With(name string, v *Node) *Node {
	place, key := Place{}, v.Place()
	var fields []Entry
	if n != nil && n.kind == Map {
		fields, place = n.fields, n.place
	}
	i, found := slices.BinarySearchFunc(fields, name, func(e Entry, s string) int { return cmp.Compare(e.Name, s) })
	if found {
		key = fields[i].Key
		fields = slices.Clone(fields)
		fields[i] = Entry{Name: name, Key: key, Value: v}
	} else {
		fields = slices.Insert(slices.Clone(fields), i, Entry{Name: name, Key: key, Value: v})
	}
	return newMap(fields, place)
}

// Without returns the mapping n without field name.
func (n *Node) Without(name string) *Node {
	if _, ok := n.Entry(name); !ok {
		return n
	}
	return newMap(slices.DeleteFunc(slices.Clone(n.fields), func(e Entry) bool { return e.Name == name }), n.place)
}

// Set returns n with v at the end of the named fields, making mappings on the
// way.
func (n *Node) Set(v *Node, names ...string) *Node {
	if len(names) == 0 {
		return v
	}
	return n.With(names[0], n.Get(names[0]).Set(v, names[1:]...))
}

// EachItem returns n with every item of the list at the named fields replaced by
// what change gives for it; n itself where there is no list.
func (n *Node) EachItem(change func(*Node) *Node, names ...string) *Node {
	list := n.Get(names...)
	if list.Kind() != List {
		return n
	}
	items := make([]*Node, list.Len())
	for i, item := range list.Items() {
		items[i] = change(item)
	}
	return n.Set(list.WithItems(items), names...)
}

// WithItems returns the list n holding items instead.
func (n *Node) WithItems(items []*Node) *Node {
	return NewList(items, n.Place())
}

// WithFields returns the mapping n holding fields, which are sorted by name,
// instead.
func (n *Node) WithFields(fields []Entry) *Node { return newMap(fields, n.Place()) }

// Equal reports whether two trees hold the same data; places do not count. An
// integer equals a number of the same value; absent equals null. Expressions are
// equal where their programs compute the same; see [Program].
func (n *Node) Equal(o *Node) bool {
	a, b := n.Kind(), o.Kind()
	if a == Int && b == Float {
		f := o.float()
		return f == math.Trunc(f) && f >= -(1<<63) && f < 1<<63 && int64(f) == n.int()
	}
	if a == Float && b == Int {
		return o.Equal(n)
	}
	if a != b {
		return false
	}
	switch a {
	case Null:
		return true
	case Bool:
		return n.bool == o.bool
	case Int:
		return n.int() == o.int()
	case Float:
		return n.float() == o.float()
	case String:
		return n.str == o.str
	case Expression:
		return n.str == o.str && n.Program().Same(o.Program())
	case List:
		return slices.EqualFunc(n.list(), o.list(), (*Node).Equal)
	}
	return slices.EqualFunc(n.fields, o.fields, func(x, y Entry) bool {
		return x.Name == y.Name && x.Value.Equal(y.Value)
	})
}

// GoString helps in test failures.
func (n *Node) GoString() string { return fmt.Sprintf("value(%s)", n.AppendJSON(nil)) }
