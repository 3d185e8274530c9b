package profile_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// planted is what no finding may show.
const planted = "PLANTED-5ecret"

// secretKeeper declares variables of each type as sensitive, and a secretRef.
const secretKeeper = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables:
  - {name: s_text, type: string, sensitive: true, pattern: "^x", maxLength: 2}
  - {name: s_count, type: integer, sensitive: true}
  - {name: s_list, type: list, items: {type: integer}, uniqueItems: true, sensitive: true}
  - {name: s_map, type: map, values: {type: boolean}, sensitive: true}
  - {name: s_object, type: object, properties: {a: {type: duration}}, sensitive: true}
  - {name: s_url, type: url, sensitive: true}
  - {name: s_free, type: string, sensitive: true, immutable: true, scope: fleet}
  - {name: s_pool, type: version, sensitive: true, scope: pool}
  - {name: ref, type: secretRef}
  - {name: plain, type: integer}
  rules:
  - {rule: "int(vars.?s_free.orValue('1')) > 0"}
  - {rule: "vars.?s_free.orValue('').size() < 3", message: too long}
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 1.0.0}
    values:
      all: ["${vars.?s_text.orValue('')}", "${vars.?s_count.orValue(1)}", "${vars.?s_list.orValue([])}", "${vars.?s_map.orValue({})}", "${vars.?s_object.orValue({})}", "${vars.?s_url.orValue('')}", "${vars.?plain.orValue(1)}"]
      number: "${int(vars.?s_free.orValue('1'))}"
      date: "${string(timestamp(vars.?s_free.orValue('2020-01-01T00:00:00Z')))}"
    capi: {nodes: {config: {version: "${vars.?s_pool.orValue('')}"}}}
`

// TestPlantedSecret: whatever a cluster writes for what is sensitive, by whatever
// name near it, in whatever form and next to whatever else is wrong, no finding
// shows it, as text, with the line of the file, or as JSON.
func TestPlantedSecret(t *testing.T) {
	outer := t
	findings := 0
	rapid.Check(t, func(t *rapid.T) {
		fsys := overBase(outer, fstest.MapFS{
			"library/addon/1.0.0/profile.yaml": {Data: []byte(secretKeeper)},
			"fleet/one.yaml":                   {Data: []byte(leaking(t))},
			"fleet/two.yaml":                   {Data: []byte(leaking(t))},
		})
		w, found := profile.Load(fsys, profile.Layout{})
		for key := range w.Clusters() {
			_, more := w.Resolve(key)
			found = append(found, more...)
		}
		findings += len(found)
		hold(t, fsys, found)
	})
	if findings == 0 {
		t.Error("no findings")
	}
}

// computing is a profile that computes with sensitive variables wherever there
// are expressions, constrains what comes out, and computes with what came out.
const computing = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables:
  - {name: text, type: string, sensitive: true}
  - {name: map, type: map, values: {type: string}, sensitive: true}
  - {name: pool, type: string, sensitive: true, scope: pool}
  - {name: open, type: string, default: open}
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 1.0.0}
    content:
      manifests: [{$file: app.yaml, expand: true}]
      patches: [{target: {kind: ConfigMap}, merge: {data: {patched: "${values.text}"}}}]
    values:
      text: "${vars.text}"
      inside: "<${vars.text}>"
      list: ["${vars.open}", "${vars.map.key}"]
      map: "${vars.map}"
      chosen: "${vars.open == 'open' ? vars.text : ''}"
      open: "${vars.open}"
      plain: plain
    capi: {nodes: {config: {version: "${vars.pool}"}}, cluster: {metadata: {annotations: {a: "${vars.text}"}}}}
    constrained: [{path: /values/inside, type: string, maxLength: 3}, {path: /values/text, type: integer}]
`

const computedFile = `{apiVersion: v1, kind: ConfigMap, metadata: {name: app}, data: {text: "${values.inside}", number: "${int(values.text)}"}}`

// computingWith is a workspace with the two, changed.
func computingWith(t *testing.T, change func(string) string) fstest.MapFS {
	return overBase(t, fstest.MapFS{
		"library/addon/1.0.0/profile.yaml": {Data: []byte(change(computing))},
		"library/addon/1.0.0/app.yaml":     {Data: []byte(change(computedFile))},
		"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\n" +
			"spec:\n  profiles: [base, addon]\n  variables: {text: " + planted + ", map: {key: " + planted + "}}\n" +
			"  pools: {controlPlane: {variables: {pool: " + planted + "}}, workers: [{name: a, variables: {pool: " + planted + "}}]}\n")},
	})
}

var one = profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}

// TestPlantedSecretComputed: findings about what was computed from a sensitive
// variable, however often, do not show it.
func TestPlantedSecretComputed(t *testing.T) {
	fsys := computingWith(t, func(text string) string { return text })
	w, _ := profile.Load(fsys, profile.Layout{})
	_, found := w.Resolve(one)
	hold(t, fsys, found)
	var codes []string
	for _, d := range found {
		codes = append(codes, d.Code)
	}
	if want := []string{"expr.evaluation", "profile.constrained", "profile.constrained"}; !cmp.Equal(codes, want) {
		t.Fatalf("findings are %v, want %v: %s", codes, want, found.Text(fsys))
	}
}

