package upgrade

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// field is a field of a document that differs between two versions.
type field struct {
	subject  subject
	path     diag.Path // below the subject
	from, to *value.Node
	// of are the mappings that have the field.
	of [2]*value.Node
}

// fieldRule notes the changes of a field.
type fieldRule func(d *differ, f field)

// fields compares two mappings field by field with a table of rules. A field
// that the table lacks counts as major: nobody can say that it breaks nothing.
func (d *differ) fields(s subject, path diag.Path, from, to *value.Node, rules map[string]fieldRule) {
	for _, name := range fieldNames(from, to) {
		f := field{subject: s, path: path.Join(diag.Field(name)), from: from.Get(name), to: to.Get(name), of: [2]*value.Node{from, to}}
		if (f.from == nil) == (f.to == nil) && f.from.Equal(f.to) {
			continue
		}
		rule, known := rules[name]
		if !known {
			rule = counts(s.kindOfChange(), Major, "the field is not known here, so it may break something")
		}
		rule(d, f)
	}
}

func fieldNames(from, to *value.Node) []string {
	var names []string
	for _, n := range []*value.Node{from, to} {
		for _, f := range n.Fields() {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s subject) kindOfChange() Kind {
	switch s.order {
	case ofVariable:
		return VariableChanged
	case ofLayer:
		return LayerChanged
	}
	return ProfileChanged
}

// elsewhere is the rule of fields that are compared by code of their own.
func elsewhere(*differ, field) {}

// counts is the rule of fields whose every change counts the same.
func counts(kind Kind, bump Bump, reason string) fieldRule {
	return func(d *differ, f field) { d.change(f, verdict{kind, bump, reason}) }
}

// flag is the rule of fields that are true or absent.
func flag(set, unset verdict) fieldRule {
	return func(d *differ, f field) {
		before, _ := f.from.Boolean()
		after, _ := f.to.Boolean()
		switch {
		case after && !before:
			d.add(f.subject, f.path, f.from, f.to, set, "becomes %s", lastName(f.path))
		case before && !after:
			d.add(f.subject, f.path, f.from, f.to, unset, "is no longer %s", lastName(f.path))
		default:
			d.change(f, verdict{f.subject.kindOfChange(), Patch, "written in another way"})
		}
	}
}

// change notes a changed field with both values.
func (d *differ) change(f field, v verdict) {
	name := strings.TrimPrefix(f.path.String(), "/")
	switch {
	case f.from == nil:
		d.add(f.subject, f.path, f.from, f.to, v, "%s is added: %s", name, shown(f.to))
	case f.to == nil:
		d.add(f.subject, f.path, f.from, f.to, v, "%s is removed, it was %s", name, shown(f.from))
	default:
		d.add(f.subject, f.path, f.from, f.to, v, "%s changes from %s to %s", name, shown(f.from), shown(f.to))
	}
}

func lastName(path diag.Path) string {
	name, _ := path[len(path)-1].IsField()
	return name
}

// profileRules are the fields of a profile's spec.
var profileRules = map[string]fieldRule{
	"name": elsewhere, "version": elsewhere, "variables": elsewhere, "constants": elsewhere, "layers": elsewhere,
	"kind":        counts(ProfileChanged, Major, "clusters combine profiles by their kinds"),
	"owner":       counts(OwnerChanged, Minor, "somebody else answers for it and approves"),
	"description": counts(DescriptionChanged, Patch, "text alone"),
	"abstract": flag(
		verdict{ProfileChanged, Major, "clusters cannot use it any more"},
		verdict{ProfileChanged, Minor, "clusters can use it now"}),
	"extends": extendsRule,
	"presets": presetsRule,
}

// extendsRule: another version of the parent counts like the version's own rise.
func extendsRule(d *differ, f field) {
	old, from, _ := strings.Cut(f.from.Text(), "@")
	now, to, _ := strings.Cut(f.to.Text(), "@")
	v := verdict{ProfileChanged, Major, "it inherits from another profile"}
	if _, between, ok := compareVersions(from, to); ok && old == now {
		v = verdict{ProfileChanged, between, "what it inherits may have changed by as much"}
	}
	d.change(f, v)
}

// presetsRule compares presets by group and name.
func presetsRule(d *differ, f field) {
	index := func(list *value.Node) map[string]*value.Node {
		out := map[string]*value.Node{}
		for _, item := range list.Items() {
			out[item.Get("group").Text()+"/"+item.Get("name").Text()] = item
		}
		return out
	}
	old, now := index(f.from), index(f.to)
	for _, name := range union(old, now) {
		each := field{subject: f.subject, path: diag.Fields("presets", name), from: old[name], to: now[name]}
		switch {
		case each.from == nil:
			d.add(each.subject, each.path, nil, each.to, verdict{ProfileChanged, Minor, "there is one more choice"}, "preset %s is added", name)
		case each.to == nil:
			d.add(each.subject, each.path, each.from, nil, verdict{ProfileChanged, Major, "a cluster that chose it has none"}, "preset %s is removed", name)
		default:
			d.values(each.subject, each.path, each.from, each.to, nil)
		}
	}
}

func union[V any](a, b map[string]V) []string {
	names := append(sortedKeys(a), sortedKeys(b)...)
	slices.Sort(names)
	return slices.Compact(names)
}
