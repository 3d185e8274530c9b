package validate_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/validate"
)

// schemaFile is the committed schema that editors read.
const schemaFile = "../docs/dayzero.schema.json"

// TestSchemaFile: the committed schema is the one of this release.
func TestSchemaFile(t *testing.T) {
	got := validate.JSONSchema(nil)
	if *update {
		if err := os.WriteFile(schemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-committed +generated); run the tests with -update:\n%s", schemaFile, diff)
	}
	for range 20 {
		if !bytes.Equal(validate.JSONSchema(nil), got) {
			t.Fatal("two calls give two schemas")
		}
	}
}

func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("dayzero.json", parsed); err != nil {
		t.Fatal(err)
	}
	out, err := c.Compile("dayzero.json")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// refusedBySchema are codes of findings that the JSON Schema makes too, unless
// the data is free or a form of its own.
var refusedBySchema = []string{"profile.unknown-field", "profile.required", "validate.enum", "profile.unsupported"}

// TestSchemaAgrees: over all documents of the test data, the JSON Schema refuses
// none that is without errors, and all with an unknown or missing field.
func TestSchemaAgrees(t *testing.T) {
	schema := compiled(t, validate.JSONSchema(nil))
	good, bad := 0, 0
	for name, fsys := range workspaces(t) {
		ws, loaded := profile.Load(fsys, profile.Layout{})
		found := validate.Workspace(ws, validate.Options{Loaded: loaded})
		documents := slices.Collect(ws.Documents())
		for i, d := range documents {
			err := schema.Validate(forJSON(d.Tree().Any()))
			at := about(found, documents, i)
			refused := slices.ContainsFunc(at, func(d diag.Diagnostic) bool {
				return slices.Contains(refusedBySchema, d.Code) && !strings.Contains(d.Summary, "beside $file") // free data
			})
			switch {
			case !at.HasErrors() && err != nil:
				t.Errorf("%s: %s is fine, and refused: %v", name, d.Name, err)
			case refused && err == nil:
				t.Errorf("%s: %s is not refused in spite of\n%s", name, d.Name, at.Text(nil))
			case refused:
				bad++
			case !at.HasErrors():
				good++
			}
		}
	}
	if good < 50 || bad < 10 {
		t.Errorf("%d good and %d bad documents are too few to show anything", good, bad)
	}
}

// TestFindingsHavePlaces: whatever is found in the test data, it is said where, and
// an item that a path names is one of the document.
func TestFindingsHavePlaces(t *testing.T) {
	all := workspaces(t)
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = workspace(t, archive)
	}
	for name, fsys := range all {
		ws, loaded := profile.Load(fsys, profile.Layout{})
		all := validate.Workspace(ws, validate.Options{Loaded: loaded})
		documents := slices.Collect(ws.Documents())
		for i, d := range documents {
			for _, found := range about(all, documents, i) {
				path, err := diag.ParsePath(found.Path)
				if n := toItem(path); err != nil || n > 0 && strings.HasPrefix(found.Path, "/spec/") && d.Tree().Find(path[:n]) == nil {
					t.Errorf("%s: %v: %s leads nowhere in %s", name, found, found.Path, d.Name)
				}
			}
		}
		for _, found := range all {
			if found.Range.File == "" {
				t.Errorf("%s: %v", name, found)
			}
			for _, related := range found.Related {
				if related.Range.File == "" {
					t.Errorf("%s: %v: %s", name, found, related.Summary)
				}
			}
		}
	}
}

// toItem is the length of the path to the innermost item of a list, 0 for none.
func toItem(path diag.Path) int {
	for i, step := range slices.Backward(path) {
		if _, ok := step.IsIndex(); ok {
			return i + 1
		}
	}
	return 0
}

// about are the findings in the i-th document.
func about(found diag.Diagnostics, documents []profile.Document, i int) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range found {
		start := documents[i].At(nil)
		next := diag.Range{}
		if i+1 < len(documents) {
			next = documents[i+1].At(nil)
		}
		if d.Range.File == start.File && d.Range.Start.Line >= start.Start.Line && (next.File != start.File || d.Range.Start.Line < next.Start.Line) {
			out = append(out, d)
		}
	}
	return out
}

// forJSON is plain data as the validator takes it.
func forJSON(data any) any {
	switch data := data.(type) {
	case map[string]any:
		for name, v := range data {
			data[name] = forJSON(v)
		}
	case []any:
		for i, v := range data {
			data[i] = forJSON(v)
		}
	case int64:
		return float64(data)
	}
	return data
}

