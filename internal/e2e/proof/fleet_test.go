package proof_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

const example = "../../../examples/quickstart/"

// infrastructures are the versions of the example's infrastructure profile, in
// order; addOns are the other profiles of its clusters.
var (
	infrastructures = []profile.Ref{{Name: "mem-base", Version: "1.0.0"}, {Name: "mem-base", Version: "1.1.0"}, {Name: "mem-base", Version: "1.2.0"}}
	addOns          = []profile.Ref{{Name: "pod-security", Version: "1.1.0"}, {Name: "observability", Version: "2.1.0"}}
)

// fleet is a workspace whose clusters and class sets are in a namespace of the
// test's own, with a renderer.
type fleet struct {
	*profile.Workspace
	renderer *render.Renderer
}

func load(t testing.TB, files fs.FS) fleet {
	t.Helper()
	ws, diags := profile.Load(files, profile.Layout{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return fleet{ws, renderer()}
}

func renderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

// exampleIn loads the example workspace with everything of the hub moved to
// namespace, and its clusters edited.
func exampleIn(t testing.TB, namespace string, edits ...*strings.Replacer) fleet {
	t.Helper()
	return workspaceIn(t, example+"workspace", namespace, edits...)
}

// workspaceIn loads a folder as exampleIn does. Its lock does not fit clusters
// elsewhere and is left out.
func workspaceIn(t testing.TB, folder, namespace string, edits ...*strings.Replacer) fleet {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == "fleet.lock" {
			return err
		}
		data, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		data = bytes.ReplaceAll(data, []byte("\n  namespace: fleet\n"), []byte("\n  namespace: "+namespace+"\n"))
		data = bytes.ReplaceAll(data, []byte("\n  delivery: manifests\n"), []byte("\n  delivery: manifests\n  classNamespace: "+namespace+"\n"))
		for _, edit := range edits {
			if strings.HasPrefix(path, "fleet/") {
				data = []byte(edit.Replace(string(data)))
			}
		}
		files[path] = &fstest.MapFile{Data: data}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return load(t, files)
}

// key finds a cluster by its name.
func (f fleet) key(t testing.TB, name string) profile.Key {
	t.Helper()
	for key := range f.Clusters() {
		if key.Name == name {
			return key
		}
	}
	t.Fatalf("there is no cluster %s", name)
	return profile.Key{}
}

// at renders a cluster at a version of its infrastructure profile.
func (f fleet) at(t testing.TB, key profile.Key, infrastructure profile.Ref) render.Bundle {
	t.Helper()
	return f.bundle(t, key, append([]profile.Ref{infrastructure}, addOns...)...)
}

// bundle renders a cluster, at the newest versions where no pins are given.
func (f fleet) bundle(t testing.TB, key profile.Key, pins ...profile.Ref) render.Bundle {
	t.Helper()
	b, err := f.render(t, key, pins...)
	if err != nil {
		t.Fatalf("rendering %s: %v", key, err)
	}
	return b
}

func (f fleet) render(t testing.TB, key profile.Key, pins ...profile.Ref) (render.Bundle, error) {
	stack, diags := f.ResolveAt(key, pins...)
	if err := diags.Err(); err != nil {
		return render.Bundle{}, fmt.Errorf("resolving: %w", err)
	}
	return f.renderer.Bundle(t.Context(), stack)
}

// shared are the objects of a bundle's class sets, in the order of application.
func shared(b render.Bundle) []render.Object {
	var out []render.Object
	for _, set := range b.Shared() {
		for _, item := range set.Items {
			out = append(out, item.Object)
		}
	}
	return out
}

// own are the objects of the cluster itself on its hub: the Cluster.
func own(b render.Bundle) []render.Object {
	var out []render.Object
	for _, item := range b.Own() {
		if item.Phase.Target == render.Hub {
			out = append(out, item.Object)
		}
	}
	return out
}

// distinct leaves one object of each content.
func distinct(all []render.Object) []render.Object {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(o render.Object) bool {
		digest := o.Digest()
		defer func() { seen[digest] = true }()
		return seen[digest]
	})
}
