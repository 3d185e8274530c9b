package upgrade

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layerRules are the fields of a layer.
var layerRules = map[string]fieldRule{
	"name": elsewhere, "component": elsewhere, "requires": elsewhere,
	"kind":        counts(LayerChanged, Major, "profiles and policies count on the kinds of layers"),
	"description": counts(DescriptionChanged, Patch, "text alone"),
	"owner":       counts(OwnerChanged, Minor, "somebody else answers for it and approves"),
	"before":      counts(LayerChanged, Patch, "order alone"),
	"after":       counts(LayerChanged, Patch, "order alone"),
	"provides":    capabilitiesRule,
	"content":     contentRule,
	"values":      valuesRule,
	"capi":        valuesRule,
	"overrides":   counts(LayerChanged, Patch, "what the layers make together is judged by rendering it"),
	"merge":       counts(LayerChanged, Minor, "overrides of the list mean something else"),
	"fixed":       stricter("overrides of the path are refused", "clusters may change more"),
	"constrained": constrainedRule,
	"conflicts":   conflictsRule,
	"enabled":     enabledRule(LayerChanged),
	"patches":     counts(ContentChanged, Patch, judged),
}

func (d *differ) layers() {
	path := diag.Fields("spec", "layers")
	names, old, now := named(d.from.root.Find(path), d.to.root.Find(path))
	for _, name := range names {
		s := subject{name: "layer " + name, order: ofLayer, layer: name, from: old[name], to: now[name]}
		from, to := old[name], now[name]
		switch {
		case from == nil:
			d.add(s, nil, nil, to, verdict{LayerAdded, Minor, "there is more on the cluster"}, "is added: %s", componentText(to))
		case to == nil:
			d.add(s, nil, from, nil, verdict{LayerRemoved, Major, "what it brought is gone, and overrides of it are refused"}, "is removed: %s", componentText(from))
		default:
			d.component(s, from.Get("component"), to.Get("component"))
			d.fields(s, nil, from, to, layerRules)
		}
		if to != nil {
			d.requirements(s, from.Get("requires"), to.Get("requires"))
		}
	}
	d.moved(old, now)
}

func componentText(layer *value.Node) string {
	c := layer.Get("component")
	return profile.Component{Name: textOf(c.Get("name")), Version: textOf(c.Get("version"))}.String()
}

// component compares what a layer installs.
func (d *differ) component(s subject, from, to *value.Node) {
	f := field{subject: s, path: diag.Fields("component"), from: from, to: to}
	oldName, newName := textOf(from.Get("name")), textOf(to.Get("name"))
	switch {
	case from.Equal(to):
	case oldName != newName && newName == "":
		d.add(s, f.path, from, to, verdict{ComponentReplaced, Major, "what it installed is gone"}, "has no component any more, it was %s %s", oldName, textOf(from.Get("version")))
	case oldName != newName && oldName == "":
		d.add(s, f.path, from, to, verdict{ComponentReplaced, Minor, "there is more on the cluster"}, "has a component now: %s %s", newName, textOf(to.Get("version")))
	case oldName != newName:
		d.add(s, f.path, from, to, verdict{ComponentReplaced, Major, "another product takes its place"}, "%s is replaced by %s %s", oldName, newName, textOf(to.Get("version")))
	case newName != "" && !isOpaque(from) && isOpaque(to):
		d.add(s, f.path, from, to, verdict{ComponentChanged, Major, "ranges do not hold opaque versions"}, "the version of %s becomes opaque: %s, it was %s", newName, textOf(to.Get("version")), textOf(from.Get("version")))
	case newName == "" || from.Get("version").Equal(to.Get("version")):
		d.add(s, f.path, from, to, verdict{ComponentChanged, Patch, "the version stays"}, "component is written in another way")
	default:
		d.componentVersion(f, newName)
	}
}

func isOpaque(component *value.Node) bool { return textOf(component.Get("scheme")) == "opaque" }

