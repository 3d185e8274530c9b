package validate_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

var update = flag.Bool("update", false, "write what is found into the cases")

// TestCases holds what is found in each workspace of testdata against its file
// want. Lines "now: ..." and "engines: ..." of a case's comment are options.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %d cases, %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "base.txtar" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
	}
}

func runCase(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fsys, opts := workspace(t, archive), options(t, string(archive.Comment))
	ws, loaded := profile.Load(fsys, profile.Layout{})
	opts.Loaded = loaded
	opts.Against = against(t, archive)
	got := validate.Workspace(ws, opts).Text(fsys)
	want := &archive.Files[len(archive.Files)-1]
	if *update {
		want.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want.Data), got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// workspace is the base workspace with the files of a case in it.
func workspace(t testing.TB, archive *txtar.Archive) fs.FS {
	base, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]txtar.File{}
	for _, f := range append(base.Files, archive.Files...) {
		if f.Name != "want" && !strings.HasPrefix(f.Name, "have/") {
			files[f.Name] = f
		}
	}
	whole := &txtar.Archive{}
	for _, f := range files {
		whole.Files = append(whole.Files, f)
	}
	fsys, err := txtar.FS(whole)
	if err != nil {
		t.Fatal(err)
	}
	return fsys
}

// against is the workspace that a case is compared with: that of the files below
// have/, over the base; nil without any.
func against(t testing.TB, archive *txtar.Archive) *profile.Workspace {
	var before txtar.Archive
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "have/"); ok {
			before.Files = append(before.Files, txtar.File{Name: name, Data: f.Data})
		}
	}
	if before.Files == nil {
		return nil
	}
	ws, _ := profile.Load(workspace(t, &before), profile.Layout{})
	return ws
}

func options(t testing.TB, comment string) validate.Options {
	var opts validate.Options
	for line := range strings.Lines(comment) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "now":
			now, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			opts.Now = now
		case "engines":
			opts.Engines = strings.Fields(text)
		}
	}
	return opts
}
