package main

import (
	"reflect"
	"slices"
	"strings"
)

// scalars are Go types that are one value in JSON.
var scalars = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":              "quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":            "intorstring",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                  "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":             "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":              "duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":              "any",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":               "any",
	"k8s.io/apimachinery/pkg/apis/meta/v1.LabelSelectorOperator": "string",
	apiextensionsV1 + ".JSON":                                    "any",
	apiextensionsV1 + ".JSONSchemaPropsOrStringArray":            "any",
}

// unions are written as the one of their alternatives that is a struct.
var unions = []string{apiextensionsV1 + ".JSONSchemaPropsOrBool", apiextensionsV1 + ".JSONSchemaPropsOrArray"}

const apiextensionsV1 = "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

func fullName(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

// shortName is the last two elements of the package path and the type's name.
func shortName(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	return strings.Join(parts[len(parts)-2:], ".") + "." + t.Name()
}

// member is a field of a struct as JSON has it; inlined structs are flattened.
type member struct {
	name  string
	typ   reflect.Type
	owner reflect.Type // the struct that declares it
	index []int
}

func members(t reflect.Type) []member {
	if known, ok := memberCache[t]; ok {
		return known
	}
	out := listMembers(t)
	memberCache[t] = out
	return out
}

var memberCache = map[reflect.Type][]member{}

func listMembers(t reflect.Type) []member {
	var out []member
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case name == "" && (f.Anonymous || strings.Contains(options, "inline")):
			for _, m := range members(f.Type) {
				out = append(out, member{m.name, m.typ, m.owner, append([]int{i}, m.index...)})
			}
		case name != "":
			out = append(out, member{name, f.Type, t, []int{i}})
		}
	}
	slices.SortFunc(out, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return out
}

// scalar is the table's word for a Go type that is one JSON value.
func scalar(t reflect.Type) (string, bool) {
	if word, ok := scalars[fullName(t)]; ok {
		return word, true
	}
	switch t.Kind() {
	case reflect.String:
		return "string", true
	case reflect.Bool:
		return "boolean", true
	case reflect.Float32, reflect.Float64:
		return "number", true
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Int16, reflect.Int8:
		return "integer", true
	case reflect.Slice:
		return "bytes", t.Elem().Kind() == reflect.Uint8
	case reflect.Interface:
		return "any", true
	}
	return "", false
}

func isUnion(t reflect.Type) bool { return slices.Contains(unions, fullName(t)) }

// field is one line of the table.
type field struct {
	name, shape string
	zero        bool // the server does not tell the zero value from absence
	required    bool
}

// collect finds every struct reachable from kinds, by short name.
func collect(kinds []kind, spec *openAPI) map[string][]field {
	c := &collector{spec: spec, types: map[string][]field{}}
	for _, k := range kinds {
		c.structure(k.goType)
	}
	return c.types
}

type collector struct {
	spec  *openAPI
	types map[string][]field
}

func (c *collector) structure(t reflect.Type) string {
	name := shortName(t)
	if _, known := c.types[name]; known {
		return name
	}
	c.types[name] = nil
	var fields []field
	for _, m := range members(t) {
		if m.name == "managedFields" {
			continue
		}
		fields = append(fields, field{
			name:     m.name,
			shape:    c.shape(m.typ, m.owner, m.name),
			zero:     m.typ.Kind() != reflect.Pointer,
			required: c.spec.required(m.owner, m.name),
		})
	}
	c.types[name] = fields
	return name
}

func (c *collector) shape(t, owner reflect.Type, name string) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if word, ok := scalar(t); ok {
		return word
	}
	switch t.Kind() {
	case reflect.Slice:
		return "[" + c.shape(t.Elem(), owner, name) + " " + c.spec.list(owner, name)
	case reflect.Map:
		return "{" + c.shape(t.Elem(), owner, name)
	}
	if isUnion(t) {
		return c.structure(schemaProps(t))
	}
	return c.structure(t)
}

func schemaProps(union reflect.Type) reflect.Type {
	for i := range union.NumField() {
		if f := union.Field(i); f.Name == "Schema" {
			return f.Type.Elem()
		}
	}
	panic("no Schema in " + fullName(union))
}

func structOf(s site) reflect.Type {
	t := s.leaf()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
