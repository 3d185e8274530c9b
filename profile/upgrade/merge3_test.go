package upgrade

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// keyedLists are the lists of the trees below that merge by key.
var keyedLists = map[string]profile.ListMerge{"/values/list": {Key: "name"}, "/values/a/list": {Key: "name"}}

func valuesOf(data any) profile.Value {
	v, err := profile.ValueOf(data)
	if err != nil {
		panic(err)
	}
	return v
}

// releasedWith is a profile with one layer of these values, and no layer for nil.
func releasedWith(version string, values any) profile.Release {
	p := profile.Profile{Metadata: profile.ObjectMeta{Name: "p"}, Spec: profile.ProfileSpec{Version: version, Owner: "team"}}
	if values != nil {
		p.Spec.Layers = []profile.Layer{{Name: "app", Values: valuesOf(values), Merge: keyedLists}}
	}
	return profile.Release{Profile: p}
}

func override(values any) profile.Override {
	return profile.Override{LayerPatch: profile.LayerPatch{Layer: "app", Values: valuesOf(values)}, Reason: "r", Owner: "o"}
}

func merged(base, mine, theirs any, o MergeOptions) Merge {
	return mergedAll(base, []any{mine}, theirs, o)
}

// mergedAll merges several overrides, which name the layer in both ways.
func mergedAll(base any, mine []any, theirs any, o MergeOptions) Merge {
	return Merge3([]profile.Release{releasedWith("1.0.0", base)}, []profile.Release{releasedWith("1.1.0", theirs)}, overridesOf(mine), o)
}

func overridesOf(mine []any) []profile.Override {
	var out []profile.Override
	for i, values := range mine {
		out = append(out, override(values))
		out[i].Layer = []string{"app", "p/app"}[i%2]
	}
	return out
}

type m = map[string]any

// table is the list table of the trees.
func table() merge.Table {
	data := m{}
	for path, rule := range keyedLists {
		data[path] = m{"key": rule.Key}
	}
	return merge.Declared(valuesOf(data).Tree())
}

