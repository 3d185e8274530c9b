package profiletest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

func TestOver(t *testing.T) {
	lower := fstest.MapFS{"a/one": {Data: []byte("lower")}, "a/two": {Data: []byte("lower")}, "b/three": {}}
	upper := fstest.MapFS{"a/two": {Data: []byte("upper")}, "a/c/four": {}}
	both := profiletest.Over(lower, upper)
	if err := fstest.TestFS(both, "a/one", "a/two", "a/c/four", "b/three"); err != nil {
		t.Error(err)
	}
	if data, err := fs.ReadFile(both, "a/two"); err != nil || string(data) != "upper" {
		t.Errorf("a/two is %q, %v", data, err)
	}
}

// TestCorpusTakesAway: files of the base that a case has not are nowhere.
func TestCorpusTakesAway(t *testing.T) {
	profiletest.Corpus(t, "testdata/cases/edge.txtar", profiletest.CorpusOptions{Base: os.DirFS(extracted(t))})
}

// extracted is a directory with the base.
func extracted(t *testing.T) string {
	dir := t.TempDir()
	if err := os.CopyFS(dir, base(t)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOverShowsLinks: a link below stays one, so that loading refuses it.
func TestOverShowsLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "fleet"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "fleet", "x.yaml")); err != nil {
		t.Skip(err)
	}
	ws := profiletest.Open(profiletest.Over(base(t), os.DirFS(dir)))
	ws.WantDiagnostic(t, "source.link", "leads out of the workspace")
}
