package validate

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Limits of a file of policies. CUE can neither be interrupted nor be given a
// budget, so what could take long is refused before it is evaluated.
const (
	maxPolicyFile   = 64 << 10
	maxPolicyFiles  = 100
	maxPolicies     = 100 // of a file
	maxPolicyNodes  = 10_000
	maxPolicyDepth  = 40
	maxLoops        = 2       // one inside the other
	maxPolicySteps  = 250_000 // over one document
	maxWays         = 64      // combinations of alternatives
	maxChoices      = 256     // of one value
	maxOperands     = 256     // of a chain of one operator
	maxAdditions    = 8
	maxPolicyText   = 4096
	maxPolicyRegexp = 1000
	maxPolicyNumber = 40
)

// builtins are the packages of CUE that policies may import, and what of them:
// cheap, and the same everywhere.
var builtins = map[string][]string{
	"list":    {"Contains", "Max", "MaxItems", "Min", "MinItems", "Sum", "UniqueItems"},
	"math":    {"Abs", "Ceil", "Floor", "MultipleOf", "Round"},
	"net":     {"AbsURL", "FQDN", "IP", "IPCIDR", "IPv4", "URL"},
	"regexp":  {"Match", "Valid"},
	"strings": {"Contains", "HasPrefix", "HasSuffix", "MaxRunes", "MinRunes", "ToLower", "ToUpper", "TrimPrefix", "TrimSpace", "TrimSuffix"},
	"struct":  {"MaxFields", "MinFields"},
	"time":    {"Duration", "Format", "FormatDuration", "Time"},
}

// functions are those of the language that policies may call.
var functions = []string{"close", "div", "error", "len", "matchIf", "matchN", "mod", "quo", "rem"}

// types are the names that stand for themselves.
var types = []string{"_", "bool", "bytes", "float", "int", "null", "number", "string", "true", "false",
	"int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64"}

// scan refuses a file of policies that evaluating could take too long over, or
// that could mean something else on another machine.
type scan struct {
	text      lines
	imported  map[string]bool
	additions int
	nodes     int
	found     diag.Diagnostics
}

// extent is how the work of a file grows with the data: with how many loops in
// each other, over how many combinations of alternatives.
type extent struct{ loops, ways int }

// scanFile gives what is refused, and how the work of the file grows.
func scanFile(file *ast.File, text lines) (extent, diag.Diagnostics) {
	s := &scan{text: text, imported: map[string]bool{}}
	for _, d := range file.Decls {
		if d, ok := d.(*ast.ImportDecl); ok {
			s.imports(d)
		}
	}
	for _, d := range file.Decls {
		s.node(d, 0, 0)
	}
	var work extent
	if len(s.found) == 0 {
		work, s.found = measure(file, text)
	}
	return work, s.found.Sorted()
}

func (s *scan) refuse(at ast.Node, hint, format string, args ...any) {
	s.found = append(s.found, diag.Errorf("validate.policy-limit", s.text.node(at), format, args...).WithDetail("%s", hint))
}

func (s *scan) imports(d *ast.ImportDecl) {
	for _, spec := range d.Specs {
		path, _ := strconv.Unquote(spec.Path.Value)
		if _, ok := builtins[path]; !ok {
			s.refuse(spec.Path, among(path, slices.Sorted(maps.Keys(builtins))), "policies cannot import %q", clipped(path))
			continue
		}
		if spec.Name != nil {
			s.refuse(spec.Name, "write import "+spec.Path.Value, "an import cannot have another name")
		}
		s.imported[path] = true
	}
}

// node judges n, which stands below depth others and inside loops
// comprehensions. What it does not know it refuses.
func (s *scan) node(n ast.Node, depth, loops int) {
	s.nodes++
	switch {
	case s.nodes > maxPolicyNodes:
		if s.nodes == maxPolicyNodes+1 {
			s.refuse(n, "split the file", "the file has more than %d parts", maxPolicyNodes)
		}
		return
	case depth > maxPolicyDepth:
		s.refuse(n, "name parts of it: #Part: {...}", "this is nested more than %d deep", maxPolicyDepth)
		return
	}
	switch n := n.(type) {
	case *ast.Package, *ast.ImportDecl, *ast.CommentGroup:
	case *ast.Field:
		s.field(n, depth, loops)
	case *ast.Comprehension:
		s.comprehension(n, depth, loops)
	case ast.Expr:
		s.expression(n, depth, loops)
	case *ast.EmbedDecl:
		s.node(n.Expr, depth+1, loops)
	case *ast.LetClause:
		s.node(n.Expr, depth+1, loops)
	default:
		s.refuse(n, "write it in another way", "policies cannot hold %s", kindOfNode(n))
	}
}

