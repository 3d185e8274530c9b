package source

import (
	"strings"
	"testing"
	"testing/fstest"

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

// TestManifestLineEnds: characters that only some readers take for line ends are
// refused where they stand, whatever the other documents of the file hold.
func TestManifestLineEnds(t *testing.T) {
	text := "apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\ndata: {a: \"x\u0085y\"}\n---\n{\"apiVersion\": \"v1\", \"kind\": \"C\u2028\"}\n"
	objects, diags := Manifests(&value.Writer{File: "a.yaml"}, []byte(text), ManifestLimits)
	if len(objects) != 2 || len(diags) != 1 || diags[0].Range.String() != "a.yaml:6:13" || diags[0].Code != "source.line-end" {
		t.Errorf("got %d objects, %v", len(objects), diags)
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
