package kubeschema

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Definition is what a CustomResourceDefinition says about its kind.
type Definition struct {
	Group, Kind string
	Namespaced  bool
	// Types are the schemas by version.
	Types map[string]*Type
	// SameShape: all versions are stored alike, only the version's name differs.
	SameShape bool
}

// Custom reads a CustomResourceDefinition (apiextensions.k8s.io/v1); false when
// tree is none. Parts of a schema that cannot be understood become [Any].
func Custom(tree *value.Node) (Definition, bool) {
	kind, _ := tree.Get("kind").Str()
	apiVersion, _ := tree.Get("apiVersion").Str()
	if kind != "CustomResourceDefinition" || !strings.HasPrefix(apiVersion, "apiextensions.k8s.io/") {
		return Definition{}, false
	}
	spec := tree.Get("spec")
	scope, _ := spec.Get("scope").Str()
	d := Definition{Namespaced: scope == "Namespaced", Types: map[string]*Type{}}
	d.Group, _ = spec.Get("group").Str()
	d.Kind, _ = spec.Get("names", "kind").Str()
	strategy, _ := spec.Get("conversion", "strategy").Str()
	d.SameShape = strategy == "" || strategy == "None"
	for _, v := range spec.Get("versions").Items() {
		name, _ := v.Get("name").Str()
		if s := v.Get("schema", "openAPIV3Schema"); s != nil {
			d.Types[name] = root(s)
		}
	}
	return d, d.Group != "" && d.Kind != ""
}

// root is the type of a whole object: metadata is Kubernetes' own.
func root(s *value.Node) *Type {
	t := custom(s, 0)
	if t.Kind != Struct {
		t = &Type{Kind: Struct, Open: true}
	}
	envelope := Envelope()
	t.Fields = slices.DeleteFunc(t.Fields, func(f Field) bool { return slices.Contains(envelope.names(), f.Name) })
	t.Fields = append(t.Fields, envelope.Fields...)
	slices.SortFunc(t.Fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return t
}

func (t *Type) names() []string {
	out := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		out[i] = f.Name
	}
	return out
}

const maxDepth = 200

// custom reads one schema.
func custom(s *value.Node, depth int) *Type {
	if depth > maxDepth || s.Kind() != value.Map {
		return scalarTypes["any"]
	}
	if yes, _ := s.Get("x-kubernetes-int-or-string").Boolean(); yes {
		return intOrString(s)
	}
	name, _ := s.Get("type").Str()
	switch name {
	case "object":
		return object(s, depth)
	case "array":
		return array(s, depth)
	case "string":
		return text(s)
	case "integer", "number", "boolean":
		return scalarTypes[name]
	}
	return scalarTypes["any"]
}

// intOrString tells quantities, which come with a pattern, from numbers that
// may be names.
func intOrString(s *value.Node) *Type {
	if pattern, _ := s.Get("pattern").Str(); strings.Contains(pattern, "[KMGTPE]i") {
		return scalarTypes["quantity"]
	}
	return scalarTypes["intorstring"]
}

func text(s *value.Node) *Type {
	format, _ := s.Get("format").Str()
	switch format {
	case "duration":
		return scalarTypes["duration"]
	case "date-time":
		return scalarTypes["time"]
	case "byte":
		return scalarTypes["bytes"]
	}
	values := s.Get("enum").Items()
	if len(values) == 0 {
		return scalarTypes["string"]
	}
	t := &Type{Name: "string", Kind: String}
	for _, v := range values {
		t.Enum = append(t.Enum, v.Text())
	}
	return t
}

func object(s *value.Node, depth int) *Type {
	properties := s.Get("properties")
	if elem := s.Get("additionalProperties"); elem.Kind() == value.Map && properties.Len() == 0 {
		return &Type{Kind: Map, Elem: custom(elem, depth+1)}
	}
	t := &Type{Kind: Struct}
	t.Open, _ = s.Get("x-kubernetes-preserve-unknown-fields").Boolean()
	required := s.Get("required").Items()
	for _, p := range properties.Fields() {
		needed := slices.ContainsFunc(required, func(n *value.Node) bool { return n.Text() == p.Name })
		t.Fields = append(t.Fields, Field{Name: p.Name, Type: custom(p.Value, depth+1), Required: needed})
		if d := p.Value.Get("default"); d != nil {
			t.Defaults = append(t.Defaults, Default{Path: []string{p.Name}, Value: d})
		}
	}
	return t
}

func array(s *value.Node, depth int) *Type {
	t := &Type{Kind: List, Elem: custom(s.Get("items"), depth+1)}
	relation, _ := s.Get("x-kubernetes-list-type").Str()
	switch relation {
	case "set":
		t.Relation, t.Order = Set, Insignificant
	case "map":
		t.Relation, t.Order = Keyed, Insignificant
		for _, k := range s.Get("x-kubernetes-list-map-keys").Items() {
			t.Keys = append(t.Keys, k.Text())
		}
	}
	return t
}