func TestMerge3(t *testing.T) {
	for _, c := range []struct {
		name               string
		base, mine, theirs any
		outcomes           []string
		left               string // the values of the override, empty when it is gone
	}{
		{"an override of a field whose default did not change survives", m{"replicas": 2, "image": "a:1"}, m{"replicas": 5}, m{"replicas": 2, "image": "a:2"},
			[]string{"/values/replicas kept"}, `{"replicas":5}`},
		{"the profile caught up", m{"replicas": 2}, m{"replicas": 5}, m{"replicas": 5}, []string{"/values/replicas equal"}, ""},
		{"both changed to different values", m{"replicas": 2}, m{"replicas": 5}, m{"replicas": 3}, []string{"/values/replicas conflict"}, `{"replicas":5}`},
		{"both added different values", m{}, m{"replicas": 5}, m{"replicas": 3}, []string{"/values/replicas conflict"}, `{"replicas":5}`},
		{"an addition of its own", m{}, m{"a": m{"x": 1}}, m{"b": 1}, []string{"/values/a/x kept"}, `{"a":{"x":1}}`},
		{"the path is gone", m{"a": m{"x": 1}}, m{"a": m{"x": 2}}, m{}, []string{"/values/a/x obsolete"}, `{"a":{"x":2}}`},
		{"the layer is gone", m{"a": 1}, m{"a": 2}, nil, []string{"/values/a obsolete"}, `{"a":2}`},
		{"a deletion", m{"a": 1}, m{"a": nil}, m{"a": 1}, []string{"/values/a kept"}, `{"a":null}`},
		{"a deletion of what changed", m{"a": 1}, m{"a": nil}, m{"a": 2}, []string{"/values/a conflict"}, `{"a":null}`},
		{"a deletion that a chart still needs", m{"a": 1}, m{"a": nil}, m{}, []string{"/values/a kept"}, `{"a":null}`},
		{"items by key", m{"list": []any{m{"name": "x", "v": 1}, m{"name": "y", "v": 1}}}, m{"list": []any{m{"name": "x", "v": 2}}},
			m{"list": []any{m{"name": "y", "v": 3}, m{"name": "x", "v": 1}}}, []string{"/values/list[name=x]/v kept"}, `{"list":[{"name":"x","v":2}]}`},
		{"an item that conflicts beside one that does not", m{"list": []any{m{"name": "x", "v": 1, "w": 1}}}, m{"list": []any{m{"name": "x", "v": 2, "w": 2}, m{"name": "z", "v": 1}}},
			m{"list": []any{m{"name": "x", "v": 3, "w": 2}}}, []string{"/values/list[name=x]/v conflict", "/values/list[name=x]/w equal", "/values/list[name=z]/v kept"}, `{"list":[{"name":"x","v":2},{"name":"z","v":1}]}`},
		{"an item that is gone has nothing left to set", m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"name": "x", "u": 1, "v": nil}, m{"name": "z", "v": 1}}},
			m{"list": []any{m{"name": "q", "v": 1}}}, []string{"/values/list[name=x]/u obsolete", "/values/list[name=x]/v obsolete", "/values/list[name=z]/v kept"}, `{"list":[{"name":"x","u":1,"v":null},{"name":"z","v":1}]}`},
		{"an item of a list that is gone", m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"name": "x", "u": 1}}}, m{}, []string{"/values/list[name=x]/u obsolete"}, `{"list":[{"name":"x","u":1}]}`},
		{"an item that is taken out and gone", m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"$delete": true, "name": "x"}}}, m{"list": []any{}}, []string{"/values/list[name=x] equal"}, ""},
		{"an item that is taken out and changed", m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"$delete": true, "name": "x"}}}, m{"list": []any{m{"name": "x", "v": 2}}},
			[]string{"/values/list[name=x] conflict"}, `{"list":[{"$delete":true,"name":"x"}]}`},
		{"a list without keys is one leaf", m{"free": []any{1, 2}}, m{"free": []any{3}}, m{"free": []any{1, 2, 4}}, []string{"/values/free conflict"}, `{"free":[3]}`},
		{"items that are appended", m{"free": []any{1}}, m{"free": m{"$append": []any{9}}}, m{"free": []any{1, 2}}, []string{"/values/free kept"}, `{"free":{"$append":[9]}}`},
		{"items that the profile has now", m{"free": []any{1}}, m{"free": m{"$append": []any{9}}}, m{"free": []any{1, 9}}, []string{"/values/free equal"}, ""},
		{"a mapping became a scalar", m{"a": m{"x": 1}}, m{"a": m{"x": 2}}, m{"a": 7}, []string{"/values/a conflict"}, `{"a":{"x":2}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := merged(c.base, c.mine, c.theirs, MergeOptions{})
			var outcomes []string
			for _, l := range got.Leaves {
				outcomes = append(outcomes, l.Path+" "+l.Outcome.String())
			}
			if diff := cmp.Diff(c.outcomes, outcomes); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			left := ""
			if len(got.Overrides) > 0 {
				left = got.Overrides[0].Values.String()
			}
			if left != c.left {
				t.Errorf("left %s, want %s", left, c.left)
			}
			if blocks := slices.ContainsFunc(c.outcomes, func(o string) bool { return strings.Contains(o, "conflict") || strings.Contains(o, "obsolete") }); blocks != got.Blocking() || blocks != got.Diagnostics().HasErrors() {
				t.Errorf("blocking %v: %v", got.Blocking(), got.Diagnostics())
			}
		})
	}
}

// TestMerge3Several: an override is judged on what lies under it, which earlier
// ones are part of.
func TestMerge3Several(t *testing.T) {
	for _, c := range []struct {
		name         string
		base, theirs any
		mine         []any
		outcomes     []string
		left         string
	}{
		{"what hides an earlier one stays", m{"a": 1}, m{"a": 1}, []any{m{"a": 5}, m{"a": 1}}, []string{"0/values/a kept", "1/values/a kept"}, `{"a":5} {"a":1}`},
		{"what fills a deletion stays", m{"n": m{"a": 1, "b": 2}}, m{"n": m{"a": 1, "b": 3}}, []any{m{"n": nil}, m{"n": m{"a": 1}}}, []string{"0/values/n conflict", "1/values/n kept"}, `{"n":null} {"n":{"a":1}}`},
		{"what deletes an addition stays", m{}, m{}, []any{m{"n": m{"a": 1}}, m{"n": m{"a": nil}}}, []string{"0/values/n/a kept", "1/values/n/a kept"}, `{"n":{"a":1}} {"n":{"a":null}}`},
		{"one conflict is said once", m{"a": 1}, m{"a": 2}, []any{m{"a": 5}, m{"a": 3}}, []string{"0/values/a conflict", "1/values/a kept"}, `{"a":5} {"a":3}`},
		{"the same twice stays", m{"a": 1}, m{"a": 1}, []any{m{"a": 5}, m{"a": 5}}, []string{"0/values/a kept", "1/values/a kept"}, `{"a":5} {"a":5}`},
		{"the profile caught up with both", m{"a": 1}, m{"a": 5}, []any{m{"a": 5}, m{"a": 5}}, []string{"0/values/a equal", "1/values/a equal"}, ""},
		{"beside an earlier one", m{"n": m{"a": 1}}, m{"n": m{"a": 2}}, []any{m{"n": m{"b": 5}}, m{"n": m{"a": 2}}}, []string{"0/values/n/b kept", "1/values/n/a equal"}, `{"n":{"b":5}}`},
		{"an item that an earlier one adds", m{}, m{}, []any{m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"name": "x"}}}}, []string{"0/values/list[name=x]/v kept", "1/values/list[name=x] kept"}, `{"list":[{"name":"x","v":1}]} {"list":[{"name":"x"}]}`},
		{"an item that an earlier one removes", m{"list": []any{m{"name": "x", "v": 1}}}, m{"list": []any{m{"name": "x", "v": 1}}}, []any{m{"list": []any{m{"name": "x", "$delete": true}}}, m{"list": []any{m{"name": "x", "v": 1}}}},
			[]string{"0/values/list[name=x] kept", "1/values/list[name=x]/v kept"}, `{"list":[{"$delete":true,"name":"x"}]} {"list":[{"name":"x","v":1}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := mergedAll(c.base, c.mine, c.theirs, MergeOptions{})
			var outcomes, left []string
			for _, l := range got.Leaves {
				outcomes = append(outcomes, fmt.Sprint(l.Override, l.Path, " ", l.Outcome))
			}
			for _, o := range got.Overrides {
				left = append(left, o.Values.String())
			}
			if diff := cmp.Diff(c.outcomes, outcomes); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if left := strings.Join(left, " "); left != c.left {
				t.Errorf("left %s, want %s", left, c.left)
			}
		})
	}
}

