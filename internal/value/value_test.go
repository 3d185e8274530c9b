package value_test

import (
	"encoding/json"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// plain draws data as JSON decoding gives it, with hostile names and texts.
func plain(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", "true", "~1/[x]", "a\"b'c\n---\n{{${", "\u2028\x00\x7f", "é"}))
	scalar := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }),
		rapid.Map(rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }), func(f float64) any { return f }),
		rapid.Map(text, func(s string) any { return s }),
	)
	if depth == 0 {
		return scalar
	}
	return rapid.OneOf(
		scalar,
		rapid.Map(rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return plain(depth - 1) }), 0, 4), func(s []any) any { return s }),
		rapid.Map(rapid.MapOfN(text, rapid.Deferred(func() *rapid.Generator[any] { return plain(depth - 1) }), 0, 4), func(m map[string]any) any { return m }),
	)
}

func tree(t *rapid.T, label string) (any, *value.Node) {
	data := plain(3).Draw(t, label)
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return data, n
}

// TestSensitiveStays: what is made sensitive is so whatever becomes of it, what
// holds it is, and nothing else.
func TestSensitiveStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, open := tree(t, "open")
		_, closed := tree(t, "closed")
		closed = closed.AsSensitive()
		p := value.Place{Line: 7}
		whole := value.NewMap([]value.Entry{{Name: "a", Value: open}, {Name: "b", Value: value.NewList([]*value.Node{open, closed}, p)}}, p)
		for _, n := range []*value.Node{whole, whole.At(p), whole.Computed(p, nil), whole.With("c", open), whole.Set(open, "c", "d"), whole.WrittenBy(&value.Writer{})} {
			got := []bool{n.Sensitive(), n.Get("a").Sensitive(), n.Get("b").Sensitive(), n.Get("b").Items()[0].Sensitive(), n.Get("b").Items()[1].Sensitive(), n.Origin().Sensitive}
			if want := []bool{true, false, true, false, true, true}; !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
			for path, leaf := range n.Get("b").Items()[1].Leaves(nil) {
				if !leaf.Sensitive() {
					t.Fatalf("%s is not sensitive any more", path)
				}
			}
		}
		if without := whole.Without("b"); without.Sensitive() {
			t.Fatal("a mapping is sensitive without what was")
		}
	})
}

// TestAnyRoundTrip fails when a kind is lost, an integer passes through a
// float, or the result shares memory with the tree.
func TestAnyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, n := tree(t, "data")
		if diff := cmp.Diff(data, n.Any()); diff != "" {
			t.Fatalf("FromAny and Any (-want +got):\n%s", diff)
		}
		before := string(n.AppendJSON(nil))
		scribble(n.Any())
		if after := string(n.AppendJSON(nil)); after != before {
			t.Fatalf("changing the result of Any changed the tree: %s, was %s", after, before)
		}
	})
}

func scribble(data any) {
	switch data := data.(type) {
	case map[string]any:
		for name, v := range data {
			scribble(v)
			data[name] = "scribbled"
		}
	case []any:
		for i, v := range data {
			scribble(v)
			data[i] = "scribbled"
		}
	}
}

// TestJSONIsCanonical holds AppendJSON to encoding/json's reading of it, and
// equal trees to one form.
func TestJSONIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, n := tree(t, "data")
		text := n.AppendJSON(nil)
		want, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, want), decoded(t, text)); diff != "" {
			t.Fatalf("%s reads differently from what encoding/json writes (-want +got):\n%s", text, diff)
		}
		again, err := value.FromAny(shuffled(t, data), value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		if !n.Equal(again) || string(again.AppendJSON(nil)) != string(text) || again.Digest() != n.Digest() {
			t.Fatalf("%s and %s are the same data", text, again.AppendJSON(nil))
		}
	})
}

