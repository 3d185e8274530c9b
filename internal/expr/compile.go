package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
)

// expression is one checked expression. It does not change.
type expression struct {
	source string
	scope  *Scope
	result *types.Type
	reads  Reads
	// plain is the path of an expression that is only a reference; it has no
	// program.
	plain   []string
	paths   [][]string
	program interpreter.Interpretable
	metered bool
	info    *ast.SourceInfo
}

// expression gives the compiled source, from the cache where it was compiled
// before.
func (s *Scope) expression(source string) (*expression, []*Error) {
	s.mu.Lock()
	done, ok := s.compiled[source]
	s.mu.Unlock()
	if !ok {
		done.expression, done.errs = s.compileSafely(source)
		s.mu.Lock()
		s.compiled[source] = done
		s.mu.Unlock()
	}
	return done.expression, done.errs
}

// compileSafely turns a panic of the CEL implementation into an error: the
// source may be anything.
func (s *Scope) compileSafely(source string) (e *expression, errs []*Error) {
	defer func() {
		if p := recover(); p != nil {
			e, errs = nil, []*Error{errorf(CodeSyntax, whole(source), "%s cannot be read: %v", quoted(source), p)}
		}
	}()
	return s.compile(source)
}

func (s *Scope) compile(source string) (*expression, []*Error) {
	if strings.TrimSpace(source) == "" {
		return nil, []*Error{errorf(CodeSyntax, whole(source), "the expression is empty").
			hinting("write $${ for a literal ${")}
	}
	parsed, issues := s.env.Parse(source)
	if issues.Err() != nil {
		return nil, s.syntaxErrors(source, issues)
	}
	r := s.resolve(parsed, source)
	if len(r.errs) > 0 {
		return nil, r.errs
	}
	checked, issues := s.env.Check(parsed)
	if issues.Err() != nil {
		return nil, s.typeErrors(source, issues)
	}
	if err := r.calls(checked); err != nil {
		return nil, []*Error{err}
	}
	e := &expression{
		source: source, scope: s, result: checked.OutputType(),
		reads: r.reads.join(Reads{}), paths: r.paths, info: checked.NativeRep().SourceInfo(),
	}
	if e.plain = plainPath(checked); e.plain != nil {
		return e, nil
	}
	if err := e.plan(checked); err != nil {
		return nil, []*Error{err}
	}
	return e, nil
}

func (s *Scope) resolve(parsed *cel.Ast, source string) *resolver {
	r := &resolver{scope: s, info: parsed.NativeRep().SourceInfo(), runes: []rune(source), local: map[string]int{}}
	r.walk(parsed.NativeRep().Expr())
	slices.SortStableFunc(r.errs, func(a, b *Error) int { return a.Offset - b.Offset })
	return r
}

// plainPath is the path of an expression that only names an input.
func plainPath(checked *cel.Ast) []string {
	root, steps := chain(checked.NativeRep().Expr())
	if root.Kind() != ast.IdentKind || len(steps) == 0 {
		return nil
	}
	path := []string{root.AsIdent()}
	for _, s := range steps {
		if s.test || s.optional {
			return nil
		}
		path = append(path, s.name)
	}
	if ref, ok := checked.NativeRep().ReferenceMap()[root.ID()]; !ok || ref.Name != path[0] {
		return nil
	}
	return path
}

// plan bounds the cost of an expression and makes its program.
func (e *expression) plan(checked *cel.Ast) *Error {
	cost, err := e.cost(checked, usual)
	if err != nil {
		return errorf(CodeTooCostly, whole(e.source), "the cost of %s cannot be estimated: %v", quoted(e.source), err)
	}
	if cost > maxCost {
		return errorf(CodeTooCostly, whole(e.source), "%s may cost too much to compute", quoted(e.source)).
			hinting("nest fewer loops, or loop over shorter lists")
	}
	if e.program, err = e.makeProgram(checked); err != nil {
		return errorf(CodeType, whole(e.source), "%s cannot be computed: %v", quoted(e.source), err)
	}
	return nil
}

func (e *expression) cost(checked *cel.Ast, supposed supposition) (uint64, error) {
	estimate, err := e.scope.env.EstimateCost(checked, newEstimator(e.scope.consts, supposed))
	return estimate.Max, err
}

