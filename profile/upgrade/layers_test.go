package upgrade

import (
	"fmt"
	"slices"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// TestLongLists: lists of many items are compared, and overrides of
// them merged, in no more than a few looks at each item: looking for each among all
// takes minutes.
func TestLongLists(t *testing.T) {
	const n = 30_000
	list := func(from int) *value.Node {
		items := make([]*value.Node, n)
		for i := range items {
			items[i] = value.NewMap([]value.Entry{{Name: "name", Value: value.NewString(fmt.Sprint("item-", from+i), value.Place{})}, {Name: "size", Value: value.NewInt(1, value.Place{})}}, value.Place{})
		}
		return value.NewList(items, value.Place{})
	}
	first, half := list(0), list(n/2)
	other := slices.Clone(first.Items())
	slices.Reverse(other)
	reversed := first.WithItems(other)
	keyed := merge.Table(func(diag.Path) merge.Rule { return merge.Rule{Keys: []string{"name"}} })
	for _, c := range []struct {
		name     string
		from, to *value.Node
		want     int
	}{
		{"the same", first, list(0), 0},
		{"another order", first, reversed, 1},
		{"a half", first, half, 2 * n}, // name and size of each that one side alone has
	} {
		got := 0
		leafComparison{table: keyed, note: func(diag.Path, *value.Node, *value.Node) { got++ }}.compare(nil, c.from, c.to)
		if got != c.want {
			t.Errorf("%s: %d changes, want %d", c.name, got, c.want)
		}
	}
	if !holdsAll(first, reversed) || holdsAll(first, half) {
		t.Error("a list does not hold its items, or holds others")
	}
	layer := &baseLayer{release: profile.Release{}, root: value.NewMap([]value.Entry{{Name: "values", Value: first}}, value.Place{})}
	m := &merge3{old: layer, now: layer, table: keyed}
	if kept := m.node(diag.Fields("values"), nil, first, reversed, half); kept.Len() != n/2 || len(m.leaves) != n {
		t.Errorf("%d items of the override stay, with %d leaves", kept.Len(), len(m.leaves))
	}
}
