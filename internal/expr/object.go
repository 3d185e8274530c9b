package expr

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// The types of the roots that have fixed fields.
var (
	varsType      = types.NewObjectType("vars")
	clusterType   = types.NewObjectType("cluster")
	poolType      = types.NewObjectType("pool")
	componentType = types.NewObjectType("component")
	secretType    = types.NewObjectType("secretRef")
)

var labelsType = types.NewMapType(types.StringType, types.StringType)

var fieldTypes = map[string]map[string]*types.Type{
	rootCluster: {
		"name": types.StringType, "namespace": types.StringType, "labels": labelsType,
		"hub": types.StringType, "timeZone": types.StringType,
	},
	rootPool:              {"name": types.StringType, "class": types.StringType, "labels": labelsType},
	rootComponent:         {"name": types.StringType, "version": types.StringType},
	secretType.TypeName(): {"name": types.StringType},
}

// provider tells CEL the fields of the roots and of one scope's variables.
type provider struct {
	types.Provider
	variables map[string]*Variable
}

// fieldType is the type of a field of one of our objects.
func (p *provider) fieldType(object, field string) (*types.Type, bool) {
	if object == varsType.TypeName() {
		v, ok := p.variables[field]
		if !ok {
			return nil, false
		}
		return v.cel(), true
	}
	t, ok := fieldTypes[object][field]
	return t, ok
}

func (p *provider) owns(object string) bool {
	_, fixed := fieldTypes[object]
	return fixed || object == varsType.TypeName()
}

// FindStructType implements [types.Provider].
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if p.owns(name) {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements [types.Provider].
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	switch {
	case name == varsType.TypeName():
		return slices.Sorted(maps.Keys(p.variables)), true
	case p.owns(name):
		return slices.Sorted(maps.Keys(fieldTypes[name])), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements [types.Provider].
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if !p.owns(name) {
		return p.Provider.FindStructFieldType(name, field)
	}
	t, ok := p.fieldType(name, field)
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type:    t,
		IsSet:   func(target any) bool { return target.(object).has(field) },
		GetFrom: func(target any) (any, error) { return target.(object).read(field) },
	}, true
}

// object is one of the roots with fixed fields, or a secret reference, as CEL
// sees it.
type object struct {
	typ       *types.Type
	node      *value.Node
	variables map[string]*Variable // of vars
}

func (o object) has(field string) bool { return !o.node.Get(field).IsNull() }

func (o object) read(field string) (ref.Val, error) {
	n := o.node.Get(field)
	if _, declared := o.variables[field]; o.typ == varsType && !declared {
		return nil, undeclared(field, slices.Sorted(maps.Keys(o.variables)))
	}
	if n.IsNull() {
		return nil, missing([]string{o.typ.TypeName(), field})
	}
	if o.typ == varsType {
		return typed(n, o.variables[field].Type)
	}
	return convert(n), nil
}

// typed is the value of a variable of type t, as its declaration promises.
func typed(n *value.Node, t Type) (ref.Val, error) {
	switch {
	case !t.holds(n):
		return nil, misfit(n, t)
	case t == SecretRef:
		return object{typ: secretType, node: n}, nil
	case t == Number:
		f, _ := n.Number()
		return types.Double(f), nil
	case t.textual():
		return types.String(n.Text()), nil
	}
	return convert(n), nil
}

// textual reports whether expressions see the type as a string.
func (t Type) textual() bool { return t.cel().Kind() == types.StringKind }

// holds reports whether n can be the value of a variable of type t. Text may be
// written as a bare number, such as 10.
func (t Type) holds(n *value.Node) bool {
	switch t {
	case Integer:
		return n.Kind() == value.Int
	case Number:
		return n.Kind() == value.Int || n.Kind() == value.Float
	case Boolean:
		return n.Kind() == value.Bool
	case SecretRef, Map, Object:
		return n.Kind() == value.Map
	case List:
		return n.Kind() == value.List
	}
	return n.Kind() < value.List
}

func misfit(n *value.Node, t Type) *Error {
	return &Error{Code: CodeType, Summary: fmt.Sprintf("the variable is declared as %s and holds %s", t, n.Kind())}
}

// Get implements CEL's indexer, for vars[name].
func (o object) Get(index ref.Val) ref.Val {
	name, ok := index.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(index)
	}
	v, err := o.read(string(name))
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

// IsSet implements CEL's field tester.
func (o object) IsSet(field ref.Val) ref.Val {
	name, ok := field.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(field)
	}
	return types.Bool(o.has(string(name)))
}

// ConvertToNative implements [ref.Val]; an object stays inside an expression.
func (o object) ConvertToNative(reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be converted", o.typ.TypeName())
}

// ConvertToType implements [ref.Val].
func (o object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.typ
	}
	return types.NewErr("%s cannot be converted to %s", o.typ.TypeName(), t.TypeName())
}

// Equal implements [ref.Val].
func (o object) Equal(other ref.Val) ref.Val {
	p, ok := other.(object)
	return types.Bool(ok && o.typ == p.typ && o.node.Equal(p.node))
}

// Type implements [ref.Val].
func (o object) Type() ref.Type { return o.typ }

// Value implements [ref.Val].
func (o object) Value() any { return o }
