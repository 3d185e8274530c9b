package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// openAPI is the part of the OpenAPI document that Go types do not tell.
type openAPI struct {
	RawPaths    map[string]map[string]json.RawMessage `json:"paths"`
	Definitions map[string]definition                 `json:"definitions"`
}

type definition struct {
	Properties map[string]property `json:"properties"`
	Required   []string            `json:"required"`
}

type property struct {
	ListType string   `json:"x-kubernetes-list-type"`
	MapKeys  []string `json:"x-kubernetes-list-map-keys"`
}

type kind struct {
	schema.GroupVersionKind
	namespaced bool
	goType     reflect.Type
}

func readOpenAPI() (*openAPI, error) {
	dir, err := moduleDirectory("k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "api/openapi-spec/swagger.json"))
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	var spec openAPI
	if err := json.Unmarshal(data, &spec); err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	return &spec, nil
}

type operation struct {
	Action string `json:"x-kubernetes-action"`
	Kind   struct {
		Group, Version, Kind string
	} `json:"x-kubernetes-group-version-kind"`
}

// kinds are the kinds one can both create and read back, without alpha
// versions, sorted.
func (s *openAPI) kinds(scheme *runtime.Scheme) []kind {
	var out []kind
	for path, operations := range s.RawPaths {
		if !strings.HasSuffix(path, "/{name}") {
			continue
		}
		var put operation
		if json.Unmarshal(operations["put"], &put) != nil || put.Action != "put" || strings.Contains(put.Kind.Version, "alpha") {
			continue
		}
		gvk := schema.GroupVersionKind(put.Kind)
		if t, ok := scheme.AllKnownTypes()[gvk]; ok {
			out = append(out, kind{gvk, strings.Contains(path, "/namespaces/{namespace}/"), t})
		}
	}
	slices.SortFunc(out, func(a, b kind) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// list gives the list semantics of a field: "map key,key", "set" or "atomic".
func (s *openAPI) list(t reflect.Type, field string) string {
	p := s.Definitions[definitionName(t)].Properties[field]
	switch p.ListType {
	case "map":
		return "map " + strings.Join(p.MapKeys, ",")
	case "set":
		return "set"
	}
	return "atomic"
}

func (s *openAPI) required(t reflect.Type, field string) bool {
	return slices.Contains(s.Definitions[definitionName(t)].Required, field)
}

// definitionName is what the OpenAPI document calls a Go type.
func definitionName(t reflect.Type) string {
	host, rest, _ := strings.Cut(t.PkgPath(), "/")
	labels := strings.Split(host, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "." + strings.ReplaceAll(rest, "/", ".") + "." + t.Name()
}
