package source

import (
	"testing"

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
