package drift

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// atomic compares lists that are replaced as a whole. Elements are paired all
// the same, so that what the server filled in is tolerated and a report can say
// which element differs.
func (w *walker) atomic(t *kubeschema.Type, want, live *value.Node) {
	ordered := t.Kind != kubeschema.List || t.Order == kubeschema.Significant
	switch {
	case !ordered && w.permuted(t, want, live):
	case scalarsOnly(want) && scalarsOnly(live):
		w.scalars(t, want, live)
	default:
		if key, ok := guessKey(want, live); ok {
			w.byName(t, key, want, live)
			return
		}
		w.byPosition(t, want, live)
	}
}

func scalarsOnly(list *value.Node) bool {
	return !slices.ContainsFunc(list.Items(), func(n *value.Node) bool { return n.Kind() >= value.List })
}

// scalars compares lists of scalars in order; a list that differs is one
// difference.
func (w *walker) scalars(t *kubeschema.Type, want, live *value.Node) {
	elem := elemType(t)
	worst := Detail(None)
	for i, n := range want.Items() {
		w.check(elem, n)
		if i >= live.Len() {
			break
		}
		switch o := live.Items()[i]; {
		case n.Equal(o), n.IsNull() && isZero(o):
		case sameValue(elem, n, o):
			worst = max(worst, Equivalent)
		default:
			w.emit(Changed, t, want, live)
			return
		}
	}
	if want.Len() != live.Len() {
		worst = Changed
	}
	if worst != None {
		w.emit(worst, t, want, live)
	}
}

// permuted handles lists in which order has no meaning. It reports whether
// every element found its like.
func (w *walker) permuted(t *kubeschema.Type, want, live *value.Node) bool {
	pairs, ok := w.pairUp(t, want, live)
	if !ok || want.Len() != live.Len() {
		return false
	}
	for i, j := range pairs {
		w.at(step{index: i}, func() { w.both(elemType(t), want.Items()[i], live.Items()[j]) })
	}
	if !slices.IsSorted(pairs) {
		w.order(t, nil, want, live)
	}
	return true
}

// pairUp gives for each declared element a live one that is the same but for
// what is tolerated; false when some element has none.
func (w *walker) pairUp(t *kubeschema.Type, want, live *value.Node) ([]int, bool) {
	if want.Len() > live.Len() {
		return nil, false
	}
	taken := make([]bool, live.Len())
	pairs := make([]int, want.Len())
	for i, n := range want.Items() {
		j := i
		if taken[i] || !w.same(t, n, live.Items()[i]) {
			j = slices.IndexFunc(live.Items(), func(o *value.Node) bool { return w.same(t, n, o) })
			for j >= 0 && taken[j] {
				next := slices.IndexFunc(live.Items()[j+1:], func(o *value.Node) bool { return w.same(t, n, o) })
				if next < 0 {
					return nil, false
				}
				j += next + 1
			}
		}
		if j < 0 {
			return nil, false
		}
		pairs[i], taken[j] = j, true
	}
	return pairs, true
}

// same reports whether two elements differ in nothing that counts.
func (w *walker) same(t *kubeschema.Type, a, b *value.Node) bool {
	if w.budget++; w.budget > walkBudget {
		return false
	}
	if a.Equal(b) {
		return true
	}
	out, invalid := len(w.out), len(w.invalid)
	w.at(step{}, func() { w.field(kubeschema.Field{Type: elemType(t)}, a, b) })
	equal := !slices.ContainsFunc(w.out[out:], func(d difference) bool { return d.detail.Verdict() != InSync })
	w.out, w.invalid = w.out[:out], w.invalid[:invalid]
	return equal
}

// guessKey finds a field by which the elements of both lists can be told apart.
func guessKey(lists ...*value.Node) (string, bool) {
	for _, key := range []string{"name", "key", "id", "type"} {
		if !slices.ContainsFunc(lists, func(l *value.Node) bool { return !unique(l, key) }) {
			return key, true
		}
	}
	return "", false
}

func unique(list *value.Node, key string) bool {
	seen := make(map[string]bool, list.Len())
	for _, n := range list.Items() {
		text, ok := n.Get(key).Str()
		if !ok || seen[text] {
			return false
		}
		seen[text] = true
	}
	return list.Len() > 0
}

// byName compares elements that have unique names. Their order counts unless
// the type says otherwise.
func (w *walker) byName(t *kubeschema.Type, key string, want, live *value.Node) {
	ordered := *t
	if ordered.Kind != kubeschema.List {
		ordered = kubeschema.Type{Kind: kubeschema.List, Elem: anyType, Order: kubeschema.Significant}
	}
	w.keyed(&ordered, []string{key}, want, live)
}

// maxPaired bounds the lists of unequal length whose elements are paired.
const maxPaired = 1000

// byPosition compares element by element; of lists of unequal length the
// elements that are the same are paired first.
func (w *walker) byPosition(t *kubeschema.Type, want, live *value.Node) {
	elem := kubeschema.Field{Type: elemType(t)}
	if want.Len() == live.Len() {
		for i, n := range want.Items() {
			w.at(step{index: i}, func() { w.field(elem, n, live.Items()[i]) })
		}
		return
	}
	if want.Len() > maxPaired || live.Len() > maxPaired {
		w.emit(Changed, t, want, live)
		return
	}
	next := 0
	for i, n := range want.Items() {
		j := slices.IndexFunc(live.Items()[next:], func(o *value.Node) bool { return w.same(t, n, o) })
		if j < 0 {
			w.at(step{index: i}, func() { w.emit(Removed, t, n, nil) })
			continue
		}
		w.added(t, live, next, next+j)
		next += j + 1
	}
	w.added(t, live, next, live.Len())
}

func (w *walker) added(t *kubeschema.Type, live *value.Node, from, to int) {
	for i := from; i < to; i++ {
		w.at(step{index: i}, func() { w.emit(Added, t, nil, live.Items()[i]) })
	}
}