// TestMerge3Resolved lets the caller decide.
func TestMerge3Resolved(t *testing.T) {
	for choice, want := range map[Choice]string{Mine: `{"a":5,"b":1}`, Theirs: `{"b":1}`, Open: `{"a":5,"b":1}`} {
		got := merged(m{"a": 1}, m{"a": 5, "b": 1}, m{"a": 2}, MergeOptions{Resolve: func(l Leaf) Choice {
			if l.Path != "/values/a" || l.Outcome != Conflict {
				t.Errorf("asked about %+v", l)
			}
			return choice
		}})
		if left := got.Overrides[0].Values.String(); left != want || got.Blocking() != (choice == Open) {
			t.Errorf("choice %d: left %s, blocking %v", choice, left, got.Blocking())
		}
	}
}

// TestMerge3Parts judges what an override says beside values.
func TestMerge3Parts(t *testing.T) {
	off := false
	slot := func(v string) *profile.Capi {
		return &profile.Capi{Nodes: valuesOf(m{"nodeRegistration": m{"kubeletExtraArgs": []any{m{"name": "v", "value": v}}}}), Classes: map[string]profile.Value{"big": valuesOf(m{"class": m{"x": 1}})}}
	}
	release := func(version, v, file string) profile.Release {
		r := releasedWith(version, m{})
		r.Profile.Spec.Layers[0].Capi = slot(v)
		r.Profile.Spec.Layers[0].Content = &profile.Content{Manifests: []profile.ManifestSource{{Pattern: file}}}
		return r
	}
	o := profile.Override{LayerPatch: profile.LayerPatch{Layer: "p/app", Enabled: &off, Capi: slot("9"), Patches: []profile.ContentPatch{{Merge: valuesOf(m{"spec": 1})}}}}
	got := Merge3([]profile.Release{release("1.0.0", "1", "a.yaml")}, []profile.Release{release("1.1.0", "2", "b.yaml")}, []profile.Override{o}, MergeOptions{})
	var outcomes []string
	for _, l := range got.Leaves {
		outcomes = append(outcomes, l.Path+" "+l.Outcome.String())
	}
	want := []string{"/enabled kept", "/capi/classes/big/class/x equal", "/capi/nodes/nodeRegistration/kubeletExtraArgs[name=v]/value conflict", "/patches[0] unjudged"}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if kept := got.Overrides[0]; kept.Enabled == nil || kept.Capi.Classes != nil || kept.Capi.Nodes.IsZero() || len(kept.Patches) != 1 {
		t.Errorf("left %+v", kept)
	}
}

