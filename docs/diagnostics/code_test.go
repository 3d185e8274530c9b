package diagnostics_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// code is the form of a code: its family and its name.
var code = regexp.MustCompile(`^(capi|drift|expr|members|policy|profile|render|rollout|source|upgrade|validate|vet)\.[a-z][a-z0-9-]*$`)

// dotted is what might be a code of a family that is not in the list above.
var dotted = regexp.MustCompile(`^[a-z]+\.[a-z][a-z0-9-]*$`)

// extensions are those of names of files that look like codes.
var extensions = []string{"cue", "json", "md", "sum", "yaml", "yml"}

// codes are the codes in the source of the library, with the places where they
// stand.
func codes(t *testing.T) map[string]token.Position {
	out := map[string]token.Position{}
	for _, dir := range []string{"profile", "validate", "render", "drift", "rollout", "internal"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && slices.Contains([]string{"testdata", "conformance", "e2e", "gen"}, entry.Name()):
				return filepath.SkipDir
			case filepath.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go"):
				codesOf(t, file, out)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 100 {
		t.Fatalf("found %d codes", len(out))
	}
	return out
}

func codesOf(t *testing.T, file string, out map[string]token.Position) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if text, ok := codeArgument(n); ok && dotted.MatchString(text) && !code.MatchString(text) {
				t.Errorf("%s: code %s is of a family that this test does not know", set.Position(n.Pos()), text)
			}
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if err == nil && code.MatchString(text) && !slices.Contains(extensions, strings.Split(text, ".")[1]) {
				out[text] = set.Position(n.Pos())
			}
		}
		return true
	})
}

// codeArgument is the first argument of the functions that make findings.
func codeArgument(call *ast.CallExpr) (string, bool) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !slices.Contains([]string{"Errorf", "Warningf", "Informationf"}, fun.Sel.Name) {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
