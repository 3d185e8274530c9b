package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/token"

	"github.com/dayzero-sdk/dayzero/profile"
)

// CUE is a file without a package: #Variables is a closed mapping of values, and
// #PoolVariables that of one pool, where there are variables of pool scope.
// Defaults of scalars stand beside the constraints.
func (s VariableSchema) CUE() []byte {
	var w cueWriter
	var decls []ast.Decl
	var variables, pooled []profile.Variable
	for _, v := range s.variables {
		if v.Scope == profile.PoolScope {
			pooled = append(pooled, v)
		} else {
			variables = append(variables, v)
		}
	}
	decls = append(decls, w.definition("#Variables", variables))
	if len(pooled) > 0 {
		decls = append(decls, w.definition("#PoolVariables", pooled))
	}
	if len(w.imports) > 0 {
		decls = append([]ast.Decl{w.importDecl()}, decls...)
	}
	out, err := format.Node(&ast.File{Decls: decls})
	if err != nil {
		panic(fmt.Sprintf("validate: writing CUE of checked declarations: %v", err))
	}
	return out
}

// cueWriter makes the syntax tree: values never become syntax.
type cueWriter struct{ imports []string }

func (w *cueWriter) importDecl() ast.Decl {
	slices.Sort(w.imports)
	out := &ast.ImportDecl{}
	for _, path := range w.imports {
		out.Specs = append(out.Specs, ast.NewImport(nil, path))
	}
	return out
}

func (w *cueWriter) definition(name string, variables []profile.Variable) ast.Decl {
	variables = slices.SortedFunc(slices.Values(variables), func(a, b profile.Variable) int { return cmp.Compare(a.Name, b.Name) })
	body := &ast.StructLit{}
	for _, v := range variables {
		body.Elts = append(body.Elts, w.field(v.Name, v.Schema, v.Required)...)
	}
	return &ast.Field{Label: ast.NewIdent(name), Value: body}
}

// field is a field with its constraint: with a default a second one. Names are
// quoted, so that none hides what constraints refer to.
func (w *cueWriter) field(name string, s profile.Schema, required bool) []ast.Decl {
	label := ast.NewString(name)
	constraint := &ast.Field{Label: label, Value: w.schema(s)}
	preset, ok := scalar(s.Default)
	switch {
	case required:
		constraint.Constraint = token.NOT
	case !ok:
		constraint.Constraint = token.OPTION
	}
	comment(constraint, s)
	if !ok {
		return []ast.Decl{constraint}
	}
	fallback := ast.NewBinExpr(token.OR, &ast.UnaryExpr{Op: token.MUL, X: preset}, ast.NewIdent("_"))
	return []ast.Decl{constraint, &ast.Field{Label: ast.NewString(name), Value: fallback}}
}

func comment(f *ast.Field, s profile.Schema) {
	if s.Description == "" {
		return
	}
	doc := &ast.CommentGroup{Doc: true}
	for _, line := range strings.FieldsFunc(s.Description, func(c rune) bool { return c == '\n' || c == '\r' }) {
		doc.List = append(doc.List, &ast.Comment{Text: "// " + line})
	}
	ast.AddComment(f, doc)
}

func (w *cueWriter) schema(s profile.Schema) ast.Expr {
	switch s.Type {
	case profile.BooleanVariable:
		return ast.NewIdent("bool")
	case profile.IntegerVariable:
		return w.number("int", s)
	case profile.NumberVariable:
		return w.number("number", s)
	case profile.ListVariable:
		items := ast.NewList(&ast.Ellipsis{Type: w.schema(*s.Items)})
		out := []ast.Expr{items}
		out = w.limits(out, "list", "MinItems", s.MinItems, "MaxItems", s.MaxItems)
		if s.UniqueItems {
			out = append(out, w.call("list", "UniqueItems"))
		}
		return all(out)
	case profile.MapVariable:
		values := &ast.StructLit{Elts: []ast.Decl{&ast.Field{Label: ast.NewList(ast.NewIdent("string")), Value: w.schema(*s.Values)}}}
		return all(w.limits([]ast.Expr{values}, "struct", "MinFields", s.MinItems, "MaxFields", s.MaxItems))
	case profile.ObjectVariable:
		body := &ast.StructLit{}
		for _, name := range propertyNames(s) {
			body.Elts = append(body.Elts, w.field(name, s.Properties[name].Schema, s.Properties[name].Required)...)
		}
		return closed(body)
	case profile.SecretRefVariable:
		name := w.text(s)
		return closed(&ast.StructLit{Elts: []ast.Decl{&ast.Field{Label: ast.NewString("name"), Constraint: token.NOT, Value: name}}})
	}
	return w.text(s)
}

