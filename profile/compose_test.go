package profile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// set is a piece of data with who set it: v is a scalar, a map[string]set or a
// []set.
type set struct {
	by string
	v  any
}

// setBy marks plain data.
func setBy(by string, data any) set {
	switch v := data.(type) {
	case map[string]any:
		out := map[string]set{}
		for name, field := range v {
			out[name] = setBy(by, field)
		}
		return set{by, out}
	case []any:
		out := make([]set, len(v))
		for i, item := range v {
			out[i] = setBy(by, item)
		}
		return set{by, out}
	}
	return set{by, data}
}

func (s set) plain() any {
	switch v := s.v.(type) {
	case map[string]set:
		out := map[string]any{}
		for name, field := range v {
			out[name] = field.plain()
		}
		return out
	case []set:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item.plain()
		}
		return out
	}
	return s.v
}

// directive gives the list of {$append: [...]} and {$replace: [...]}.
func (s set) directive() (name string, list set) {
	if m, ok := s.v.(map[string]set); ok && len(m) == 1 {
		for name, list := range m {
			if strings.HasPrefix(name, "$") && name != "$delete" {
				return name, list
			}
		}
	}
	return "", set{}
}

// naiveOver puts upper over lower, which may be nil, in the slowest way. The
// list items has keys, the list log is appended to, and others replace.
func naiveOver(field string, lower *set, upper set) set {
	if name, list := upper.directive(); name != "" {
		if below, ok := listOf(lower); ok && name == "$append" {
			return set{list.by, slices.Concat(below, list.v.([]set))}
		}
		return list
	}
	switch v := upper.v.(type) {
	case map[string]set:
		out := map[string]set{}
		if lower != nil {
			if below, ok := lower.v.(map[string]set); ok {
				maps.Copy(out, below)
			}
		}
		for name, value := range v {
			var below *set
			if b, ok := out[name]; ok {
				below = &b
			}
			out[name] = naiveOver(name, below, value)
		}
		return set{upper.by, out}
	case []set:
		below, _ := listOf(lower)
		switch field {
		case "items":
			return set{upper.by, naiveItems(below, v)}
		case "log":
			return set{upper.by, slices.Concat(below, v)}
		}
	}
	return upper
}

func listOf(s *set) ([]set, bool) {
	if s == nil {
		return nil, false
	}
	list, ok := s.v.([]set)
	return list, ok
}

func naiveItems(below, above []set) []set {
	out := append([]set{}, below...)
	for _, item := range above {
		fields := item.v.(map[string]set)
		at := slices.IndexFunc(out, func(s set) bool { return s.v.(map[string]set)["name"].v == fields["name"].v })
		_, remove := fields["$delete"]
		switch {
		case remove && at >= 0:
			out = slices.Delete(out, at, at+1)
		case remove:
		case at >= 0:
			out[at] = naiveOver("", &out[at], item)
		default:
			out = append(out, item)
		}
	}
	return out
}

// at follows a path; keyed steps go to the item of that name.
func (s set) at(path diag.Path) (set, bool) {
	for _, step := range path {
		found := false
		if name, ok := step.IsField(); ok {
			m, _ := s.v.(map[string]set)
			s, found = m[name]
		} else if key, ok := step.IsKey(); ok {
			list, _ := s.v.([]set)
			for _, item := range list {
				if m, _ := item.v.(map[string]set); m["name"].v == any(key[0].Value) {
					s, found = item, true
					break
				}
			}
		} else if i, ok := step.IsIndex(); ok {
			if list, _ := s.v.([]set); i < len(list) {
				s, found = list[i], true
			}
		}
		if !found {
			return set{}, false
		}
	}
	return s, true
}

// repeats reports whether two items of the keyed list have one name, which no
// document may bring about.
func (s set) repeats() bool {
	seen := map[any]bool{}
	list, _ := s.at(diag.Fields("items"))
	items, _ := list.v.([]set)
	return slices.ContainsFunc(items, func(item set) bool {
		name := item.v.(map[string]set)["name"].v
		defer func() { seen[name] = true }()
		return seen[name]
	})
}

