package diagnostics_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// families are what codes begin with, and what their codes are about, in the
// order of the index. A code of another family needs a line here.
var families = []struct{ name, about string }{
	{"source", "files, before anybody knows what they mean"},
	{"profile", "documents of the workspace, and the stacks of clusters that they make"},
	{"expr", "expressions: `${...}` and rules"},
	{"validate", "what `validate` holds against documents that resolve"},
	{"policy", "the sources of content, which package validate can hold to a policy"},
	{"capi", "the objects of Cluster API that are made of a stack"},
	{"render", "rendering the layers of a stack"},
	{"vet", "profiles at the corners of their variables"},
	{"upgrade", "the way of a cluster to other versions of its profiles"},
	{"members", "the clusters that a rollout moves"},
	{"rollout", "strategies, and the plans that are made of them"},
	{"drift", "the comparison with live clusters"},
}

// code is the form of a code: its family and its name.
var code = regexp.MustCompile(`^(` + strings.Join(familyNames(), "|") + `)\.[a-z][a-z0-9-]*$`)

func familyNames() []string {
	var out []string
	for _, f := range families {
		out = append(out, f.name)
	}
	return out
}

// dotted is what might be a code of a family that is not in the list above.
var dotted = regexp.MustCompile(`^[a-z]+\.[a-z][a-z0-9-]*$`)

// extensions are those of names of files that look like codes: profile.yaml.
var extensions = []string{"cue", "json", "md", "yaml", "yml"}

// codes are the codes in the source of the library, with the places where they
// stand.
func codes(t *testing.T) map[string]token.Position {
	out := map[string]token.Position{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root && notLibrary(file):
			return filepath.SkipDir
		case filepath.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go"):
			codesOf(t, file, out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("found %d codes", len(out))
	}
	return out
}

// notLibrary reports whether a directory has no code of the library: it is
// hidden, test data, documentation, or another module.
func notLibrary(dir string) bool {
	name := filepath.Base(dir)
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil || strings.HasPrefix(name, ".") || name == "testdata" || name == "docs"
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

// documented is a line of a list of codes in a package's documentation.
var documented = regexp.MustCompile(`(?m)^//\t([a-z]+\.[a-z][a-z0-9-]*) `)

// TestDocumentedCodes: a package that lists its codes lists all that it raises of
// its own family.
func TestDocumentedCodes(t *testing.T) {
	files, _ := filepath.Glob("../../*/doc.go")
	lists := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, list, ok := strings.Cut(string(text), "\n// # Codes\n")
		if !ok {
			continue
		}
		lists++
		list, _, _ = strings.Cut(list, "\n// # ")
		var got []string
		for _, line := range documented.FindAllStringSubmatch(list, -1) {
			got = append(got, line[1])
		}
		slices.Sort(got)
		if diff := cmp.Diff(raisedIn(t, filepath.Dir(file)), got); diff != "" {
			t.Errorf("%s (-raised +listed):\n%s", file, diff)
		}
	}
	if lists == 0 {
		t.Error("no package lists its codes")
	}
}

// raisedIn are the codes of a package's own family in its source, sorted.
func raisedIn(t *testing.T, dir string) []string {
	found := map[string]token.Position{}
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			codesOf(t, file, found)
		}
	}
	maps.DeleteFunc(found, func(code string, _ token.Position) bool { return !strings.HasPrefix(code, filepath.Base(dir)+".") })
	return slices.Sorted(maps.Keys(found))
}
