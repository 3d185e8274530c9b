package merge_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// document draws data of the capi kind: fields whose names say what stands
// below them, so that two documents agree about the kind of each field.
func document(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		out := map[string]any{}
		text := rapid.SampledFrom([]string{"x", "y", "z"})
		for _, field := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"text", "maybe", "map", "plain", "runCommands", "certSANs", "extraArgs", "taints"}), rapid.ID).Draw(t, "fields") {
			switch field {
			case "text":
				out[field] = text.Draw(t, field)
			case "maybe":
				if out[field] = any(nil); rapid.Bool().Draw(t, field) {
					out[field] = int64(rapid.IntRange(0, 2).Draw(t, field))
				}
			case "map":
				if depth > 0 {
					out[field] = document(depth-1).Draw(t, field)
				}
			case "plain", "runCommands", "certSANs":
				out[field] = texts(rapid.SliceOfN(text, 0, 3).Draw(t, field))
			case "extraArgs":
				out[field] = keyed(t, depth, rapid.SliceOfNDistinct(text, 0, 3, rapid.ID).Draw(t, field), "name")
			case "taints":
				out[field] = keyed(t, depth, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x y", "x z", "z y"}), 0, 3, rapid.ID).Draw(t, field), "key", "effect")
			}
		}
		return out
	})
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func keyed(t *rapid.T, depth int, keys []string, names ...string) []any {
	out := make([]any, len(keys))
	for i, key := range keys {
		item := map[string]any{}
		if depth > 0 {
			item = document(depth-1).Draw(t, "item").(map[string]any)
		}
		for j, part := range strings.Fields(key) {
			item[names[j]] = part
		}
		out[i] = item
	}
	return out
}

func treeOf(t testing.TB, data any) *value.Node {
	t.Helper()
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func drawn(t *rapid.T, label string) (any, *value.Node) {
	data := document(2).Draw(t, label)
	return data, treeIn(t, data)
}

func treeIn(t *rapid.T, data any) *value.Node {
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// naive says the rules of the list table on plain data, in the slowest way.
func naive(field string, lower, upper any) any {
	if lowerMap, ok := lower.(map[string]any); ok {
		if upperMap, ok := upper.(map[string]any); ok {
			out := map[string]any{}
			for name, v := range lowerMap {
				out[name] = v
			}
			for name, v := range upperMap {
				out[name] = v
				if below, both := lowerMap[name]; both {
					out[name] = naive(name, below, v)
				}
			}
			return out
		}
	}
	lowerList, ok := lower.([]any)
	upperList, both := upper.([]any)
	if !ok || !both {
		return upper
	}
	out := append([]any{}, lowerList...)
	switch {
	case strings.HasSuffix(field, "Commands"):
		return append(out, upperList...)
	case field == "certSANs":
		return naiveUnion(out, upperList)
	case field == "extraArgs":
		return naiveKeyed(out, upperList, "name")
	case field == "taints":
		return naiveKeyed(out, upperList, "key", "effect")
	}
	return upper
}

func naiveUnion(out, upper []any) []any {
	for _, item := range upper {
		found := false
		for _, have := range out {
			found = found || have == item
		}
		if !found {
			out = append(out, item)
		}
	}
	return out
}

func naiveKeyed(out, upper []any, keys ...string) []any {
next:
	for _, item := range upper {
		for i, have := range out {
			same := true
			for _, key := range keys {
				same = same && have.(map[string]any)[key] == item.(map[string]any)[key]
			}
			if same {
				out[i] = naive("", have, item)
				continue next
			}
		}
		out = append(out, item)
	}
	return out
}

// TestOverIsTheTable holds Over against the naive oracle, and its arguments
// against change.
func TestOverIsTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, lower := drawn(t, "lower")
		b, upper := drawn(t, "upper")
		got := merge.Over(lower, upper, merge.Capi)
		if diff := cmp.Diff(naive("", a, b), got.Any()); diff != "" {
			t.Fatalf("%#v over %#v (-want +got):\n%s", upper, lower, diff)
		}
		if !reflect.DeepEqual(lower.Any(), a) || !reflect.DeepEqual(upper.Any(), b) {
			t.Fatal("merging changed what was merged")
		}
	})
}

