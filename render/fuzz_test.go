package render_test

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubejson "k8s.io/apimachinery/pkg/util/json"

	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// FuzzObjects reads any bytes as manifests. What comes out is usable: it has an
// identity and places, and what is written of it reads back as the same.
func FuzzObjects(f *testing.F) {
	for _, seed := range []string{
		exampleManifests, "", "---\n---\n", "a: [", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: a}}, null, 1, {kind: List, items: []}]\n",
		"apiVersion: v1\nkind: A\nmetadata: {name: a}\nx: &x [*x]\n", "a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n", "? [a, b]\n: c\n", "<<: {a: 1}\n", "!!binary x\n", "\xff\xfe", "%YAML 1.1\n---\na\n",
		`{"apiVersion":"v1","kind":"A","metadata":{"name":"a","name":"b"}}`, "apiVersion: v1\nkind: A\nmetadata: {name: 1}\n", "apiVersion: v1\nkind: A\nmetadata: {name: a}\nx: [.nan, .inf, 1e999, 0x, 0b2]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		objects, diags := render.Objects("file.yaml", text)
		for _, d := range diags {
			if d.Range.File != "file.yaml" || d.Severity == diag.Error && d.Detail == "" {
				t.Errorf("a finding without a place or a hint: %+v", d)
			}
		}
		for _, o := range objects {
			if o.Key().Kind == "" || o.Origin(nil).Range.Start.Line == 0 {
				t.Errorf("%v has no kind or no place", o.Key())
			}
			again, diags := render.Objects("again.yaml", o.YAML())
			if len(diags) > 0 || len(again) != 1 || again[0].Digest() != o.Digest() {
				t.Errorf("%v does not read back: %v\n%s", o.Key(), diags, o.YAML())
			}
		}
	})
}

// FuzzYAML writes any JSON data as YAML and reads it with every reader.
func FuzzYAML(f *testing.F) {
	for _, s := range nasty {
		seed, err := json.Marshal(map[string]any{"v": s, s: []any{s}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte(`{"a":[[],{},[[1.5,-3,1e25]],null,true]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var data map[string]any
		if kubejson.Unmarshal(text, &data) != nil || !plain(data) {
			return
		}
		if _, err := render.FromUnstructured(&unstructured.Unstructured{Object: object(data)}, ""); err != nil {
			t.Fatal(err)
		}
		checkReadsBack(t, object(data))
	})
}

// plain reports whether data holds only numbers that every reader understands,
// and is not nested deeper than documents may be.
func plain(v any) bool { return plainBelow(v, 90) }

func plainBelow(v any, depth int) bool {
	if depth == 0 {
		return false
	}
	switch v := v.(type) {
	case float64:
		return readable(v)
	case []any:
		for _, item := range v {
			if !plainBelow(item, depth-1) {
				return false
			}
		}
	case map[string]any:
		for _, item := range v {
			if !plainBelow(item, depth-1) {
				return false
			}
		}
	}
	return true
}
