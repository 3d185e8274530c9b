package render_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

func TestKeyString(t *testing.T) {
	for want, key := range map[string]render.Key{
		"Deployment.apps kube-system/dns": {Group: "apps", Kind: "Deployment", Namespace: "kube-system", Name: "dns"},
		"ConfigMap app/a":                 {Kind: "ConfigMap", Namespace: "app", Name: "a"},
		"Namespace app":                   {Kind: "Namespace", Name: "app"},
		"ClusterRole.rbac.authorization.k8s.io system:node": {Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "system:node"},
	} {
		if got := key.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestKeyCompare is a total order that agrees with equality.
func TestKeyCompare(t *testing.T) {
	part := rapid.SampledFrom([]string{"", "a", "b"})
	key := rapid.Custom(func(t *rapid.T) render.Key {
		return render.Key{Group: part.Draw(t, "group"), Kind: part.Draw(t, "kind"), Namespace: part.Draw(t, "namespace"), Name: part.Draw(t, "name")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := key.Draw(t, "a"), key.Draw(t, "b"), key.Draw(t, "c")
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%v and %v: %d and %d", a, b, a.Compare(b), b.Compare(a))
		}
		if a.Compare(b) < 0 && b.Compare(c) < 0 && a.Compare(c) >= 0 {
			t.Fatalf("%v < %v < %v, but %d", a, b, c, a.Compare(c))
		}
	})
}

// TestObjectIsItsData: however the same data was written, digest, JSON and YAML
// are the same; other data has another digest.
func TestObjectIsItsData(t *testing.T) {
	texts := []string{
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: \"1\", z: yes sir}\n",
		"data:\n  \"z\": 'yes sir'\n  x: '1'\nmetadata:\n  name: \"a\"\nkind: ConfigMap\napiVersion: v1 # said otherwise\n",
		`{"kind": "ConfigMap", "data": {"z": "yes sir", "x": "\u0031"}, "metadata": {"name": "a"}, "apiVersion": "v1"}`,
	}
	var first render.Object
	for i, text := range texts {
		o := oneObject(t, text)
		if i == 0 {
			first = o
		}
		a, errA := json.Marshal(first)
		b, errB := json.Marshal(o)
		if errA != nil || errB != nil || string(a) != string(b) || o.Digest() != first.Digest() || string(o.YAML()) != string(first.YAML()) {
			t.Errorf("%s\ndiffers from\n%s", b, a)
		}
	}
	if other := oneObject(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: 1, z: yes sir}\n"); other.Digest() == first.Digest() {
		t.Error("1 and \"1\" have one digest")
	}
}

func oneObject(tb testing.TB, text string) render.Object {
	tb.Helper()
	objects, diags := render.Objects("file.yaml", []byte(text))
	if len(diags) > 0 || len(objects) != 1 {
		tb.Fatalf("%d objects, %v", len(objects), diags)
	}
	return objects[0]
}

// TestObjectPlaces finds values by key and by index, and their lines also behind
// a byte order mark, with CRLF, in the second document and inside a list.
func TestObjectPlaces(t *testing.T) {
	text := "\ufeff# first\r\n---\r\napiVersion: v1\r\nkind: List\r\nitems:\r\n- apiVersion: apps/v1\r\n  kind: Deployment\r\n  metadata: {name: d}\r\n  spec:\r\n    containers:\r\n    - {name: a, image: x}\r\n    - name: b\r\n      image: z\r\n"
	o := oneObject(t, text)
	for path, line := range map[string]int{"/metadata/name": 8, "/spec/containers[name=b]/image": 13, "/spec/containers[0]/image": 11, "/spec/containers/1/image": 13, "/spec/nothing/here": 10} {
		p, err := diag.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Origin(p).Range; got.Start.Line != line || got.File != "file.yaml" {
			t.Errorf("%s is at %v, want line %d", path, got, line)
		}
	}
	var leaves []string
	for path, v := range o.Leaves() {
		leaves = append(leaves, path.String()+"="+v.String())
	}
	want := []string{`/apiVersion="apps/v1"`, `/kind="Deployment"`, `/metadata/name="d"`,
		`/spec/containers[name=a]/image="x"`, `/spec/containers[name=a]/name="a"`, `/spec/containers[name=b]/image="z"`, `/spec/containers[name=b]/name="b"`}
	if diff := cmp.Diff(want, leaves); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestObjectVersion(t *testing.T) {
	for apiVersion, want := range map[string][2]string{"v1": {"", "v1"}, "apps/v1": {"apps", "v1"}, "cluster.x-k8s.io/v1beta2": {"cluster.x-k8s.io", "v1beta2"}} {
		o := oneObject(t, "apiVersion: "+apiVersion+"\nkind: X\nmetadata: {name: x}\n")
		if got := [2]string{o.Key().Group, o.Version()}; got != want {
			t.Errorf("%s: %v, want %v", apiVersion, got, want)
		}
	}
}

func TestFromUnstructuredRefuses(t *testing.T) {
	for name, data := range map[string]map[string]any{
		"no kind":      {"apiVersion": "v1", "metadata": map[string]any{"name": "x"}},
		"no version":   {"kind": "X", "metadata": map[string]any{"name": "x"}},
		"no name":      {"apiVersion": "v1", "kind": "X"},
		"not data":     {"apiVersion": "v1", "kind": "X", "metadata": map[string]any{"name": "x"}, "data": func() {}},
		"no object":    nil,
		"wrong fields": {"apiVersion": 1, "kind": []any{}, "metadata": "x"},
	} {
		if o, err := render.FromUnstructured(&unstructured.Unstructured{Object: data}, ""); err == nil {
			t.Errorf("%s: taken as %v", name, o.Key())
		}
	}
	if _, err := render.FromUnstructured(&unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "X", "metadata": map[string]any{"generateName": "x-"}}}, ""); err != nil {
		t.Errorf("an object whose name the server makes is refused: %v", err)
	}
}

// TestUnstructuredIsACopy in both directions.
func TestUnstructuredIsACopy(t *testing.T) {
	u := &unstructured.Unstructured{Object: object(map[string]any{"list": []any{"a"}})}
	o, err := render.FromUnstructured(u, "")
	if err != nil {
		t.Fatal(err)
	}
	before := o.Unstructured()
	u.Object["data"].(map[string]any)["list"].([]any)[0] = "changed"
	before.SetLabels(map[string]string{"changed": "too"})
	if diff := cmp.Diff(object(map[string]any{"list": []any{"a"}}), o.Unstructured().Object); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestObjectsKeepTheirOrder is that of the text.
func TestObjectsKeepTheirOrder(t *testing.T) {
	objects, _ := render.Objects("", []byte("apiVersion: v1\nkind: B\nmetadata: {name: b}\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n"))
	var kinds []string
	for _, o := range objects {
		kinds = append(kinds, o.Key().Kind)
	}
	if !slices.Equal(kinds, []string{"B", "A"}) {
		t.Error(kinds)
	}
}
