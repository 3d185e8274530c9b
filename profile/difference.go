package profile

import (
	"maps"
	"path"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// difference is a place in which two trees differ: a leaf, or the whole of what
// only one of them has.
type difference struct {
	path       diag.Path
	have, want *value.Node // nil where there is nothing
}

// differences are those between two trees, in order. Items of lists are told
// apart by the keys of table; lists without keys differ as wholes.
func differences(have, want *value.Node, table merge.Table) []difference {
	return differ(nil, nil, have, want, table)
}

func differ(out []difference, at diag.Path, have, want *value.Node, table merge.Table) []difference {
	if sameNode(have, want) {
		return out
	}
	switch {
	case have.Kind() == value.Map && want.Kind() == value.Map:
		names := map[string]bool{}
		for _, f := range slices.Concat(have.Fields(), want.Fields()) {
			names[f.Name] = true
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			out = differ(out, at.Join(diag.Field(name)), have.Get(name), want.Get(name), table)
		}
		return out
	case have.Kind() == value.List && want.Kind() == value.List:
		if items := keyedItems(at, have, want, table); items != nil {
			for _, d := range items {
				out = differ(out, d.path, d.have, d.want, table)
			}
			return out
		}
	}
	return append(out, difference{path: at, have: have, want: want})
}

// keyedItems are the items of both lists by their keys, in order of appearance;
// nil where not every item has a key of its own, or only the order differs.
func keyedItems(at diag.Path, have, want *value.Node, table merge.Table) []difference {
	var out []difference
	index := map[string]int{}
	for side, list := range []*value.Node{have, want} {
		for _, item := range list.Items() {
			step, ok := table.KeyOf(at, item)
			if !ok {
				return nil
			}
			text := diag.Path{step}.String()
			i, known := index[text]
			if !known {
				i = len(out)
				index[text] = i
				out = append(out, difference{path: at.Join(step)})
			}
			of := []**value.Node{&out[i].have, &out[i].want}[side]
			if *of != nil {
				return nil
			}
			*of = item
		}
	}
	if !slices.ContainsFunc(out, func(d difference) bool { return !d.have.Equal(d.want) }) {
		return nil
	}
	return out
}

// place is where a difference stands; gone means that it stands in have.
func (d difference) place() (at diag.Range, gone bool) {
	if d.want == nil {
		return d.have.Place().Range(), true
	}
	return d.want.Place().Range(), false
}

// layerTable is the list table of a layer as it is written.
func layerTable(layer *value.Node) merge.Table {
	values := merge.Declared(layer.Get("merge"))
	return func(at diag.Path) merge.Rule {
		switch name, _ := firstField(at); name {
		case "values":
			return values(at[1:])
		case "capi":
			return merge.Capi(at[1:])
		}
		return merge.Rule{}
	}
}

// digested is a tree in which every reference to files has their digests beside
// it, so that other files under the same names are a difference.
func digested(n *value.Node, files func(pattern string, at diag.Range) []File) *value.Node {
	switch n.Kind() {
	case value.List:
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = digested(item, files)
		}
		return n.WithItems(items)
	case value.Map:
		fields := slices.Clone(n.Fields())
		for i, f := range fields {
			fields[i].Value = digested(f.Value, files)
		}
		out := n.WithFields(fields)
		if pattern, ok := n.Get("$file").Str(); ok {
			out = out.With("digests", digestsOf(files(pattern, n.Get("$file").Place().Range()), n.Place()))
		}
		return out
	}
	return n
}

func digestsOf(found []File, at value.Place) *value.Node {
	fields := make([]value.Entry, len(found))
	for i, f := range found {
		fields[i] = value.Entry{Name: path.Base(f.Name), Key: at, Value: value.NewString(f.Digest, at)}
	}
	return value.NewMap(fields, at)
}

// withFiles is a layer, preset patch or constant of the release with digests.
func (r *release) withFiles(n *value.Node) *value.Node {
	find := func(pattern string, at diag.Range) []File {
		for of := r; of != nil; of = of.parent {
			if of.holds(at.File) {
				return of.known(pattern, at, nil)
			}
		}
		return nil
	}
	manifests := n.Get("content", "manifests")
	if manifests.Kind() == value.List {
		items := slices.Clone(manifests.Items())
		for i, item := range items {
			if _, ok := item.Str(); ok {
				items[i] = value.NewMap([]value.Entry{{Name: "$file", Key: item.Place(), Value: item}}, item.Place())
			}
		}
		n = n.Set(manifests.WithItems(items), "content", "manifests")
	}
	return digested(n, find)
}
