package corpus

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

const (
	prefix = "want/"
	// Diagnostics is the section that each case has: without it, nothing is
	// wanted to be found.
	Diagnostics = "diagnostics"
	absent      = "absent\n"
)

// Options are about all cases of a corpus.
type Options struct {
	// Base is an archive over whose files those of each case are laid. It is no
	// case itself. Default: none.
	Base string
	// Update writes into the cases what is given, instead of comparing.
	Update bool
}

// Case is one case.
type Case struct {
	Name    string
	Comment string
	// Input are its own files, and Files those of the base with them over these.
	Input, Files fstest.MapFS
}

// Answer gives the text of a section; ok is false where nothing gives it.
type Answer func(section string) (text string, ok bool)

// Run runs each case whose file matches the pattern, of which there is at least
// one, as a subtest. A line "skip: reason" in its comment skips one.
func Run(t *testing.T, pattern string, o Options, answer func(t testing.TB, c Case) Answer) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, file := range files {
		if filepath.Clean(file) == filepath.Clean(o.Base) {
			continue
		}
		cases++
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { run(t, file, o, answer) })
	}
	if cases == 0 {
		t.Fatalf("no cases match %s", pattern)
	}
}

func run(t *testing.T, file string, o Options, answer func(t testing.TB, c Case) Answer) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if reason, skip := skipped(string(archive.Comment)); skip {
		t.Skip(reason)
	}
	own := input(archive)
	files, err := Over(o.Base, own)
	if err != nil {
		t.Fatal(err)
	}
	given := answer(t, Case{Name: t.Name(), Comment: string(archive.Comment), Input: own, Files: files})
	got, err := answered(archive, given)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if o.Update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(sections(archive), sections(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func skipped(comment string) (reason string, skip bool) {
	for line := range strings.Lines(comment) {
		if reason, ok := strings.CutPrefix(line, "skip: "); ok {
			return strings.TrimSpace(reason), true
		}
	}
	return "", false
}

// input are the files of a case that are not wanted of it.
func input(archive *txtar.Archive) fstest.MapFS {
	out := fstest.MapFS{}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, prefix) {
			out[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return out
}

// Over lays files over those of the archive base, if it is not empty. A file that
// holds the line "absent" takes away the one below it.
func Over(base string, files fstest.MapFS) (fstest.MapFS, error) {
	out := fstest.MapFS{}
	if base != "" {
		archive, err := txtar.ParseFile(base)
		if err != nil {
			return nil, err
		}
		out = input(archive)
	}
	maps.Copy(out, files)
	maps.DeleteFunc(out, func(_ string, f *fstest.MapFile) bool { return Absent(f) })
	return out, nil
}

// Absent reports whether a file only takes one of the base away.
func Absent(f *fstest.MapFile) bool { return string(f.Data) == absent }

// answered is the case with what is given in the place of what is wanted.
func answered(archive *txtar.Archive, given Answer) (*txtar.Archive, error) {
	out, told := &txtar.Archive{Comment: archive.Comment}, false
	for _, f := range archive.Files {
		if section, ok := strings.CutPrefix(f.Name, prefix); ok {
			text, known := given(section)
			if !known {
				return nil, fmt.Errorf("nothing gives %s", f.Name)
			}
			f.Data = []byte(text)
			told = told || section == Diagnostics
			if section == Diagnostics && text == "" {
				continue
			}
		}
		out.Files = append(out.Files, f)
	}
	if found, _ := given(Diagnostics); found != "" && !told {
		out.Files = append(out.Files, txtar.File{Name: prefix + Diagnostics, Data: []byte(found)})
	}
	return out, nil
}

// sections are what is wanted, by name.
func sections(archive *txtar.Archive) map[string]string {
	out := map[string]string{}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, prefix) {
			out[f.Name] = string(f.Data)
		}
	}
	return out
}
