package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const handbookDir = "testdata/docs"

// TestDocs: the handbook of the example is the one in testdata/docs, and no file
// is there that no page is.
func TestDocs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "book")
	if *update {
		if err := os.RemoveAll(handbookDir); err != nil {
			t.Fatal(err)
		}
		dir = handbookDir
	}
	status, out, errs := dayzero("docs", "--workspace", example, "--out", dir)
	if status != 0 || !strings.HasPrefix(out, "4 pages written to ") {
		t.Fatalf("exit status %d\n%s%s", status, out, errs)
	}
	if diff := cmp.Diff(tree(t, handbookDir), tree(t, dir)); diff != "" {
		t.Errorf("pages (-committed +written); run the tests with -update:\n%s", diff)
	}
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS(dir), name)
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDocsOfOneProfile: a name gives the page of its latest version, a version its
// own, and the whole is all pages one after the other.
func TestDocsOfOneProfile(t *testing.T) {
	book := tree(t, handbookDir)
	_, latest, _ := dayzero("docs", "mem-base", "--workspace", example)
	if diff := cmp.Diff(book["profiles/mem-base.md"], latest); diff != "" {
		t.Errorf("mem-base (-file +printed):\n%s", diff)
	}
	_, old, _ := dayzero("docs", "mem-base@1.1.0", "--workspace", example)
	if !strings.HasPrefix(old, "# mem-base 1.1.0\n") || strings.Contains(old, "### mem-base 1.2.0") || strings.Contains(old, "store-0050") || !strings.Contains(old, "### mem-base 1.1.0") {
		t.Errorf("mem-base@1.1.0 has the page\n%s", old)
	}
	_, whole, _ := dayzero("docs", "--workspace", example)
	want := strings.Join([]string{book["README.md"], book["profiles/mem-base.md"], book["profiles/observability.md"], book["profiles/pod-security.md"]}, "\n")
	if diff := cmp.Diff(want, whole); diff != "" {
		t.Errorf("the whole handbook (-files +printed):\n%s", diff)
	}
	if status, _, errs := dayzero("docs", "mem-bas", "--workspace", example); status != 2 || !strings.Contains(errs, `did you mean "mem-base"?`) {
		t.Errorf("an unknown profile: exit status %d\n%s", status, errs)
	}
}

func TestDocsJSON(t *testing.T) {
	_, out, _ := dayzero("docs", "mem-base", "--workspace", example, "--format", "json")
	var got docsResult
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := docsResult{APIVersion: "dayzero.dev/docs/v1alpha1", Pages: []docsPage{
		{Name: "profiles/mem-base.md", Title: "mem-base@1.2.0", Text: tree(t, handbookDir)["profiles/mem-base.md"]},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDocsJSONOfFiles: where the pages are in files, the result only names them.
func TestDocsJSONOfFiles(t *testing.T) {
	dir := t.TempDir()
	_, out, _ := dayzero("docs", "mem-base", "--workspace", example, "--format", "json", "--out", dir)
	var got docsResult
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := docsResult{APIVersion: "dayzero.dev/docs/v1alpha1", Out: dir, Pages: []docsPage{{Name: "profiles/mem-base.md", Title: "mem-base@1.2.0"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text := tree(t, dir)["profiles/mem-base.md"]; text != tree(t, handbookDir)["profiles/mem-base.md"] {
		t.Errorf("the file is\n%s", text)
	}
}

// TestDocsInTheWay: where a page cannot be written, the directory stays as it was.
func TestDocsInTheWay(t *testing.T) {
	for _, there := range []string{"profiles", "profiles/pod-security.md/notes", "README.md/notes"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(there)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, there), []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		status, out, errs := dayzero("docs", "--workspace", example, "--out", dir)
		if status == 0 || !strings.Contains(errs, "writing the handbook") {
			t.Errorf("with %s: exit status %d\n%s%s", there, status, out, errs)
		}
		if diff := cmp.Diff(map[string]string{there: "mine"}, tree(t, dir)); diff != "" {
			t.Errorf("with %s (-before +after):\n%s", there, diff)
		}
	}
}

// TestDocsOfBrokenWorkspace: findings do not stop a handbook, which says what is
// broken.
func TestDocsOfBrokenWorkspace(t *testing.T) {
	status, out, errs := dayzero("docs", "--workspace", "testdata/broken/dependency-cycle/workspace")
	if status != 0 || !strings.Contains(out, "This version has errors") {
		t.Errorf("exit status %d\n%s%s", status, out, errs)
	}
}
