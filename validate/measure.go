package validate

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// size is what evaluating a part of a file could come to, with everything that
// it refers to counted as often as it is referred to.
type size struct {
	nodes int
	// ways are the combinations of alternatives that CUE may have to try.
	ways int
	// loops is how deep comprehensions stand in each other, at most; work counts
	// functions that look at every item as well.
	loops, work int
}

func (a size) and(b size) size {
	return size{nodes: min(a.nodes+b.nodes, maxPolicyNodes+1), ways: min(a.ways*b.ways, maxWays+1), loops: max(a.loops, b.loops), work: max(a.work, b.work)}
}

// meter measures the parts of a file, each once.
type meter struct {
	text  lines
	sizes map[ast.Node]size
	busy  map[ast.Node]bool
	found diag.Diagnostics
}

func (m *meter) refuse(at ast.Node, hint, format string, args ...any) {
	m.found = append(m.found, diag.Errorf("validate.policy-limit", m.text.node(at), format, args...).WithDetail("%s", hint))
}

// measure refuses what is large only when references are followed, and gives
// how the work of the file grows.
func measure(file *ast.File, text lines) (extent, diag.Diagnostics) {
	m := &meter{text: text, sizes: map[ast.Node]size{}, busy: map[ast.Node]bool{}}
	total := size{ways: 1}
	for _, d := range file.Decls {
		total = total.and(m.of(d))
		switch {
		case len(m.found) > 0:
			return extent{}, m.found
		case total.ways > maxWays:
			m.refuse(d, "write texts and numbers as alternatives, or split the file", "with this the alternatives of the file have more than %d combinations", maxWays)
			return extent{}, m.found
		case total.nodes > maxPolicyNodes:
			m.refuse(d, "refer to parts less often, or split the file", "with this the file has more than %d parts when references are followed", maxPolicyNodes)
			return extent{}, m.found
		}
	}
	return extent{loops: total.work, ways: total.ways}, nil
}

func (m *meter) of(n ast.Node) size {
	if known, ok := m.sizes[n]; ok {
		return known
	}
	if m.busy[n] {
		m.refuse(n, "write it out as deep as it is needed", "this refers to itself")
		return size{ways: 1}
	}
	m.busy[n] = true
	total := size{nodes: 1, ways: 1}
	switch n := n.(type) {
	case *ast.Ident:
		total = total.and(m.reference(n))
	case *ast.BinaryExpr:
		if n.Op == token.OR {
			total = m.alternatives(n)
			break
		}
		total = total.and(m.inside(n))
	case *ast.Comprehension:
		total = total.and(m.comprehension(n))
	case *ast.SelectorExpr:
		total = total.and(m.inside(n))
		total.work += itemsOf(n)
	default:
		total = total.and(m.inside(n))
	}
	delete(m.busy, n)
	m.sizes[n] = total
	return total
}

// inside is the sum of the parts directly in n.
func (m *meter) inside(n ast.Node) size {
	total := size{ways: 1}
	ast.Walk(n, func(inner ast.Node) bool {
		if inner == n {
			return true
		}
		switch inner := inner.(type) {
		case *ast.Field:
			total = total.and(m.of(inner.Value))
			if pattern, ok := inner.Label.(*ast.ListLit); ok {
				total = total.and(m.of(pattern))
			}
			return false
		case ast.Expr:
			total = total.and(m.of(inner))
			return false
		}
		return true
	}, nil)
	return total
}

// comprehension is the size of one: each clause, and what it makes, stands in the
// clauses before.
func (m *meter) comprehension(c *ast.Comprehension) size {
	total, loops := size{ways: 1}, 0
	add := func(n ast.Node) {
		inner := m.of(n)
		inner.loops, inner.work = inner.loops+loops, inner.work+loops
		total = total.and(inner)
	}
	for _, clause := range c.Clauses {
		switch clause := clause.(type) {
		case *ast.ForClause:
			m.source(clause)
			add(clause.Source)
			loops++
		case *ast.IfClause:
			add(clause.Condition)
		}
	}
	add(c.Value)
	if total.loops > maxLoops {
		m.refuse(c, "name what the outer ones find, or write two policies", "with this comprehensions stand more than %d deep in each other when references are followed", maxLoops)
		total.loops = 0 // those around it are not told as well
	}
	return total
}

// itemsOf is the loops that a function of a package counts for.
func itemsOf(fun *ast.SelectorExpr) int {
	x, _ := fun.X.(*ast.Ident)
	switch name, _, _ := ast.LabelName(fun.Sel); {
	case name == "UniqueItems":
		return 2 // compares each item with each
	case x != nil && x.Name == "list":
		return 1
	}
	return 0
}

// source refuses a comprehension over what another one made: each could square
// what it is given.
func (m *meter) source(c *ast.ForClause) {
	if m.of(c.Source).loops > 0 {
		m.refuse(c.Source, "go over the data itself, and put an if behind it", "a comprehension goes over what another one made")
	}
}

// reference is the size of what a name refers to.
func (m *meter) reference(n *ast.Ident) size {
	switch to := n.Node.(type) {
	case nil, *ast.ImportSpec:
		return size{ways: 1}
	case *ast.LetClause:
		return m.of(to.Expr)
	default:
		return m.of(to)
	}
}

// alternatives measures "a | b | c". Texts, numbers and types are cheap: a value
// is one of them. Others multiply, and must not refer to fields: CUE v0.17 does
// not end on some that do.
func (m *meter) alternatives(n *ast.BinaryExpr) size {
	total, open := size{ways: 1}, 0
	choices := flatten(n, nil)
	for _, c := range choices {
		total = total.and(m.of(c))
		if !isScalar(c) {
			open++
			m.noFields(c)
		}
	}
	if len(choices) > maxChoices {
		m.refuse(n, "write a pattern: =~\"^(a|b)$\"", "a value has more than %d alternatives", maxChoices)
	}
	if open > 0 {
		total.ways = min(total.ways*len(choices), maxWays+1)
	}
	return total
}

func flatten(e ast.Expr, to []ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return flatten(e.X, to)
	case *ast.BinaryExpr:
		if e.Op == token.OR {
			return flatten(e.Y, flatten(e.X, to))
		}
	case *ast.UnaryExpr:
		if e.Op == token.MUL {
			return flatten(e.X, to)
		}
	}
	return append(to, e)
}

// isScalar reports whether an alternative is one text, number or type.
func isScalar(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.BottomLit:
		return true
	case *ast.Ident:
		return e.Node == nil
	case *ast.UnaryExpr:
		_, literal := e.X.(*ast.BasicLit)
		return literal && (e.Op == token.SUB || e.Op == token.ADD)
	case *ast.CallExpr:
		fun, ok := e.Fun.(*ast.Ident)
		return ok && fun.Name == "error"
	}
	return false
}

// noFields refuses references to fields inside an alternative. Definitions are
// fine.
func (m *meter) noFields(alternative ast.Expr) {
	ast.Walk(alternative, func(n ast.Node) bool {
		if n, ok := n.(*ast.Ident); ok && n.Node != nil && !isDefinition(n.Name) {
			if _, imported := n.Node.(*ast.ImportSpec); !imported {
				m.refuse(n, "write an if instead of the alternative", "an alternative cannot refer to the field %s", n.Name)
			}
		}
		return true
	}, nil)
}

func isDefinition(name string) bool {
	return len(name) > 0 && name[0] == '#' || len(name) > 1 && name[:2] == "_#"
}
