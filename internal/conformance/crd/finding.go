package crd

import (
	"cmp"
	"fmt"
)

// Rule is the kind of rule that an object breaks.
type Rule uint8

const (
	// UnknownKind: no definition serves the object's version and kind.
	UnknownKind Rule = iota + 1
	// UnknownField: the schema does not know the field.
	UnknownField
	// Metadata: names, labels, annotations and so on.
	Metadata
	// Schema: types, enums, patterns, required fields, sizes.
	Schema
	// Uniqueness: two items of a list with set or map semantics are one.
	Uniqueness
	// Expression: a rule in CEL.
	Expression
)

var ruleNames = map[Rule]string{
	UnknownKind:  "unknown kind",
	UnknownField: "unknown field",
	Metadata:     "metadata",
	Schema:       "schema",
	Uniqueness:   "uniqueness",
	Expression:   "expression",
}

// String gives the words of the constant: "unknown field".
func (r Rule) String() string {
	if name, ok := ruleNames[r]; ok {
		return name
	}
	return fmt.Sprintf("rule(%d)", uint8(r))
}

// Finding is one broken rule.
type Finding struct {
	Rule Rule
	// Path is the field in the notation of API servers: "spec.files[0].path".
	// It is empty for the whole object.
	Path    string
	Message string
}

// String gives "path: rule: message".
func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.Path, f.Rule, f.Message) }

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
}
