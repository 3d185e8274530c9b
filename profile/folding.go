package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// folding puts parts together, once for the same parts one after the other: many
// rules look at few trees.
type folding struct {
	fold  func([]part) *value.Node
	known []folded
}

type folded struct {
	parts []part
	tree  *value.Node
}

// foldings is how many trees are kept: those of all parts and of the allowed
// ones, for a few owners.
const foldings = 8

func (f *folding) of(parts []part) *value.Node {
	for _, k := range f.known {
		if slices.Equal(k.parts, parts) {
			return k.tree
		}
	}
	made := folded{parts: parts, tree: f.fold(parts)}
	f.known = append(f.known, made)
	if len(f.known) > foldings {
		f.known = f.known[1:]
	}
	return made.tree
}

func valuesOf(ly *layer) *folding {
	return &folding{fold: func(parts []part) *value.Node { return foldValues(parts, ly) }}
}

// foldings gives the foldings of the values of each layer, and of the slots.
func (c *composition) foldings() (values func(*layer) *folding, capi *folding) {
	known := map[*layer]*folding{}
	return func(ly *layer) *folding {
		if known[ly] == nil {
			known[ly] = valuesOf(ly)
		}
		return known[ly]
	}, &folding{fold: c.joined}
}
