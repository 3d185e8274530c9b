package crd_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/dayzero-sdk/dayzero/internal/conformance/crd"
)

func TestKinds(t *testing.T) {
	want := []schema.GroupVersionKind{{Group: "example.com", Version: "v1", Kind: "Garden"}}
	if diff := cmp.Diff(want, load(t).Kinds()); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	const definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: gardens.example.com}\n" +
		"spec: {group: example.com, scope: Cluster, names: {kind: Garden, plural: gardens}, versions: [{name: v1, served: true, storage: true, "
	for _, c := range []struct{ name, text, want string }{
		{"another kind", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}", "is not a CustomResourceDefinition"},
		{"unknown field", definition + "scheme: {}}]}", `unknown field`},
		{"no schema", definition + "}]}", "without a schema"},
		{"schema that is not structural", definition + "schema: {openAPIV3Schema: {type: object, properties: {spec: {}}}}}]}", "type: Required value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := crd.Load(fstest.MapFS{"a.yaml": {Data: []byte(c.text)}})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "a.yaml") {
				t.Errorf("got %v, want a.yaml and %q", err, c.want)
			}
		})
	}
	if _, err := crd.Load(fstest.MapFS{}); err == nil {
		t.Error("a folder without definitions was accepted")
	}
	garden := os.DirFS("testdata/definitions")
	if _, err := crd.Load(garden, garden); err == nil || !strings.Contains(err.Error(), "defined twice") {
		t.Errorf("got %v for two definitions of one kind", err)
	}
}
