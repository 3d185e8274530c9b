package kubeschema

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          metadata: {type: object}
          spec:
            type: object
            required: [size]
            properties:
              size: {x-kubernetes-int-or-string: true, pattern: '^(\+|-)?[0-9]+(([KMGTPE]i)|m)?$'}
              port: {x-kubernetes-int-or-string: true}
              wait: {type: string, format: duration}
              mode: {type: string, enum: [a, b], default: a}
              parts: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object, properties: {name: {type: string}}}}
              tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              labels: {type: object, additionalProperties: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              broken: {type: 7}
`

func TestCustom(t *testing.T) {
	trees, diags := source.Manifests(&value.Writer{File: "crd.yaml"}, []byte(definition), source.ManifestLimits)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	d, ok := Custom(trees[0])
	if !ok || d.Group != "example.com" || d.Kind != "Widget" || !d.Namespaced || !d.SameShape {
		t.Fatalf("got %+v, %v", d, ok)
	}
	spec, _ := d.Types["v1"].Field("spec")
	want := map[string]Kind{"size": Quantity, "port": IntOrString, "wait": Duration, "mode": String, "parts": List, "tags": List, "labels": Map, "free": Struct, "broken": Any}
	for name, kind := range want {
		f, ok := spec.Type.Field(name)
		if !ok || f.Type.Kind != kind {
			t.Errorf("%s is %s, want %s", name, f.Type.Kind, kind)
		}
		if f.Required != (name == "size") {
			t.Errorf("%s: required is %v", name, f.Required)
		}
	}
	parts, _ := spec.Type.Field("parts")
	tags, _ := spec.Type.Field("tags")
	free, _ := spec.Type.Field("free")
	if parts.Type.Relation != Keyed || parts.Type.Keys[0] != "name" || tags.Type.Relation != Set || !free.Type.Open {
		t.Errorf("parts %+v, tags %+v, free %+v", parts.Type, tags.Type, free.Type)
	}
	if len(spec.Type.Defaults) != 1 || spec.Type.Defaults[0].Value.Text() != "a" {
		t.Errorf("defaults are %+v", spec.Type.Defaults)
	}
	if metadata, ok := d.Types["v1"].Field("metadata"); !ok || metadata.Type.Name != "meta.v1.ObjectMeta" {
		t.Errorf("metadata is %+v", metadata.Type)
	}
	if _, ok := Custom(trees[0].With("kind", value.NewString("Other", value.Place{}))); ok {
		t.Error("another kind was read as a definition")
	}
}
