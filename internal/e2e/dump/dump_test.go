package dump_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/internal/e2e/dump"
	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { os.Exit(e2etest.Main(m)) }

// folder has a custom resource before its definition, in a namespace that
// nobody declares.
var folder = fstest.MapFS{
	"a/thing.yaml": {Data: []byte(`apiVersion: dump.example.com/v1
kind: Thing
metadata:
  name: one
  namespace: undeclared
spec:
  size: 3
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: nowhere
`)},
	"definition.json": {Data: []byte(`{
  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.dump.example.com"},
  "spec": {"group": "dump.example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"}, "versions": [
    {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}`)},
	"notes.txt": {Data: []byte("not a manifest")},
}

func TestReadAndWrite(t *testing.T) {
	t.Parallel()
	all, err := dump.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := dump.Write(dir, all); err != nil {
		t.Fatal(err)
	}
	thing, err := os.ReadFile(filepath.Join(dir, "a", "thing.yaml"))
	if want := string(folder["a/thing.yaml"].Data); string(thing) != want || err != nil {
		t.Errorf("wrote %q, %v, want %q", thing, err, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "definition.yaml")); err != nil {
		t.Error(err)
	}
}

// What the server made of the objects says who owns which fields.
func TestApplyAndRefresh(t *testing.T) {
	t.Parallel()
	workload := e2etest.Workload(t)
	all, err := dump.Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := dump.Apply(t.Context(), workload.Client, "dayzero", all); err != nil {
		t.Fatal(err)
	}
	if err := dump.Refresh(t.Context(), workload.Client, all); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := dump.Write(dir, all); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "a", "thing.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"manager: dayzero", "operation: Apply", "f:size: {}", "size: 3", "kind: Thing", "namespace: undeclared", "namespace: default"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("dump lacks %q:\n%s", want, text)
		}
	}
}
