package profile_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

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
      date: "${timestamp(vars.?s_free.orValue('2020-01-01T00:00:00Z'))}"
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
	if findings < 100 {
		t.Errorf("only %d findings", findings)
	}
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
