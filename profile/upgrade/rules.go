package upgrade

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
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
		of := ""
		if len(f.path) > 1 {
			of = strings.TrimPrefix(f.path[:len(f.path)-1].String(), "/") + " "
		}
		switch {
		case after && !before:
			d.add(f.subject, f.path, f.from, f.to, set, "%sbecomes %s", of, lastName(f.path))
		case before && !after:
			d.add(f.subject, f.path, f.from, f.to, unset, "%sis no longer %s", of, lastName(f.path))
		default:
			d.change(f, verdict{f.subject.kindOfChange(), Patch, "written in another way"})
		}
	}
}

// change notes a changed field with both values.
func (d *differ) change(f field, v verdict) {
	f.from, f.to = d.closed.withhold(f.path, f.from), d.closed.withhold(f.path, f.to)
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
	"rules":   rulesRule,
	"presets": presetsRule,
	"pools":   poolsRule,
	"waivers": counts(WaiverChanged, Minor, "policies count otherwise here, which their owners approve"),
}

// extendsRule: what is inherited is compared like what the profile says itself,
// so that the name of the parent counts little.
func extendsRule(d *differ, f field) {
	old, _, _ := strings.Cut(f.from.Text(), "@")
	now, _, _ := strings.Cut(f.to.Text(), "@")
	if f.from != nil && f.to != nil && old == now {
		d.change(f, verdict{ProfileChanged, Patch, "what it inherits is compared by itself"})
		return
	}
	d.change(f, verdict{ProfileChanged, Minor, "somebody else has a say in it; what it inherits is compared by itself"})
}

// rulesRule compares conditions on variables by their text.
func rulesRule(d *differ, f field) {
	old, now := indexed(f.from, "rule"), indexed(f.to, "rule")
	for _, text := range union(old, now) {
		path := diag.Fields("rules").Join(diag.Key(diag.KeyValue{Name: "rule", Value: text}))
		from, to := old[text], now[text]
		switch {
		case from == nil:
			d.add(f.subject, path, nil, to, verdict{RuleAdded, Major, "values that were allowed together may be refused"}, "rule %s is added", shown(to.Get("rule")))
		case to == nil:
			d.add(f.subject, path, from, nil, verdict{RuleRemoved, Minor, "more values are allowed together"}, "rule %s is removed", shown(from.Get("rule")))
		case !from.Equal(to):
			d.add(f.subject, path, from, to, verdict{RuleChanged, Patch, "text alone"}, "the message of rule %s changes", shown(to.Get("rule")))
		}
	}
}

// indexed are the items of a list by one or more of their fields.
func indexed(list *value.Node, by ...string) map[string]*value.Node {
	out := map[string]*value.Node{}
	for _, item := range list.Items() {
		names := make([]string, len(by))
		for i, field := range by {
			names[i] = item.Get(field).Text()
		}
		out[strings.Join(names, "/")] = item
	}
	return out
}

// presetRules are the fields of a preset.
var presetRules = map[string]fieldRule{
	"group": elsewhere, "name": elsewhere,
	"description": counts(DescriptionChanged, Patch, "text alone"),
	"layers":      layerPatchesRule(PresetChanged),
}

// presetsRule compares presets by group and name.
func presetsRule(d *differ, f field) {
	old, now := indexed(f.from, "group", "name"), indexed(f.to, "group", "name")
	for _, name := range union(old, now) {
		path, from, to := diag.Fields("presets", name), old[name], now[name]
		switch {
		case from == nil:
			d.add(f.subject, path, nil, to, verdict{PresetAdded, Minor, "there is one more choice"}, "preset %s is added", name)
		case to == nil:
			d.add(f.subject, path, from, nil, verdict{PresetRemoved, Major, "clusters that chose it are refused"}, "preset %s is removed", name)
		default:
			d.fields(f.subject, path, from, to, presetRules)
		}
	}
}

// layerPatchRules are the fields of a patch of a layer.
func layerPatchRules(kind Kind) map[string]fieldRule {
	return map[string]fieldRule{
		"layer":   elsewhere,
		"enabled": enabledRule(kind),
		"values":  valuesRule,
		"capi":    valuesRule,
		"patches": counts(ContentChanged, Patch, judged),
	}
}

// layerPatchesRule compares patches of layers, the first of each layer with the
// first, and so on. A patch that is not there changes nothing.
func layerPatchesRule(kind Kind) fieldRule {
	return func(d *differ, f field) {
		old, now := patchesOf(f.from), patchesOf(f.to)
		for _, name := range union(old, now) {
			path := f.path.Join(diag.Key(diag.KeyValue{Name: "layer", Value: name}))
			for i := range max(len(old[name]), len(now[name])) {
				d.fields(f.subject, path, nth(old[name], i), nth(now[name], i), layerPatchRules(kind))
			}
		}
	}
}

// patchesOf are patches by the layer that they name, in order.
func patchesOf(list *value.Node) map[string][]*value.Node {
	out := map[string][]*value.Node{}
	for _, patch := range list.Items() {
		name := patch.Get("layer").Text()
		out[name] = append(out[name], patch)
	}
	return out
}

func nth(list []*value.Node, i int) *value.Node {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// enabledRule: a layer that is taken out is gone for those who had it.
func enabledRule(kind Kind) fieldRule {
	return func(d *differ, f field) {
		if enabled, said := f.to.Boolean(); said && !enabled {
			d.change(f, verdict{kind, Major, "what the layer brought is gone"})
			return
		}
		d.change(f, verdict{kind, Minor, "there may be more on the cluster"})
	}
}

// poolsRule compares defaults for pools, those of workers by their names.
func poolsRule(d *differ, f field) {
	d.pool(f.subject, f.path.Join(diag.Field("controlPlane")), f.from.Get("controlPlane"), f.to.Get("controlPlane"))
	old, now := indexed(f.from.Get("workers"), "name"), indexed(f.to.Get("workers"), "name")
	for _, name := range union(old, now) {
		path := f.path.Join(diag.Field("workers"), diag.Key(diag.KeyValue{Name: "name", Value: name}))
		d.pool(f.subject, path, old[name], now[name])
	}
}

// pool notes what changes of a pool. It counts as defaults of variables do.
func (d *differ) pool(s subject, path diag.Path, from, to *value.Node) {
	note := func(at diag.Path, from, to *value.Node) {
		v := verdict{PoolChanged, Minor, "clusters that do not say otherwise get it"}
		if to == nil {
			v = verdict{PoolChanged, Major, "clusters that do not say otherwise lose it"}
		}
		d.change(field{subject: s, path: path.Join(at...), from: from, to: to}, v)
	}
	switch {
	case from == nil && to == nil:
	case from == nil || to == nil:
		note(nil, from, to)
	default:
		leafComparison{table: merge.Replace, note: note}.compare(nil, from, to)
	}
}

func union[V any](a, b map[string]V) []string {
	names := append(sortedKeys(a), sortedKeys(b)...)
	slices.Sort(names)
	return slices.Compact(names)
}
