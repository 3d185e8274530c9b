package diagnostics_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// corpora are the cases of other packages that examples are drafted from, and
// the workspaces they stand on; "" for the one of examples.
var corpora = []struct{ cases, base string }{
	{"../../validate/testdata/*.txtar", ""},
	{"../../profile/testdata/resolve/*.txtar", "../../profile/testdata/base.txtar"},
}

// sample is a case as an example, and its findings.
type sample struct {
	archive *txtar.Archive
	found   diag.Diagnostics
}

// samples are the cases of all corpora.
var samples = sync.OnceValues(func() ([]sample, error) {
	var out []sample
	for _, corpus := range corpora {
		var base []txtar.File
		if corpus.base != "" {
			archive, err := txtar.ParseFile(corpus.base)
			if err != nil {
				return nil, err
			}
			// The cluster of the other base is no part of these cases.
			base = append(archive.Files, txtar.File{Name: "fleet/a.yaml", Data: []byte("absent\n")})
		}
		files, err := filepath.Glob(corpus.cases)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				return nil, err
			}
			archive.Comment = optionLines(archive.Comment)
			archive.Files = laid(base, archive.Files)
			if _, found, err := raise(archive); err == nil {
				out = append(out, sample{archive, found})
			}
		}
	}
	return out, nil
})

// optionLines keeps of the comment of a case what are options of an example.
func optionLines(comment []byte) []byte {
	var out []byte
	for line := range bytes.Lines(comment) {
		if _, err := optionsOf(string(line)); err == nil && len(bytes.TrimSpace(line)) > 0 {
			out = append(out, line...)
		}
	}
	return out
}

// laid are the files of a case over those of its base, without what the case
// expects and asks.
func laid(base, files []txtar.File) []txtar.File {
	replaced := func(f txtar.File) bool {
		return slices.ContainsFunc(files, func(o txtar.File) bool { return o.Name == f.Name })
	}
	expected := func(f txtar.File) bool {
		return f.Name == "want" || f.Name == "explain" || strings.HasPrefix(f.Name, "want/")
	}
	return slices.Concat(slices.DeleteFunc(slices.Clone(base), replaced), slices.DeleteFunc(files, expected))
}

// draft is the first draft of an example: the smallest case of the corpora that
// gives a finding of the code, without what it does not take for that. It is ""
// when there is none.
func draft(t *testing.T, code string) string {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	best := ""
	for _, s := range all {
		if len(only(s.found, code)) == 0 {
			continue
		}
		if text := string(txtar.Format(s.archive)); best == "" || len(text) < len(best) {
			best = text
		}
	}
	if best == "" {
		return ""
	}
	return string(txtar.Format(shrunk(txtar.Parse([]byte(best)), code)))
}

// shrunk leaves files and then lines out of an example, as long as it gives a
// finding of the code and no finding that it did not give before.
func shrunk(archive *txtar.Archive, code string) *txtar.Archive {
	_, before, err := raise(archive)
	if err != nil {
		return archive
	}
	try := func(files []txtar.File) bool {
		smaller := &txtar.Archive{Comment: archive.Comment, Files: files}
		_, found, err := raise(smaller)
		if err != nil || len(only(found, code)) == 0 || !within(found, before) {
			return false
		}
		archive, before = smaller, found
		return true
	}
	withoutFiles := func() {
		for i := len(archive.Files) - 1; i >= 0; i-- {
			try(slices.Delete(slices.Clone(archive.Files), i, i+1))
		}
	}
	withoutFiles()
	for i := range archive.Files {
		for _, lines := range []int{8, 4, 2, 1} {
			for last := bytes.Count(archive.Files[i].Data, []byte("\n")); last >= lines; last-- {
				files := slices.Clone(archive.Files)
				files[i].Data = withoutLines(files[i].Data, last-lines, last)
				if try(files) {
					last -= lines - 1
				}
			}
		}
	}
	withoutFiles()
	return archive
}

func withoutLines(data []byte, from, to int) []byte {
	return bytes.Join(slices.Delete(bytes.SplitAfter(data, []byte("\n")), from, to), nil)
}

// within reports whether every finding is one of those before, wherever it
// stands now.
func within(found, before diag.Diagnostics) bool {
	return !slices.ContainsFunc(found, func(d diag.Diagnostic) bool {
		return !slices.ContainsFunc(before, func(o diag.Diagnostic) bool { return o.Code == d.Code && o.Summary == d.Summary })
	})
}
