package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// readEnums finds, by full type name, the string constants that the API modules
// declare with a named type.
func readEnums() (map[string][]string, error) {
	out := map[string][]string{}
	for _, module := range []string{"k8s.io/api", "k8s.io/apiextensions-apiserver", "k8s.io/kube-aggregator"} {
		dir, err := moduleDirectory(module)
		if err != nil {
			return nil, err
		}
		err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "types") || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			relative, err := filepath.Rel(dir, filepath.Dir(file))
			if err != nil {
				return err
			}
			return constants(file, path.Join(module, filepath.ToSlash(relative)), out)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func constants(file, pkg string, out map[string][]string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			t, ok := v.Type.(*ast.Ident)
			if !ok || len(v.Values) != 1 {
				continue
			}
			lit, ok := v.Values[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				return err
			}
			if name := pkg + "." + t.Name; t.Name != "string" {
				out[name] = append(out[name], text)
			}
		}
	}
	return nil
}