func (d *differ) componentVersion(f field, name string) {
	from, to := f.from.Get("version"), f.to.Get("version")
	order, between, ok := compareVersions(from.Text(), to.Text())
	opaque := isOpaque(f.from) || isOpaque(f.to)
	f.path = f.path.Join(diag.Field("version"))
	switch {
	case !ok || opaque:
		d.add(f.subject, f.path, from, to, verdict{ComponentChanged, Minor, "its versions have no order"}, "%s changes from %s to %s", name, from.Text(), to.Text())
	case order > 0:
		d.add(f.subject, f.path, from, to, verdict{ComponentDown, Major, "an older version may not read what a newer one wrote"}, "%s goes down from %s to %s", name, from.Text(), to.Text())
	default:
		d.add(f.subject, f.path, from, to, verdict{ComponentUp, max(between, Patch), fmt.Sprintf("the component rises by a %s version", max(between, Patch))}, "%s goes up from %s to %s", name, from.Text(), to.Text())
	}
}

func capabilitiesRule(d *differ, f field) {
	for _, name := range fieldNames(f.from, f.to) {
		path := f.path.Join(diag.Field(name))
		from, to := f.from.Get(name), f.to.Get(name)
		switch {
		case from == nil:
			d.add(f.subject, path, from, to, verdict{CapabilityAdded, Minor, "other layers can use it"}, "provides %s", name)
		case to == nil:
			d.add(f.subject, path, from, to, verdict{CapabilityRemoved, Major, "layers of other profiles may require it"}, "no longer provides %s", name)
		case !from.Equal(to):
			d.add(f.subject, path, from, to, verdict{CapabilityChanged, Minor, "layers that read it get another value"}, "provides %s as %s, it was %s", name, shown(to), shown(from))
		}
	}
}

const judged = "what the content does to a cluster is judged by rendering it"

// contentRules are the fields of content: the chart counts by its version, the
// rest is judged by rendering.
var contentRules = map[string]fieldRule{
	"manifests": counts(ContentChanged, Patch, judged),
	"patches":   counts(ContentChanged, Patch, judged),
	"helm":      chartRule,
}

// chartRules are the fields of a chart.
var chartRules = map[string]fieldRule{
	"chart":     counts(ContentChanged, Major, "another chart takes its place"),
	"digest":    counts(ContentChanged, Patch, judged),
	"mode":      counts(ContentChanged, Patch, judged),
	"namespace": counts(ContentChanged, Major, "it is removed in one namespace and installed in another"),
	"version":   chartVersionRule,
}

func contentRule(d *differ, f field) { d.fields(f.subject, f.path, f.from, f.to, contentRules) }

func chartRule(d *differ, f field) {
	if f.from == nil || f.to == nil {
		d.change(f, verdict{ContentChanged, Minor, "it is installed in another way"})
		return
	}
	d.fields(f.subject, f.path, f.from, f.to, chartRules)
}

func chartVersionRule(d *differ, f field) {
	order, between, ok := compareVersions(f.from.Text(), f.to.Text())
	switch {
	case !ok:
		between = Minor
	case order > 0:
		between = Major // as an older component
	}
	d.change(f, verdict{ContentChanged, max(between, Patch), "overrides of values may mean something else in another chart"})
}

// stricter is the rule of lists whose every item forbids something.
func stricter(more, fewer string) fieldRule {
	return func(d *differ, f field) {
		if holdsAll(f.from, f.to) {
			d.change(f, verdict{LayerChanged, Minor, fewer})
			return
		}
		d.change(f, verdict{LayerChanged, Major, more})
	}
}

// valuesRule compares values leaf by leaf. Lists are keyed as they are merged.
func valuesRule(d *differ, f field) {
	table := merge.Table(merge.Capi)
	if lastName(f.path) == "values" {
		table = merge.Declared(f.of[1].Get("merge"))
	}
	d.values(f.subject, f.path, f.from, f.to, table)
}

// values notes the leaves at and below a path that differ.
func (d *differ) values(s subject, path diag.Path, from, to *value.Node, table merge.Table) {
	d.leaves(s, path, from, to, table, verdict{ValueChanged, Patch, "the inputs stay as they are"})
}

func (d *differ) leaves(s subject, path diag.Path, from, to *value.Node, table merge.Table, v verdict) {
	if table == nil {
		table = merge.Replace
	}
	c := leafComparison{table: table, note: func(at diag.Path, from, to *value.Node) {
		each := v
		if each.kind == ValueChanged && from == nil {
			each.kind = ValueAdded
		}
		if each.kind == ValueChanged && to == nil {
			each.kind = ValueRemoved
		}
		d.change(field{subject: s, path: path.Join(at...), from: from, to: to}, each)
	}}
	c.compare(nil, from, to)
}

