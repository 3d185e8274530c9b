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
	if (have == nil) == (want == nil) && have.Equal(want) {
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
		if steps := commonKeys(at, have, want, table); steps != nil {
			for _, step := range steps {
				out = differ(out, at.Join(step), have.Find(diag.Path{step}), want.Find(diag.Path{step}), table)
			}
			return out
		}
	}
	return append(out, difference{path: at, have: have, want: want})
}

// commonKeys are the keys of the items of both lists, in order of appearance; nil
// where not every item has a key of its own, or only the order differs.
func commonKeys(at diag.Path, have, want *value.Node, table merge.Table) []diag.Step {
	seen := map[string]*[2]bool{}
	var steps []diag.Step
	for side, list := range []*value.Node{have, want} {
		for _, item := range list.Items() {
			step, ok := table.KeyOf(at, item)
			if !ok {
				return nil
			}
			text := diag.Path{step}.String()
			if seen[text] == nil {
				seen[text] = &[2]bool{}
				steps = append(steps, step)
			}
			if seen[text][side] {
				return nil
			}
			seen[text][side] = true
		}
	}
	same := func(step diag.Step) bool {
		return have.Find(diag.Path{step}).Equal(want.Find(diag.Path{step}))
	}
	if !slices.ContainsFunc(steps, func(s diag.Step) bool { return !same(s) }) {
		return nil
	}
	return steps
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
			if path.Dir(at.File) == of.dir {
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