// calls refuses what the types do not show: regular expressions that are too
// long, and time zones, whose rules come from the machine.
func (r *resolver) calls(checked *cel.Ast) *Error {
	var found *Error
	native := checked.NativeRep()
	ast.PreOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || found != nil {
			return
		}
		c := e.AsCall()
		if takesRegexp(c.FunctionName()) {
			pattern := operands(c)[1]
			if text, ok := literalString(pattern); ok && utf8.RuneCountInString(text) > maxRegexp {
				found = errorf(CodeTooLong, r.at(pattern.ID(), ""), "the regular expression has more than %d characters", maxRegexp)
			}
		}
		for _, id := range native.GetOverloadIDs(e.ID()) {
			if strings.HasSuffix(id, "_with_tz") {
				found = errorf(CodeType, r.at(e.ID(), ""), "%s cannot take a time zone", c.FunctionName()).
					hinting("results must not depend on the machine; leave the zone out for UTC")
			}
		}
	}))
	return found
}

func (s *Scope) syntaxErrors(source string, issues *cel.Issues) []*Error {
	return s.translate(source, issues, CodeSyntax)[:1]
}

func (s *Scope) typeErrors(source string, issues *cel.Issues) []*Error {
	return s.translate(source, issues, CodeType)
}

// translate rewrites CEL's messages as one line each.
func (s *Scope) translate(source string, issues *cel.Issues, code string) []*Error {
	runes := []rune(source)
	errs := make([]*Error, 0, len(issues.Errors()))
	for _, issue := range issues.Errors() {
		offset := offsetOf(runes, issue.Location.Line(), issue.Location.Column())
		text := cleaned(issue.Message)
		err := errorf(code, span{offset, 1}, "%s, column %d: %s", quoted(source), offset+1, text)
		s.explain(err, issue.Message, runes)
		errs = append(errs, err)
	}
	return errs
}

// offsetOf is where a line, counted from 1, and a column, counted from 0, are.
func offsetOf(runes []rune, line, column int) int {
	offset := 0
	for ; line > 1 && offset < len(runes); offset++ {
		if runes[offset] == '\n' {
			line--
		}
	}
	return max(0, min(offset+column, len(runes)))
}

// explain adds a hint to the commonest mistakes.
func (s *Scope) explain(err *Error, message string, runes []rune) {
	switch {
	case strings.HasPrefix(message, "undeclared reference to '"):
		name, _, _ := strings.Cut(strings.TrimPrefix(message, "undeclared reference to '"), "'")
		err.Code = CodeUndefinedName
		err.Summary = fmt.Sprintf("%q is not known", name)
		// CEL points at the parenthesis behind the name of a function.
		called := []rune(name)
		if start := err.Offset - len(called); start >= 0 && slices.Equal(runes[start:err.Offset], called) {
			err.Offset, err.Length = start, len(called)
		}
		err.nearest(name, s.functionNames(), "it is no function of the expression language")
	case strings.Contains(message, "found no matching overload"):
		err.hinting("convert one side with string(...), int(...) or double(...)")
	case strings.Contains(message, "does not support field selection"):
		err.hinting("only maps and vars, cluster, pool and component have fields")
	}
}

// functionNames are the functions a person may call.
func (s *Scope) functionNames() []string {
	var names []string
	for name := range s.env.Functions() {
		if !strings.ContainsAny(name, "_@!?-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// cleaned makes CEL's message one line in our manner: lower case at the start,
// operators as they are written.
func cleaned(message string) string {
	text := strings.Join(strings.Fields(message), " ")
	text = strings.TrimPrefix(text, "Syntax error: ")
	if what, _, ok := strings.Cut(text, " expecting "); ok {
		text = what
	}
	// What a value looks like inside is not for messages, nor the same each time.
	if what, _, ok := strings.Cut(text, " from non-optional value "); ok {
		text = what + " from a value that is not optional"
	}
	text = strings.NewReplacer("mismatched input", "unexpected", "extraneous input", "unexpected", "'<EOF>'", "end").Replace(text)
	text = strings.ReplaceAll(text, " (in container '')", "")
	if quote, rest, ok := strings.Cut(text, "overload for '"); ok {
		if name, tail, ok := strings.Cut(rest, "'"); ok {
			if shown, isOperator := operators.FindReverse(name); isOperator && shown != "" {
				text = quote + "overload for '" + shown + "'" + tail
			}
		}
	}
	return strings.TrimSuffix(text, ".")
}