// leafComparison walks two trees and notes the leaves that differ.
type leafComparison struct {
	table merge.Table
	note  func(at diag.Path, from, to *value.Node)
}

func (c leafComparison) compare(at diag.Path, from, to *value.Node) {
	switch {
	case from == nil && to == nil || from != nil && to != nil && from.Equal(to):
	case isMap(from) && isMap(to), isMap(from) && to == nil && from.Len() > 0, from == nil && isMap(to) && to.Len() > 0:
		for _, name := range fieldNames(from, to) {
			c.compare(at.Join(diag.Field(name)), from.Get(name), to.Get(name))
		}
	case listOrAbsent(from) && listOrAbsent(to) && from.Len()+to.Len() > 0 && c.lists(at, from, to):
	default:
		c.note(at, from, to)
	}
}

func isMap(n *value.Node) bool { return n.Kind() == value.Map }

func listOrAbsent(n *value.Node) bool { return n == nil || n.Kind() == value.List }

// lists compares two lists item by item when their items have keys or are as
// many on both sides.
func (c leafComparison) lists(at diag.Path, from, to *value.Node) bool {
	steps, ok := c.steps(at, from, to)
	if !ok {
		if from.Len() != to.Len() {
			return false
		}
		for i := range from.Items() {
			c.compare(at.Join(diag.Index(i)), from.Items()[i], to.Items()[i])
		}
		return true
	}
	old, now := c.byStep(at, from), c.byStep(at, to)
	same := true
	for _, step := range steps {
		a, b := old[stepText(step)], now[stepText(step)]
		same = same && a.Equal(b)
		c.compare(at.Join(step), a, b)
	}
	if same && !slices.EqualFunc(from.Items(), to.Items(), (*value.Node).Equal) {
		c.note(at, from, to) // another order alone
	}
	return true
}

// steps names the items of both lists by their keys, each once; ok is false when
// one has none, or two of a list have the same.
func (c leafComparison) steps(at diag.Path, lists ...*value.Node) (steps []diag.Step, ok bool) {
	known := map[string]bool{}
	for _, list := range lists {
		seen := map[string]bool{}
		for _, item := range list.Items() {
			step, keyed := c.table.KeyOf(at, item)
			text := stepText(step)
			if !keyed || seen[text] {
				return nil, false
			}
			seen[text] = true
			if !known[text] {
				known[text] = true
				steps = append(steps, step)
			}
		}
	}
	return steps, true
}

// byStep are the items of a list that have keys, by the text of their steps.
func (c leafComparison) byStep(at diag.Path, list *value.Node) map[string]*value.Node {
	out := make(map[string]*value.Node, list.Len())
	for _, item := range list.Items() {
		if step, keyed := c.table.KeyOf(at, item); keyed && out[stepText(step)] == nil {
			out[stepText(step)] = item
		}
	}
	return out
}

func stepText(step diag.Step) string { return diag.Path{step}.String() }

// moved notes the layers whose place in the order of installation changed: as few
// as can be, so that all others keep their order.
func (d *differ) moved(old, now map[string]*value.Node) {
	order := d.from.release.Order()
	position := map[string]int{}
	for i, name := range order {
		position[name] = i
	}
	var common []string
	for _, name := range d.to.release.Order() {
		if _, both := position[name]; both {
			common = append(common, name)
		}
	}
	kept := longestRising(common, func(name string) int { return position[name] })
	for i, name := range common {
		if kept[name] {
			continue
		}
		after := "first"
		if i > 0 {
			after = "after " + common[i-1]
		}
		d.add(subject{name: "layer " + name, order: ofLayer, layer: name}, nil, old[name], now[name],
			verdict{LayerMoved, Patch, "order alone"}, "is installed %s", after)
	}
}

// longestRising are the members of a longest subsequence whose ranks rise; of
// several the one that ends earliest.
func longestRising(names []string, rank func(string) int) map[string]bool {
	length, before := make([]int, len(names)), make([]int, len(names))
	best := -1
	for i, name := range names {
		before[i] = -1
		for j := range i {
			if rank(names[j]) < rank(name) && length[j] > length[i] {
				length[i], before[i] = length[j], j
			}
		}
		length[i]++
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	out := map[string]bool{}
	for ; best >= 0; best = before[best] {
		out[names[best]] = true
	}
	return out
}
