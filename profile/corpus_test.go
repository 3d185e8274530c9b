package profile_test

import (
	"flag"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/internal/corpus"
	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

var update = flag.Bool("update", false, "write what the cases of testdata give into them")

const baseArchive = "testdata/base.txtar"

// TestResolveCorpus loads and resolves the workspaces in testdata/resolve, each
// laid over testdata/base.txtar; see [profiletest.Corpus].
func TestResolveCorpus(t *testing.T) {
	profiletest.Corpus(t, "testdata/resolve/*.txtar", profiletest.CorpusOptions{Base: overBase(t, nil), Update: *update})
}

// overBase lays files over the workspace of testdata/base.txtar.
func overBase(t testing.TB, files fstest.MapFS) fstest.MapFS {
	t.Helper()
	out, err := corpus.Over(baseArchive, files)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// view is all that a case can expect of a workspace, by section.
func view(fsys fstest.MapFS) map[string]string {
	ws, out := profiletest.Open(fsys), map[string]string{}
	for _, name := range []string{"diagnostics", "layers", "inputs", "content", "classes", "profiles", "chosen", "idle", "pools", "explain"} {
		out["want/"+name], _ = ws.Section(name)
	}
	return out
}
