package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Reads says which inputs a template reads, whatever their values are.
type Reads struct {
	// Vars are the names of the variables, sorted. An expression that picks
	// variables by a computed name reads all that are declared.
	Vars []string
	// The other roots, each as a whole.
	Consts, Cluster, Pool, Component, Provided, Values bool
}

// PerCluster reports whether the result may differ between clusters of one
// profile version for a reason other than variables: it reads cluster, pool or
// provided, or values, which may hold anything.
func (r Reads) PerCluster() bool { return r.Cluster || r.Pool || r.Provided || r.Values }

func (r Reads) join(o Reads) Reads {
	vars := slices.Concat(r.Vars, o.Vars)
	slices.Sort(vars)
	return Reads{
		Vars:      slices.Compact(vars),
		Consts:    r.Consts || o.Consts,
		Cluster:   r.Cluster || o.Cluster,
		Pool:      r.Pool || o.Pool,
		Component: r.Component || o.Component,
		Provided:  r.Provided || o.Provided,
		Values:    r.Values || o.Values,
	}
}

// resolver finds what the names of one expression mean.
type resolver struct {
	scope *Scope
	info  *ast.SourceInfo
	runes []rune
	local map[string]int // names that comprehensions bind, how many deep
	reads Reads
	paths [][]string // the references as far as they are written out
	errs  []*Error
}

// step is one selection of a reference: .name, .?name, ['name'] or [?'name'].
type step struct {
	name     string
	id       int64
	test     bool // inside has()
	optional bool
}

// chain takes apart selections with fixed names: it gives what they start from
// and the steps from there.
func chain(e ast.Expr) (ast.Expr, []step) {
	var steps []step
	for {
		next, s, ok := selection(e)
		if !ok {
			slices.Reverse(steps)
			return e, steps
		}
		e, steps = next, append(steps, s)
	}
}

func selection(e ast.Expr) (ast.Expr, step, bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		return s.Operand(), step{name: s.FieldName(), id: e.ID(), test: s.IsTestOnly()}, true
	case ast.CallKind:
		c := e.AsCall()
		switch c.FunctionName() {
		case operators.Index, operators.OptIndex, operators.OptSelect:
			name, ok := literalString(c.Args()[1])
			return c.Args()[0], step{name: name, id: e.ID(), optional: c.FunctionName() != operators.Index}, ok
		}
	}
	return nil, step{}, false
}

