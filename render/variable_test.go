package render_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	yaml4 "go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/render"
)

// TestVariablesKeepStructure: whatever text a variable holds, the stream of YAML
// has the same documents with the same fields, and that text where it belongs.
func TestVariablesKeepStructure(t *testing.T) {
	const addon = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables: [{name: text, type: string}, {name: list, type: list, items: {type: string}}]
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 1.0.0}
    content: {manifests: [{$file: app.yaml, expand: true}]}
    capi: {cluster: {metadata: {annotations: {text: "${vars.text}"}}}}
`
	const app = `{apiVersion: v1, kind: ConfigMap, metadata: {name: marked, namespace: default}, data: {text: "${vars.text}", inside: "<${vars.text}>"}, list: "${vars.list}"}`
	outer := t
	documents := 0
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s }).Draw(t, "text")
		set, err := json.Marshal(map[string]any{"text": text, "list": []string{text, text}})
		if err != nil {
			t.Fatal(err)
		}
		set = escaped(set)
		cluster := `{"apiVersion": "dayzero.dev/v1alpha1", "kind": "Cluster", "metadata": {"name": "one", "namespace": "fleet"}, "spec": {"profiles": ["base", "addon"], "variables": ` + string(set) + `}}`
		got := outcomeOf(groundWith(outer, []txtar.File{
			{Name: "library/addon/1.0.0/profile.yaml", Data: []byte(addon)},
			{Name: "library/addon/1.0.0/app.yaml", Data: []byte(app)},
			{Name: "fleet/one.yaml", Data: []byte("")},
			{Name: "fleet/one.json", Data: []byte(cluster)},
		}))
		bundle, ok := got.bundles["one"]
		if !ok {
			t.Fatalf("nothing is rendered: %s", got.findings)
		}
		var stream bytes.Buffer
		if err := render.WriteYAML(&stream, bundle); err != nil {
			t.Fatal(err)
		}
		n, marked := read(t, stream.Bytes())
		if documents == 0 {
			documents = n
		}
		want := map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "marked", "namespace": "default"},
			"data": map[string]any{"text": text, "inside": "<" + text + ">"}, "list": []any{text, text},
		}
		if diff := cmp.Diff(want, marked); diff != "" || n != documents {
			t.Errorf("%d documents, want %d; (-want +got):\n%s", n, documents, diff)
		}
	})
}

// read counts the documents of a stream and gives the one called marked.
func read(t *rapid.T, stream []byte) (n int, marked map[string]any) {
	decoder := yaml4.NewDecoder(bytes.NewReader(stream))
	for {
		var document map[string]any
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return n, marked
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, stream)
		}
		n++
		if meta, ok := document["metadata"].(map[string]any); ok && meta["name"] == "marked" {
			marked = document
		}
	}
}

// escaped writes characters as JSON escapes: YAML does not take every one as it
// is, and some for line ends.
func escaped(data []byte) []byte {
	var out []byte
	for _, r := range string(data) {
		if r < 0x7f || r > 0xffff { // YAML knows no pairs of escapes
			out = utf8.AppendRune(out, r)
		} else {
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