// TestComputedIsMarked: what was computed from a sensitive variable is marked so
// wherever it stands, and nothing else is.
func TestComputedIsMarked(t *testing.T) {
	fsys := computingWith(t, strings.NewReplacer("int(values.text)", "values.text", "\n    constrained:", "\n    # ").Replace)
	w, _ := profile.Load(fsys, profile.Layout{})
	stack, found := w.Resolve(one)
	if stack == nil {
		t.Fatal(found.Text(fsys))
	}
	marked := 0
	for name, v := range trees(stack) {
		for path, leaf := range v.Tree().Leaves(nil) {
			if secret := strings.Contains(leaf.Text(), planted); secret != leaf.Origin().Sensitive {
				t.Errorf("%s%s is %s, sensitive: %v", name, path, leaf.Text(), !secret)
			} else if secret {
				marked++
			}
		}
	}
	if marked != 11 {
		t.Errorf("%d values are marked, want 11", marked)
	}
}

// trees are all the computed trees of a stack.
func trees(s *profile.Stack) map[string]profile.Value {
	capi := s.Capi()
	out := map[string]profile.Value{"cluster": capi.Cluster, "nodes": capi.ControlPlaneNodes}
	for _, c := range capi.Classes {
		out["class "+c.Name] = c.Nodes
	}
	for _, l := range s.Layers() {
		out[l.Name] = l.Values
		for _, p := range l.Patches {
			out["patch of "+l.Name] = p.Merge
		}
		for _, f := range l.Manifests {
			for _, o := range f.Objects() {
				out[f.Name] = o
			}
		}
	}
	return out
}

func hold(t rapid.TB, fsys fs.FS, found diag.Diagnostics) {
	t.Helper()
	text, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{found.Text(fsys), string(text)} {
		if strings.Contains(said, planted) {
			t.Fatalf("the secret is shown in\n%s", said)
		}
	}
}

// leaking is a cluster that writes the secret where it may, in one line or many.
func leaking(t *rapid.T) string {
	names := []string{"s_text", "s_count", "s_list", "s_map", "s_object", "s_url", "s_free", "ref", "s_txt", "reff", "addon/s_text", "addon/s_fre", "other/s_text"}
	forms := []string{planted, `"` + planted + `"`, "[" + planted + ", " + planted + "]", "{" + planted + ": " + planted + "}", "{a: " + planted + "}", "{name: " + planted + "x, value: " + planted + "}", "[{a: [" + planted + "]}]", "!!str " + planted, "!!int " + planted, "&a " + planted}
	fields := []string{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 5, rapid.ID).Draw(t, "names") {
		fields = append(fields, name+": "+rapid.SampledFrom(forms).Draw(t, "form"))
	}
	fields = append(fields, "plain: "+rapid.SampledFrom([]string{"x", "1", "yes", "[]"}).Draw(t, "plain"))
	fields = rapid.Permutation(fields).Draw(t, "order")
	spec := rapid.SampledFrom([]string{"", ", overrides: [{layer: nobody}]", ", timeZone: 3", ", profles: []"}).Draw(t, "other mistake")
	pool := rapid.SampledFrom([]string{"", ", pools: {workers: [{name: a, class: b, variables: {s_pool: " + planted + ", plain: 1}}]}"}).Draw(t, "pool")
	name := fmt.Sprintf("c%d", rapid.IntRange(0, 1<<30).Draw(t, "name"))
	head := "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: " + name + ", namespace: fleet}\n"
	if rapid.Bool().Draw(t, "one line") {
		return head + "spec: {profiles: [base, addon], variables: {" + strings.Join(fields, ", ") + "}" + pool + spec + "}\n"
	}
	return head + "spec:\n  profiles: [base, addon]\n  variables:\n    " + strings.Join(fields, "\n    ") + "\n"
}

// TestPlantedSecretOfOverlay: what an overlay sets is shown neither for a cluster
// that is given as a value, nor where the overlay is of another repository.
func TestPlantedSecretOfOverlay(t *testing.T) {
	fsys := overBase(t, fstest.MapFS{
		"library/addon/1.0.0/profile.yaml": {Data: []byte(secretKeeper)},
		"library/overlays/wide/1.0.0/overlay.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: wide}\n" +
			"spec: {version: 1.0.0, owner: o, order: 10, selector: {}, variables: {s_pool: " + planted + "}}\n")},
	})
	there := load(t, fsys).Library
	cluster := profile.Cluster{Metadata: profile.ObjectMeta{Name: "one"}, Spec: profile.ClusterSpec{Hub: "eu-1", Profiles: []string{"base", "addon"}}}
	_, given := there.Resolve(cluster, "here")
	here, _ := profile.Load(fstest.MapFS{
		"hubs/eu-1.yaml": fsys["hubs/eu-1.yaml"],
		"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, addon]}\n")},
	}, profile.Layout{Library: there})
	_, loaded := here.Resolve(one)
	for name, found := range map[string]diag.Diagnostics{"given": given, "loaded": loaded} {
		hold(t, fsys, found)
		if len(found) != 1 || found[0].Code != "profile.variable-scope" {
			t.Errorf("%s: %v", name, found)
		}
	}
}