func decoded(t *rapid.T, text []byte) any {
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// shuffled is a copy of data whose maps were filled in another order.
func shuffled(t *rapid.T, data any) any {
	switch data := data.(type) {
	case map[string]any:
		names := make([]string, 0, len(data))
		for name := range data {
			names = append(names, name)
		}
		sort.Strings(names)
		out := map[string]any{}
		for _, name := range rapid.Permutation(names).Draw(t, "order") {
			out[name] = shuffled(t, data[name])
		}
		return out
	case []any:
		out := make([]any, len(data))
		for i, v := range data {
			out[i] = shuffled(t, v)
		}
		return out
	}
	return data
}

// TestEqualNumbersHaveOneForm: an integer equals a number of the same value, so
// both have one canonical form and one digest.
func TestEqualNumbersHaveOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.OneOf(rapid.Int64(), rapid.Int64Range(1<<53-4, 1<<53+4)).Draw(t, "i")
		f := float64(i) + rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "f")
		a, b := value.NewInt(i, value.Place{}), value.NewFloat(f, value.Place{})
		same := string(a.AppendJSON(nil)) == string(b.AppendJSON(nil))
		if a.Equal(b) != same {
			t.Fatalf("%d and %g: equal %t, forms %s and %s", i, f, a.Equal(b), a.AppendJSON(nil), b.AppendJSON(nil))
		}
	})
}

func TestFromAnyRefuses(t *testing.T) {
	for _, bad := range []any{math.NaN(), math.Inf(-1), json.Number("x"), struct{}{}, []any{func() {}}, map[string]any{"a": uint8(1)}} {
		if n, err := value.FromAny(bad, value.Place{}); err == nil {
			t.Errorf("FromAny(%v) = %v, want an error", bad, n)
		}
	}
}

// TestNewMapSorts holds the order of fields and that of two fields with one
// name the last one stays, against a Go map filled in the same order.
func TestNewMapSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOf(rapid.StringMatching(`[a-e]{0,2}`)).Draw(t, "names")
		want := map[string]any{}
		fields := make([]value.Entry, len(names))
		for i, name := range names {
			want[name] = int64(i)
			fields[i] = value.Entry{Name: name, Value: value.NewInt(int64(i), value.Place{})}
		}
		n := value.NewMap(fields, value.Place{})
		if !slices.IsSortedFunc(n.Fields(), func(a, b value.Entry) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatalf("fields are not sorted: %#v", n)
		}
		if diff := cmp.Diff(any(want), n.Any()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		for name, i := range want {
			if got, _ := n.Get(name).Integer(); got != i {
				t.Fatalf("field %q is %d, want %d", name, got, i)
			}
		}
	})
}

