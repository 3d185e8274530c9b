package validate

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// specialise puts what a workspace has into the schema of its documents: names
// as enumerations, and the variables of its profiles.
func specialise(defs node, ws *profile.Workspace) {
	known := namesOf(ws)
	cluster := inSchema(defs["Cluster"], "properties", "spec", "properties")
	choose(cluster, "hub", known.hubs)
	if profiles := inSchema(cluster["profiles"]); len(known.profiles) > 0 {
		profiles["items"] = node{"enum": known.profiles}
	}
	if len(known.variables) > 0 {
		cluster["variables"] = nullable(node{"type": "object", "properties": known.variables, "additionalProperties": false})
	}
	choose(inSchema(defs["Override"], "properties"), "layer", known.layers)
	choose(inSchema(defs["Waiver"], "properties"), "policy", known.policies)
}

// inSchema follows names into a schema; what may be null is looked into.
func inSchema(at any, names ...string) node {
	n, _ := at.(node)
	for i := -1; i < len(names); i++ {
		if i >= 0 {
			n, _ = n[names[i]].(node)
		}
		if either, ok := n["anyOf"].([]any); ok {
			n, _ = either[0].(node)
		}
	}
	return n
}

// choose makes a field one of known, if any are known.
func choose(properties node, field string, known []string) {
	if len(known) == 0 {
		return
	}
	of := node{"enum": known}
	before, _ := properties[field].(node)
	if _, optional := before["anyOf"]; optional {
		of = nullable(of)
	}
	if text, ok := before["description"]; ok {
		of["description"] = text
	}
	properties[field] = of
}

// workspaceNames are what documents of a workspace may refer to, sorted.
type workspaceNames struct {
	hubs, profiles, layers, policies []string
	variables                        node
}

func namesOf(ws *profile.Workspace) workspaceNames {
	var out workspaceNames
	for _, h := range ws.Hubs() {
		out.hubs = append(out.hubs, h.Metadata.Name)
	}
	declared := map[string][]node{}
	for p := range ws.Profiles() {
		ref := p.Ref()
		out.profiles = append(out.profiles, ref.Name, ref.String())
		for _, l := range p.Spec.Layers {
			out.layers = append(out.layers, l.Name, ref.Name+"/"+l.Name)
		}
		for _, v := range p.Spec.Variables {
			for _, name := range []string{v.Name, ref.Name + "/" + v.Name} {
				declared[name] = append(declared[name], variableSchema(v))
			}
		}
	}
	out.profiles, out.layers = distinct(out.profiles), distinct(out.layers)
	out.policies = slices.Sorted(maps.Keys(PolicyOwners(ws)))
	out.variables = node{}
	for name, of := range declared {
		out.variables[name] = nullable(anyOf(of))
	}
	return out
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// anyOf allows what one of the schemas allows: versions of a profile may differ.
func anyOf(all []node) node {
	var out []any
	seen := map[string]bool{}
	for _, n := range all {
		text, _ := json.Marshal(n)
		if !seen[string(text)] {
			seen[string(text)] = true
			out = append(out, n)
		}
	}
	if len(out) == 1 {
		return all[0]
	}
	return node{"anyOf": out}
}

// variableSchema is what the values of a variable are, as far as JSON Schema can
// say it: bounds of quantities, durations and versions are left out.
func variableSchema(v profile.Variable) node {
	n := node{}
	switch v.Type {
	case profile.BooleanVariable:
		n["type"] = "boolean"
	case profile.IntegerVariable:
		n["type"] = "integer"
		bound(n, "minimum", v.Min)
		bound(n, "maximum", v.Max)
	case profile.SecretRefVariable:
		n["type"] = "object"
	case profile.StringVariable, profile.EnumVariable:
		n["type"] = "string"
		texts(n, v)
	case profile.CIDRVariable, profile.VersionVariable, profile.QuantityVariable, profile.DurationVariable:
		n["type"] = "string"
	}
	if v.Description != "" {
		n["description"] = v.Description
	}
	if !v.Default.IsZero() {
		n["default"] = v.Default.Any()
	}
	return n
}

func bound(n node, name string, v profile.Value) {
	if i, ok := v.Tree().Integer(); ok {
		n[name] = i
	}
}

func texts(n node, v profile.Variable) {
	if len(v.Enum) > 0 {
		n["enum"] = v.Enum
	}
	if v.MinLength != nil {
		n["minLength"] = *v.MinLength
	}
	if v.MaxLength != nil {
		n["maxLength"] = *v.MaxLength
	}
	if pattern, ok := ecmaScript(v.Pattern); ok && v.Pattern != "" {
		n["pattern"] = pattern
	}
}