// valuesOf draws the values of a layer, or a change of them. list says that items
// and log stay lists.
func valuesOf(depth int, list bool) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		out := map[string]any{}
		scalar := rapid.SampledFrom([]any{nil, "x", "y", int64(1), int64(2), true, map[string]any{}, []any{}})
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}).AsAny(), 0, 2)
		fields := []string{"a", "b", "m", "l"}
		if depth == 2 {
			fields = append(fields, "items", "log")
		}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(fields), rapid.ID).Draw(t, "fields") {
			switch name {
			case "a", "b":
				out[name] = scalar.Draw(t, name)
			case "m":
				if out[name] = scalar.Draw(t, name); depth > 0 && rapid.IntRange(0, 3).Draw(t, "deeper") > 0 {
					out[name] = any(valuesOf(depth-1, list).Draw(t, name))
				}
			case "l", "log":
				out[name] = written(t, names.Draw(t, name), list && name == "log")
			case "items":
				out[name] = written(t, itemsOf(t), list)
			}
		}
		return out
	})
}

// written is a list in one of its spellings, or null.
func written(t *rapid.T, list []any, stays bool) any {
	switch rapid.IntRange(0, 4).Draw(t, "spelling") {
	case 0:
		if !deletes(list) {
			return map[string]any{"$append": list}
		}
	case 1:
		if !deletes(list) {
			return map[string]any{"$replace": list}
		}
	case 2:
		if !stays {
			return nil
		}
	}
	return list
}

func deletes(list []any) bool {
	return slices.ContainsFunc(list, func(item any) bool { m, _ := item.(map[string]any); return m["$delete"] != nil })
}

func itemsOf(t *rapid.T) []any {
	out := []any{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID).Draw(t, "items") {
		item := map[string]any{"name": name}
		switch rapid.IntRange(0, 3).Draw(t, "item") {
		case 0:
			item["$delete"] = true
		case 1:
			item["v"] = nil
		default:
			item["v"] = int64(rapid.IntRange(0, 2).Draw(t, "v"))
		}
		out = append(out, item)
	}
	return out
}

// speakers are the documents of a composed workspace that set values of the layer
// app, from the first to the last, as Origins name them.
var speakers = []string{"profile parent@1.0.0", "profile child@1.0.0", "preset child@1.0.0", "overlay overlay/low@1.0.0", "overlay overlay/high@1.0.0", "override cluster eu-1/fleet/one"}

// composed is a workspace in which each speaker says its values. Speakers
// without values are silent. fixed are paths that the parent fixes.
func composed(t testing.TB, values map[string]map[string]any, fixed ...string) fstest.MapFS {
	of := func(i int) any { return values[speakers[i]] }
	patch := func(i int, more ...any) []any {
		if of(i).(map[string]any) == nil {
			return []any{}
		}
		out := map[string]any{"layer": "app", "values": of(i)}
		for j := 0; j < len(more); j += 2 {
			out[more[j].(string)] = more[j+1]
		}
		return []any{out}
	}
	document := func(kind, name string, spec map[string]any) *fstest.MapFile {
		data, err := json.Marshal(map[string]any{"apiVersion": "dayzero.dev/v1alpha1", "kind": kind, "metadata": map[string]any{"name": name}, "spec": spec})
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: data}
	}
	overlay := func(name string, i, order int) *fstest.MapFile {
		return document("Overlay", name, map[string]any{"version": "1.0.0", "owner": name, "order": order, "selector": map[string]any{}, "layers": patch(i)})
	}
	app := map[string]any{
		"name": "app", "kind": "AddOn", "component": map[string]any{"name": "app", "version": "1.0.0"}, "values": of(0), "fixed": fixed,
		"merge": map[string]any{"/values/items": map[string]any{"key": "name"}, "/values/log": "append"},
	}
	child := map[string]any{"name": "app"}
	if v := of(1).(map[string]any); v != nil {
		child["values"] = v
	}
	cluster := map[string]any{"profiles": []any{"base", "child"}, "presets": map[string]any{"group": "one"}, "overrides": patch(5, "reason", "r", "owner", "o")}
	one := document("Cluster", "one", cluster)
	one.Data = bytes.Replace(one.Data, []byte(`"name":"one"`), []byte(`"name":"one","namespace":"fleet"`), 1)
	return overBase(t, fstest.MapFS{
		"library/parent/1.0.0/profile.yaml": document("Profile", "parent", map[string]any{"version": "1.0.0", "owner": "parent", "kind": "AddOn", "layers": []any{app}}),
		"library/child/1.0.0/profile.yaml": document("Profile", "child", map[string]any{"version": "1.0.0", "owner": "child", "kind": "AddOn", "extends": "parent@1.0.0", "layers": []any{child},
			"presets": []any{map[string]any{"group": "group", "name": "one", "layers": patch(2)}}}),
		"library/overlays/low/1.0.0/overlay.yaml":  overlay("low", 3, 1),
		"library/overlays/high/1.0.0/overlay.yaml": overlay("high", 4, 2),
		"fleet/one.yaml": one,
	})
}

