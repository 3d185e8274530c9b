package immutable

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Fields are the immutable fields of one object. Paths consist of field names,
// list elements left out.
type Fields struct {
	fixed [][]string
	// open are fields below fixed ones that can be changed all the same.
	open [][]string
	// once can be set, and then not be changed.
	once [][]string
}

// Of are the immutable fields of an object of a kind as it is now.
func Of(group, kind string, object *value.Node) Fields {
	f := table[groupKind{group, kind}]
	if frozen, _ := object.Get("immutable").Boolean(); frozen && group == "" && (kind == "ConfigMap" || kind == "Secret") {
		f.fixed = append(slices.Clip(f.fixed), []string{"data"}, []string{"stringData"}, []string{"binaryData"}, []string{"immutable"})
	}
	return f
}

// Cover reports whether the field at path is one of them, or below one.
func (f Fields) Cover(path []string) bool {
	within := func(above []string) bool {
		return len(above) <= len(path) && slices.Equal(above, path[:len(above)])
	}
	return slices.ContainsFunc(f.once, within) || slices.ContainsFunc(f.fixed, within) && !slices.ContainsFunc(f.open, within)
}

// Differ reports whether one of them differs between two states of the object.
func (f Fields) Differ(old, now *value.Node) bool {
	once := func(path []string) bool {
		before, after := old.Get(path...), now.Get(path...)
		return isSet(before) && isSet(after) && !before.Equal(after)
	}
	for _, path := range f.open {
		old, now = without(old, path), without(now, path)
	}
	fixed := func(path []string) bool { return !old.Get(path...).Equal(now.Get(path...)) }
	return slices.ContainsFunc(f.fixed, fixed) || slices.ContainsFunc(f.once, once)
}

func isSet(n *value.Node) bool { return !n.IsNull() && n.Text() != "" }

// without drops the field at path, in every element of the lists on the way.
func without(n *value.Node, path []string) *value.Node {
	switch {
	case n.Kind() == value.List:
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = without(item, path)
		}
		return n.WithItems(items)
	case n.Kind() != value.Map || n.Get(path[0]) == nil:
		return n
	case len(path) == 1:
		return n.Without(path[0])
	}
	return n.With(path[0], without(n.Get(path[0]), path[1:]))
}
