package profile

import (
	"encoding/json"
	"fmt"

	kubejson "k8s.io/apimachinery/pkg/util/json"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Value is JSON data that a document carries and this package does not
// interpret: Helm values, Cluster API fields, the value of a variable. The zero
// Value is absent. It never changes; where it was written is kept beside it.
type Value struct{ node *value.Node }

// ValueOf makes a Value of plain data as encoding/json decodes it. It fails on
// other types and on numbers that JSON lacks.
func ValueOf(data any) (Value, error) {
	n, err := value.FromAny(data, value.Place{})
	return Value{node: n}, err
}

// Any is a copy of the data: nil, bool, int64, float64, string, []any or
// map[string]any.
func (v Value) Any() any { return v.node.Any() }

// IsZero reports whether the value is absent.
func (v Value) IsZero() bool { return v.node == nil }

// String is the canonical JSON form.
func (v Value) String() string { return string(v.node.AppendJSON(nil)) }

// Tree is the data with its places. It is for the packages of this module.
func (v Value) Tree() *value.Node { return v.node }

// MarshalJSON gives the canonical JSON form; an absent value is null.
func (v Value) MarshalJSON() ([]byte, error) { return v.node.AppendJSON(nil), nil }

// UnmarshalJSON reads any JSON; integers stay integers.
func (v *Value) UnmarshalJSON(data []byte) error {
	var any any
	if err := kubejson.Unmarshal(data, &any); err != nil {
		return err
	}
	n, err := value.FromAny(any, value.Place{})
	if err != nil {
		return fmt.Errorf("reading a value: %w", err)
	}
	*v = Value{node: n}
	return nil
}

var _ json.Unmarshaler = (*Value)(nil)

// NewValue wraps a tree. It is for the packages of this module; others use
// [ValueOf].
func NewValue(tree *value.Node) Value { return Value{node: tree} }
