package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// VariableSchema says to other tools what the variables of a profile version
// allow. Each form judges a mapping of values by name, as far as its language
// goes: what it cannot say is left out, so that it accepts at least what this
// library accepts. docs/variables.md lists what is left out. A field that is
// null is taken for one that is absent and has to be left out before.
type VariableSchema struct{ variables []profile.Variable }

// NewVariableSchema takes the variables of a profile. A declaration with
// mistakes, which loading would have found, is an error.
func NewVariableSchema(variables []profile.Variable) (VariableSchema, error) {
	seen := map[string]bool{}
	for _, v := range variables {
		if err := v.Check().Err(); err != nil {
			return VariableSchema{}, fmt.Errorf("describing variables: %w", err)
		}
		if seen[v.Name] {
			return VariableSchema{}, fmt.Errorf("describing variables: variable %s is declared twice", v.Name)
		}
		seen[v.Name] = true
	}
	return VariableSchema{slices.Clone(variables)}, nil
}

// JSONSchema is a schema of draft 2020-12 for a mapping of values. Variables of
// pool scope stand in $defs.pool, a schema for the values of one pool. Patterns
// are rewritten so that they mean the same in ECMAScript.
func (s VariableSchema) JSONSchema() []byte {
	out := s.mapping(false)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	if pool := s.mapping(true); len(pool["properties"].(object)) > 0 {
		out["$defs"] = object{"pool": pool}
	}
	return marshal(out)
}

func (s VariableSchema) mapping(pool bool) object {
	properties, required := object{}, []string{}
	for _, v := range s.variables {
		if (v.Scope == profile.PoolScope) != pool {
			continue
		}
		properties[v.Name] = editor.declared(v)
		if v.Required {
			required = append(required, v.Name)
		}
	}
	slices.Sort(required)
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// declared is the schema of a variable with what JSON Schema says of it besides
// its values.
func (d dialect) declared(v profile.Variable) object {
	out := d.variable(v)
	if v.Deprecated != "" {
		out["deprecated"] = true
		out["description"] = sentence(v.Description, "Deprecated: "+v.Deprecated)
	}
	if v.Sensitive {
		out["writeOnly"] = true
	}
	return out
}

// ClusterClass is the list spec.variables of a ClusterClass (Cluster API
// v1beta2), as JSON. A required variable of pool scope is not required there,
// where it would have to be set for the whole cluster. Cluster API keeps the name
// builtin for itself, which is an error.
func (s VariableSchema) ClusterClass() ([]byte, error) {
	list := make([]object, 0, len(s.variables))
	for _, v := range s.variables {
		if v.Name == "builtin" {
			return nil, fmt.Errorf("describing variables for a ClusterClass: the name builtin is Cluster API's own")
		}
		described := class.variable(v)
		if v.Deprecated != "" {
			described["description"] = class.words(sentence(v.Description, "Deprecated: "+v.Deprecated))
		}
		if v.Immutable && described["type"] != "array" && described["type"] != "object" {
			described["x-kubernetes-validations"] = []object{{"rule": "self == oldSelf", "message": "the variable is immutable"}}
		}
		list = append(list, object{
			"name":     v.Name,
			"required": v.Required && v.Scope != profile.PoolScope,
			"schema":   object{"openAPIV3Schema": described},
		})
	}
	slices.SortFunc(list, func(a, b object) int { return bytes.Compare([]byte(a["name"].(string)), []byte(b["name"].(string))) })
	return marshal(list), nil
}

// sentence joins two texts for people.
func sentence(first, second string) string {
	if first == "" {
		return second
	}
	return first + " (" + second + ")"
}

// object is a mapping of JSON.
type object = map[string]any

// marshal is JSON with fields in order and text as it is.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // plain data always marshals
	}
	return b.Bytes()
}

func propertyNames(s profile.Schema) []string { return slices.Sorted(maps.Keys(s.Properties)) }