// workspaces are those of all test data and examples, by name.
func workspaces(t *testing.T) map[string]fs.FS {
	out := map[string]fs.FS{quickstart: os.DirFS(quickstart)}
	cases, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = workspace(t, archive)
	}
	resolved, _ := filepath.Glob("../profile/testdata/resolve/*.txtar")
	for _, file := range resolved {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want") })
		if fsys, err := txtar.FS(archive); err == nil {
			out[file] = fsys
		}
	}
	broken, _ := filepath.Glob("../examples/dayzero/testdata/broken/*/workspace")
	for _, dir := range broken {
		out[dir] = os.DirFS(dir)
	}
	if len(out) < 60 {
		t.Fatalf("found %d workspaces", len(out))
	}
	return out
}

// TestWorkspaceSchemaAgrees: over workspaces without errors, the schema that
// knows the workspace refuses none of its documents.
func TestWorkspaceSchemaAgrees(t *testing.T) {
	judged := 0
	for name, fsys := range workspaces(t) {
		ws, loaded := profile.Load(fsys, profile.Layout{})
		if validate.Workspace(ws, validate.Options{Loaded: loaded}).HasErrors() {
			continue
		}
		schema := compiled(t, validate.JSONSchema(ws))
		for d := range ws.Documents() {
			judged++
			if err := schema.Validate(forJSON(d.Tree().Any())); err != nil {
				t.Errorf("%s: %s is refused: %v", name, d.Name, err)
			}
		}
	}
	if judged < 20 {
		t.Errorf("only %d documents", judged)
	}
}

// TestWorkspaceSchema: the schema of a workspace knows its names and variables.
func TestWorkspaceSchema(t *testing.T) {
	ws, _ := profile.Load(os.DirFS(quickstart), profile.Layout{})
	schema := compiled(t, validate.JSONSchema(ws))
	cluster := func(spec map[string]any) any {
		return map[string]any{"apiVersion": profile.APIVersion, "kind": "Cluster", "metadata": map[string]any{"name": "a"}, "spec": spec}
	}
	list := func(items ...any) []any { return items }
	for name, c := range map[string]struct {
		spec map[string]any
		fine bool
	}{
		"fine":             {map[string]any{"hub": "eu-1", "profiles": list("mem-base", "observability@2.1.0"), "variables": map[string]any{"region": "eu-west"}}, true},
		"no profile":       {map[string]any{"profiles": list("mem-bas")}, false},
		"no version":       {map[string]any{"profiles": list("mem-base@9.9.9")}, false},
		"no hub":           {map[string]any{"profiles": list("mem-base"), "hub": "eu-9"}, false},
		"no variable":      {map[string]any{"profiles": list("mem-base"), "variables": map[string]any{"regio": "eu-west"}}, false},
		"no value":         {map[string]any{"profiles": list("mem-base"), "variables": map[string]any{"region": "mars"}}, false},
		"for one profile":  {map[string]any{"profiles": list("mem-base"), "variables": map[string]any{"mem-base/region": "eu-west"}}, true},
		"no layer":         {map[string]any{"profiles": list("mem-base"), "overrides": list(map[string]any{"layer": "cn", "reason": "r", "owner": "o"})}, false},
		"layer":            {map[string]any{"profiles": list("mem-base"), "overrides": list(map[string]any{"layer": "mem-base/cni", "reason": "r", "owner": "o"})}, true},
		"absent variables": {map[string]any{"profiles": list("mem-base"), "variables": nil}, true},
	} {
		if err := schema.Validate(cluster(c.spec)); (err == nil) != c.fine {
			t.Errorf("%s: %v, want fine %v", name, err, c.fine)
		}
	}
}

