package vet

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/profile"
)

// dimension is something in which corners differ: a variable, a group of
// presets, the pools.
type dimension struct {
	name    string // of the variable; empty for another thing
	choices []choice
	// finite: the choices and the baseline are all there is.
	finite bool
}

// choice is one way to differ from the baseline.
type choice struct {
	label string
	// declared: the profile promises that this is allowed.
	declared bool
	apply    func(*profile.Cluster)
}

// Unvaried is a variable that corners do not vary, or not in the way that its
// declaration asks for.
type Unvaried struct {
	Variable string `json:"variable"`
	Reason   string `json:"reason"`
}

// dimensions are those of the vetted profile on a ground.
func (g *ground) dimensions() ([]dimension, []Unvaried) {
	var out []dimension
	var unvaried []Unvaried
	out = append(out, g.poolChoices()...)
	out = append(out, g.presetChoices()...)
	for _, v := range g.vetted.Spec.Variables {
		d := g.variableChoices(v)
		if len(d.choices) > 0 {
			out = append(out, d)
		}
		if reason := g.unvaried(v); reason != "" {
			unvaried = append(unvaried, Unvaried{v.Name, reason})
		}
	}
	return out, unvaried
}

// unvaried says why a variable is not varied, or not all of it; "" where it is.
func (g *ground) unvaried(v profile.Variable) string {
	switch found := g.fitting(v); {
	case len(found) > 0 && crowded(v.Schema):
		return "it has too many properties to vary each of them: give the variable examples"
	case len(found) > 0:
		return ""
	case v.Pattern != "":
		return "no text was found that matches " + v.Pattern + ": give the variable examples"
	}
	return "no value was found: give the variable examples"
}

// fitting are the samples of a variable that all profiles of the ground allow,
// each once.
func (g *ground) fitting(v profile.Variable) []sample {
	if known, ok := g.fit[v.Name]; ok {
		return known
	}
	var out []sample
	seen := map[string]bool{}
	for _, one := range samples(v.Schema) {
		value, err := profile.ValueOf(one.data)
		if err != nil || seen[value.String()] || !g.allows(v.Name, value) {
			continue
		}
		seen[value.String()] = true
		out = append(out, one)
	}
	g.fit[v.Name] = out
	return out
}

// allows reports whether every profile of the ground that declares a variable
// allows the value.
func (g *ground) allows(name string, value profile.Value) bool {
	for _, v := range g.declared[name] {
		if len(v.Judge(value)) > 0 {
			return false
		}
	}
	return true
}

// variableChoices are the values of a variable, and its absence, besides what
// the baseline has.
func (g *ground) variableChoices(v profile.Variable) dimension {
	d := dimension{name: v.Name, finite: len(v.Enum) > 0 || v.Type == profile.BooleanVariable}
	has, set := g.value(v)
	if set && !g.required(v.Name) {
		d.choices = append(d.choices, choice{label: v.Name + " absent", declared: true, apply: g.setter(v, profile.Value{})})
	}
	has = effective(v, has)
	for _, one := range g.fitting(v) {
		value, _ := profile.ValueOf(one.data)
		if !has.IsZero() && value.String() == has.String() {
			continue
		}
		d.choices = append(d.choices, choice{label: label(v, one, value), declared: one.declared, apply: g.setter(v, value)})
	}
	return d
}

// effective is the value, or the default where there is none.
func effective(v profile.Variable, has profile.Value) profile.Value {
	if has.IsZero() {
		return v.Default
	}
	return has
}

func (g *ground) required(name string) bool {
	return slices.ContainsFunc(g.declared[name], func(v profile.Variable) bool { return v.Required })
}

// value is what the baseline sets.
func (g *ground) value(v profile.Variable) (profile.Value, bool) {
	from := g.base.Spec.Variables
	if v.Scope == profile.PoolScope {
		from = g.base.Spec.Pools.ControlPlane.Variables
	}
	has, set := from[v.Name]
	return has, set
}

// setter sets a variable, in all pools where it is of pool scope. The zero Value
// takes it away.
func (g *ground) setter(v profile.Variable, value profile.Value) func(*profile.Cluster) {
	set := func(in map[string]profile.Value) map[string]profile.Value {
		out := maps.Clone(in)
		if out == nil {
			out = map[string]profile.Value{}
		}
		delete(out, v.Name)
		if !value.IsZero() {
			out[v.Name] = value
		}
		return out
	}
	if v.Scope != profile.PoolScope {
		return func(c *profile.Cluster) {
			c.Metadata.Labels = relabelled(c.Metadata.Labels, v.Name, effective(v, c.Spec.Variables[v.Name]), effective(v, value))
			c.Spec.Variables = set(c.Spec.Variables)
		}
	}
	return func(c *profile.Cluster) {
		pools := &c.Spec.Pools
		pools.ControlPlane.Variables = set(pools.ControlPlane.Variables)
		pools.Workers = slices.Clone(pools.Workers)
		for i := range pools.Workers {
			pools.Workers[i].Variables = set(pools.Workers[i].Variables)
		}
	}
}

