package profile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

const layered = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: %s}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables:
  - {name: level, type: integer, default: %d}
  - {name: pods, type: integer, default: 10, scope: pool}
  - {name: unset, type: string}
  layers:
  - {name: %[1]s, kind: AddOn, component: {name: agent, version: 1.0.0}, values: {level: "${vars.level}", unset: "${vars.?unset.orValue('')}"}, capi: {nodes: {config: {%[1]s: "${vars.pods}"}}}}
`

// inputLines are the inputs of the cluster eu-1/fleet/one, with what lost.
func inputLines(t *testing.T, files fstest.MapFS) []string {
	t.Helper()
	stack, found := load(t, overBase(t, files)).Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, in := range stack.Inputs() {
		line := fmt.Sprintf("%s/%s/%s %s %s by %s", in.Pool, in.Profile, in.Name, in.Type, in.Value, in.Origin.Kind)
		for _, lost := range in.Lost {
			line += fmt.Sprintf("; lost %s by %s %s", lost.Value, lost.Origin.Kind, lost.Origin.Document)
		}
		out = append(out, line)
	}
	return out
}

// TestInputs: each value says who set it and what lost against it.
func TestInputs(t *testing.T) {
	got := inputLines(t, fstest.MapFS{
		"library/left/1.0.0/profile.yaml":  {Data: fmt.Appendf(nil, layered, "left", 1)},
		"library/right/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, layered, "right", 2)},
		"fleet/one.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: one, namespace: fleet}
spec:
  profiles: [base, left, right]
  variables: {level: 3, right/level: 4}
  pools: {workers: [{name: b, variables: {right/pods: 7}}, {name: a, variables: {pods: 20}}]}
`)},
	})
	want := []string{
		"//level integer 3 by variable; lost 1 by default left@1.0.0; lost 2 by default right@1.0.0",
		"/right/level integer 4 by variable; lost 3 by variable cluster eu-1/fleet/one; lost 1 by default left@1.0.0; lost 2 by default right@1.0.0",
		"controlPlane//pods integer 10 by default; lost 10 by default right@1.0.0",
		"a//pods integer 20 by variable; lost 10 by default left@1.0.0; lost 10 by default right@1.0.0",
		"b//pods integer 10 by default; lost 10 by default right@1.0.0",
		"b/right/pods integer 7 by variable; lost 10 by default left@1.0.0; lost 10 by default right@1.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestInputsBelow: what lost is told wherever it was written: in a profile that is
// extended, in a default pool, for one profile of several. Two that set the same
// value have set one each.
func TestInputsBelow(t *testing.T) {
	document := func(kind, name, spec string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec: {version: 1.0.0, owner: o, %s}\n", kind, name, spec)}
	}
	agent := func(name string) string {
		return "layers: [{name: " + name + ", kind: AddOn, component: {none: x}, values: {a: '${vars.a}'}}]"
	}
	got := inputLines(t, fstest.MapFS{
		"library/kid/1.0.0/profile.yaml": document("Profile", "kid", "kind: Infrastructure, extends: base@1.0.0, variables: [{name: mp, type: integer, scope: pool, default: 10}, {name: keep, type: duration, default: 360h}, {name: log, type: map, values: {type: string}, default: {a: b}}],"+
			"pools: {controlPlane: {variables: {mp: 30}}, workers: [{name: w, class: general, variables: {mp: 40}}]}, layers: [{name: cni, values: {a: '${vars.keep}', b: '${vars.log}'}}, {name: os, capi: {nodes: {config: {mp: '${vars.mp}'}}, classes: {general: {}}}}]"),
		"library/grandkid/1.0.0/profile.yaml":   document("Profile", "grandkid", "kind: Infrastructure, extends: kid@1.0.0, variables: [{name: keep, default: 48h}, {name: log, default: {c: d}}], pools: {workers: [{name: w, variables: {mp: 50}}, {name: v, class: general, variables: {mp: 60}}]}"),
		"library/p/1.0.0/profile.yaml":          document("Profile", "p", "kind: AddOn, variables: [{name: a, type: integer, default: 1}, {name: same, type: integer, default: 1}], rules: [{rule: vars.same > 0}], "+agent("p")),
		"library/q/1.0.0/profile.yaml":          document("Profile", "q", "kind: AddOn, variables: [{name: a, type: integer, default: 2}, {name: same, type: integer, default: 1}], rules: [{rule: vars.same > 0}], "+agent("q")),
		"library/overlays/o/1.0.0/overlay.yaml": document("Overlay", "o", "order: 1, selector: {}, variables: {q/a: 11}"),
		"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\n" +
			"spec: {profiles: [grandkid, p, q], variables: {a: 7, q/same: 1}, pools: {controlPlane: {variables: {mp: null}}, workers: [{name: w, variables: {mp: 70}}]}}\n")},
	})
	want := []string{
		"//a integer 7 by variable; lost 11 by overlay overlay/o@1.0.0; lost 1 by default p@1.0.0; lost 2 by default q@1.0.0",
		`//keep duration "48h" by default; lost "360h" by default kid@1.0.0`,
		`//log map {"a":"b","c":"d"} by default`,
		"controlPlane//mp integer 10 by default; lost 30 by profile kid@1.0.0",
		"v//mp integer 60 by profile; lost 10 by default kid@1.0.0",
		"w//mp integer 70 by variable; lost 50 by profile grandkid@1.0.0; lost 40 by profile kid@1.0.0; lost 10 by default kid@1.0.0",
		"//same integer 1 by default; lost 1 by default q@1.0.0",
		"/q/same integer 1 by variable; lost 1 by default p@1.0.0; lost 1 by default q@1.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestValuesAreData: whatever text a variable holds, alone or inside a list, map
// or object, everything around it stays as it was written, and the text arrives
// as it is: quotes, line ends, ---, {{ and ${ included.
func TestValuesAreData(t *testing.T) {
	const addon = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables:
  - {name: text, type: string}
  - {name: list, type: list, items: {type: string}}
  - {name: map, type: map, values: {type: string}}
  - {name: object, type: object, properties: {a: {type: string}}}
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 1.0.0}
    content: {manifests: [{$file: app.yaml, expand: true}]}
    values: {before: "1", text: "${vars.text}", inside: "<${vars.text}>", list: "${vars.list}", map: "${vars.map}", object: "${vars.object.a}", after: "2"}
`
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{`"`, `'`, "\n", "\r\n", "---", "\n---\n", "{{", "}}", "${", "${vars.text}", "$${", ": ", "- ", "#", "&a", "*a", "|", ">", "\t", "\\", "null", "true", "1e3", "\u2028", "é", "\x00", "x"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 5).Draw(t, "text"), "")
		set, err := json.Marshal(map[string]any{"text": text, "list": []string{text, "x"}, "map": map[string]string{"k": text}, "object": map[string]string{"a": text}})
		if err != nil {
			t.Fatal(err)
		}
		fsys := overBase(outer, fstest.MapFS{
			"library/addon/1.0.0/profile.yaml": {Data: []byte(addon)},
			"library/addon/1.0.0/app.yaml":     {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\"}\ndata: {text: \"${vars.text}\", end: \"x\"}\n")},
			"fleet/one.json":                   {Data: []byte(`{"apiVersion": "dayzero.dev/v1alpha1", "kind": "Cluster", "metadata": {"name": "one", "namespace": "fleet"}, "spec": {"profiles": ["base", "addon"], "variables": ` + string(set) + `}}`)},
			"fleet/one.yaml":                   {Data: []byte("absent\n")},
		})
		w, found := profile.Load(fsys, profile.Layout{})
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		stack, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		agent, _ := stack.Layer("agent")
		want := map[string]any{"before": "1", "text": text, "inside": "<" + text + ">", "list": []any{text, "x"}, "map": map[string]any{"k": text}, "object": text, "after": "2"}
		if diff := cmp.Diff(want, agent.Values.Any()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		object := agent.Manifests[0].Objects()
		wantObject := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"}, "data": map[string]any{"text": text, "end": "x"}}
		if len(object) != 1 {
			t.Fatalf("%d objects", len(object))
		}
		if diff := cmp.Diff(wantObject, object[0].Any()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// ExampleImmutableChanges shows what a change of a cluster that exists would do
// to a variable that cannot change.
func ExampleImmutableChanges() {
	document := func(region string) fstest.MapFS {
		return fstest.MapFS{
			"library/base/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  variables: [{name: region, type: string, immutable: true}]
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}, values: {region: "${vars.region}"}}
  - {name: cni, kind: Network, component: {none: simulated}}
  - {name: csi, kind: Storage, component: {none: simulated}}
`)},
			"hubs/eu-1.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-1}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
			"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one}\nspec: {profiles: [base], variables: {region: " + region + "}}\n")},
		}
	}
	resolve := func(fsys fstest.MapFS) *profile.Stack {
		w, _ := profile.Load(fsys, profile.Layout{})
		stack, _ := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "default", Name: "one"})
		return stack
	}
	want := document("us")
	fmt.Print(profile.ImmutableChanges(resolve(document("eu")), resolve(want)).Text(want))
	// Output:
	// error: variable region is immutable: it has "eu" and would get "us" [profile.immutable-variable]
	//   --> fleet/one.yaml:4:46
	//     4 | spec: {profiles: [base], variables: {region: us}}
	//       |                                              ^^
	//   hint: keep the old value; only a new cluster can have another one
	//   note: the old value is here
	//   --> fleet/one.yaml:4
	//   note: it is declared immutable here, owner platform
	//   --> library/base/1.0.0/profile.yaml:8:15
	//     8 |   variables: [{name: region, type: string, immutable: true}]
	//       |               ^
}

// ExampleVariable_Judge judges a value without a workspace.
func ExampleVariable_Judge() {
	v := profile.Variable{Name: "zones", Schema: profile.Schema{Type: profile.ListVariable, UniqueItems: true, Items: &profile.Schema{Type: profile.EnumVariable, Enum: []string{"east", "west"}}}}
	n, _ := profile.ValueOf([]any{"east", "wst", "east"})
	for _, d := range v.Judge(n) {
		fmt.Printf("%s: %s; %s\n", d.Path, d.Summary, d.Detail)
	}
	v.Items = nil
	fmt.Println(v.Check()[0].Summary)
	// Output:
	// [1]: variable zones: "wst" is not one of the allowed values; did you mean "west"? known values are east, west
	// [2]: variable zones: the item is equal to item [0]; the items of the list are unique; keep one of the two
	// variable zones: type list needs items
}

// TestEmptyType: a schema without a type, wherever it stands, is refused and
// judges nothing, whatever else it says.
func TestEmptyType(t *testing.T) {
	one := 1
	without := profile.Schema{Pattern: "(", MinItems: &one, Min: value(t, 1)}
	for name, s := range map[string]profile.Schema{
		"itself":     without,
		"items":      {Type: profile.ListVariable, Items: &without},
		"values":     {Type: profile.MapVariable, Values: &without},
		"properties": {Type: profile.ObjectVariable, Properties: map[string]profile.Property{"p": {Schema: without}}},
	} {
		v := profile.Variable{Name: "v", Schema: s}
		found := v.Judge(value(t, []any{map[string]any{"p": "x"}}))
		if len(found) != 1 || !strings.HasSuffix(found[0].Path, "/type") || cmp.Diff(found, v.Check()) != "" {
			t.Errorf("%s: judged %v, checked %v", name, found, v.Check())
		}
	}
}