func (r *resolver) walk(e ast.Expr) {
	if root, steps := chain(e); len(steps) > 0 {
		if !r.isTypeName(root, steps) && !r.reference(root, steps) {
			r.ambiguous(root, steps)
			r.walk(root)
		}
		return
	}
	switch e.Kind() {
	case ast.IdentKind:
		if !r.reference(e, nil) {
			r.name(e)
		}
	case ast.CallKind:
		r.call(e.AsCall())
	case ast.ListKind:
		r.all(e.AsList().Elements())
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			r.walk(entry.AsMapEntry().Key())
			r.walk(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		r.fail(CodeType, r.at(e.ID(), ""), "%s{...} makes a message, which is not data", e.AsStruct().TypeName()).
			hinting("write a map: {'name': value}")
	case ast.ComprehensionKind:
		r.comprehension(e.AsComprehension())
	}
}

func (r *resolver) all(es []ast.Expr) {
	for _, e := range es {
		r.walk(e)
	}
}

func (r *resolver) call(c ast.CallExpr) {
	if c.IsMemberFunction() && !r.isNamespace(c) {
		r.walk(c.Target())
	}
	r.all(c.Args())
}

// isNamespace reports whether the target of a call is the first part of the
// function's name, as in sets.contains(a, b).
func (r *resolver) isNamespace(c ast.CallExpr) bool {
	root, steps := chain(c.Target())
	name, ok := dotted(root, steps)
	return ok && r.local[root.AsIdent()] == 0 && r.scope.env.HasFunction(name+"."+c.FunctionName())
}

// isTypeName recognises the names of types, such as net.IP.
func (r *resolver) isTypeName(root ast.Expr, steps []step) bool {
	name, ok := dotted(root, steps)
	if !ok || r.local[root.AsIdent()] > 0 {
		return false
	}
	_, found := r.scope.provider.FindIdent(name)
	return found
}

// ambiguous refuses to select from a name of a loop what is also the name of a
// type: releases of cel-go before 0.29 take it for the type, later ones do not.
func (r *resolver) ambiguous(root ast.Expr, steps []step) {
	for i := range steps {
		name, ok := dotted(root, steps[:i+1])
		if !ok {
			return
		}
		if _, isType := r.scope.provider.FindIdent(name); isType {
			r.fail(CodeType, r.at(root.ID(), root.AsIdent()), "%s is also the name of a type", name).
				hinting("let the loop use another name than %s", root.AsIdent())
			return
		}
	}
}

func dotted(root ast.Expr, steps []step) (string, bool) {
	if root.Kind() != ast.IdentKind {
		return "", false
	}
	name := root.AsIdent()
	for _, s := range steps {
		if s.optional || s.test {
			return "", false
		}
		name += "." + s.name
	}
	return name, true
}

func (r *resolver) comprehension(c ast.ComprehensionExpr) {
	r.walk(c.IterRange())
	r.walk(c.AccuInit())
	bound := []string{c.IterVar(), c.AccuVar()}
	if c.HasIterVar2() {
		bound = append(bound, c.IterVar2())
	}
	for _, name := range bound {
		r.local[name]++
	}
	r.walk(c.LoopCondition())
	r.walk(c.LoopStep())
	r.walk(c.Result())
	for _, name := range bound {
		r.local[name]--
	}
}

// reference judges a reference that starts from one of the roots; false means
// that it does not.
func (r *resolver) reference(root ast.Expr, steps []step) bool {
	if root.Kind() != ast.IdentKind || r.local[root.AsIdent()] > 0 {
		return false
	}
	switch name := root.AsIdent(); name {
	case rootVars:
		r.variable(root, steps)
	case rootConsts:
		r.reads.Consts = true
		r.constant(steps)
	case rootCluster:
		r.reads.Cluster = true
		r.field(root, steps)
	case rootComponent:
		r.reads.Component = true
		r.field(root, steps)
	case rootPool:
		r.reads.Pool = true
		r.available(r.scope.pool, root, "in nodes, workers and classes")
		r.field(root, steps)
	case rootProvided:
		r.reads.Provided = true
	case rootValues:
		r.reads.Values = true
		r.available(r.scope.values, root, "in patches and expanded content")
	default:
		return false
	}
	r.remember(root.AsIdent(), steps)
	return true
}

func (r *resolver) remember(root string, steps []step) {
	path := []string{root}
	for _, s := range steps {
		path = append(path, s.name)
	}
	r.paths = append(r.paths, path)
}

func (r *resolver) available(here bool, root ast.Expr, where string) {
	if !here {
		r.fail(CodeUndefinedName, r.at(root.ID(), root.AsIdent()), "%s is not known here", root.AsIdent()).
			hinting("%s can only be read %s", root.AsIdent(), where)
	}
}

func (r *resolver) variable(root ast.Expr, steps []step) {
	if len(steps) == 0 {
		r.reads.Vars = slices.Clone(r.scope.names)
		return
	}
	name := steps[0].name
	declared, ok := r.scope.variables[name]
	if !ok {
		err := undeclared(name, r.scope.names)
		at := r.at(steps[0].id, name)
		err.Offset, err.Length = at.offset, at.length
		r.errs = append(r.errs, err)
		return
	}
	r.reads.Vars = append(r.reads.Vars, name)
	r.property(declared, steps)
	if declared.Type == SecretRef && !steps[0].test && (len(steps) != 2 || steps[1].name != "name") {
		r.fail(CodeType, r.at(steps[0].id, name), "variable %q is a reference to a secret, which is not data", name).
			hinting("only its name can be read: vars.%s.name", name)
	}
}

// property follows a reference into the parts of a variable, as far as they are
// declared.
func (r *resolver) property(v *Variable, steps []step) {
	for i, s := range steps[1:] {
		if v == nil {
			return
		}
		part, ok := v.property(s.name)
		if !ok {
			r.fail(CodeUndefinedName, r.at(s.id, s.name), "variable %s has no property %q", stepNames(steps[:i+1]), s.name).
				nearest(s.name, v.propertyNames(), "its properties are "+strings.Join(v.propertyNames(), ", "))
			return
		}
		v = part
	}
}

func undeclared(name string, known []string) *Error {
	err := &Error{Code: CodeUndefinedVariable, Summary: fmt.Sprintf("variable %q is not declared", name)}
	err.nearest(name, known, "declare it in the profile's spec.variables")
	return err
}

func (r *resolver) field(root ast.Expr, steps []step) {
	if len(steps) == 0 {
		return
	}
	known := slices.Sorted(maps.Keys(fieldTypes[root.AsIdent()]))
	if !slices.Contains(known, steps[0].name) {
		r.fail(CodeUndefinedName, r.at(steps[0].id, steps[0].name), "%s has no field %q", root.AsIdent(), steps[0].name).
			nearest(steps[0].name, known, "its fields are "+strings.Join(known, ", "))
	}
}

// constant follows a reference into the constants until it says itself that
// something may be missing.
func (r *resolver) constant(steps []step) {
	n := r.scope.consts
	for i, s := range steps {
		if s.test || s.optional || (n.Kind() != value.Map && i > 0) {
			return
		}
		e, ok := n.Entry(s.name)
		if !ok {
			r.fail(CodeUndefinedName, r.at(s.id, s.name), "constant %q is not defined", stepNames(steps[:i+1])).
				nearest(s.name, fieldNames(n), "define it in the profile's spec.constants")
			return
		}
		n = e.Value
	}
}

func stepNames(steps []step) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.name
	}
	return strings.Join(names, ".")
}

