package merge

import (
	"slices"
	"strconv"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// fewItems are looked through one by one, which is faster than an index.
const fewItems = 48

// index finds items of a list by the fields that are their key, or by the whole
// item where there are none.
type index struct {
	keys []string
	// nodes are the items, nil where one was removed.
	nodes []*value.Node
	// at holds the places of items by the text of their key; nil for few items.
	at map[string][]int
}

// newIndex holds items and has room for more of them.
func newIndex(keys []string, items []*value.Node, more int) *index {
	x := &index{keys: keys, nodes: slices.Clone(items)}
	if len(items)+more > fewItems {
		x.at = make(map[string][]int, len(items)+more)
		for i, n := range items {
			x.note(n, i)
		}
	}
	return x
}

func (x *index) note(n *value.Node, i int) {
	if x.at != nil {
		text := x.text(n)
		x.at[text] = append(x.at[text], i)
	}
}

func (x *index) append(n *value.Node) {
	x.note(n, len(x.nodes))
	x.nodes = append(x.nodes, n)
}

func (x *index) remove(i int) {
	if x.at != nil {
		text := x.text(x.nodes[i])
		x.at[text] = slices.DeleteFunc(x.at[text], func(at int) bool { return at == i })
	}
	x.nodes[i] = nil
}

// left are the items that were not removed.
func (x *index) left() []*value.Node {
	return slices.DeleteFunc(x.nodes, func(n *value.Node) bool { return n == nil })
}

// first and last are where an item of the same key is, -1 if nowhere.
func (x *index) first(item *value.Node) int {
	if x.at == nil {
		return slices.IndexFunc(x.nodes, func(n *value.Node) bool { return x.same(n, item) })
	}
	for _, i := range x.at[x.text(item)] {
		if x.same(x.nodes[i], item) {
			return i
		}
	}
	return -1
}

func (x *index) last(item *value.Node) int {
	if x.at == nil {
		for i, n := range slices.Backward(x.nodes) {
			if x.same(n, item) {
				return i
			}
		}
		return -1
	}
	for _, i := range slices.Backward(x.at[x.text(item)]) {
		if x.same(x.nodes[i], item) {
			return i
		}
	}
	return -1
}

func (x *index) same(a, b *value.Node) bool {
	if a == nil {
		return false
	}
	if len(x.keys) == 0 {
		return a.Equal(b)
	}
	return !slices.ContainsFunc(x.keys, func(key string) bool { return !a.Get(key).Equal(b.Get(key)) })
}

// text is the same for all items of the same key, and mostly another one for
// others.
func (x *index) text(n *value.Node) string {
	if len(x.keys) == 0 {
		return string(appendText(nil, n))
	}
	var text []byte
	for _, key := range x.keys {
		text = appendText(text, n.Get(key))
	}
	return string(text)
}

func appendText(b []byte, n *value.Node) []byte {
	if number, ok := n.Number(); ok {
		return strconv.AppendFloat(b, number+0, 'g', -1, 64) // + 0: -0 is 0
	}
	if n.Len() == 0 {
		return append(append(b, n.Text()...), 0)
	}
	for _, item := range n.Items() {
		b = appendText(b, item)
	}
	for _, f := range n.Fields() {
		b = appendText(append(b, f.Name...), f.Value)
	}
	return b
}
