package drift

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/render"
)

// schemas finds types: of built-in kinds in the table, of custom resources in
// the definitions that are declared or live. Live definitions come first: they
// are what the server used.
type schemas struct {
	table  *kubeschema.Table
	custom map[render.Key]kubeschema.Definition // by group and kind
}

func newSchemas(want, live []render.Object) *schemas {
	s := &schemas{table: kubeschema.Builtin(), custom: map[render.Key]kubeschema.Definition{}}
	s.define(want)
	s.define(live)
	return s
}

// define adds the definitions among objects to those of earlier calls, before
// which they come. Of several for one kind the newest counts.
func (s *schemas) define(objects []render.Object) {
	from := map[render.Key]*value.Node{}
	for _, o := range objects {
		if o.Key().Kind != definitionKind {
			continue
		}
		d, ok := kubeschema.Custom(o.Tree())
		k := render.Key{Group: d.Group, Kind: d.Kind}
		if ok && (from[k] == nil || newer(o.Tree(), from[k])) {
			s.custom[k], from[k] = d, o.Tree()
		}
	}
}

const definitionKind = "CustomResourceDefinition"

// scope gives k the namespace it really has: none for a cluster-scoped kind,
// default where a namespaced object names none.
func (s *schemas) scope(k render.Key) render.Key {
	namespaced, known := s.table.Namespaced(k.Group, k.Kind)
	if d, ok := s.custom[render.Key{Group: k.Group, Kind: k.Kind}]; ok && !known {
		namespaced, known = d.Namespaced, true
	}
	switch {
	case known && !namespaced:
		k.Namespace = ""
	case known && k.Namespace == "":
		k.Namespace = "default"
	}
	return k
}

// schema is the type to compare two objects by.
type schema struct {
	typ    *kubeschema.Type
	custom bool
	known  bool
	// apart: the two are of versions between which the conversion is not known.
	apart bool
}

// between is the schema for comparing an object declared at version want with
// one that is live at version live.
func (s *schemas) between(k render.Key, want, live string) schema {
	out := s.of(k, live)
	if want == live {
		return out
	}
	if d, ok := s.custom[render.Key{Group: k.Group, Kind: k.Kind}]; ok && out.custom {
		out.apart = !d.SameShape
		return out
	}
	declared := s.of(k, want)
	out.apart = !out.known || !declared.known || !sameShape(declared.typ, out.typ, map[*kubeschema.Type]bool{})
	return out
}

func (s *schemas) of(k render.Key, version string) schema {
	if t, ok := s.table.Type(k.Group, version, k.Kind); ok {
		return schema{typ: t, known: true}
	}
	if t, ok := s.custom[render.Key{Group: k.Group, Kind: k.Kind}].Types[version]; ok {
		return schema{typ: t, custom: true, known: true}
	}
	return schema{typ: kubeschema.Envelope()}
}

// sameShape reports whether two types have the same fields all the way down.
func sameShape(a, b *kubeschema.Type, seen map[*kubeschema.Type]bool) bool {
	if a == b || seen[a] {
		return true
	}
	if a == nil || b == nil || a.Kind != b.Kind || a.Relation != b.Relation || !slices.Equal(a.Keys, b.Keys) || len(a.Fields) != len(b.Fields) {
		return false
	}
	seen[a] = true
	for i, f := range a.Fields {
		if f.Name != b.Fields[i].Name || !sameShape(f.Type, b.Fields[i].Type, seen) {
			return false
		}
	}
	return sameShape(a.Elem, b.Elem, seen)
}
