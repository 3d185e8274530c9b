package validate

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// constraint prepares the match or require of a policy for what data may lack.
// In CUE a field "a: 1" gives data without a the value 1, and the policy would
// hold. Here a field that is not optional has to be there: "a!: 1".
//
// What the constraint is about must be read, or it would be missing always.
func (f *policyFile) constraint(p *policy, field *ast.Field) {
	if field == nil || p.reads == nil || p.shape == nil {
		return
	}
	w := constraintWalk{file: f, policy: p, seen: map[ast.Node]bool{}}
	w.expression(field.Value, nil)
}

type constraintWalk struct {
	file   *policyFile
	policy *policy
	seen   map[ast.Node]bool // definitions on the way
}

func (w constraintWalk) expression(e ast.Expr, path []string) {
	switch e := e.(type) {
	case *ast.StructLit:
		for _, d := range e.Elts {
			w.declaration(d, path)
		}
	case *ast.ListLit:
		for _, item := range e.Elts {
			w.expression(item, join(path, anyItem))
		}
	case *ast.Ellipsis:
		if e.Type != nil {
			w.expression(e.Type, path)
		}
	case *ast.ParenExpr:
		w.expression(e.X, path)
	case *ast.UnaryExpr:
		if e.Op == token.MUL {
			w.expression(e.X, path)
		}
	case *ast.BinaryExpr:
		if e.Op == token.AND || e.Op == token.OR {
			w.expression(e.X, path)
			w.expression(e.Y, path)
		}
	case *ast.CallExpr:
		w.call(e, path)
	case *ast.Ident:
		w.definition(e, path)
	case *ast.Comprehension:
		w.expression(e.Value, path)
	}
}

func join(path []string, step string) []string { return append(path[:len(path):len(path)], step) }

func (w constraintWalk) declaration(d ast.Decl, path []string) {
	switch d := d.(type) {
	case *ast.EmbedDecl:
		w.expression(d.Expr, path)
	case *ast.Comprehension:
		w.expression(d.Value, path)
	case *ast.Field:
		w.field(d, path)
	}
}

func (w constraintWalk) field(f *ast.Field, path []string) {
	name, _, err := ast.LabelName(f.Label)
	if _, pattern := f.Label.(*ast.ListLit); pattern || err != nil || isHidden(name) {
		return
	}
	if f.Constraint == token.ILLEGAL {
		f.Constraint = token.NOT
	}
	at := join(path, name)
	if summary, hint := w.policy.shape.misread(at); summary != "" {
		w.file.add("validate.policy-reads", w.file.text.node(f.Label), hint, "no %s has this: %s", w.policy.on, summary)
		return
	}
	if w.ends(f.Value) {
		if missing := w.policy.reads.unread(w.policy.shape, at); missing != "" {
			w.file.add("validate.policy-reads", w.file.text.node(f.Label), "add \""+missing+"\" to reads", "the policy judges %s and does not read it", missing)
		}
		return
	}
	w.expression(f.Value, at)
}

// ends reports whether a constraint names no fields below this.
func (w constraintWalk) ends(e ast.Expr) bool {
	probe := fieldProbe{}
	ast.Walk(e, probe.visit, nil)
	return !probe.found
}

// fieldProbe looks for fields and for what may bring some.
type fieldProbe struct{ found bool }

func (p *fieldProbe) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Field:
		p.found = true
	case *ast.Ident:
		if n.Node != nil && isDefinition(n.Name) {
			ast.Walk(n.Node, p.visit, nil)
		}
	}
	return !p.found
}

// call follows the functions whose arguments are constraints on the same data.
func (w constraintWalk) call(e *ast.CallExpr, path []string) {
	fun, ok := e.Fun.(*ast.Ident)
	if !ok || fun.Name != "close" && fun.Name != "matchN" && fun.Name != "matchIf" {
		return
	}
	for _, arg := range e.Args {
		if list, ok := arg.(*ast.ListLit); ok && fun.Name == "matchN" {
			for _, item := range list.Elts {
				w.expression(item, path)
			}
			continue
		}
		w.expression(arg, path)
	}
}

// definition follows a definition of the file.
func (w constraintWalk) definition(e *ast.Ident, path []string) {
	to, ok := e.Node.(ast.Expr)
	if !ok || !isDefinition(e.Name) || w.seen[to] {
		return
	}
	w.seen[to] = true
	w.expression(to, path)
	delete(w.seen, to)
}

// isHidden reports whether a field is no data.
func isHidden(name string) bool { return name != "" && (name[0] == '_' || name[0] == '#') }