func fieldNames(n *value.Node) []string {
	names := make([]string, 0, n.Len())
	for _, f := range n.Fields() {
		names = append(names, f.Name)
	}
	return names
}

// name judges a name that is no root.
func (r *resolver) name(e ast.Expr) {
	name := e.AsIdent()
	if r.local[name] > 0 {
		return
	}
	if _, isType := r.scope.provider.FindIdent(name); isType {
		return
	}
	roots := r.scope.roots()
	err := r.fail(CodeUndefinedName, r.at(e.ID(), name), "%q is not known", name)
	if _, declared := r.scope.variables[name]; declared {
		err.hinting("variables are read as vars.%s", name)
		return
	}
	err.nearest(name, roots, "expressions start from "+strings.Join(roots, ", "))
}

func (e *Error) nearest(name string, known []string, otherwise string) {
	e.Hint = otherwise
	if near, ok := diag.Nearest(name, known); ok {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	}
}

func (r *resolver) fail(code string, at span, format string, args ...any) *Error {
	err := errorf(code, at, format, args...)
	r.errs = append(r.errs, err)
	return err
}

// at is the place of a part of the expression: of name, where it stands a little
// behind the part's start, as in .name, ['name'] and has(vars.name).
func (r *resolver) at(id int64, name string) span {
	return spanOf(r.info, r.runes, id, name)
}

func spanOf(info *ast.SourceInfo, runes []rune, id int64, name string) span {
	const near = 40
	found, ok := info.GetOffsetRange(id)
	start := int(found.Start)
	if !ok || start > len(runes) {
		return span{0, len(runes)}
	}
	want := []rune(name)
	for i := start; len(want) > 0 && i <= start+near && i+len(want) <= len(runes); i++ {
		if slices.Equal(runes[i:i+len(want)], want) && (i == start || isNamed(runes, i, i+len(want))) {
			return span{i, len(want)}
		}
	}
	return span{start, max(1, min(int(found.Stop), len(runes))-start)}
}

// isNamed reports whether the runes from start to end are what a selection
// names, not a part of a longer name.
func isNamed(runes []rune, start, end int) bool {
	return strings.ContainsRune(".?'\"", runes[start-1]) && (end == len(runes) || !isNameRune(runes[end]))
}

func isNameRune(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }
