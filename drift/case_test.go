package drift

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/render"
)

var update = flag.Bool("update", false, "write the reports that the cases give")

// testCase is one file of testdata/cases: what is declared, what is live, maybe
// what was applied before, and the report. The comment says why.
type testCase struct {
	name     string
	want     []render.Object
	live     Live
	previous []render.Object
	golden   string
}

func loadCases(t testing.TB) []testCase {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("finding cases: %v", err)
	}
	var out []testCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, loadCase(t, file, archive))
	}
	return out
}

func loadCase(t testing.TB, file string, archive *txtar.Archive) testCase {
	t.Helper()
	c := testCase{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
	for _, f := range archive.Files {
		switch f.Name {
		case "desired.yaml":
			c.want = objects(t, file+"/"+f.Name, f.Data)
		case "live.yaml":
			live, diags := NewLive(objects(t, file+"/"+f.Name, f.Data))
			if len(diags) > 0 {
				t.Fatalf("%s: %v", file, diags)
			}
			c.live = live
		case "previous.yaml":
			c.previous = objects(t, file+"/"+f.Name, f.Data)
		case "want.txt":
			c.golden = string(f.Data)
		default:
			t.Fatalf("%s: unknown file %s", file, f.Name)
		}
	}
	return c
}

func objects(t testing.TB, file string, data []byte) []render.Object {
	t.Helper()
	out, diags := render.Objects(path.Base(file), data)
	if len(diags) > 0 {
		t.Errorf("reading %s: %v", file, diags)
	}
	return out
}

// account lists every object and field of a report, one a line.
func account(r Report) string {
	var b strings.Builder
	for _, f := range r.Objects {
		b.WriteString(f.String() + "\n")
		for _, field := range f.Fields {
			b.WriteString("  " + field.String() + "\n")
		}
	}
	return b.String()
}

func TestCases(t *testing.T) {
	for _, c := range loadCases(t) {
		t.Run(c.name, func(t *testing.T) {
			got := account(Compare(c.want, c.live, Evidence{Previous: c.previous}))
			if *update {
				rewrite(t, "testdata/cases/"+c.name+".txtar", got)
				return
			}
			if diff := cmp.Diff(c.golden, got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func rewrite(t *testing.T, file, want string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want.txt" })
	archive.Files = append(archive.Files, txtar.File{Name: "want.txt", Data: []byte(want)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// without drops metadata fields of objects, by path.
func without(t testing.TB, objects []render.Object, path ...string) []render.Object {
	t.Helper()
	out := make([]render.Object, len(objects))
	for i, o := range objects {
		tree := o.Tree()
		parent, last := path[:len(path)-1], path[len(path)-1]
		if n := tree.Get(parent...); n.Kind() == value.Map {
			tree = tree.Set(n.Without(last), parent...)
		}
		var err error
		if out[i], err = render.FromTree(tree); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