func kindOfNode(n ast.Node) string {
	switch n.(type) {
	case *ast.Attribute:
		return "attributes"
	case *ast.Interpolation:
		return "texts made of values: they could grow without bound"
	}
	name := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast."))
	return "this (" + name + ")"
}

func (s *scan) field(f *ast.Field, depth, loops int) {
	for _, a := range f.Attrs {
		s.refuse(a, "remove it", "policies cannot hold attributes")
	}
	if f.Alias != nil {
		s.refuse(f.Alias, "refer to the field by its name", "policies cannot hold aliases")
	}
	switch label := f.Label.(type) {
	case *ast.Ident, *ast.BasicLit:
	case *ast.ListLit: // a pattern
		s.node(label, depth+1, loops)
	default:
		s.refuse(f.Label, "write the name, or a pattern: [=~\"^x\"]: ...", "the name of a field cannot be computed")
	}
	if _, ok := f.Value.(*ast.BottomLit); ok {
		name, _, _ := ast.LabelName(f.Label)
		s.found = append(s.found, diag.Errorf("validate.policy-syntax", s.text.node(f.Value), "_|_ forbids the field without saying why").
			WithDetail("write %s?: error(\"why it is not allowed\")", cmp.Or(name, "name")))
		return
	}
	s.node(f.Value, depth+1, loops)
}

func (s *scan) comprehension(c *ast.Comprehension, depth, loops int) {
	for _, clause := range c.Clauses {
		switch clause := clause.(type) {
		case *ast.ForClause:
			s.node(clause.Source, depth+1, loops)
			if loops++; loops > maxLoops {
				s.refuse(clause, "name what the outer ones find, or write two policies", "comprehensions stand more than %d deep in each other", maxLoops)
			}
		case *ast.IfClause:
			s.node(clause.Condition, depth+1, loops)
		default:
			s.refuse(clause, "use for and if", "policies cannot hold this clause")
		}
	}
	if c.Fallback != nil {
		s.refuse(c.Fallback, "write a second if", "policies cannot hold else and fallback")
	}
	s.node(c.Value, depth+1, loops)
}

func (s *scan) expression(n ast.Expr, depth, loops int) {
	all := func(inner ...ast.Expr) {
		for _, e := range inner {
			if e != nil {
				s.node(e, depth+1, loops)
			}
		}
	}
	switch n := n.(type) {
	case *ast.BottomLit:
	case *ast.BasicLit:
		s.literal(n)
	case *ast.Ident:
		s.name(n)
	case *ast.StructLit:
		for _, d := range n.Elts {
			s.node(d, depth+1, loops)
		}
	case *ast.ListLit:
		all(n.Elts...)
	case *ast.Ellipsis:
		all(n.Type)
	case *ast.ParenExpr:
		all(n.X)
	case *ast.UnaryExpr:
		s.regexp(n.Op, n.X)
		all(n.X)
	case *ast.BinaryExpr:
		s.chain(n, depth, loops)
	case *ast.IndexExpr:
		all(n.X, n.Index)
	case *ast.SelectorExpr:
		if !s.builtin(n) {
			all(n.X)
		}
	case *ast.CallExpr:
		s.call(n, depth, loops)
	default:
		s.refuse(n, "write it in another way", "policies cannot hold %s", kindOfNode(n))
	}
}

// name refuses names that stand for nothing, or for a package as a whole.
func (s *scan) name(n *ast.Ident) {
	if s.imported[n.Name] || n.Node == nil && !slices.Contains(types, n.Name) {
		s.found = append(s.found, diag.Errorf("validate.policy-syntax", s.text.node(n), "there is no field or type %s here", clipped(n.Name)).
			WithDetail("declare it: _%s: ..., or write a text: %q", strings.TrimLeft(n.Name, "_"), n.Name))
	}
}

