package expr

import (
	"fmt"
	"math"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// adapter makes CEL values of nodes, on the way into an expression.
type adapter struct{}

// NativeToValue implements [types.Adapter].
func (adapter) NativeToValue(v any) ref.Val {
	switch v := v.(type) {
	case ref.Val:
		return v
	case *value.Node:
		return convert(v)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

func convert(n *value.Node) ref.Val {
	switch n.Kind() {
	case value.Bool:
		b, _ := n.Boolean()
		return types.Bool(b)
	case value.Int:
		i, _ := n.Integer()
		return types.Int(i)
	case value.Float:
		f, _ := n.Number()
		return types.Double(f)
	case value.String:
		s, _ := n.Str()
		return types.String(s)
	case value.List:
		return types.NewDynamicList(adapter{}, n.Items())
	case value.Map:
		return mapping{n}
	}
	return types.NullValue
}

// result makes a node of what an expression gave. The error has no place yet.
func result(v ref.Val, at value.Place) (*value.Node, *Error) {
	left := maxNodes
	return nodeOf(v, at, &left)
}

func nodeOf(v ref.Val, at value.Place, left *int) (*value.Node, *Error) {
	if *left--; *left < 0 {
		return nil, &Error{Code: CodeTooCostly, Summary: fmt.Sprintf("the result has more than %d parts", maxNodes)}
	}
	switch v := v.(type) {
	case types.Null:
		return value.NewNull(at), nil
	case types.Bool:
		return value.NewBool(bool(v), at), nil
	case types.Int:
		return value.NewInt(int64(v), at), nil
	case types.Uint:
		if v <= math.MaxInt64 {
			return value.NewInt(int64(v), at), nil
		}
		return nil, &Error{Code: CodeEvaluation, Summary: fmt.Sprintf("the result %d does not fit into an integer of 64 bits", uint64(v))}
	case types.Double:
		return number(float64(v), at)
	case types.String:
		return value.NewString(string(v), at), nil
	case *types.Optional:
		if v.HasValue() {
			return nodeOf(v.GetValue(), at, left)
		}
		return nil, (&Error{Code: CodeNoValue, Summary: "the result is an optional without a value"}).hinting(hintOptional)
	case mapping:
		return v.node, nil
	case traits.Mapper:
		return mapOf(v, at, left)
	case traits.Lister:
		return listOf(v, at, left)
	}
	return nil, unusable(v.Type().TypeName())
}

func number(f float64, at value.Place) (*value.Node, *Error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, &Error{Code: CodeEvaluation, Summary: fmt.Sprintf("the result is %v, not a number that data can hold", f)}
	}
	return value.NewFloat(f, at), nil
}

func mapOf(m traits.Mapper, at value.Place, left *int) (*value.Node, *Error) {
	var fields []value.Entry
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.(types.String)
		if !ok {
			return nil, (&Error{Code: CodeType, Summary: fmt.Sprintf("the result is a map with a key of type %s", key.Type().TypeName())}).
				hinting("data has only strings as keys: convert them with string(...)")
		}
		n, err := nodeOf(m.Get(key), at, left)
		if err != nil {
			return nil, err
		}
		fields = append(fields, value.Entry{Name: string(name), Key: at, Value: n})
	}
	return value.NewMap(fields, at), nil
}

func listOf(l traits.Lister, at value.Place, left *int) (*value.Node, *Error) {
	var items []*value.Node
	for it := l.Iterator(); it.HasNext() == types.True; {
		n, err := nodeOf(it.Next(), at, left)
		if err != nil {
			return nil, err
		}
		items = append(items, n)
	}
	return value.NewList(items, at), nil
}

const hintOptional = "end the expression with .orValue(...)"

// resultHints say how to get data out of values that are none.
var resultHints = map[string]string{
	"kubernetes.Quantity":       "call .asInteger() or .asApproximateFloat(), or use the text it was made of",
	"kubernetes.Semver":         "call .major(), .minor() or .patch(), or use the text it was made of",
	"net.IP":                    "call string(...)",
	"net.CIDR":                  "call string(...), or .ip() and .prefixLength()",
	"timestamp":                 "call string(...)",
	"google.protobuf.Timestamp": "call string(...)",
	"duration":                  "call string(...)",
	"google.protobuf.Duration":  "call string(...)",
	"bytes":                     "call string(...), or base64.encode(...)",
	"optional_type":             hintOptional,
	"secretRef":                 "a secret is only ever a reference: read its .name",
	"vars":                      "name one variable: vars.x",
	"cluster":                   "name one field: cluster.name, .namespace, .labels, .hub or .timeZone",
	"pool":                      "name one field: pool.name, .class or .labels",
	"component":                 "name one field: component.name or .version",
}

func unusable(typeName string) *Error {
	hint, ok := resultHints[typeName]
	if !ok {
		hint = "give a string, a number, a boolean, a list or a map"
	}
	return &Error{Code: CodeType, Summary: fmt.Sprintf("the result is of type %s, which is not data", typeName), Hint: hint}
}