// drawValues draws what each speaker says; the parent has all lists that the
// layer declares.
func drawValues(t *rapid.T) map[string]map[string]any {
	out := map[string]map[string]any{}
	for i, by := range speakers {
		out[by] = valuesOf(2, i < 2).Draw(t, by)
	}
	for _, list := range []string{"items", "log"} {
		if _, ok := out[speakers[0]][list]; !ok {
			out[speakers[0]][list] = []any{}
		}
	}
	return out
}

// TestComposeAgainstFold: the values of a layer are what the documents say, one
// put over the other; every leaf's Origin names the document that set it, and
// Lost lists those that set the same place before.
func TestComposeAgainstFold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		values := drawValues(r)
		var want *set
		repeats := false
		for _, by := range speakers {
			next := naiveOver("", want, setBy(by, values[by]))
			repeats = repeats || next.repeats()
			want = &next
		}
		files := composed(t, values)
		w, diags := profile.Load(files, profile.Layout{})
		stack, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
		diags = append(diags, found...)
		if refused := slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "profile.merge" }); refused != repeats {
			r.Fatalf("two items of one name: %t; the workspace says\n%s", repeats, diags.Text(files))
		}
		if repeats {
			return
		}
		if stack == nil {
			r.Fatal(diags.Text(files))
		}
		app, _ := stack.Layer("app")
		if diff := cmp.Diff(want.plain(), app.Values.Any()); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
		for _, path := range stack.Paths(app) {
			holdOrigin(r, stack, app, path, *want, values)
		}
	})
}

func holdOrigin(t *rapid.T, stack *profile.Stack, app profile.StackLayer, path diag.Path, want set, values map[string]map[string]any) {
	_, from, _ := stack.Find(app, path)
	speaker := func(o diag.Origin) string { return o.Kind.String() + " " + o.Document }
	leaf, _ := want.at(path[1:])
	if speaker(from) != leaf.by {
		t.Fatalf("%s was set by %s, not %s", path, leaf.by, speaker(from))
	}
	if slices.ContainsFunc(path, func(s diag.Step) bool { _, isField := s.IsField(); return !isField }) {
		return
	}
	var before, lost []string
	for _, by := range slices.Backward(speakers) {
		said := naiveOver("", nil, setBy(by, values[by]))
		i := len(path) // how far by follows the path: a mapping on the way says nothing of its end
		for _, ok := said.at(path[1:i]); !ok; _, ok = said.at(path[1:i]) {
			i--
		}
		if n, _ := said.at(path[1:i]); by != leaf.by && !(isMap(n) && (i < len(path) || isMap(leaf))) {
			before = append(before, by)
		}
	}
	for _, l := range stack.Lost(app, path) {
		lost = append(lost, speaker(l.Origin))
	}
	if diff := cmp.Diff(before, lost); diff != "" {
		t.Fatalf("%s lost (-want +got):\n%s", path, diff)
	}
}

// TestLostWhateverTheShape: values, lists and mappings that replace one another
// are lost, however the path is spelled; what is added to is not.
func TestLostWhateverTheShape(t *testing.T) {
	values := map[string]map[string]any{}
	for _, by := range speakers {
		values[by] = nil
	}
	values[speakers[0]] = map[string]any{
		"l": []any{1, 2}, "s": 5, "m": map[string]any{"a": 1}, "mtu": 1450, "log": []any{"a"},
		"items": []any{map[string]any{"name": "x", "v": 1}}, "wasKeyed": []any{map[string]any{"name": "x"}},
	}
	values[speakers[5]] = map[string]any{
		"l": []any{9}, "s": map[string]any{"a": 1}, "m": map[string]any{"b": 2}, "mtu": map[string]any{"$append": []any{3}}, "log": []any{"b"},
		"items": []any{map[string]any{"name": "x", "v": 2}, map[string]any{"name": "y", "v": 3}}, "wasKeyed": map[string]any{"a": 1},
	}
	w, diags := profile.Load(composed(t, values), profile.Layout{})
	stack, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	if stack == nil {
		t.Fatal(append(diags, found...).Text(nil))
	}
	app, _ := stack.Layer("app")
	for text, want := range map[string]string{
		"/values/l": "[[1,2]]", "/values/l[0]": "[[1,2]]", "/values/l/0": "[[1,2]]",
		"/values/s": "[5]", "/values/s/a": "[5]", "/values/m": "[]", "/values/m/b": "[]", "/values/mtu[0]": "[1450]",
		"/values/log[0]": "[]", "/values/log[1]": "[]",
		"/values/items[name=x]/v": "[1]", "/values/items[0]/v": "[1]", "/values/items/0/v": "[1]", "/values/items[1]/v": "[]",
		"/values/wasKeyed/a": `[[{"name":"x"}]]`,
	} {
		path, err := diag.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		lost := []any{}
		for _, l := range stack.Lost(app, path) {
			lost = append(lost, l.Value.Any())
		}
		if got, _ := json.Marshal(lost); string(got) != want {
			t.Errorf("%s lost %s, want %s", text, got, want)
		}
	}
}