// TestOverIsAssociative: it does not matter whether a parent is merged with its
// child first or with its own parent, as long as no mapping is put over
// something that is none. An empty tree on either side changes nothing, and
// merging with appended lists left out is idempotent.
func TestOverIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, a := drawn(t, "a")
		_, b := drawn(t, "b")
		_, c := drawn(t, "c")
		left := merge.Over(merge.Over(a, b, merge.Capi), c, merge.Capi)
		right := merge.Over(a, merge.Over(b, c, merge.Capi), merge.Capi)
		if diff := cmp.Diff(left.Any(), right.Any()); diff != "" {
			t.Fatalf("%#v, %#v, %#v (-left +right):\n%s", a, b, c, diff)
		}
		empty := value.NewMap(nil, value.Place{})
		for name, same := range map[string]*value.Node{
			"nothing over a": merge.Over(a, nil, merge.Capi), "a over nothing": merge.Over(nil, a, merge.Capi),
			"{} over a": merge.Over(a, empty, merge.Capi), "a over {}": merge.Over(empty, a, merge.Capi),
		} {
			if !same.Equal(a) {
				t.Fatalf("%s gives %#v, not %#v", name, same, a)
			}
		}
		if twice := merge.Over(a, a, merge.Replace); !twice.Equal(a) {
			t.Fatalf("a over itself gives %#v, not %#v", twice, a)
		}
	})
}

// deleting deletes some items of keyed lists, before or after they are set.
func deleting(t *rapid.T, data any) any {
	doc, ok := data.(map[string]any)
	if !ok {
		return data
	}
	for name, v := range doc {
		doc[name] = deleting(t, v)
		if name != "extraArgs" && name != "taints" {
			continue
		}
		var items []any
		for _, item := range v.([]any) {
			how := rapid.SampledFrom([]string{"set", "delete", "delete and set", "set and delete"}).Draw(t, "how")
			set := deleting(t, item)
			if how == "set and delete" {
				items = append(items, set)
			}
			if how != "set" {
				gone := map[string]any{"$delete": true}
				for _, key := range []string{"name", "key", "effect"} {
					if part, ok := item.(map[string]any)[key]; ok {
						gone[key] = part
					}
				}
				items = append(items, gone)
			}
			if how == "set" || how == "delete and set" {
				items = append(items, set)
			}
		}
		doc[name] = items
	}
	return doc
}

// TestPatchesFold: patches that are put together first do to a tree what they do
// one after the other.
func TestPatchesFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, base := drawn(t, "base")
		patches := make([]*value.Node, 3)
		for i := range patches {
			patches[i] = treeIn(t, deleting(t, document(2).Draw(t, "patch")))
		}
		want, patch := base, (*value.Node)(nil)
		for _, p := range patches {
			want = merge.Over(want, p, merge.Capi)
			patch = merge.Patch(patch, p, merge.Capi)
		}
		if diff := cmp.Diff(want.Any(), merge.Over(base, patch, merge.Capi).Any()); diff != "" {
			t.Fatalf("%#v with %#v (-one by one +together):\n%s", base, patches, diff)
		}
	})
}