func (s *scan) literal(n *ast.BasicLit) {
	limit := maxPolicyText
	if n.Kind == token.INT || n.Kind == token.FLOAT {
		limit = maxPolicyNumber
	}
	if len(n.Value) > limit {
		s.refuse(n, "write less", "this is longer than %d characters", limit)
	}
}

// regexp bounds regular expressions; one that is not written out has no bound.
func (s *scan) regexp(op token.Token, pattern ast.Expr) {
	if op != token.MAT && op != token.NMAT {
		return
	}
	text, ok := pattern.(*ast.BasicLit)
	if !ok {
		s.refuse(pattern, "write it out: =~\"^a\"", "a regular expression cannot be computed")
	} else if len(text.Value) > maxPolicyRegexp {
		s.refuse(pattern, "write several shorter ones", "a regular expression has at most %d characters", maxPolicyRegexp)
	} else if err := invalid(text); err != nil {
		// CUE would say it of each document, which then seems to be wrong
		s.found = append(s.found, diag.Errorf("validate.policy-syntax", s.text.node(pattern), "%s", oneLine(err.Error())).
			WithDetail("https://github.com/google/re2/wiki/Syntax says how regular expressions are written"))
	}
}

// invalid gives what is wrong with a regular expression. That the literal is no
// text, CUE reports.
func invalid(pattern *ast.BasicLit) error {
	text, err := literal.Unquote(pattern.Value)
	if err != nil {
		return nil
	}
	_, err = regexp.Compile(text)
	return err
}

// chain judges "a & b & c", all of which stands on one level. Of alternatives
// measure counts how many there are, and says what to write instead.
func (s *scan) chain(n *ast.BinaryExpr, depth, loops int) {
	for operands := 2; ; operands++ {
		s.binary(n)
		s.node(n.Y, depth+1, loops)
		inner, ok := n.X.(*ast.BinaryExpr)
		if !ok || inner.Op != n.Op {
			s.node(n.X, depth+1, loops)
			return
		}
		if operands == maxOperands && n.Op != token.OR {
			s.refuse(n.X, "write a pattern, or name parts of it: #Part: ...", "more than %d parts are joined by %s", maxOperands, n.Op)
			return
		}
		n = inner
	}
}

func (s *scan) binary(n *ast.BinaryExpr) {
	s.regexp(n.Op, n.Y)
	switch n.Op {
	case token.MUL:
		s.refuse(n, "add instead: x + x", "policies cannot multiply: texts and lists would grow without bound")
	case token.ADD:
		if s.additions++; s.additions == maxAdditions+1 {
			s.refuse(n, "split the file", "the file adds more than %d times", maxAdditions)
		}
	}
}

// builtin judges a name of an imported package, and reports whether n is one.
func (s *scan) builtin(n *ast.SelectorExpr) bool {
	x, ok := n.X.(*ast.Ident)
	if !ok || !s.imported[x.Name] {
		return false
	}
	name, _, _ := ast.LabelName(n.Sel)
	if known := builtins[x.Name]; !slices.Contains(known, name) {
		s.refuse(n, among(name, known), "policies cannot use %s.%s", x.Name, name)
	}
	return true
}

func (s *scan) call(n *ast.CallExpr, depth, loops int) {
	text := ""
	switch fun := n.Fun.(type) {
	case *ast.Ident:
		if text = fun.Name; fun.Node != nil || !slices.Contains(functions, text) {
			s.refuse(fun, among(text, functions), "policies cannot call %s", clipped(text))
		}
	case *ast.SelectorExpr:
		if !s.builtin(fun) {
			s.refuse(fun, "call a function of an imported package", "policies cannot call this")
		} else if x, ok := fun.X.(*ast.Ident); ok && x.Name == "regexp" && len(n.Args) > 0 {
			s.regexp(token.MAT, n.Args[0])
		}
	default:
		s.refuse(n.Fun, "call a function of an imported package", "policies cannot call this")
	}
	for _, arg := range n.Args {
		s.node(arg, depth+1, loops)
	}
}