func isMap(s set) bool { _, ok := s.v.(map[string]set); return ok }

// TestFixedAgainstFold: a change by somebody else, wherever and however it is
// written, is refused if and only if the fixed path has another value with it
// than without.
func TestFixedAgainstFold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		values := drawValues(r)
		owned := naiveOver("", nil, setBy("", values[speakers[0]]))
		paths := pathsOf(owned, nil)
		path := rapid.SampledFrom(paths).Draw(r, "path")
		other := rapid.SampledFrom(speakers[1:]).Draw(r, "other")
		files := composed(t, map[string]map[string]any{speakers[0]: values[speakers[0]], other: values[other]}, diag.Fields("values").Join(path...).String())
		all := naiveOver("", &owned, setBy(other, values[other]))
		before, _ := owned.at(path)
		after, there := all.at(path)
		if owned.repeats() || all.repeats() {
			return // nobody can say which item is fixed
		}
		want := !there || !reflect.DeepEqual(before.plain(), after.plain())
		w, diags := profile.Load(files, profile.Layout{})
		_, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
		diags = append(diags, found...)
		broken := slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "profile.fixed" })
		if broken != want || diags.HasErrors() != want {
			r.Fatalf("%s changes %s: %t; the workspace says\n%s", other, path, want, diags.Text(files))
		}
	})
}

// pathsOf are the paths of everything below s that can be named without an
// index.
func pathsOf(s set, at diag.Path) []diag.Path {
	var out []diag.Path
	switch v := s.v.(type) {
	case map[string]set:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			path := at.Join(diag.Field(name))
			out = append(append(out, path), pathsOf(v[name], path)...)
		}
	case []set:
		for _, item := range v {
			if m, ok := item.v.(map[string]set); ok {
				path := at.Join(diag.Key(diag.KeyValue{Name: "name", Value: m["name"].v.(string)}))
				out = append(append(out, path), pathsOf(item, path)...)
			}
		}
	}
	return out
}

// TestComposeWhateverTheOrder: the order of fields in documents changes nothing
// but places, nor does the number of processors.
func TestComposeWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		values := drawValues(r)
		var fixed []string
		if rapid.Bool().Draw(r, "fixes") {
			fixed = []string{"/values/items", "/values/log"}
		}
		files := composed(t, values, fixed...)
		want := said(files)
		for name, f := range files {
			if bytes.HasPrefix(f.Data, []byte("{")) {
				files[name] = &fstest.MapFile{Data: []byte(shuffled(r, f.Data))}
			}
		}
		before := runtime.GOMAXPROCS(rapid.IntRange(1, 2).Draw(r, "processors"))
		got := said(files)
		runtime.GOMAXPROCS(before)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// shuffled writes a document with the fields of all mappings in some order.
func shuffled(t *rapid.T, document []byte) string {
	var data any
	if err := json.Unmarshal(document, &data); err != nil {
		t.Fatal(err)
	}
	var write func(any) string
	write = func(data any) string {
		var parts []string
		switch v := data.(type) {
		case map[string]any:
			for _, name := range rapid.Permutation(slices.Sorted(maps.Keys(v))).Draw(t, "fields") {
				parts = append(parts, fmt.Sprintf("%q: %s", name, write(v[name])))
			}
			return "{" + strings.Join(parts, ", ") + "}"
		case []any:
			for _, item := range v {
				parts = append(parts, write(item))
			}
			return "[" + strings.Join(parts, ", ") + "]"
		}
		text, _ := json.Marshal(data)
		return string(text)
	}
	return write(data)
}

// TestComposeTheSameHundredTimes: the cases with most to find say the same, to
// the byte, a hundred times on one processor and on two.
func TestComposeTheSameHundredTimes(t *testing.T) {
	all := corpusOf(t)
	for _, name := range []string{"fixed-in-library", "fixed-overrides", "overlays-wrong", "presets-wrong", "extends-wrong"} {
		files := all[name+".txtar"]
		first := view(files)
		for i := range 100 {
			before := runtime.GOMAXPROCS(1 + i%2)
			again := view(files)
			runtime.GOMAXPROCS(before)
			if diff := cmp.Diff(first, again); diff != "" {
				t.Fatalf("%s (-first +again):\n%s", name, diff)
			}
		}
	}
}

