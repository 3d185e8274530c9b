package objects

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Object is an object of any kind.
type Object = unstructured.Unstructured

// Decode reads a stream of YAML or JSON documents, leaving out empty ones.
func Decode(stream io.Reader) ([]*Object, error) {
	var all []*Object
	decoder := yaml.NewYAMLOrJSONDecoder(stream, 4096)
	for n := 1; ; n++ {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decoding document %d: %w", n, err)
		}
		if len(document) == 0 || string(document) == "null" {
			continue
		}
		object := &Object{} // its own decoder keeps integers
		if err := object.UnmarshalJSON(document); err != nil {
			return nil, fmt.Errorf("decoding document %d: %w", n, err)
		}
		if object.GetAPIVersion() == "" {
			return nil, fmt.Errorf("decoding document %d: no apiVersion", n)
		}
		all = append(all, object)
	}
}

// Parse is Decode of a text, for tests: it panics on a mistake in it.
func Parse(text string) []*Object {
	all, err := Decode(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return all
}

// New gives an object that names another one, to be read.
func New(kind schema.GroupVersionKind, namespace, name string) *Object {
	object := &Object{}
	object.SetGroupVersionKind(kind)
	object.SetNamespace(namespace)
	object.SetName(name)
	return object
}

// Describe names an object in messages: its kind, namespace and name.
func Describe(object *Object) string {
	if object.GetNamespace() == "" {
		return object.GetKind() + " " + object.GetName()
	}
	return object.GetKind() + " " + object.GetNamespace() + "/" + object.GetName()
}
