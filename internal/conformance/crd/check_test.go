package crd_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/conformance/crd"
)

func load(t *testing.T) *crd.Set {
	t.Helper()
	set, err := crd.Load(os.DirFS("testdata/definitions"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(data, &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

const head = "apiVersion: example.com/v1\nkind: Garden\n"

func TestCheckFindsEachKindOfMistake(t *testing.T) {
	set := load(t)
	const named = head + "metadata: {name: rose, namespace: south}\n"
	type broken struct {
		Rule crd.Rule
		Path string
	}
	for _, c := range []struct {
		name, text string
		want       []broken
	}{
		{"nothing wrong", named + "spec: {soil: clay, planted: 10, fence: {height: 2}, plants: [{name: rose}, {name: oak}], tools: [rake, hoe]}", nil},
		{"unknown field", named + "spec: {soil: clay, fence: {hight: 2, height: 1}}", []broken{{crd.UnknownField, "spec.fence.hight"}}},
		{"unknown field of metadata", head + "metadata: {name: rose, namespace: south, label: {a: b}}\nspec: {soil: clay}", []broken{{crd.UnknownField, "metadata.label"}}},
		{"unknown kind", "apiVersion: example.com/v2\nkind: Garden\nmetadata: {name: rose, namespace: south}", []broken{{crd.UnknownKind, "kind"}}},
		{"version that is not served", "apiVersion: example.com/v0\nkind: Garden\nmetadata: {name: rose, namespace: south}", []broken{{crd.UnknownKind, "kind"}}},
		{"name", head + "metadata: {name: Rose, namespace: south}\nspec: {soil: clay}", []broken{{crd.Metadata, "metadata.name"}}},
		{"no namespace", head + "metadata: {name: rose}\nspec: {soil: clay}", []broken{{crd.Metadata, "metadata.namespace"}}},
		{"label", head + "metadata: {name: rose, namespace: south, labels: {a: b c}}\nspec: {soil: clay}", []broken{{crd.Metadata, "metadata.labels"}}},
		{"label that is not a string", head + "metadata: {name: rose, namespace: south, labels: {a: 1}}\nspec: {soil: clay}", []broken{{crd.Metadata, "metadata"}}},
		{"required field", named + "spec: {area: 3}", []broken{{crd.Schema, "spec.soil"}}},
		{"enum", named + "spec: {soil: sand}", []broken{{crd.Schema, "spec.soil"}}},
		{"type", named + "spec: {soil: clay, area: large}", []broken{{crd.Schema, "spec.area"}}},
		{"empty object", named + "spec: {soil: clay, fence: {}}", []broken{{crd.Schema, "spec.fence"}}},
		{"duplicate key of a list map", named + "spec: {soil: clay, plants: [{name: rose, count: 1}, {name: rose, count: 2}]}", []broken{{crd.Uniqueness, "spec.plants[1]"}}},
		{"duplicate item of a set", named + "spec: {soil: clay, tools: [rake, rake]}", []broken{{crd.Uniqueness, "spec.tools[1]"}}},
		{"expression over a default", named + "spec: {soil: clay, planted: 11}", []broken{{crd.Expression, "spec"}}},
		{"expression over a value", named + "spec: {soil: clay, planted: 11, area: 12}", nil},
		{"two mistakes", named + "spec: {soil: sand, hedge: true}", []broken{{crd.UnknownField, "spec.hedge"}, {crd.Schema, "spec.soil"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := object(t, c.text)
			before := u.DeepCopy()
			var got []broken
			for _, f := range set.Check(u) {
				t.Log(f)
				got = append(got, broken{f.Rule, f.Path})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, u); diff != "" {
				t.Errorf("the object was changed:\n%s", diff)
			}
		})
	}
}