// edge is a version of an overlay of TestOverlaysAgainstScan.
type edge struct {
	name, version string
	order         int
	labels        map[string]any // of matchLabels
}

// TestOverlaysAgainstScan: of the overlays that match a cluster, each in its
// latest version or in the one that the lock names, the one with the highest
// order wins, and those that the lock does not name wait.
func TestOverlaysAgainstScan(t *testing.T) {
	versions := []string{"1.2.0", "1.10.0", "2.0.0-dev"}
	rapid.Check(t, func(r *rapid.T) {
		files := overBase(t, nil)
		labels := rapid.MapOf(rapid.SampledFrom([]string{"tier", "ring"}), rapid.SampledFrom([]string{"a", "b"}))
		cluster := labels.Draw(r, "labels")
		text, _ := json.Marshal(cluster)
		files["fleet/one.yaml"] = &fstest.MapFile{Data: []byte(`{apiVersion: dayzero.dev/v1alpha1, kind: Cluster, metadata: {name: one, namespace: fleet, labels: ` + string(text) + `}, spec: {profiles: [base]}}`)}
		orders := rapid.Permutation([]int{-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8}).Draw(r, "orders")
		pins, locked := "base@1.0.0", rapid.Bool().Draw(r, "locked")
		var matching, waiting []edge
		for i, name := range []string{"o0", "o1", "o2", "o3"} {
			var latest, chosen *edge
			pin := rapid.SampledFrom([]string{"", "1.2.0", "1.10.0"}).Draw(r, "pin")
			for j, version := range versions {
				if !rapid.Bool().Draw(r, "published") {
					continue
				}
				o := edge{name: name, version: version, order: orders[3*i+j], labels: map[string]any{}}
				for label, v := range labels.Draw(r, "selector") {
					o.labels[label] = v
				}
				files["library/overlays/"+name+"/"+version+"/overlay.yaml"] = o.file()
				if j < 2 {
					latest = &o
				}
				if pin == version {
					chosen, pins = &o, pins+","+name+"@"+version
				}
			}
			if !locked {
				chosen = latest
			} else if chosen == nil && latest != nil && latest.matches(cluster) {
				waiting = append(waiting, *latest)
			}
			if chosen != nil && chosen.matches(cluster) {
				matching = append(matching, *chosen)
			}
		}
		if locked {
			files["fleet.lock"] = &fstest.MapFile{Data: []byte("eu-1/fleet/one " + pins + " sha256:" + strings.Repeat("0", 64) + "\n")}
		}
		slices.SortFunc(matching, func(a, b edge) int { return a.order - b.order })
		holdOverlays(r, files, matching, waiting)
	})
}

func (o edge) file() *fstest.MapFile {
	selector, _ := json.Marshal(o.labels)
	return &fstest.MapFile{Data: fmt.Appendf(nil, `{apiVersion: dayzero.dev/v1alpha1, kind: Overlay, metadata: {name: %s}, spec: {version: %s, owner: o, order: %d, selector: {matchLabels: %s}, layers: [{layer: cni, values: {mtu: %d, %s: true}}]}}`,
		o.name, o.version, o.order, selector, o.order, o.name)}
}

func (o edge) matches(cluster map[string]string) bool {
	for label, v := range o.labels {
		if have, ok := cluster[label]; !ok || have != v {
			return false
		}
	}
	return true
}

func holdOverlays(t *rapid.T, files fstest.MapFS, matching, waiting []edge) {
	w, diags := profile.Load(files, profile.Layout{})
	stack, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	if stack == nil {
		t.Fatal(append(diags, found...).Text(files))
	}
	values := map[string]any{"mtu": int64(1450)}
	refs := func(list []edge) []string {
		out := []string{}
		for _, o := range list {
			out = append(out, o.name+"@"+o.version)
		}
		return out
	}
	for _, o := range matching {
		values["mtu"], values[o.name] = int64(o.order), true
	}
	text := func(refs []profile.Ref) []string {
		out := []string{}
		for _, r := range refs {
			out = append(out, r.String())
		}
		return out
	}
	cni, _ := stack.Layer("cni")
	got := []any{cni.Values.Any(), text(stack.Overlays()), text(stack.WaitingOverlays())}
	if diff := cmp.Diff([]any{any(values), refs(matching), refs(waiting)}, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}
