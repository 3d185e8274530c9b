package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// probe is an object with every optional structure present and every scalar
// unset. Running the server's defaulting over it, and over variants in which one
// thing is different, shows what is filled in and on what that depends.
type probe struct {
	kind  kind
	sites []site
}

// site is one place in a probe: a path of field names, "[0]" for list elements,
// with the Go types from the root down (one more than steps).
type site struct {
	path  []string
	types []reflect.Type
}

func (s site) String() string { return strings.Join(s.path, "/") }

func (s site) leaf() reflect.Type { return s.types[len(s.types)-1] }

// podProbes are the kinds in which pods are probed: one that is a pod and one
// that holds a template. The other templates are of the same type.
var podProbes = map[string]bool{"Pod": true, "Deployment": true}

func newProbe(k kind) *probe {
	p := &probe{kind: k}
	p.survey(k.goType, nil, []reflect.Type{k.goType})
	return p
}

// survey lists the sites below t.
func (p *probe) survey(t reflect.Type, path []string, types []reflect.Type) {
	if shortNameOf(t) == "core.v1.PodSpec" && !podProbes[p.kind.Kind] {
		return
	}
	if len(path) > 0 {
		p.sites = append(p.sites, site{path: append([]string(nil), path...), types: append([]reflect.Type(nil), types...)})
	}
	inner := t
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if _, ok := scalar(inner); ok || isUnion(inner) || inner.Kind() == reflect.Map {
		return
	}
	if inner.Kind() == reflect.Slice {
		p.survey(inner.Elem(), append(path, "[0]"), append(types, inner.Elem()))
		return
	}
	if repeats(inner, types[:len(types)-1]) {
		return
	}
	for _, m := range members(inner) {
		if skipped(m.name, path) {
			continue
		}
		p.survey(m.typ, append(path, m.name), append(types, m.typ))
	}
}

// skipped reports whether a field is not probed: what the server keeps for
// itself, and metadata but for labels.
func skipped(name string, path []string) bool {
	if len(path) > 0 && path[len(path)-1] == "metadata" {
		return name != "labels"
	}
	return len(path) == 0 && (name == "status" || name == "kind" || name == "apiVersion")
}

func repeats(t reflect.Type, above []reflect.Type) bool {
	for _, a := range above {
		if a == t || a.Kind() == reflect.Pointer && a.Elem() == t {
			return true
		}
	}
	return false
}

// variant is a change of the probe before defaulting.
type variant func(root reflect.Value)

// Markers are values found nowhere else.
const (
	markerText   = "Marker"
	markerNumber = 12321
	markerKey    = "cpu"
)

func markerElement(t reflect.Type) reflect.Value {
	if t == reflect.TypeFor[resource.Quantity]() {
		return reflect.ValueOf(resource.MustParse(strconv.Itoa(markerNumber)))
	}
	return reflect.ValueOf(markerText).Convert(t)
}

// set gives the scalar at s the value text; an integer the marker number, a map
// one marked entry.
func set(s site, text string) variant {
	return func(root reflect.Value) {
		v := at(root, s.path)
		if !v.IsValid() {
			return
		}
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		switch word, _ := scalar(v.Type()); {
		case v.Kind() == reflect.String:
			v.SetString(text)
		case v.Kind() == reflect.Bool:
			v.SetBool(true)
		case v.Kind() == reflect.Map:
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf(markerKey).Convert(v.Type().Key()), markerElement(v.Type().Elem()))
		case word == "integer":
			v.SetInt(markerNumber)
		}
	}
}

func unset(s site) variant {
	return func(root reflect.Value) {
		if v := at(root, s.path); v.IsValid() {
			v.SetZero()
		}
	}
}

// at follows path; the zero Value when something on the way is not there.
func at(v reflect.Value, path []string) reflect.Value {
	for _, name := range path {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}
			}
			v = v.Elem()
		}
		if name == "[0]" {
			if v.Len() == 0 {
				return reflect.Value{}
			}
			v = v.Index(0)
			continue
		}
		for _, m := range members(v.Type()) {
			if m.name == name {
				v = v.FieldByIndex(m.index)
				break
			}
		}
	}
	return v
}

// allocate makes every structure below v present.
func (p *probe) allocate(root reflect.Value) {
	for _, s := range p.sites {
		t := s.leaf()
		inner := t
		if t.Kind() == reflect.Pointer {
			inner = t.Elem()
		}
		if _, ok := scalar(inner); ok || isUnion(inner) {
			continue
		}
		v := at(root, s.path)
		switch {
		case !v.IsValid():
		case t.Kind() == reflect.Slice:
			if repeatsBelow(t.Elem(), s) {
				continue
			}
			v.Set(reflect.MakeSlice(t, 1, 1))
		case t.Kind() == reflect.Pointer && !repeatsBelow(inner, s):
			v.Set(reflect.New(inner))
		}
	}
}

func repeatsBelow(t reflect.Type, s site) bool {
	return t.Kind() == reflect.Struct && repeats(t, s.types[:len(s.types)-1])
}

// run applies the variants to a fresh probe, runs defaulting and the way
// through the internal version that storage takes, and returns the leaves
// before and after.
func (p *probe) run(variants ...variant) (before, after map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("probing %s: %v", p.kind, r)
		}
	}()
	root := reflect.New(p.kind.goType)
	p.allocate(root.Elem())
	for _, change := range variants {
		change(root.Elem())
	}
	object := root.Interface().(runtime.Object)
	object.GetObjectKind().SetGroupVersionKind(p.kind.GroupVersionKind)
	if before, err = leaves(object); err != nil {
		return nil, nil, err
	}
	after, err = leaves(persisted(object, p.kind.GroupVersionKind))
	return before, after, err
}

// persisted is object as the server would give it back.
func persisted(object runtime.Object, gvk schema.GroupVersionKind) runtime.Object {
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object.DeepCopyObject(), schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return object
	}
	back, err := legacyscheme.Scheme.UnsafeConvertToVersion(internal, gvk.GroupVersion())
	if err != nil {
		return object
	}
	return back
}

func leaves(object any) (map[string]any, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	out := map[string]any{}
	flatten(tree, "", out)
	return out, nil
}

func flatten(v any, path string, out map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			out[path] = v
		}
		for name, c := range v {
			flatten(c, strings.TrimPrefix(path+"/"+name, "/"), out)
		}
	case []any:
		if len(v) == 0 {
			out[path] = v
		}
		for i, c := range v {
			flatten(c, fmt.Sprintf("%s/[%d]", path, i), out)
		}
	default:
		out[path] = v
	}
}
