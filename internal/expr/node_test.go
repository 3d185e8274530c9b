package expr_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// TestNodesEmbedNothing: a node of a program that embeds one of cel-go's would
// inherit, in releases since 0.29, a method that evaluates the inner node alone.
// It would be passed by, and no test with an older release could show it.
func TestNodesEmbedNothing(t *testing.T) {
	types := declaredTypes(t)
	var found []string
	for name, declared := range types {
		if !declared.evaluates {
			continue
		}
		found = append(found, name)
		for _, field := range declared.fields {
			if len(field.Names) == 0 {
				t.Errorf("%s embeds a part, which may have other ways to be evaluated than Eval", name)
			}
		}
	}
	if len(found) == 0 {
		t.Error("no node is found")
	}
}

// declaredType is a struct of the package.
type declaredType struct {
	fields    []*ast.Field
	evaluates bool // is a node: it has a method Eval that takes an activation
}

func declaredTypes(t *testing.T) map[string]*declaredType {
	t.Helper()
	types := map[string]*declaredType{}
	at := func(name string) *declaredType {
		if types[name] == nil {
			types[name] = &declaredType{}
		}
		return types[name]
	}
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					at(n.Name.Name).fields = s.Fields.List
				}
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "Eval" && takesActivation(n.Type) {
					at(receiver(n)).evaluates = true
				}
			}
			return true
		})
	}
	return types
}

func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func takesActivation(f *ast.FuncType) bool {
	if len(f.Params.List) != 1 {
		return false
	}
	selector, ok := f.Params.List[0].Type.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Activation"
}

func receiver(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	return of.(*ast.Ident).Name
}

// TestNodesAreEvaluated: each kind of node does its work, alone and as a part of
// the nodes of cel-go.
func TestNodesAreEvaluated(t *testing.T) {
	scope := newScope(t)
	in := inputs(t)
	in.Values = written(t, "values.yaml", map[string]any{"text": strings.Repeat("a", 1<<20), "list": make([]any, 2000)})
	const (
		judged  = "values.text + values.text"
		ordered = "{'e': vars.zone, 'd': '', 'c': '', 'b': '', 'a': ''}"
		chosen  = "vars.?zone.orValue(string(1 / 0))"
		counted = "values.list.all(a, values.list.all(b, a == b))"
		tooMuch = expr.CodeTooCostly
	)
	for source, want := range map[string]string{
		judged:                           tooMuch,
		"[" + judged + "]":               tooMuch,
		"(" + judged + ").contains('b')": tooMuch,
		"[1].map(x, " + judged + ")":     tooMuch,
		"string(" + judged + ")":         tooMuch,
		"{'a': " + judged + "}.a":        tooMuch,
		"true ? " + judged + " : ''":     tooMuch,
		"[''][size(" + judged + ")]":     tooMuch,

		ordered + ".map(k, k)":                    `["a","b","c","d","e"]`,
		"[" + ordered + "].map(m, m.map(k, k))":   `[["a","b","c","d","e"]]`,
		"{'m': " + ordered + "}.m.map(k, k)":      `["a","b","c","d","e"]`,
		"(true ? " + ordered + ": {}).map(k, k)":  `["a","b","c","d","e"]`,
		"{'c': 1, 'b': 2, 'a': 3}.map(k, k)":      `["a","b","c"]`,
		"[{'c': 1, 'b': 2, 'a': 3}][0].map(k, k)": `["a","b","c"]`,

		chosen:                          `"a"`,
		"[" + chosen + "]":              `["a"]`,
		"[1].map(x, " + chosen + ")":    `["a"]`,
		"(" + chosen + ").size()":       `1`,
		"{'a': 7}[" + chosen + "]":      `7`,
		"true && " + chosen + " == 'a'": `true`,

		counted:                       tooMuch,
		"!" + counted:                 tooMuch,
		"[" + counted + "]":           tooMuch,
		counted + " || true":          tooMuch,
		counted + " ? 1 : 2":          tooMuch,
		"[1].all(x, " + counted + ")": tooMuch,
	} {
		if diff := cmp.Diff(want, outcome(t, scope, in, source)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
}

// outcome is the canonical JSON of a result, or the code of an error.
func outcome(t *testing.T, scope *expr.Scope, in *expr.Inputs, source string) string {
	t.Helper()
	template, errs := scope.Compile("${" + source + "}")
	if errs != nil {
		t.Errorf("compiling %s: %v", source, errs)
		return ""
	}
	n, err := template.Eval(in, value.Place{})
	if err != nil {
		return err.(*expr.Error).Code
	}
	return string(n.AppendJSON(nil))
}