// closed closes a mapping. That it stands in a definition does not close it where
// it is the item of a list with other constraints.
func closed(body *ast.StructLit) ast.Expr { return ast.NewCall(ast.NewIdent("close"), body) }

func (w *cueWriter) number(kind string, s profile.Schema) ast.Expr {
	out := []ast.Expr{ast.NewIdent(kind)}
	if n, ok := scalar(s.Min); ok {
		out = append(out, &ast.UnaryExpr{Op: token.GEQ, X: n})
	}
	if n, ok := scalar(s.Max); ok {
		out = append(out, &ast.UnaryExpr{Op: token.LEQ, X: n})
	}
	return all(out)
}

func (w *cueWriter) text(s profile.Schema) ast.Expr {
	out := []ast.Expr{ast.NewIdent("string")}
	if len(s.Enum) > 0 {
		choices := make([]ast.Expr, len(s.Enum))
		for i, text := range s.Enum {
			choices[i] = ast.NewString(text)
		}
		out[0] = choices[0]
		if len(choices) > 1 {
			out[0] = &ast.ParenExpr{X: ast.NewBinExpr(token.OR, choices...)}
		}
	}
	form := textForms[s.Type]
	for _, pattern := range []string{form.pattern, s.Pattern} {
		if pattern != "" {
			out = append(out, &ast.UnaryExpr{Op: token.MAT, X: ast.NewString(pattern)})
		}
	}
	if s.Type == profile.CIDRVariable {
		out = append(out, ast.NewSel(w.pkg("net"), "IPCIDR"))
	}
	most := s.MaxLength
	if form.maxLength > 0 && (most == nil || *most > form.maxLength) {
		most = &form.maxLength
	}
	return all(w.limits(out, "strings", "MinRunes", s.MinLength, "MaxRunes", most))
}

// limits adds the calls for a lower and an upper limit that are given.
func (w *cueWriter) limits(out []ast.Expr, pkg, low string, least *int, high string, most *int) []ast.Expr {
	if least != nil {
		out = append(out, w.call(pkg, low, *least))
	}
	if most != nil {
		out = append(out, w.call(pkg, high, *most))
	}
	return out
}

func (w *cueWriter) call(pkg, function string, args ...int) ast.Expr {
	given := make([]ast.Expr, len(args))
	for i, n := range args {
		given[i] = ast.NewLit(token.INT, strconv.Itoa(n))
	}
	return ast.NewCall(ast.NewSel(w.pkg(pkg), function), given...)
}

// pkg is the name of an imported package of the standard library.
func (w *cueWriter) pkg(name string) ast.Expr {
	if !slices.Contains(w.imports, name) {
		w.imports = append(w.imports, name)
	}
	return ast.NewIdent(name)
}

func all(constraints []ast.Expr) ast.Expr {
	if len(constraints) == 1 {
		return constraints[0]
	}
	return ast.NewBinExpr(token.AND, constraints...)
}

// scalar is a value that one token says.
func scalar(v profile.Value) (ast.Expr, bool) {
	switch data := v.Any().(type) {
	case string:
		return ast.NewString(data), true
	case bool:
		return ast.NewBool(data), true
	case int64:
		return number(strconv.FormatInt(data, 10), token.INT), true
	case float64:
		return number(strconv.FormatFloat(data, 'f', -1, 64), token.FLOAT), true
	}
	return nil, false
}

// number is a literal, whose sign is an operator to CUE.
func number(text string, kind token.Token) ast.Expr {
	if text[0] == '-' {
		return &ast.UnaryExpr{Op: token.SUB, X: ast.NewLit(kind, text[1:])}
	}
	return ast.NewLit(kind, text)
}