// TestPatchesDelete: a patch that deletes an item reaches the tree below also
// through one that appends.
func TestPatchesDelete(t *testing.T) {
	args := func(items any) *value.Node {
		return treeOf(t, map[string]any{"controlPlane": map[string]any{"template": map[string]any{"extraArgs": items}}})
	}
	item := func(name string) any { return map[string]any{"name": name, "value": "v"} }
	gone := func(name string) any { return map[string]any{"name": name, "$delete": true} }
	for name, c := range map[string]struct {
		patches []any
		want    []any
	}{
		"another one":   {[]any{map[string]any{"$append": []any{item("c")}}, []any{gone("a")}}, []any{item("b"), item("c")}},
		"the appended":  {[]any{map[string]any{"$append": []any{item("c")}}, []any{gone("c")}}, []any{item("a"), item("b")}},
		"and set anew":  {[]any{map[string]any{"$append": []any{item("c")}}, []any{gone("a"), item("a")}}, []any{item("b"), item("c"), item("a")}},
		"of a replaced": {[]any{map[string]any{"$replace": []any{item("c")}}, []any{gone("a"), gone("c")}}, []any{}},
	} {
		base := args([]any{item("a"), item("b")})
		want, patch := base, (*value.Node)(nil)
		for _, p := range c.patches {
			want = merge.Over(want, args(p), merge.Capi)
			patch = merge.Patch(patch, args(p), merge.Capi)
		}
		got := merge.Over(base, patch, merge.Capi)
		if diff := cmp.Diff(args(c.want).Any(), want.Any()); diff != "" {
			t.Errorf("%s, one by one (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(args(c.want).Any(), got.Any()); diff != "" {
			t.Errorf("%s, together (-want +got):\n%s", name, diff)
		}
	}
}

// TestJoinIsOverWithoutConflicts: where Join finds no conflict it gives what
// Over gives; each conflict names a leaf that really differs, and where wins
// says so there is none.
func TestJoinIsOverWithoutConflicts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, lower := drawn(t, "lower")
		_, upper := drawn(t, "upper")
		joined, conflicts := merge.Join(lower, upper, merge.Capi, nil)
		over := merge.Over(lower, upper, merge.Capi)
		if joined.Equal(over) == (len(conflicts) > 0) {
			t.Fatalf("%#v and %#v: %d conflicts, joined %#v, over %#v", lower, upper, len(conflicts), joined, over)
		}
		for _, c := range conflicts {
			if c.Lower.Equal(c.Upper) || !joined.Find(c.Path).Equal(c.Lower) || !over.Find(c.Path).Equal(c.Upper) {
				t.Fatalf("conflict at %s of %#v with %#v", c.Path, c.Lower, c.Upper)
			}
		}
		declared, left := merge.Join(lower, upper, merge.Capi, func(diag.Path, *value.Node) bool { return true })
		if len(left) > 0 || !declared.Equal(over) {
			t.Fatalf("declared: %v, %#v, want %#v", left, declared, over)
		}
		if _, self := merge.Join(lower, lower, merge.Capi, nil); len(self) > 0 {
			t.Fatalf("a tree conflicts with itself at %s", self[0].Path)
		}
	})
}

