package merge

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Rule says how a list is merged. The zero Rule replaces it.
type Rule struct {
	// Append puts the upper items behind the lower ones.
	Append bool
	// Set keeps one of equal scalars, upper ones behind.
	Set bool
	// Keys are the fields that identify an item.
	Keys []string
}

// Table gives the Rule of the list at path.
type Table func(path diag.Path) Rule

// Replace is the table in which every list replaces.
func Replace(diag.Path) Rule { return Rule{} }

// Declared is the table that the field merge of a layer declares, for its values:
// {/values/rules: append} or {/values/rules: {key: name}}. Paths start below
// values; all other lists replace.
func Declared(rules *value.Node) Table {
	if rules.Len() == 0 {
		return Replace
	}
	return func(path diag.Path) Rule {
		rule := rules.Get(diag.Fields("values").Join(path...).String())
		if key, _ := rule.Get("key").Str(); key != "" {
			return Rule{Keys: []string{key}}
		}
		text, _ := rule.Str()
		return Rule{Append: text == "append"}
	}
}

var capiKeys = map[string][]string{
	"extraEnvs":                  {"name"},
	"extraVolumes":               {"name"},
	"users":                      {"name"},
	"files":                      {"path"},
	"taints":                     {"key", "effect"},
	"unhealthyNodeConditions":    {"type", "status"},
	"unhealthyMachineConditions": {"type", "status"},
}

// Capi is the table of lists in the capi slots, by the name of the field that
// holds the list: arguments, environments, volumes and users by name, files by
// path, taints by key and effect, health conditions by type and status,
// certSANs as a set, commands appended.
func Capi(path diag.Path) Rule {
	name := lastField(path)
	switch {
	case strings.HasSuffix(name, "Args"):
		return Rule{Keys: []string{"name"}}
	case strings.HasSuffix(name, "Commands"):
		return Rule{Append: true}
	case name == "certSANs":
		return Rule{Set: true}
	}
	return Rule{Keys: capiKeys[name]}
}

func lastField(path diag.Path) string {
	for _, step := range slices.Backward(path) {
		if name, ok := step.IsField(); ok {
			return name
		}
	}
	return ""
}