// TestWorkspaceSchemaKnowsVariables: in the schema of a workspace a variable is
// what NewVariableSchema says of it, in its scope, and presets are known.
func TestWorkspaceSchemaKnowsVariables(t *testing.T) {
	thirty, err := profile.ValueOf(int64(30))
	if err != nil {
		t.Fatal(err)
	}
	library, found := profile.NewLibrary(profile.Contents{Profiles: []profile.Profile{base(
		profile.Variable{Name: "o", Schema: profile.Schema{Type: profile.ObjectVariable, Properties: map[string]profile.Property{"a": {Schema: profile.Schema{Type: profile.StringVariable}, Required: true}}}},
		profile.Variable{Name: "ver", Schema: profile.Schema{Type: profile.VersionVariable}},
		profile.Variable{Name: "d", Schema: profile.Schema{Type: profile.DurationVariable}},
		profile.Variable{Name: "q", Schema: profile.Schema{Type: profile.QuantityVariable}},
		profile.Variable{Name: "sec", Schema: profile.Schema{Type: profile.SecretRefVariable}},
		profile.Variable{Name: "mp", Schema: profile.Schema{Type: profile.IntegerVariable, Min: thirty}, Scope: profile.PoolScope},
	)}}, profile.Layout{})
	if found.HasErrors() {
		t.Fatal(found.Text(nil))
	}
	ws, _ := profile.Load(fstest.MapFS{}, profile.Layout{Library: library})
	schema := compiled(t, validate.JSONSchema(ws))
	for _, c := range []struct {
		spec string
		fine bool
	}{
		{`"variables": {"o": {"a": "x"}, "ver": "1.2.0", "d": "90m", "q": "1Gi", "sec": {"name": "x"}}`, true},
		{`"variables": {"o": null, "base/q": "1Gi"}, "presets": {"size": "small", "base/size": "large"}`, true},
		{`"pools": {"controlPlane": {"variables": {"mp": 30}}, "workers": [{"name": "a", "variables": {"base/mp": 30}}]}, "presets": {"size": null}`, true},
		{`"variables": {"o": {"a": 1}}`, false},
		{`"variables": {"o": {"b": "x"}}`, false},
		{`"variables": {"ver": "1.2"}`, false},
		{`"variables": {"d": "1d"}`, false},
		{`"variables": {"q": "1GB"}`, false},
		{`"variables": {"sec": {"key": "x"}}`, false},
		{`"variables": {"mp": 50}`, false},
		{`"pools": {"workers": [{"name": "a", "variables": {"mp": 5}}]}`, false},
		{`"pools": {"workers": [{"name": "a", "variables": {"q": "1Gi"}}]}`, false},
		{`"pools": {"controlPlane": {"variables": {"mp": 5}}}`, false},
		{`"presets": {"sizee": "small"}`, false},
		{`"presets": {"size": "huge"}`, false},
	} {
		document := `{"apiVersion": "` + profile.APIVersion + `", "kind": "Cluster", "metadata": {"name": "a"}, "spec": {"profiles": ["base"], ` + c.spec + `}}`
		data, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(data); (err == nil) != c.fine {
			t.Errorf("%s: %v, want fine %v", c.spec, err, c.fine)
		}
	}
}

// base is a profile with variables and presets, of which nothing else counts.
func base(variables ...profile.Variable) profile.Profile {
	none := []profile.LayerPatch{}
	return profile.Profile{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Profile"},
		Metadata: profile.ObjectMeta{Name: "base"},
		Spec: profile.ProfileSpec{Version: "1.0.0", Owner: "platform", Kind: profile.AddOnProfile, Variables: variables,
			Layers:  []profile.Layer{{Name: "app", Kind: profile.AddOnLayer, Component: profile.Component{None: "a test"}}},
			Presets: []profile.Preset{{Group: "size", Name: "small", Layers: none}, {Group: "size", Name: "large", Layers: none}},
		},
	}
}

// TestSchemaOfBrokenWorkspace: a declaration with mistakes says nothing of the
// values of its variable.
func TestSchemaOfBrokenWorkspace(t *testing.T) {
	for _, declaration := range []string{"type: list", "type: map", "type: object", "type: string, pattern: \"(\"", "type: unknown", "type: list, items: {type: list}"} {
		ws, _ := profile.Load(fstest.MapFS{
			"library/p/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec: {version: 1.0.0, owner: o, kind: AddOn, variables: [{name: v, " + declaration + "}]}\n")},
		}, profile.Layout{})
		schema := compiled(t, validate.JSONSchema(ws))
		cluster := map[string]any{"apiVersion": "dayzero.dev/v1alpha1", "kind": "Cluster", "metadata": map[string]any{"name": "a"},
			"spec": map[string]any{"profiles": []any{"p"}, "variables": map[string]any{"v": "anything"}}}
		if err := schema.Validate(cluster); err != nil {
			t.Errorf("%s: %v", declaration, err)
		}
	}
}
