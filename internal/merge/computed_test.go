package merge_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// expressions are what the keys of a tree were computed from, by their texts.
type expressions map[string]*value.Node

func (x expressions) of(n *value.Node) *value.Node {
	text := fmt.Sprintf("${%d}", len(x))
	x[text] = n
	return value.NewExpression(text, nil, n.Place())
}

func (x expressions) bind(n *value.Node) *value.Node {
	return n.Bind(func(e *value.Node) *value.Node { return x[e.Text()] })
}

// withComputedKeys gives a tree whose items are identified by expressions, which
// give what was there.
func (x expressions) withComputedKeys(path diag.Path, n *value.Node) *value.Node {
	rule := merge.Capi(path)
	out := n
	for _, f := range n.Fields() {
		out = out.With(f.Name, x.withComputedKeys(path.Join(diag.Field(f.Name)), f.Value))
	}
	var items []*value.Node
	for i, item := range n.Items() {
		item = x.withComputedKeys(path.Join(diag.Index(i)), item)
		for _, key := range rule.Keys {
			if k := item.Get(key); k != nil {
				item = item.With(key, x.of(k))
			}
		}
		if rule.Set {
			item = x.of(item)
		}
		items = append(items, item)
	}
	if len(items) > 0 {
		return n.WithItems(items)
	}
	return out
}

// distinct leaves equal items of sets out, which stay where they are not computed.
func distinct(path diag.Path, n *value.Node) *value.Node {
	out := n
	for _, f := range n.Fields() {
		out = out.With(f.Name, distinct(path.Join(diag.Field(f.Name)), f.Value))
	}
	var items []*value.Node
	for i, item := range n.Items() {
		if !merge.Capi(path).Set || !slices.ContainsFunc(items, item.Equal) {
			items = append(items, distinct(path.Join(diag.Index(i)), item))
		}
	}
	if len(items) > 0 {
		return n.WithItems(items)
	}
	return out
}

// TestRejoin: what is joined before its keys are computed comes to the same as
// what is joined after.
func TestRejoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, lower := drawn(t, "lower")
		_, upper := drawn(t, "upper")
		lower, upper = distinct(nil, lower), distinct(nil, upper)
		wins := rapid.Bool().Draw(t, "wins")
		want, disagree := merge.Join(lower, upper, merge.Capi, func(diag.Path, *value.Node) bool { return wins })

		known := expressions{}
		dynamic := known.withComputedKeys(nil, upper)
		if merge.Computed(dynamic, merge.Capi) != dynamic.Dynamic() || merge.Computed(upper, merge.Capi) {
			t.Fatal("Computed is wrong")
		}
		joined, before := merge.Join(lower, dynamic, merge.Capi, func(diag.Path, *value.Node) bool { return wins })
		got, after := merge.Rejoin(joined, known.bind(joined), merge.Capi, func(diag.Path, *value.Node, *value.Node) bool { return wins })
		if diff := cmp.Diff(string(want.AppendJSON(nil)), string(got.AppendJSON(nil))); diff != "" {
			t.Fatalf("%#v and %#v (-want +got):\n%s", lower, upper, diff)
		}
		if len(before)+len(after) != len(disagree) {
			t.Fatalf("%#v and %#v: conflicts %v and %v, want %v", lower, upper, before, after, disagree)
		}
	})
}

// TestRejoinKeeps: what has keys of its own stays the tree it was, and so does
// what was written twice.
func TestRejoinKeeps(t *testing.T) {
	type object = map[string]any
	lower := treeOf(t, object{"extraArgs": []any{object{"name": "a", "value": "1"}, object{"name": "a", "value": "2"}}})
	known := expressions{}
	upper := known.withComputedKeys(nil, treeOf(t, object{"extraArgs": []any{object{"name": "b"}}, "certSANs": []any{"c"}}))
	joined, _ := merge.Join(lower, upper, merge.Capi, nil)
	bound := known.bind(joined)
	if got, found := merge.Rejoin(joined, bound, merge.Capi, nil); got != bound || len(found) > 0 {
		t.Errorf("got %s with %v", got.AppendJSON(nil), found)
	}
}
