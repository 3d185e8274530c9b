package validate_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// examples are the blocks of YAML in docs/documents.md, document by document. A
// part of a profile stands in one.
func examples(t *testing.T) []string {
	text, err := os.ReadFile("../docs/documents.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, block := range strings.Split(string(text), "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		spec := fmt.Sprintf("kind: Profile\nmetadata: {name: part-%d}\nspec:\n  version: 1.0.0\n  owner: o\n  kind: AddOn\n", i)
		switch {
		case strings.HasPrefix(block, "spec:"):
			_, block, _ = strings.Cut(block, "\n")
			block = spec + block
		case strings.HasPrefix(block, "      "):
			block = spec + "  layers:\n    - name: l\n" + block
		case strings.HasPrefix(block, "  "):
			block = spec + block
		}
		out = append(out, strings.Split(block, "---\n")...)
	}
	return out
}

// TestDocumentedExamples: the schemas refuse nothing that docs/documents.md shows.
// What its examples refer to is not there, which is told and not looked at here.
// LiveCoverage has a schema, and no place in a workspace.
func TestDocumentedExamples(t *testing.T) {
	files := fstest.MapFS{}
	for i, text := range examples(t) {
		kind, _, _ := strings.Cut(strings.TrimPrefix(text, "kind: "), "\n")
		name := map[string]string{
			"Profile":   fmt.Sprintf("library/p%d/1.0.0/profile.yaml", i),
			"Overlay":   fmt.Sprintf("library/overlays/o%d/1.0.0/overlay.yaml", i),
			"Ownership": "library/ownership.yaml",
		}[kind]
		files[cmp.Or(name, fmt.Sprintf("fleet/%d.yaml", i))] = &fstest.MapFile{Data: []byte("apiVersion: " + profile.APIVersion + "\n" + text)}
	}
	ws, loaded := profile.Load(files, profile.Layout{})
	documents := slices.Collect(ws.Documents())
	if len(documents) < 10 {
		t.Fatalf("%d examples", len(documents))
	}
	misplaced := false
	for _, found := range validate.Workspace(ws, validate.Options{Loaded: loaded}) {
		misplaced = misplaced || found.Code == "profile.kind" && strings.Contains(found.Summary, "LiveCoverage")
		if slices.Contains([]string{"validate.enum", "validate.required", "validate.rule", "validate.value"}, found.Code) {
			t.Error(found)
		}
	}
	if !misplaced {
		t.Error("a workspace may hold a LiveCoverage")
	}
	schema := compiled(t, validate.JSONSchema(nil))
	for name, file := range files {
		data, err := yaml.YAMLToJSON(file.Data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err = cmp.Or(err, schema.Validate(document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDocumentedExtends: the child of docs/documents.md is free of errors, word for
// word.
func TestDocumentedExtends(t *testing.T) {
	all := examples(t)
	at := slices.IndexFunc(all, func(text string) bool { return strings.Contains(text, "extends: mem-base@1.2.0") })
	if at < 0 {
		t.Fatal("there is no such example")
	}
	const parent = `
kind: Profile
metadata: {name: mem-base}
spec:
  version: 1.2.0
  owner: platform
  kind: Infrastructure
  variables: [{name: maxPods, type: integer, default: 110}]
  rules: [{rule: vars.maxPods > 0}]
  layers:
    - {name: os, kind: OS, component: {none: simulated}}
    - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
    - {name: cni, kind: Network, component: {name: meshnet, version: 1.5.0}, content: {manifests: [a.yaml]}}
    - {name: csi, kind: Storage, component: {none: simulated}}
    - {name: metrics, kind: AddOn, component: {none: simulated}}
`
	document := func(text string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("apiVersion: " + profile.APIVersion + "\n" + text)}
	}
	ws, loaded := profile.Load(fstest.MapFS{
		"library/mem-base/1.2.0/profile.yaml":   document(parent),
		"library/mem-base/1.2.0/a.yaml":         {Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")},
		"library/store-base/2.0.0/profile.yaml": document(all[at]),
	}, profile.Layout{})
	for _, found := range validate.Workspace(ws, validate.Options{Loaded: loaded}) {
		t.Error(found)
	}
}
