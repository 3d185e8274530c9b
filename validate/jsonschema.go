package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cuelang.org/go/cue"

	"github.com/dayzero-sdk/dayzero/profile"
)

// JSONSchema is the JSON Schema (2020-12) of all kinds of documents, for editors
// and other tools. It is made of the schemas that [Workspace] judges by, and may
// be weaker than they are, never stricter: rules about several fields of a
// mapping are left out. LiveCoverage, which lies in dumps of live clusters and not
// in workspaces, is among the kinds.
//
// With a workspace it knows more: its profiles, hubs, layers and policies by
// name, and the variables of its profiles with their types and bounds. The
// workspace should be free of errors: what could not be read is not known. nil
// is fine.
func JSONSchema(ws *profile.Workspace) []byte {
	evaluating.Lock()
	defer evaluating.Unlock()
	w := schemaWriter{root: schemaRoot(), defs: map[string]any{}}
	all := append(slices.Clone(kinds), dumped)
	for _, kind := range append(slices.Clone(all), extending) {
		w.define("#" + kind)
	}
	if ws != nil {
		specialise(w.defs, ws)
	}
	var choices []any
	for _, kind := range all {
		of := node{"$ref": "#/$defs/" + kind}
		if kind == "Profile" {
			of = node{"if": withParent, "then": node{"$ref": "#/$defs/" + extending}, "else": of}
		}
		choices = append(choices, node{
			"if":   node{"properties": node{"kind": node{"const": kind}}, "required": []any{"kind"}},
			"then": of,
		})
	}
	text, _ := json.MarshalIndent(node{
		"$schema":    "https://json-schema.org/draft/2020-12/schema",
		"title":      "documents of " + profile.APIVersion,
		"type":       "object",
		"required":   []any{"apiVersion", "kind"},
		"properties": node{"kind": node{"enum": all}},
		"allOf":      choices,
		"$defs":      w.defs,
	}, "", "  ") // plain data: it has a JSON form
	return append(text, '\n')
}

// withParent fits a profile that extends another one.
var withParent = node{
	"properties": node{"spec": node{"properties": node{"extends": node{"type": "string"}}, "required": []any{"extends"}}},
	"required":   []any{"spec"},
}

// node is a part of a JSON Schema.
type node = map[string]any

// schemaWriter turns definitions of CUE into JSON Schema.
type schemaWriter struct {
	root cue.Value
	defs node
}

// define adds the definition called name, once, and gives a reference to it.
func (w schemaWriter) define(name string) node {
	plain := strings.TrimPrefix(name, "#")
	if _, known := w.defs[plain]; !known {
		w.defs[plain] = node{}
		v := w.root.LookupPath(cue.ParsePath(name))
		of := w.data(v)
		describe(of, v)
		w.defs[plain] = of
	}
	return node{"$ref": "#/$defs/" + plain}
}

// value is what a field or item holds: a reference, where it refers to a
// definition.
func (w schemaWriter) value(v cue.Value) node {
	if _, path := v.ReferencePath(); strings.HasPrefix(path.String(), "#") && !strings.Contains(path.String(), ".") {
		return w.define(path.String())
	}
	return w.data(v)
}

func describe(n node, v cue.Value) {
	var lines []string
	for _, group := range v.Doc() {
		lines = append(lines, strings.TrimSpace(group.Text()))
	}
	if text := strings.Join(strings.Fields(strings.Join(lines, " ")), " "); text != "" {
		n["description"] = text
	}
}

func (w schemaWriter) data(v cue.Value) node {
	switch kind := v.IncompleteKind(); {
	case kind == cue.TopKind:
		return node{}
	case kind == cue.StructKind:
		return w.mapping(v)
	case kind == cue.ListKind:
		return w.list(v)
	case kind == cue.BottomKind:
		// A mapping with conditions has no kind before there is data; what the
		// schema forbids may only be null.
		if n := w.mapping(v); n["properties"] != nil {
			return n
		}
		return node{"type": "null"}
	}
	return w.scalar(v)
}

