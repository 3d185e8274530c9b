package validate_test

import (
	"os"
	"path/filepath"
	"runtime"
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
