package patch

import (
	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Merge puts a merge patch (RFC 7386) over an object.
func Merge(object, patch *value.Node) *value.Node {
	return withoutDeleted(merge.Over(object, patch, merge.Replace), patch)
}

// withoutDeleted takes away the fields that a merge patch sets to null; nulls
// that it does not name stay (RFC 7386).
func withoutDeleted(n, patch *value.Node) *value.Node {
	if n.Kind() != value.Map {
		return n
	}
	for _, f := range patch.Fields() {
		if f.Value.IsNull() {
			n = n.Without(f.Name)
		} else if old := n.Get(f.Name); old != nil && f.Value.Kind() == value.Map {
			n = n.With(f.Name, withoutDeleted(old, f.Value))
		}
	}
	return n
}
