package validate_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/validate"
)

const quickstart = "../examples/quickstart/workspace"

// TestSameEverywhere: however many goroutines take part, in whatever order, and
// however many callers there are, the findings are the same.
func TestSameEverywhere(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fsys, opts := workspace(t, archive), options(t, string(archive.Comment))
		ws, loaded := profile.Load(fsys, profile.Layout{})
		opts.Loaded = loaded
		first := validate.Workspace(ws, opts).Text(fsys)
		for _, processors := range []int{1, 4} {
			before := runtime.GOMAXPROCS(processors)
			var running sync.WaitGroup
			for range 10 {
				running.Go(func() {
					if diff := cmp.Diff(first, validate.Workspace(ws, opts).Text(fsys)); diff != "" {
						t.Errorf("%s on %d processors (-first +again):\n%s", file, processors, diff)
					}
				})
			}
			running.Wait()
			runtime.GOMAXPROCS(before)
		}
	}
}

// part is the files of fsys of which lies says so.
func part(t *testing.T, fsys fs.FS, lies func(file string) bool) fstest.MapFS {
	out := fstest.MapFS{}
	err := fs.WalkDir(fsys, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !lies(file) {
			return err
		}
		data, err := fs.ReadFile(fsys, file)
		out[file] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLibraryElsewhere: a library counts alike, whether it lies in the workspace,
// was loaded from another place or was built in Go, where it has no lines.
func TestLibraryElsewhere(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if name == "published-sum" {
			continue // library.sum lies beside the versions that it is about
		}
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fsys, opts := workspace(t, archive), options(t, string(archive.Comment))
		opts.Against = against(t, archive)
		whole, loaded := profile.Load(fsys, profile.Layout{})
		judged := func(ws *profile.Workspace, loaded diag.Diagnostics) diag.Diagnostics {
			opts.Loaded = loaded
			return validate.Workspace(ws, opts)
		}
		over := func(library *profile.Library, found diag.Diagnostics) diag.Diagnostics {
			ws, loaded := profile.Load(part(t, fsys, func(file string) bool { return !strings.HasPrefix(file, "library/") }), profile.Layout{Library: library})
			return judged(ws, append(found, loaded...))
		}
		want := judged(whole, loaded)
		there, found := profile.Load(part(t, fsys, func(file string) bool { return strings.HasPrefix(file, "library/") }), profile.Layout{})
		if diff := cmp.Diff(want.Text(nil), over(there.Library, found).Text(nil)); diff != "" {
			t.Errorf("%s: (-together +apart):\n%s", name, diff)
		}
		contents, ok := contentsOf(whole)
		if !ok || slices.Contains([]string{"membership", "profile"}, name) {
			continue // which say more than Go can: a text that is there and empty
		}
		contents.Files = fsys
		if diff := cmp.Diff(unplaced(want), unplaced(over(profile.NewLibrary(contents, profile.Layout{})))); diff != "" {
			t.Errorf("%s: (-files +built):\n%s", name, diff)
		}
	}
}

// contentsOf is the library of a workspace as a program would build it; ok is
// false when its documents are none that Go can hold.
func contentsOf(ws *profile.Workspace) (c profile.Contents, ok bool) {
	into := func(d profile.Document, target any) {
		data, err := json.Marshal(d.Tree().Any())
		ok = ok && err == nil && json.Unmarshal(data, target) == nil
	}
	ok = true
	for d := range ws.Documents() {
		switch d.Kind {
		case "Profile":
			c.Profiles = append(c.Profiles, profile.Profile{})
			into(d, &c.Profiles[len(c.Profiles)-1])
		case "Overlay":
			c.Overlays = append(c.Overlays, profile.Overlay{})
			into(d, &c.Overlays[len(c.Overlays)-1])
		case "Ownership":
			c.Ownership = &profile.Ownership{}
			into(d, c.Ownership)
		}
	}
	return c, ok
}

// unplaced are findings without lines.
func unplaced(found diag.Diagnostics) []string {
	var out []string
	for _, d := range found {
		out = append(out, strings.Join([]string{d.Range.File, d.Code, d.Path, d.Summary}, " "))
	}
	slices.Sort(out)
	return out
}

// TestQuickstart: the example is without errors and warnings.
func TestQuickstart(t *testing.T) {
	fsys := os.DirFS(quickstart)
	ws, loaded := profile.Load(fsys, profile.Layout{})
	found := validate.Workspace(ws, validate.Options{Loaded: loaded})
	if found.Count(diag.Error)+found.Count(diag.Warning) > 0 {
		t.Error(found.Text(fsys))
	}
}

// FuzzWorkspace: no document brings validation down, and findings are sorted
// and told once.
func FuzzWorkspace(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			f.Add(part.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{}
		for _, name := range []string{"fleet/a.yaml", "library/base/1.0.0/profile.yaml", "fleet.lock"} {
			fsys[name] = &fstest.MapFile{Data: data}
		}
		ws, loaded := profile.Load(fsys, profile.Layout{})
		found := validate.Workspace(ws, validate.Options{Loaded: loaded})
		if diff := cmp.Diff(found.Sorted(), found); diff != "" {
			t.Errorf("findings (-sorted +got):\n%s", diff)
		}
	})
}

func BenchmarkWorkspace(b *testing.B) {
	ws, loaded := profile.Load(os.DirFS(quickstart), profile.Layout{})
	b.ReportAllocs()
	for b.Loop() {
		validate.Workspace(ws, validate.Options{Loaded: loaded})
	}
	b.ReportMetric(float64(ws.Len()*b.N)/b.Elapsed().Seconds(), "clusters/s")
}
