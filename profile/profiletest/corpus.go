package profiletest

import (
	"io/fs"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/corpus"
)

// CorpusOptions are about all cases of a corpus. The zero CorpusOptions compare
// cases that bring all their files.
type CorpusOptions struct {
	// Base is a workspace over which the files of each case are laid, so that a case
	// shows only what it is about: os.DirFS("."), for cases about the library of a
	// repository. A file that holds only the line "absent" takes one of the base
	// away. Default: none.
	Base fs.FS
	// Update writes what is there into the cases, for somebody to read, instead of
	// comparing. A test sets it by a flag of its own:
	//
	//	var update = flag.Bool("update", false, "write what is there into the cases")
	Update bool
}

// Corpus runs the cases whose files match a pattern, each as a subtest. A case is
// an archive in the txtar format: a comment that says which behaviour it holds,
// the files of a workspace, and what they come to:
//
//	The edge overlay turns the relay off.
//	-- fleet/one.yaml --
//	...
//	-- explain --
//	cni:/values/relay
//	-- want/explain --
//	cni:/values/relay = false <- overlay overlay/edge@1.2.0 layer cni (...), owner edge
//	-- want/diagnostics --
//	...
//
// [Workspace.Section] says which sections there are below want/. Without
// want/diagnostics nothing is to be found. A line "skip: reason" in the comment
// skips the case.
func Corpus(t *testing.T, pattern string, o CorpusOptions) {
	t.Helper()
	corpus.Run(t, pattern, corpus.Options{Update: o.Update}, func(_ testing.TB, c corpus.Case) corpus.Answer {
		return Open(o.files(c)).Section
	})
}

// files are those of a case over the base.
func (o CorpusOptions) files(c corpus.Case) fs.FS {
	if o.Base == nil {
		return c.Files
	}
	out := over{base: o.Base, files: c.Files, hidden: map[string]bool{}}
	for name, f := range c.Input {
		if corpus.Absent(f) {
			out.hide(name)
		}
	}
	return out
}
