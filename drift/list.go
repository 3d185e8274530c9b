package drift

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// list compares two lists by what their type says about elements.
func (w *walker) list(t *kubeschema.Type, want, live *value.Node) {
	switch {
	case t.Kind == kubeschema.List && t.Relation == kubeschema.Keyed:
		w.keyed(t, t.Keys, want, live)
	case t.Kind == kubeschema.List && t.Relation == kubeschema.Set:
		w.set(t, want, live)
	case !w.plainEqual(t, want, live):
		w.atomic(t, want, live)
	}
}

// elements judges a keyed list or set that only one side has.
func (w *walker) elements(t *kubeschema.Type, want, live *value.Node) {
	empty := value.NewList(nil, value.Place{})
	if want == nil {
		want = empty
	}
	if live == nil {
		live = empty
	}
	w.list(t, want, live)
}

func (w *walker) plainEqual(t *kubeschema.Type, want, live *value.Node) bool {
	return want.Len() == live.Len() && elemType(t).IsScalar() && want.Equal(live)
}

func elemType(t *kubeschema.Type) *kubeschema.Type {
	if t.Kind == kubeschema.List {
		return t.Elem
	}
	return anyType
}

// at runs visit with an element step on the path.
func (w *walker) at(s step, visit func()) {
	w.path = append(w.path, s)
	visit()
	w.path = w.path[:len(w.path)-1]
}

// keyed compares lists whose elements have keys.
func (w *walker) keyed(t *kubeschema.Type, keys []string, want, live *value.Node) {
	if w.aligned(t, keys, want, live) {
		return
	}
	a, b := newKeyedList(t, keys, want), newKeyedList(t, keys, live)
	taken := make([]bool, live.Len())
	var order []int
	for i, id := range a.ids {
		j, counts := a.partner(b, i, id)
		w.at(step{list: t, keys: keys, elem: want.Items()[i]}, func() {
			switch {
			case !counts:
				w.refuse("%s stands twice", w.told())
			case j < 0:
				w.emit(Removed, t, want.Items()[i], nil)
			default:
				taken[j] = true
				order = append(order, j)
				w.both(elemType(t), want.Items()[i], live.Items()[j])
			}
		})
	}
	for j, item := range live.Items() {
		if !taken[j] {
			w.at(step{list: t, keys: keys, elem: item}, func() { w.emit(Added, t, nil, item) })
		}
	}
	if !slices.IsSorted(order) {
		w.order(t, keys, want, live)
	}
}

// order judges a list whose elements stand in another order.
func (w *walker) order(t *kubeschema.Type, keys []string, want, live *value.Node) {
	switch {
	case t.Order == kubeschema.Significant || refersBack(want):
		w.emit(Changed, t, keyTexts(t, keys, want), keyTexts(t, keys, live))
	case t.Order == kubeschema.Arbitrary:
		w.emit(Equivalent, t, keyTexts(t, keys, want), keyTexts(t, keys, live))
	default:
		w.emit(Reordered, t, keyTexts(t, keys, want), keyTexts(t, keys, live))
	}
}

// refersBack reports whether environment variables use each other, which works
// only in order.
func refersBack(list *value.Node) bool {
	return slices.ContainsFunc(list.Items(), func(n *value.Node) bool {
		text, _ := n.Get("value").Str()
		return strings.Contains(text, "$(")
	})
}

// keyTexts is the list of the elements' keys, for display; as sensitive as they.
func keyTexts(t *kubeschema.Type, keys []string, list *value.Node) *value.Node {
	out := make([]*value.Node, list.Len())
	for i, item := range list.Items() {
		out[i] = item
		if len(keys) > 0 {
			out[i] = value.NewString(keyOf(t, keys, item), item.Place())
			if slices.ContainsFunc(keys, func(k string) bool { return item.Get(k).Sensitive() }) {
				out[i] = out[i].AsSensitive()
			}
		}
	}
	return value.NewList(out, list.Place())
}

// aligned handles the common case without any index: the same elements in the
// same order, each once.
func (w *walker) aligned(t *kubeschema.Type, keys []string, want, live *value.Node) bool {
	a, b := want.Items(), live.Items()
	if len(a) != len(b) || len(a) > 8 && len(keys) > 1 || len(a) > 32 {
		return false
	}
	for i := range a {
		if !sameKey(t, keys, a[i], b[i]) {
			return false
		}
		for j := range i {
			if sameKey(t, keys, a[i], a[j]) {
				return false
			}
		}
	}
	for i := range a {
		w.path = append(w.path, step{list: t, keys: keys, elem: a[i]})
		w.both(elemType(t), a[i], b[i])
		w.path = w.path[:len(w.path)-1]
	}
	return true
}

func sameKey(t *kubeschema.Type, keys []string, a, b *value.Node) bool {
	for _, k := range keys {
		x, y := a.Get(k), b.Get(k)
		if x != nil && y != nil {
			if !x.Equal(y) {
				return false
			}
			continue
		}
		if keyText(t, a, k) != keyText(t, b, k) {
			return false
		}
	}
	return true
}

func keyOf(t *kubeschema.Type, keys []string, n *value.Node) string {
	if len(keys) == 1 {
		return keyText(t, n, keys[0])
	}
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = keyText(t, n, k)
	}
	return strings.Join(parts, "\x00")
}

// keyedList indexes a list by key.
type keyedList struct {
	list *value.Node
	ids  []string
	all  map[string][]int
}

func newKeyedList(t *kubeschema.Type, keys []string, list *value.Node) keyedList {
	k := keyedList{list: list, all: map[string][]int{}}
	for i, item := range list.Items() {
		id := keyOf(t, keys, item)
		k.ids = append(k.ids, id)
		k.all[id] = append(k.all[id], i)
	}
	return k
}

// partner is the live element that goes with declared element i, -1 when there
// is none. Where a key stands several times, and as often on both sides, the
// server has kept them all and they go in pairs; else only the last declared one
// counts, and goes with the one that equals it or the last.
func (k keyedList) partner(live keyedList, i int, id string) (j int, counts bool) {
	mine, theirs := k.all[id], live.all[id]
	if len(mine) > 1 && len(mine) == len(theirs) {
		at, _ := slices.BinarySearch(mine, i)
		return theirs[at], true
	}
	if mine[len(mine)-1] != i {
		return -1, false
	}
	for _, at := range theirs {
		if live.list.Items()[at].Equal(k.list.Items()[i]) {
			return at, true
		}
	}
	if len(theirs) == 0 {
		return -1, true
	}
	return theirs[len(theirs)-1], true
}

// set compares lists of scalars in which order and number do not count.
func (w *walker) set(t *kubeschema.Type, want, live *value.Node) {
	if want.Equal(live) {
		return
	}
	declared, present := texts(want), texts(live)
	differs := false
	for _, n := range want.Items() {
		if !present[n.Text()] {
			differs = true
			w.at(step{elem: n}, func() { w.emit(Removed, t, n, nil) })
		}
	}
	for _, n := range live.Items() {
		if !declared[n.Text()] {
			differs = true
			w.at(step{elem: n}, func() { w.emit(Added, t, nil, n) })
		}
	}
	if !differs && want.Len() == live.Len() {
		w.order(t, nil, want, live)
	}
}

func texts(list *value.Node) map[string]bool {
	out := make(map[string]bool, list.Len())
	for _, n := range list.Items() {
		out[n.Text()] = true
	}
	return out
}