// trees are values: mappings of a few fields, scalars, lists with and without
// keys.
func trees() *rapid.Generator[map[string]any] {
	scalar := rapid.Custom(func(t *rapid.T) any { return rapid.IntRange(0, 2).Draw(t, "scalar") })
	item := rapid.Custom(func(t *rapid.T) any {
		return m{"name": rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "name"), "v": scalar.Draw(t, "v")}
	})
	keyed := rapid.Custom(func(t *rapid.T) any {
		return rapid.SliceOfNDistinct(item, 0, 3, func(i any) string { return i.(m)["name"].(string) }).Draw(t, "items")
	})
	inner := rapid.Custom(func(t *rapid.T) any {
		out := m{}
		for _, name := range []string{"p", "q"} {
			if rapid.Bool().Draw(t, "has "+name) {
				out[name] = scalar.Draw(t, name)
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "has list") == 0 {
			out["list"] = keyed.Draw(t, "list")
		}
		return out
	})
	plain := rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(scalar, 0, 2).Draw(t, "plain") })
	return rapid.Custom(func(t *rapid.T) map[string]any {
		out := m{}
		for _, name := range []string{"a", "b", "c"} {
			switch rapid.IntRange(0, 4).Draw(t, "kind of "+name) {
			case 0:
				out[name] = scalar.Draw(t, name)
			case 1, 2:
				out[name] = inner.Draw(t, name)
			case 3:
				out[name] = plain.Draw(t, name)
			}
		}
		if rapid.Bool().Draw(t, "has list") {
			out["list"] = keyed.Draw(t, "list")
		}
		return out
	})
}

// overrideTrees are trees that also delete.
func overrideTrees() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		out := trees().Draw(t, "override")
		if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
			out[rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "which")] = nil
		}
		if rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
			out["list"] = []any{m{"name": rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "item"), "$delete": true}}
		}
		return out
	})
}

func overlaid(order int, values any) profile.Overlay {
	return profile.Overlay{Spec: profile.OverlaySpec{Order: order, Layers: []profile.LayerPatch{{Layer: "app", Values: valuesOf(values)}}}}
}

// severalOverrides are one to three trees.
func severalOverrides() *rapid.Generator[[]any] {
	return rapid.SliceOfN(rapid.Map(overrideTrees(), func(tree map[string]any) any { return tree }), 1, 3)
}

// TestMerge3DropsNothing: the new profile and overlays with what is left of the
// overrides are what they are with all of them.
func TestMerge3DropsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := trees().Draw(t, "base"), severalOverrides().Draw(t, "mine"), trees().Draw(t, "theirs")
		lower, upper := overrideTrees().Draw(t, "lower overlay"), overrideTrees().Draw(t, "upper overlay")
		got := mergedAll(base, mine, theirs, MergeOptions{New: Between{Overlays: []profile.Overlay{overlaid(2, upper), overlaid(1, lower)}}})
		over := func(overrides []profile.Override) *value.Node {
			out := merge.Over(merge.Over(valuesOf(theirs).Tree(), valuesOf(lower).Tree(), table()), valuesOf(upper).Tree(), table())
			for _, o := range overrides {
				out = merge.Over(out, o.Values.Tree(), table())
			}
			return out
		}
		if want, after := over(overridesOf(mine)), over(got.Overrides); !after.Equal(want) {
			t.Fatalf("%#v, want %#v; left %v of %v", after, want, got.Overrides, got.Leaves)
		}
	})
}

// TestMerge3Idempotent: merging again what came out changes nothing, whether the
// same move is made again or none.
func TestMerge3Idempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := trees().Draw(t, "base"), severalOverrides().Draw(t, "mine"), trees().Draw(t, "theirs")
		from, to := []profile.Release{releasedWith("1.0.0", base)}, []profile.Release{releasedWith("1.1.0", theirs)}
		choice := rapid.SampledFrom([]Choice{Open, Mine, Theirs}).Draw(t, "choice")
		o := MergeOptions{Resolve: func(Leaf) Choice { return choice }}
		once := Merge3(from, to, overridesOf(mine), o).Overrides
		for name, again := range map[string]Merge{"the same move": Merge3(from, to, once, o), "no move": Merge3(to, to, once, o)} {
			if fmt.Sprint(again.Overrides) != fmt.Sprint(once) {
				t.Fatalf("%s: %v became %v", name, once, again.Overrides)
			}
			if name == "no move" && again.Blocking() {
				t.Fatalf("%s blocks: %v", name, again.Leaves)
			}
		}
	})
}

