package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStory runs the program twice and holds what it tells, and that both trees
// are the same.
func TestStory(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	story := tellStory(t, a)
	if other := strings.ReplaceAll(tellStory(t, b), b, a); other != story {
		t.Errorf("the second run tells another story (-first +second):\n%s", cmp.Diff(story, other))
	}
	for _, part := range []string{
		"5 profile versions and 100 clusters",
		"share 2 class sets",
		"store-0001: 15 in sync, 0 drifted, 0 unknown",
		"store-0005: 13 in sync, 2 drifted, 0 unknown",
		"store-0008: 12 in sync, 1 drifted, 2 unknown",
		"declared by observability@2.1.0 layer metrics (library/observability/2.1.0/collector.yaml:30:16)",
		"changed by kubectl-edit",
		"98 clusters in 3 stages",
		"2 held",
		"done 2026-12-03",
	} {
		if !strings.Contains(story, part) {
			t.Errorf("the story lacks %q:\n%s", part, story)
		}
	}
	if diff := cmp.Diff(contents(t, a), contents(t, b)); diff != "" {
		t.Errorf("the trees differ:\n%s", diff)
	}
}

func tellStory(t *testing.T, out string) string {
	t.Helper()
	var w bytes.Buffer
	if err := run(context.Background(), &w, out); err != nil {
		t.Fatal(err)
	}
	return w.String()
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		out[name] = string(data)
		return err
	})
	if err != nil || len(out) < 1000 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}