// TestEditsLeaveTheOriginal holds With, Without and Set against a Go map, and
// the tree they start from against change.
func TestEditsLeaveTheOriginal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-d]`)
		data := rapid.MapOf(name, rapid.Int64()).Draw(t, "data")
		want := map[string]any{}
		for k, v := range data {
			want[k] = v
		}
		n, err := value.FromAny(want, value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		before := string(n.AppendJSON(nil))
		edited := n
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			field := name.Draw(t, "field")
			if rapid.Bool().Draw(t, "remove") {
				edited = edited.Without(field)
				delete(want, field)
				continue
			}
			v := rapid.Int64().Draw(t, "value")
			edited = edited.Set(value.NewInt(v, value.Place{}), field)
			want[field] = v
		}
		if diff := cmp.Diff(any(want), edited.Any()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if after := string(n.AppendJSON(nil)); after != before {
			t.Fatalf("the original changed from %s to %s", before, after)
		}
	})
}

// TestFindLeadsToLeaves: each path that Leaves gives leads Find to that leaf,
// with list items by index and by key, also through the text form.
func TestFindLeadsToLeaves(t *testing.T) {
	byName := func(_ diag.Path, item *value.Node) (diag.Step, bool) {
		name, ok := item.Get("name").Str()
		return diag.Key(diag.KeyValue{Name: "name", Value: name}), ok
	}
	rapid.Check(t, func(t *rapid.T) {
		_, n := tree(t, "data")
		named := value.NewList([]*value.Node{
			n.With("name", value.NewString("b", value.Place{})),
			value.NewNull(value.Place{}),
			n.With("name", value.NewString(rapid.StringMatching(`[^b]+`).Draw(t, "name"), value.Place{})),
		}, value.Place{})
		for _, keyOf := range []func(diag.Path, *value.Node) (diag.Step, bool){nil, byName} {
			for _, root := range []*value.Node{n, named} {
				holdLeaves(t, root, keyOf)
			}
		}
	})
}

func holdLeaves(t *rapid.T, root *value.Node, keyOf func(diag.Path, *value.Node) (diag.Step, bool)) {
	var last diag.Path
	for path, leaf := range root.Leaves(keyOf) {
		if found := root.Find(path); found != leaf && keyOf == nil {
			t.Fatalf("%#v: %s leads to %#v, not %#v", root, path, found, leaf)
		}
		if leaf.Len() > 0 {
			t.Fatalf("%s is no leaf: %#v", path, leaf)
		}
		text, err := diag.ParsePath(path.String())
		if err != nil || text.Compare(path) != 0 {
			t.Fatalf("the text %q of %v gives %v, %v", path, path, text, err)
		}
		if keyOf == nil && last != nil && last.Compare(path) >= 0 {
			t.Fatalf("leaves out of order: %s, then %s", last, path)
		}
		last = path
	}
}

// TestKeyedLeavesAreFound: a keyed path leads to the item of that key.
func TestKeyedLeavesAreFound(t *testing.T) {
	n, err := value.FromAny([]any{
		map[string]any{"name": "a", "port": 80, "x": 1},
		map[string]any{"name": "a", "port": 443, "x": 2},
		map[string]any{"name": "b", "port": 80, "x": 3},
		"set",
	}, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"[name=a,port=443]/x": "2",
		"[port=443,name=a]/x": "2",
		"[name=b]/x":          "3",
		"[=set]":              `"set"`,
		"[2]/x":               "3",
		"/2/x":                "3",
		"[name=c]/x":          "null",
		"[port=8]/x":          "null",
		"[9]":                 "null",
		"/x":                  "null",
		"/-1":                 "null",
	} {
		path, err := diag.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(n.Find(path).AppendJSON(nil)); got != want {
			t.Errorf("%s leads to %s, want %s", text, got, want)
		}
	}
}

// TestPruneTakesTombstones holds Prune against removing nulls from plain data,
// and that an unchanged tree is shared.
func TestPruneTakesTombstones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, n := tree(t, "data")
		pruned := n.Prune()
		if diff := cmp.Diff(withoutNulls(data), pruned.Any()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if pruned.Prune() != pruned {
			t.Fatalf("pruning twice makes a new tree")
		}
	})
}

func withoutNulls(data any) any {
	switch data := data.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, v := range data {
			if v != nil {
				out[name] = withoutNulls(v)
			}
		}
		return out
	case []any:
		out := make([]any, len(data))
		for i, v := range data {
			out[i] = withoutNulls(v)
		}
		return out
	}
	return data
}

// scope is a program that computes the same in one scope.
type scope string

func (s scope) Same(other value.Program) bool { return s == other }

// TestEqualExpressions: a text of two scopes is two things, however deep it lies.
func TestEqualExpressions(t *testing.T) {
	in := func(text string, s scope) *value.Node {
		e := value.NewExpression(text, s, value.Place{})
		return value.NewMap([]value.Entry{{Name: "a", Value: value.NewList([]*value.Node{e}, value.Place{})}}, value.Place{})
	}
	if x := in("${x}", "a"); !x.Equal(in("${x}", "a")) || x.Equal(in("${y}", "a")) || x.Equal(in("${x}", "b")) {
		t.Error("Equal is wrong")
	}
}

// TestBindSharesWhatIsStatic: binding replaces each expression once and copies
// nothing that holds none.
func TestBindSharesWhatIsStatic(t *testing.T) {
	at := value.Place{Writer: &value.Writer{File: "f"}, Line: 3}
	static := value.NewMap([]value.Entry{{Name: "a", Value: value.NewInt(1, at)}}, at)
	n := value.NewMap([]value.Entry{
		{Name: "e", Value: value.NewList([]*value.Node{value.NewExpression("${x}", scope("a"), at), static}, at)},
		{Name: "s", Value: static},
	}, at)
	bound := n.Bind(func(e *value.Node) *value.Node {
		return value.NewString("computed", value.Place{}).Computed(e.Place(), []value.Place{{Line: 9, Writer: at.Writer}})
	})
	if got, want := string(bound.AppendJSON(nil)), `{"e":["computed",{"a":1}],"s":{"a":1}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if bound.Get("s") != static || bound.Get("e").Items()[1] != static {
		t.Error("a part without expressions was copied")
	}
	if static.Bind(nil) != static || bound.Dynamic() || !n.Dynamic() {
		t.Error("Dynamic is wrong")
	}
	want := diag.Origin{Range: diag.Range{File: "f", Start: diag.Position{Line: 3}, End: diag.Position{}},
		Causes: []diag.Origin{{Range: diag.Range{File: "f", Start: diag.Position{Line: 9}}}}}
	if diff := cmp.Diff(want, bound.Get("e").Items()[0].Origin()); diff != "" {
		t.Errorf("origin of a computed leaf (-want +got):\n%s", diff)
	}
}

