package source

import (
	"strings"
	"testing"
	"testing/fstest"

	kubeyaml "sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

func TestManifestsReadAsKubectlSends(t *testing.T) {
	text := "# head\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {on: yes, m: 010, f: 1.0, q: \"yes\"}\n---\n\n--- # two\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n"
	objects, diags := Manifests(&value.Writer{File: "a.yaml"}, []byte(text), ManifestLimits)
	if len(diags) > 0 || len(objects) != 2 {
		t.Fatalf("got %d objects, %v", len(objects), diags)
	}
	const want = `{"apiVersion":"v1","data":{"f":1,"m":8,"q":"yes","true":true},"kind":"ConfigMap","metadata":{"name":"a"}}`
	if got := string(objects[0].AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := objects[1].Get("kind").Origin().Range.String(); got != "a.yaml:13:9" {
		t.Errorf("the secret's kind is placed at %s", got)
	}
}

// TestLineEndsOfTools: characters that only some readers take for line ends come
// back from what tools of Kubernetes wrote, in manifests and in data.
func TestLineEndsOfTools(t *testing.T) {
	for _, text := range []string{"x\u2028y", "x\u2029y z\nmore\n", "a\u2028b\nc: d\n", "x\ry", "one\r\ntwo\r\n"} {
		written, err := kubeyaml.Marshal(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"a": text}})
		if err != nil {
			t.Fatal(err)
		}
		objects, diags := Manifests(&value.Writer{File: "a.yaml"}, written, ManifestLimits)
		docs, found := Documents(&value.Writer{File: "a.yaml"}, written, Limits{})
		if len(objects) != 1 || len(docs) != 1 || len(diags)+len(found) > 0 {
			t.Fatalf("%s\ngives %d objects and %d documents, %v %v", written, len(objects), len(docs), diags, found)
		}
		for _, n := range []*value.Node{objects[0], docs[0]} {
			if got := n.Get("data", "a").Text(); got != text {
				t.Errorf("%s\nis read as %q, want %q", written, got, text)
			}
		}
	}
}

// TestSecretLinesAreNotShown: a finding about a Secret names the line and never
// prints it.
func TestSecretLinesAreNotShown(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: hunter2}\nstringData: {p: x}\n",
		"apiVersion: v1\nkind: Secret\nstringData: {p: hunter2\n",
	} {
		_, diags := Manifests(&value.Writer{File: "a.yaml"}, []byte(text), ManifestLimits)
		shown := diags.Text(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		if len(diags) == 0 || strings.Contains(shown, "hunter2") || !strings.Contains(shown, "a.yaml:") {
			t.Errorf("%q shows\n%s", text, shown)
		}
	}
}
