package validate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// reads is what a policy reads of a document or stack, as a tree of its paths.
type reads struct {
	// whole: a path ends here.
	whole  bool
	fields map[string]*reads
	// items is what is read of each item of a list.
	items *reads
}

const anyItem = "*"

// names are the fields that are read of the whole.
func (r *reads) names() map[string]bool {
	out := map[string]bool{}
	for name := range r.fields {
		out[name] = true
	}
	return out
}

func (r *reads) add(path []string) {
	if len(path) == 0 {
		r.whole = true
		return
	}
	if path[0] == anyItem {
		if r.items == nil {
			r.items = &reads{}
		}
		r.items.add(path[1:])
		return
	}
	if r.fields == nil {
		r.fields = map[string]*reads{}
	}
	if r.fields[path[0]] == nil {
		r.fields[path[0]] = &reads{}
	}
	r.fields[path[0]].add(path[1:])
}

// pathOf gives the steps of a path that a policy reads. Lists are read with all
// their items: "/*".
func pathOf(text string) ([]string, error) {
	path, err := diag.ParsePath(text)
	if err != nil {
		return nil, err
	}
	if len(path) == 0 {
		return nil, fmt.Errorf("path %q: it names no field", text)
	}
	steps := make([]string, len(path))
	for i, step := range path {
		name, ok := step.IsField()
		if !ok {
			return nil, fmt.Errorf("path %q: a list is read with all its items: /*", text)
		}
		steps[i] = name
	}
	return steps, nil
}

// misread says why no document of shape s has path; "" when one may.
func (s *shape) misread(path []string) (summary, hint string) {
	at := s
	for i, step := range path {
		switch {
		case at == nil || at.any || at.mapping && at.fields == nil:
			return "", ""
		case step == anyItem && at.item != nil:
			at = at.item
		case step == anyItem:
			return "/* is for lists, and " + spelled(path[:i]) + " is none", "leave it out"
		case at.item != nil:
			return spelled(path[:i]) + " is a list", "read all its items: /*"
		case at.fields[step] != nil:
			at = at.fields[step]
		case len(at.fields) == 0:
			return spelled(path[:i]) + " has no fields", "end the path there"
		default:
			return fmt.Sprintf("%s has no field %q", spelled(path[:i]), clipped(step)), among(step, slices.Sorted(maps.Keys(at.fields)))
		}
	}
	return "", ""
}

func spelled(path []string) string { return decode.Name(diag.Fields(path...)) }

// unread says what of path a policy does not read although it judges it; "" when
// it does.
func (r *reads) unread(s *shape, path []string) string {
	for i, step := range path {
		switch {
		case r == nil:
			return diag.Fields(path...).String()
		case r.whole:
			if s.listed(path[i:]) {
				return ""
			}
			return diag.Fields(path...).String()
		case step == anyItem:
			r, s = r.items, s.step(step)
		default:
			r, s = r.fields[step], s.step(step)
		}
	}
	if r == nil {
		return diag.Fields(path...).String()
	}
	return ""
}

func (s *shape) step(name string) *shape {
	switch {
	case s == nil:
		return nil
	case name == anyItem:
		return s.item
	}
	return s.fields[name]
}

// listed reports whether path leads through fields that s lists: what is free
// below a path is not read with it.
func (s *shape) listed(path []string) bool {
	for _, step := range path {
		if s = s.step(step); s == nil {
			return false
		}
	}
	return true
}

// project cuts data of shape s down to what is read. Of a mapping whose field
// names are free only what is named is read, and else that it is there: field
// names of documents stay in CUE for the life of the process.
func (r *reads) project(s *shape, n *value.Node) *value.Node {
	switch {
	case n.IsNull() || r == nil:
		return nil
	case n.Kind() == value.List:
		return r.projectItems(s, n)
	case n.Kind() == value.Map:
		return r.projectFields(s, n)
	case r.whole:
		return n
	}
	// A scalar where a mapping or list is read: it is there, and wrong.
	return value.NewBool(true, n.Place())
}

func (r *reads) projectFields(s *shape, n *value.Node) *value.Node {
	kept := make([]value.Entry, 0, len(r.fields))
	keep := func(name string, inner *reads) {
		if e, ok := n.Entry(name); ok {
			if v := inner.project(s.step(name), e.Value); v != nil {
				kept = append(kept, value.Entry{Name: name, Key: e.Key, Value: v})
			}
		}
	}
	for name, inner := range r.fields {
		keep(name, inner)
	}
	if r.whole && s != nil {
		for name := range s.fields {
			if r.fields[name] == nil {
				keep(name, &reads{whole: true})
			}
		}
	}
	return value.NewMap(kept, n.Place())
}

func (r *reads) projectItems(s *shape, n *value.Node) *value.Node {
	inner := r.items
	if r.whole {
		inner = &reads{whole: true}
		if r.items != nil {
			inner = &reads{whole: true, fields: r.items.fields, items: r.items.items}
		}
	}
	if inner == nil {
		return value.NewList(nil, n.Place())
	}
	items := make([]*value.Node, n.Len())
	for i, item := range n.Items() {
		if items[i] = inner.project(s.step(anyItem), item); items[i] == nil {
			items[i] = value.NewNull(item.Place())
		}
	}
	return value.NewList(items, n.Place())
}
