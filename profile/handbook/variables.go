package handbook

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// variables are a table of all, by name, each with a row for each of its parts.
func (s *sheet) variables() {
	all := slices.Clone(s.spec.Variables)
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b profile.Variable) int { return strings.Compare(a.Name, b.Name) })
	t := &variableTable{}
	for _, v := range all {
		t.closed = v.Sensitive
		t.add(v.Name, v.Schema, flags(v))
	}
	s.heading(2, "Variables")
	s.table([]string{"Variable", "Type", "Default", "Rules", "Description"}, t.rows)
}

// flags are what is said of a variable as a whole.
func flags(v profile.Variable) []string {
	var out []string
	for _, f := range []struct {
		set  bool
		name string
	}{{v.Required, "required"}, {v.Immutable, "immutable"}, {v.Hidden, "hidden"}, {v.Sensitive, "sensitive"}} {
		if f.set {
			out = append(out, f.name)
		}
	}
	switch v.Scope {
	case profile.FleetScope:
		out = append(out, "one value for the fleet")
	case profile.PoolScope:
		out = append(out, "one value for each pool")
	}
	if v.Unique != "" {
		out = append(out, "no two clusters of a "+plain(string(v.Unique))+" have the same")
	}
	if v.Disjoint != "" {
		out = append(out, "overlaps with no other such range of the "+plain(string(v.Disjoint)))
	}
	if v.Side != "" {
		out = append(out, "a Secret on the "+plain(v.Side)+" side")
	}
	if len(v.Keys) > 0 {
		out = append(out, "with the keys "+codes(v.Keys))
	}
	if v.Deprecated != "" {
		out = append(out, "deprecated: "+plain(v.Deprecated))
	}
	return out
}

// variableTable collects rows. Of a variable that is closed no value is shown.
type variableTable struct {
	closed bool
	rows   [][]string
}

func (t *variableTable) add(name string, s profile.Schema, flags []string) {
	t.rows = append(t.rows, []string{code(name), typeOf(s), t.value(s.Default), sentence(append(flags, t.constraints(s)...)), t.description(s)})
	if s.Items != nil {
		t.add(name+"[]", *s.Items, nil)
	}
	if s.Values != nil {
		t.add(name+".*", *s.Values, nil)
	}
	for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[field]
		var flags []string
		if p.Required {
			flags = append(flags, "required")
		}
		t.add(name+"."+field, p.Schema, flags)
	}
}

func typeOf(s profile.Schema) string {
	switch {
	case s.Items != nil:
		return "list of " + plain(string(s.Items.Type))
	case s.Values != nil:
		return "map of " + plain(string(s.Values.Type))
	}
	return plain(string(s.Type))
}

// value is a value as documents write it.
func (t *variableTable) value(v profile.Value) string {
	if v.IsZero() || t.closed {
		return ""
	}
	if text, ok := v.Any().(string); ok && text != "" {
		return code(text)
	}
	return code(v.String())
}

func (t *variableTable) constraints(s profile.Schema) []string {
	var out []string
	if len(s.Enum) > 0 && !t.closed {
		out = append(out, "one of "+codes(s.Enum))
	}
	add := func(text string) {
		if text != "" {
			out = append(out, text)
		}
	}
	add(between(t.value(s.Min), t.value(s.Max), ""))
	add(between(number(s.MinLength), number(s.MaxLength), " characters"))
	add(between(number(s.MinItems), number(s.MaxItems), " items"))
	if s.UniqueItems {
		add("no item twice")
	}
	if s.Pattern != "" {
		add("matches " + code(s.Pattern))
	}
	return out
}

// between says what lies between two bounds, either of which may be missing.
func between(low, high, unit string) string {
	switch {
	case low == "" && high == "":
		return ""
	case high == "":
		return "at least " + low + unit
	case low == "":
		return "at most " + high + unit
	}
	return low + " to " + high + unit
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func (t *variableTable) description(s profile.Schema) string {
	var parts []string
	if s.Description != "" {
		parts = append(parts, plain(s.Description))
	}
	if len(s.Examples) > 0 && !t.closed {
		var examples []string
		for _, e := range s.Examples {
			examples = append(examples, t.value(e))
		}
		parts = append(parts, "for instance "+strings.Join(examples, ", "))
	}
	return sentence(parts)
}