// TestAbsent: a nil tree is absent, not a crash.
func TestAbsent(t *testing.T) {
	var n *value.Node
	if n.Kind() != value.Null || n.Get("a", "b") != nil || n.Find(diag.Fields("a")) != nil || n.Len() != 0 || !n.IsNull() ||
		n.Any() != nil || string(n.AppendJSON(nil)) != "null" || n.Prune() != nil || n.Bind(nil) != nil || n.WrittenBy(nil) != nil ||
		!n.Equal(value.NewNull(value.Place{})) || !n.Origin().IsZero() {
		t.Error("an absent node is not like null")
	}
	if got := string(n.Set(value.NewInt(1, value.Place{}), "a", "b").AppendJSON(nil)); got != `{"a":{"b":1}}` {
		t.Errorf("setting in nothing gives %s", got)
	}
}

func TestPlaceOf(t *testing.T) {
	want := diag.Origin{Kind: diag.Override, Document: "d", Layer: "l", Owner: "o",
		Range: diag.Range{File: "f", Start: diag.Position{Line: 1, Column: 2}, End: diag.Position{Line: 3, Column: 4}}}
	if diff := cmp.Diff(want, value.PlaceOf(want).Origin()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestShort: texts are cut between characters.
func TestShort(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"", 0, ""}, {"a", 0, "..."}, {"abc", 3, "abc"}, {"abcd", 3, "abc..."}, {"äöü", 3, "äöü"}, {"äöüß", 3, "äöü..."}, {"\xff\xffa", 2, "\xff\xff..."}} {
		if got := value.Short(c.text, c.most); got != c.want {
			t.Errorf("%q is cut to %q, want %q", c.text, got, c.want)
		}
	}
}

// TestPathIn: an item is found by its place in each of the lists that were put
// together, and what is not there by the node above it.
func TestPathIn(t *testing.T) {
	at := func(line int32, w *value.Writer) value.Place { return value.Place{Writer: w, Line: line, Column: 1} }
	document := func(w *value.Writer, names ...string) *value.Node {
		var items []*value.Node
		for i, name := range names {
			items = append(items, value.NewMap([]value.Entry{{Name: "name", Value: value.NewString(name, at(int32(10*i+11), w))}}, at(int32(10*i+10), w)))
		}
		return value.NewMap([]value.Entry{{Name: "list", Value: value.NewList(items, at(2, w))}}, at(1, w))
	}
	below, own := document(&value.Writer{File: "below"}, "a", "b"), document(&value.Writer{File: "own"}, "c", "d")
	whole := own.With("list", own.Get("list").WithItems(slices.Concat(below.Get("list").Items(), own.Get("list").Items())))
	for _, c := range []struct {
		path string
		in   *value.Node
		want string
	}{
		{"/list[3]/name", own, "/list[1]/name"},
		{"/list[2]/kind", own, "/list[0]/kind"},
		{"/list[1]", below, "/list[1]"},
		{"/list[1]/name", own, "nowhere"},
		{"/list", own, "/list"},
	} {
		path, err := diag.ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		got := "nowhere"
		if found, ok := whole.PathIn(c.in, path); ok {
			got = found.String()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}
