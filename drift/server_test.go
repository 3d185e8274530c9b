package drift

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dayzero-sdk/dayzero/render"
)

// byRegistry are rules about what defaulting adds beyond the table.
var byRegistry = []string{"namespace/name", "crd/names", "daemonset/generation"}

// The pairs are manifests and what the defaulting of Kubernetes itself made of
// them; the generator of the schema table writes them.
func TestDefaultedObjectsAreInSync(t *testing.T) {
	data, err := os.ReadFile("../internal/kubeschema/testdata/defaulted.json")
	if err != nil {
		t.Fatal(err)
	}
	var pairs []struct{ Desired, Live map[string]any }
	if err := json.Unmarshal(data, &pairs); err != nil || len(pairs) == 0 {
		t.Fatalf("reading %d pairs: %v", len(pairs), err)
	}
	for _, p := range pairs {
		want, live := object(t, p.Desired), object(t, p.Live)
		report := Compare([]render.Object{want}, Live{Objects: []render.Object{live}}, Evidence{})
		for _, f := range report.Objects {
			if f.Verdict != InSync || f.Detail != None {
				t.Errorf("%s", f)
			}
			for _, field := range f.Fields {
				if field.Detail != Equivalent && !slices.Contains(byRegistry, field.Rule) {
					t.Errorf("%s: %s", f.Key, field)
				}
			}
		}
	}
}

func object(t testing.TB, content map[string]any) render.Object {
	t.Helper()
	o, err := render.FromUnstructured(&unstructured.Unstructured{Object: content}, "test")
	if err != nil {
		t.Fatal(err)
	}
	return o
}
