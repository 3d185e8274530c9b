package expr

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// mapping is a mapping node as CEL sees it: read in place, never copied.
type mapping struct{ node *value.Node }

var _ traits.Mapper = mapping{}

// Find implements [traits.Mapper].
func (m mapping) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.(types.String)
	if !ok {
		return nil, false
	}
	e, ok := m.node.Entry(string(name))
	if !ok {
		return nil, false
	}
	return convert(e.Value), true
}

// Get implements [traits.Indexer].
func (m mapping) Get(key ref.Val) ref.Val {
	if v, ok := m.Find(key); ok {
		return v
	}
	return types.NewErr("no such key: %v", key)
}

// Contains implements [traits.Container].
func (m mapping) Contains(key ref.Val) ref.Val {
	_, ok := m.Find(key)
	return types.Bool(ok)
}

// Size implements [traits.Sizer].
func (m mapping) Size() ref.Val { return types.Int(m.node.Len()) }

// IsZeroValue implements [traits.Zeroer].
func (m mapping) IsZeroValue() bool { return m.node.Len() == 0 }

// Iterator implements [traits.Iterable]: the names in order.
func (m mapping) Iterator() traits.Iterator {
	keys := make([]ref.Val, m.node.Len())
	for i, f := range m.node.Fields() {
		keys[i] = types.String(f.Name)
	}
	return &keyIterator{keys: keys}
}

// Equal implements [ref.Val].
func (m mapping) Equal(other ref.Val) ref.Val {
	o, ok := other.(traits.Mapper)
	if !ok || o.Size() != m.Size() {
		return types.False
	}
	for _, f := range m.node.Fields() {
		v, ok := o.Find(types.String(f.Name))
		if !ok || types.Equal(convert(f.Value), v) != types.True {
			return types.False
		}
	}
	return types.True
}

// ConvertToNative implements [ref.Val].
func (m mapping) ConvertToNative(t reflect.Type) (any, error) {
	if data := m.node.Any(); reflect.TypeOf(data).AssignableTo(t) {
		return data, nil
	}
	return nil, fmt.Errorf("a mapping cannot be converted to %s", t)
}

// ConvertToType implements [ref.Val].
func (m mapping) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.MapType:
		return m
	case types.TypeType:
		return types.MapType
	}
	return types.NewErr("a mapping cannot be converted to %s", t.TypeName())
}

// Type implements [ref.Val].
func (m mapping) Type() ref.Type { return types.MapType }

// Value implements [ref.Val].
func (m mapping) Value() any { return m.node }

// ordered is a map written in an expression, walked in the order of its keys:
// CEL's own would be walked in the order of a Go map.
type ordered struct{ traits.Mapper }

// Iterator implements [traits.Iterable].
func (o ordered) Iterator() traits.Iterator {
	var keys []ref.Val
	for it := o.Mapper.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	slices.SortFunc(keys, compareKeys)
	return &keyIterator{keys: keys}
}

// compareKeys orders by kind, then by value.
func compareKeys(a, b ref.Val) int {
	if c := cmp.Compare(a.Type().TypeName(), b.Type().TypeName()); c != 0 {
		return c
	}
	if c, ok := a.(traits.Comparer); ok {
		if i, ok := c.Compare(b).(types.Int); ok {
			return int(i)
		}
	}
	return 0
}

// orderedConstructor makes the maps of a map literal ordered.
type orderedConstructor struct{ inner interpreter.Interpretable }

// ID implements [interpreter.Interpretable].
func (c orderedConstructor) ID() int64 { return c.inner.ID() }

// Eval implements [interpreter.Interpretable].
func (c orderedConstructor) Eval(vars interpreter.Activation) ref.Val {
	v := c.inner.Eval(vars)
	if m, ok := v.(traits.Mapper); ok {
		return ordered{m}
	}
	return v
}

// keyIterator implements [traits.Iterator] over a slice.
type keyIterator struct {
	ref.Val // never used: CEL asks iterators only for their items
	keys    []ref.Val
}

// HasNext implements [traits.Iterator].
func (it *keyIterator) HasNext() ref.Val { return types.Bool(len(it.keys) > 0) }

// Next implements [traits.Iterator].
func (it *keyIterator) Next() ref.Val {
	if len(it.keys) == 0 {
		return nil
	}
	next := it.keys[0]
	it.keys = it.keys[1:]
	return next
}