func (w schemaWriter) mapping(v cue.Value) node {
	properties, required := node{}, []string{}
	fields, err := v.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		name := fields.Selector().Unquoted()
		of := w.value(fields.Value())
		if fields.Selector().ConstraintType() == cue.RequiredConstraint {
			required = append(required, name)
		} else {
			of = nullable(of)
		}
		describe(of, fields.Value())
		properties[name] = of
	}
	out := node{"type": "object"}
	if len(properties) == 0 {
		if item := v.LookupPath(cue.MakePath(cue.AnyString)); item.Exists() && item.IncompleteKind() != cue.TopKind {
			out["additionalProperties"] = nullable(w.value(item))
		}
		return out
	}
	out["properties"], out["additionalProperties"] = properties, false
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	return out
}

// nullable allows null, which documents may hold for "absent".
func nullable(n node) node {
	if len(n) == 0 || n["type"] == "null" {
		return n
	}
	return node{"anyOf": []any{n, node{"type": "null"}}}
}

func (w schemaWriter) list(v cue.Value) node {
	out := node{"type": "array"}
	if v.LookupPath(cue.MakePath(cue.Index(0))).Exists() {
		out["minItems"] = 1
	}
	for _, at := range []cue.Selector{cue.AnyIndex, cue.Index(0)} {
		if item := v.LookupPath(cue.MakePath(at)); item.Exists() {
			if of := w.value(item); len(of) > 0 {
				out["items"] = of
			}
			return out
		}
	}
	return out
}

// scalar is a text, number or boolean, or what may be one or something else.
func (w schemaWriter) scalar(v cue.Value) node {
	if text, err := v.String(); err == nil {
		return node{"const": text}
	}
	op, args := v.Expr()
	switch op {
	case cue.OrOp:
		return w.alternatives(args)
	case cue.AndOp:
		out := ofKind(v.IncompleteKind())
		for _, arg := range args {
			for name, part := range w.data(arg) {
				if name != "type" {
					out[name] = part
				}
			}
		}
		return out
	}
	out := ofKind(v.IncompleteKind())
	constrain(out, op, args)
	return out
}

func (w schemaWriter) alternatives(args []cue.Value) node {
	var texts []string
	var all []any
	for _, arg := range args {
		if text, err := arg.String(); err == nil {
			texts = append(texts, text)
		}
		all = append(all, w.value(arg))
	}
	if len(texts) == len(args) {
		return node{"enum": texts}
	}
	return node{"anyOf": all}
}

// ofKind is all data of the kinds in k.
func ofKind(k cue.Kind) node {
	var types []string
	for _, t := range []struct {
		kind cue.Kind
		name string
	}{{cue.StringKind, "string"}, {cue.BoolKind, "boolean"}, {cue.ListKind, "array"}, {cue.StructKind, "object"}, {cue.NullKind, "null"}} {
		if k&t.kind != 0 {
			types = append(types, t.name)
		}
	}
	switch {
	case k&cue.FloatKind != 0:
		types = append(types, "number")
	case k&cue.IntKind != 0:
		types = append(types, "integer")
	}
	if len(types) == 1 {
		return node{"type": types[0]}
	}
	return node{"type": types}
}

// constrain adds what JSON Schema can say of one constraint.
func constrain(n node, op cue.Op, args []cue.Value) {
	if len(args) == 0 {
		return
	}
	last := args[len(args)-1]
	text, _ := last.String()
	number, err := last.Int64()
	switch {
	case op == cue.RegexMatchOp:
		n["pattern"] = text
	case op == cue.GreaterThanEqualOp && err == nil:
		n["minimum"] = number
	case op == cue.LessThanEqualOp && err == nil:
		n["maximum"] = number
	case op == cue.CallOp:
		constrainCall(n, args)
	}
}

// constrainCall does so for functions of CUE.
func constrainCall(n node, args []cue.Value) {
	limit, err := args[len(args)-1].Int64()
	text, _ := args[len(args)-1].String()
	switch name := fmt.Sprint(args[0]); {
	case name == "strings.MaxRunes" && err == nil:
		n["maxLength"] = limit
	case name == "time.Format" && text == time.DateOnly:
		n["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
	}
}