// relabelled are the labels with one that is called as a variable and has its
// value, where there is one, moved to another value of the variable: rules hold
// such labels and variables to each other.
func relabelled(labels map[string]string, name string, from, to profile.Value) map[string]string {
	label, there := labels[name]
	was, isText := from.Any().(string)
	text, becomes := to.Any().(string)
	if !there || !isText || !becomes || label != was {
		return labels
	}
	out := maps.Clone(labels)
	out[name] = text
	return out
}

// shownText is how long a value is shown at most.
const shownText = 40

// label names a value: "maxPods=250". What is sensitive or long is called by
// what it is.
func label(v profile.Variable, one sample, value profile.Value) string {
	text := value.String()
	if s, ok := one.data.(string); ok && s != "" && !strings.ContainsAny(s, " ,=\"") {
		text = s
	}
	switch {
	case v.Sensitive:
		return v.Name + " " + one.word
	case utf8.RuneCountInString(text) > shownText:
		return fmt.Sprintf("%s %s (%d characters)", v.Name, one.word, utf8.RuneCountInString(text))
	}
	return v.Name + "=" + text
}

// presetChoices are the presets of each group, and none of them.
func (g *ground) presetChoices() []dimension {
	var groups []string
	for _, p := range g.vetted.Spec.Presets {
		if !slices.Contains(groups, p.Group) {
			groups = append(groups, p.Group)
		}
	}
	var out []dimension
	for _, group := range groups {
		d := dimension{finite: true}
		has := g.base.Spec.Presets[g.presetKey(group)]
		if has != "" {
			d.choices = append(d.choices, choice{label: "no preset of " + group, declared: true, apply: g.chooser(group, "")})
		}
		for _, p := range g.vetted.Spec.Presets {
			if p.Group == group && p.Name != has {
				d.choices = append(d.choices, choice{label: "preset " + group + "=" + p.Name, declared: true, apply: g.chooser(group, p.Name)})
			}
		}
		if len(d.choices) > 0 {
			out = append(out, d)
		}
	}
	return out
}

func (g *ground) presetKey(group string) string { return g.vetted.Ref().Name + "/" + group }

func (g *ground) chooser(group, name string) func(*profile.Cluster) {
	return func(c *profile.Cluster) {
		presets := maps.Clone(c.Spec.Presets)
		if presets == nil {
			presets = map[string]string{}
		}
		delete(presets, g.presetKey(group))
		if name != "" {
			presets[g.presetKey(group)] = name
		}
		c.Spec.Presets = presets
	}
}

// poolChoices are no worker pools, and a second pool of each class. An add-on
// does not care.
func (g *ground) poolChoices() []dimension {
	workers := g.base.Spec.Pools.Workers
	if g.vetted.Spec.Kind == profile.AddOnProfile || len(workers) == 0 {
		return nil
	}
	twice := slices.Clone(workers)
	for _, pool := range g.wholeWorkers() {
		pool.Name += "-2"
		twice = append(twice, pool)
	}
	return []dimension{{choices: []choice{
		{label: "no worker pools", declared: true, apply: func(c *profile.Cluster) { c.Spec.Pools.Workers = []profile.Pool{} }},
		{label: "two pools of each class", declared: true, apply: func(c *profile.Cluster) { c.Spec.Pools.Workers = twice }},
	}}}
}

// wholeWorkers are the worker pools of the baseline with what profiles give them by
// default, which no pool of another name has.
func (g *ground) wholeWorkers() []profile.Pool {
	stack, _ := g.workspace.Library.Resolve(g.base, g.source())
	if stack == nil {
		return g.base.Spec.Pools.Workers // that it does not resolve will be said
	}
	_, written := stack.PoolPlaces()
	out := make([]profile.Pool, len(written))
	for i, n := range written {
		if err := json.Unmarshal([]byte(n.String()), &out[i]); err != nil {
			return g.base.Spec.Pools.Workers // of a stack every pool is one
		}
	}
	return out
}
