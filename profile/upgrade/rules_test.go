package upgrade

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"github.com/google/go-cmp/cmp"
)

// TestTablesAreComplete: every field that the schemas of profiles and overlays
// allow is in the table that compares it. What a table lacks would count as
// major, whatever it is.
func TestTablesAreComplete(t *testing.T) {
	schema := fieldsOf(t, "../../validate/schema/*.cue")
	for name, rules := range map[string]map[string]fieldRule{
		"#Profile spec":    profileRules,
		"#Preset":          presetRules,
		"#Variable":        variableRules(),
		"#Layer":           layerRules,
		"#ConstrainedPath": constrainedPathRules(),
		"#LayerPatch":      layerPatchRules(PresetChanged),
		"#Content":         contentRules,
		"#Chart":           chartRules,
		"#Overlay spec":    overlayRules,
	} {
		want := schema[name]
		if len(want) < 3 {
			t.Errorf("the schema has no %s", name)
		}
		var lacking []string
		for _, field := range want {
			if rules[field] == nil {
				lacking = append(lacking, field)
			}
		}
		if len(lacking) > 0 {
			t.Errorf("the table of %s lacks %v", name, lacking)
		}
	}
	// These are compared by code that names their fields.
	for name, known := range map[string][]string{
		"#Component":         {"name", "none", "scheme", "version"},
		"#Requirement":       {"capability", "component", "layer", "version"},
		"#ProfileSpec rules": {"message", "rule"},
	} {
		if diff := cmp.Diff(known, schema[name]); diff != "" {
			t.Errorf("%s (-known +schema):\n%s", name, diff)
		}
	}
}

// fieldsOf are the fields of each definition of CUE files, and of the structs in
// it, as "#Definition field field", with those of the definitions that are embedded.
func fieldsOf(t *testing.T, pattern string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	out, all := map[string][]string{}, []ast.Decl{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(name, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file.Decls...)
	}
	definitions := map[string][]ast.Decl{}
	for _, decl := range all {
		if f, ok := decl.(*ast.Field); ok {
			for _, of := range structs(f.Value) {
				name, _, _ := ast.LabelName(f.Label)
				definitions[name] = append(definitions[name], of.Elts...)
			}
		}
	}
	collect(out, definitions, "", all)
	return out
}

func collect(out map[string][]string, definitions map[string][]ast.Decl, of string, decls []ast.Decl) {
	for _, decl := range decls {
		if embedded, ok := decl.(*ast.EmbedDecl); ok {
			if name, ok := embedded.Expr.(*ast.Ident); ok {
				collect(out, definitions, of, definitions[name.Name])
			}
		}
		f, ok := decl.(*ast.Field)
		if !ok {
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			continue
		}
		if of != "" {
			out[of] = append(out[of], name)
			slices.Sort(out[of])
			out[of] = slices.Compact(out[of])
		}
		for _, inner := range structs(f.Value) {
			collect(out, definitions, strings.TrimSpace(of+" "+name), inner.Elts)
		}
	}
}

// structs are the struct literals of an expression, of list elements too.
func structs(e ast.Expr) []*ast.StructLit {
	switch e := e.(type) {
	case *ast.Alias:
		return structs(e.Expr)
	case *ast.StructLit:
		return []*ast.StructLit{e}
	case *ast.BinaryExpr:
		return append(structs(e.X), structs(e.Y)...)
	case *ast.ListLit:
		var out []*ast.StructLit
		for _, each := range e.Elts {
			if ellipsis, ok := each.(*ast.Ellipsis); ok {
				out = append(out, structs(ellipsis.Type)...)
			}
		}
		return out
	}
	return nil
}