// TestMerge3Disjoint: where the profile changed nothing that the override sets,
// there is no conflict, and nothing is obsolete.
func TestMerge3Disjoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, other := trees().Draw(t, "base"), overrideTrees().Draw(t, "mine"), trees().Draw(t, "other")
		theirs := m{}
		for _, name := range []string{"a", "b", "c", "list"} {
			source := other
			if _, set := mine[name]; set {
				source = base
			}
			if v, ok := source[name]; ok {
				theirs[name] = v
			}
		}
		if got := merged(base, mine, theirs, MergeOptions{}); got.Blocking() {
			t.Fatalf("%v", got.Diagnostics())
		}
	})
}

// TestMerge3AgainstNaive compares with the definition, leaf by leaf, on trees of
// one shape.
func TestMerge3AgainstNaive(t *testing.T) {
	item := func(name string) diag.Path {
		return diag.Fields("list").Join(diag.Key(diag.KeyValue{Name: "name", Value: name}))
	}
	paths := []diag.Path{diag.Fields("a", "p"), diag.Fields("a", "q"), diag.Fields("b"), item("x").Join(diag.Field("v")), item("y").Join(diag.Field("v")), item("y").Join(diag.Field("u"))}
	draw := func(t *rapid.T, label string) map[string]any {
		out := m{}
		for i, path := range paths {
			if !rapid.Bool().Draw(t, fmt.Sprint(label, i)) {
				continue
			}
			v := rapid.IntRange(0, 2).Draw(t, fmt.Sprint(label, path))
			if i < 2 {
				inner, _ := out["a"].(m)
				if inner == nil {
					inner = m{}
				}
				inner[lastName(path)] = v
				out["a"] = inner
			} else if i == 2 {
				out["b"] = v
			} else {
				list, _ := out["list"].([]any)
				if name := []string{"x", "y", "y"}[i-3]; len(list) == 0 || list[len(list)-1].(m)["name"] != name {
					list = append(list, m{"name": name})
				}
				list[len(list)-1].(m)[lastName(path)] = v
				out["list"] = list
			}
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := draw(t, "base"), draw(t, "mine"), draw(t, "theirs")
		want := map[string]Outcome{}
		for _, path := range paths {
			b, o, n := valuesOf(base).Tree().Find(path), valuesOf(mine).Tree().Find(path), valuesOf(theirs).Tree().Find(path)
			if o == nil {
				continue
			}
			item := path[:len(path)-1]
			lost := len(path) == 3 && valuesOf(base).Tree().Find(item) != nil && valuesOf(theirs).Tree().Find(item) == nil
			key := diag.Fields("values").Join(path...).String()
			switch {
			case lost:
				want[key] = Obsolete
			case n != nil && n.Equal(o):
				want[key] = Equal
			case b == nil && n == nil, b != nil && n != nil && b.Equal(n):
				want[key] = Kept
			case n == nil:
				want[key] = Obsolete
			default:
				want[key] = Conflict
			}
		}
		got := map[string]Outcome{}
		for _, l := range merged(base, mine, theirs, MergeOptions{}).Leaves {
			got[l.Path] = l.Outcome
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("base %v, mine %v, theirs %v (-want +got):\n%s", base, mine, theirs, diff)
		}
	})
}

func BenchmarkMerge3(b *testing.B) {
	values := func(changed int) m {
		out := m{}
		for i := range 100 {
			out[fmt.Sprintf("field%d", i)] = m{"x": i, "y": max(i, changed)}
		}
		return out
	}
	from, to := []profile.Release{releasedWith("1.0.0", values(0))}, []profile.Release{releasedWith("1.1.0", values(50))}
	mine := []profile.Override{override(m{"field10": m{"x": 1, "y": 2}, "field60": m{"x": 7}, "more": m{"z": []any{1, 2}}})}
	b.ReportAllocs()
	for b.Loop() {
		if got := Merge3(from, to, mine, MergeOptions{}); len(got.Leaves) != 4 {
			b.Fatal(got.Leaves)
		}
	}
}