// TestLongLists: lists with an index are merged as the naive oracle does.
func TestLongLists(t *testing.T) {
	key := rapid.OneOf(rapid.StringMatching("[a-d][a-d]?[a-d]?").AsAny(), rapid.Int64Range(0, 20).AsAny())
	rapid.Check(t, func(t *rapid.T) {
		list := func(label string, distinct bool) map[string]any {
			keys := rapid.SliceOfN(key, 0, 80)
			if distinct {
				keys = rapid.SliceOfNDistinct(key, 0, 80, rapid.ID)
			}
			sans := keys.Draw(t, label)
			args := make([]any, len(sans))
			for i, k := range sans {
				args[i] = map[string]any{"name": k, "text": fmt.Sprint(label, i)}
			}
			return map[string]any{"certSANs": sans, "extraArgs": args}
		}
		a, b := list("lower", true), list("upper", false)
		lower, upper := treeIn(t, a), treeIn(t, b)
		if diff := cmp.Diff(naive("", a, b), merge.Over(lower, upper, merge.Capi).Any()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// TestLongListsDelete: as few items or many, the same are deleted, kept and
// found equal.
func TestLongListsDelete(t *testing.T) {
	type object = map[string]any
	for _, more := range []int{0, 100} {
		lower := []any{object{"name": 1.0}, object{"name": "b"}, object{"name": math.Copysign(0, -1)}}
		for i := range more {
			lower = append(lower, object{"name": fmt.Sprint("x", i)})
		}
		upper := []any{object{"name": 1, "v": 2}, object{"name": "b", "$delete": true}, object{"name": 0, "$delete": true}, object{"name": "b", "v": 3}}
		got := merge.Over(treeOf(t, object{"extraArgs": lower}), treeOf(t, object{"extraArgs": upper}), merge.Capi).Get("extraArgs").Items()
		first, last := string(got[0].AppendJSON(nil)), string(got[len(got)-1].AppendJSON(nil))
		if len(got) != 2+more || first != `{"name":1,"v":2}` || last != `{"name":"b","v":3}` {
			t.Errorf("with %d more: %d items, first %s, last %s", more, len(got), first, last)
		}
		patch := merge.Patch(treeOf(t, object{"extraArgs": lower}), treeOf(t, object{"extraArgs": upper}), merge.Capi)
		if n := patch.Get("extraArgs").Len(); n != 4+more {
			t.Errorf("with %d more: the patch has %d items, want %d", more, n, 4+more)
		}
	}
}

// BenchmarkOverLongLists merges lists as long as documents can hold.
func BenchmarkOverLongLists(b *testing.B) {
	tree := func(from int) *value.Node {
		var sans, users []any
		for i := range 10_000 {
			sans, users = append(sans, fmt.Sprint("host-", from+i)), append(users, map[string]any{"name": fmt.Sprint("user-", from+i)})
		}
		return treeOf(b, map[string]any{"certSANs": sans, "users": users})
	}
	lower, upper := tree(0), tree(10_000)
	for b.Loop() {
		merge.Over(lower, upper, merge.Capi)
	}
}

// TestCapiRule holds the list table row by row.
func TestCapiRule(t *testing.T) {
	name := merge.Rule{Keys: []string{"name"}}
	for path, want := range map[string]merge.Rule{
		"/controlPlane/template/spec/kubeadmConfigSpec/clusterConfiguration/apiServer/extraArgs": name,
		"/nodes/nodeRegistration/kubeletExtraArgs":                                               name,
		"/x/extraEnvs":                         name,
		"/x/extraVolumes":                      name,
		"/x/users":                             name,
		"/x/files":                             {Keys: []string{"path"}},
		"/x/taints":                            {Keys: []string{"key", "effect"}},
		"/x/checks/unhealthyNodeConditions":    {Keys: []string{"type", "status"}},
		"/x/checks/unhealthyMachineConditions": {Keys: []string{"type", "status"}},
		"/x/apiServer/certSANs":                {Set: true},
		"/x/preKubeadmCommands":                {Append: true},
		"/x/postKubeadmCommands":               {Append: true},
		"/x/initCommands":                      {Append: true},
		"/x/ntp/servers":                       {},
		"/x/files[path=a]/owners":              {},
		"":                                     {},
	} {
		at, err := diag.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, merge.Capi(at)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// TestOverCases are the corners that the table does not say.
func TestOverCases(t *testing.T) {
	byName := func(diag.Path) merge.Rule { return merge.Rule{Keys: []string{"name"}} }
	appended := func(diag.Path) merge.Rule { return merge.Rule{Append: true} }
	type object = map[string]any
	type list = []any
	for name, c := range map[string]struct {
		lower, upper any
		table        merge.Table
		want         string
	}{
		"null deletes and stays":               {object{"a": object{"b": 1}}, object{"a": nil}, merge.Replace, `{"a":null}`},
		"a mapping over null":                  {object{"a": nil}, object{"a": object{"b": 1}}, merge.Replace, `{"a":{"b":1}}`},
		"a scalar over a mapping":              {object{"a": object{"b": 1}}, object{"a": 2}, merge.Replace, `{"a":2}`},
		"a list over a mapping":                {object{"a": object{"b": 1}}, object{"a": list{2}}, appended, `{"a":[2]}`},
		"append against the rule":              {object{"a": list{1}}, object{"a": object{"$append": list{2}}}, merge.Replace, `{"a":[1,2]}`},
		"append to nothing":                    {object{}, object{"a": object{"$append": list{2}}}, merge.Replace, `{"a":[2]}`},
		"append to a scalar":                   {object{"a": 1}, object{"a": object{"$append": list{2}}}, merge.Replace, `{"a":[2]}`},
		"replace against the rule":             {object{"a": list{1}}, object{"a": object{"$replace": list{2}}}, appended, `{"a":[2]}`},
		"replace a mapping as a whole":         {object{"a": object{"b": 1}}, object{"a": object{"$replace": object{"c": 2}}}, appended, `{"a":{"c":2}}`},
		"delete an item":                       {object{"a": list{object{"name": "x"}, object{"name": "y"}}}, object{"a": list{object{"name": "x", "$delete": true}}}, byName, `{"a":[{"name":"y"}]}`},
		"delete an item that is not there":     {object{}, object{"a": list{object{"name": "x", "$delete": true}, object{"name": "y"}}}, byName, `{"a":[{"name":"y"}]}`},
		"delete, then add":                     {object{"a": list{object{"name": "x", "o": 1}}}, object{"a": list{object{"name": "x", "$delete": true}, object{"name": "x", "n": 2}}}, byName, `{"a":[{"n":2,"name":"x"}]}`},
		"a directive inside an item":           {object{"a": list{object{"name": "x", "l": list{1}}}}, object{"a": list{object{"name": "x", "l": object{"$append": list{2}}}}}, byName, `{"a":[{"l":[1,2],"name":"x"}]}`},
		"items without a key are kept":         {object{"a": list{object{"v": 1}}}, object{"a": list{object{"v": 1}, "text"}}, byName, `{"a":[{"v":1},{"v":1},"text"]}`},
		"keys of another type are other items": {object{"a": list{object{"name": "1"}}}, object{"a": list{object{"name": 1}}}, byName, `{"a":[{"name":"1"},{"name":1}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := merge.Over(treeOf(t, c.lower), treeOf(t, c.upper), c.table)
			if diff := cmp.Diff(c.want, string(got.AppendJSON(nil))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDirectiveInReplacedList: a directive below a list that is replaced as a
// whole must not send the merge round in circles.
func TestDirectiveInReplacedList(t *testing.T) {
	upper := treeOf(t, map[string]any{"a": []any{map[string]any{"b": map[string]any{"$append": []any{1}}}}})
	if got, want := string(merge.Over(nil, upper, merge.Replace).AppendJSON(nil)), `{"a":[{"b":[1]}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOriginsAfterMerge: each leaf keeps the place of who wrote it, a merged
// mapping and list that of the upper one.
func TestOriginsAfterMerge(t *testing.T) {
	at := func(data any, line int32) *value.Node {
		n, err := value.FromAny(data, value.Place{Writer: &value.Writer{File: "f"}, Line: line})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	type object = map[string]any
	lower := at(object{"a": 1, "b": 1, "files": []any{object{"path": "x", "c": 1}}}, 1)
	upper := at(object{"b": 2, "files": []any{object{"path": "x", "d": 1}}}, 2)
	merged := merge.Over(lower, upper, merge.Capi)
	got := map[string]int{}
	for path, leaf := range merged.Leaves(merge.Table(merge.Capi).KeyOf) {
		got[path.String()] = leaf.Origin().Range.Start.Line
	}
	want := map[string]int{"/a": 1, "/b": 2, "/files[path=x]/c": 1, "/files[path=x]/d": 2, "/files[path=x]/path": 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines of leaves (-want +got):\n%s", diff)
	}
	if line := merged.Get("files").Origin().Range.Start.Line; line != 2 {
		t.Errorf("the merged list is placed at line %d, want 2", line)
	}
}
