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
	if len(known.profiles) > 0 {
		replace(cluster, "variables", only(known.variables))
		replace(cluster, "presets", only(known.presets))
	}
	pools := inSchema(defs["Pools"], "properties")
	for _, pool := range []node{inSchema(pools["controlPlane"]), inSchema(inSchema(pools["workers"]), "items")} {
		if len(known.profiles) > 0 {
			replace(inSchema(pool, "properties"), "variables", only(known.pool))
		}
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
	replace(properties, field, of)
}

// replace replaces the schema of a field and keeps its description.
func replace(properties node, field string, of node) {
	before, _ := properties[field].(node)
	if text, ok := before["description"]; ok {
		of["description"] = text
	}
	properties[field] = of
}

// only is a mapping with these fields, each of which may be null.
func only(fields map[string][]node) node {
	properties := node{}
	for name, of := range fields {
		properties[name] = nullable(anyOf(of))
	}
	return nullable(node{"type": "object", "properties": properties, "additionalProperties": false})
}

// workspaceNames are what documents of a workspace may refer to, sorted; and by
// name the schemas of variables of clusters and of pools, and of presets.
type workspaceNames struct {
	hubs, profiles, layers, policies []string
	variables, pool, presets         map[string][]node
}

func namesOf(ws *profile.Workspace) workspaceNames {
	out := workspaceNames{variables: map[string][]node{}, pool: map[string][]node{}, presets: map[string][]node{}}
	for _, h := range ws.Hubs() {
		out.hubs = append(out.hubs, h.Metadata.Name)
	}
	for p := range ws.Profiles() {
		ref := p.Ref()
		out.profiles = append(out.profiles, ref.Name, ref.String())
		for _, l := range p.Spec.Layers {
			out.layers = append(out.layers, l.Name, ref.Name+"/"+l.Name)
		}
		for _, v := range p.Spec.Variables {
			declared := out.variables
			if v.Scope == profile.PoolScope {
				declared = out.pool
			}
			schema := node{} // of a declaration with mistakes: anything
			if len(v.Check()) == 0 {
				schema = editor.declared(v)
			}
			add(declared, ref.Name, v.Name, schema)
		}
		for _, preset := range p.Spec.Presets {
			add(out.presets, ref.Name, preset.Group, node{"const": preset.Name})
		}
	}
	out.profiles, out.layers = distinct(out.profiles), distinct(out.layers)
	out.policies = slices.Sorted(maps.Keys(PolicyOwners(ws)))
	return out
}

// add adds a schema under a name, and under the name for one profile.
func add(to map[string][]node, profile, name string, of node) {
	for _, name := range []string{name, profile + "/" + name} {
		to[name] = append(to[name], of)
	}
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
