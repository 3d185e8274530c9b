package main

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchema: the schema beside the example is what the command prints for it.
func TestSchema(t *testing.T) {
	status, got, errs := dayzero("schema", "--workspace", example)
	if status != 0 {
		t.Fatalf("exit status %d\n%s", status, errs)
	}
	file := filepath.Join(example, "schema.json")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-committed +printed); run the tests with -update:\n%s", file, diff)
	}
}

// TestModelines: every document of the examples names a schema that is there.
func TestModelines(t *testing.T) {
	for _, dir := range []string{filepath.Dir(example), "../blueprint-tests"} {
		holdModelines(t, dir)
	}
}

func holdModelines(t *testing.T, dir string) {
	t.Helper()
	documents := 0
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(data), "apiVersion: dayzero.dev/") {
			return err
		}
		documents++
		lines := bufio.NewScanner(strings.NewReader(string(data)))
		lines.Scan()
		schema, ok := strings.CutPrefix(lines.Text(), "# yaml-language-server: $schema=")
		if _, err := os.Stat(filepath.Join(filepath.Dir(file), schema)); !ok || err != nil {
			t.Errorf("%s starts with %q, which names no schema: %v", file, lines.Text(), err)
		}
		return nil
	})
	if err != nil || documents < 7 {
		t.Errorf("%s: %d documents, %v", dir, documents, err)
	}
}
