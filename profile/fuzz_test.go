package profile_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
)

// FuzzLoad: whatever a profile, a cluster and a lock hold, loading and resolving
// end without a panic, say where each finding stands, keep what they read, and
// say the same the second time. The seeds are the corpus.
func FuzzLoad(f *testing.F) {
	base, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		f.Fatal(err)
	}
	text := map[string][]byte{}
	for _, file := range base.Files {
		text[file.Name] = file.Data
	}
	addon := []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: o, kind: AddOn}\n")
	f.Add(addon, text["fleet/one.yaml"], []byte("eu-1/fleet/one base@1.0.0 sha256:"+strings.Repeat("0", 64)))
	for _, fsys := range corpusOf(f) {
		one, other := fsys["fleet/one.yaml"], fsys["library/addon/1.0.0/profile.yaml"]
		if one != nil && other != nil {
			f.Add(other.Data, one.Data, []byte(nil))
		}
	}
	f.Fuzz(func(t *testing.T, addon, cluster, lock []byte) {
		fsys := fstest.MapFS{}
		for name, data := range text {
			fsys[name] = &fstest.MapFile{Data: data}
		}
		fsys["library/addon/1.0.0/profile.yaml"] = &fstest.MapFile{Data: addon}
		fsys["library/addon/1.0.0/note.txt"] = &fstest.MapFile{Data: []byte("${vars.a}")}
		fsys["fleet/one.yaml"] = &fstest.MapFile{Data: cluster}
		fsys["fleet.lock"] = &fstest.MapFile{Data: lock}
		first := view(fsys)
		if again := view(fsys); first["want/diagnostics"] != again["want/diagnostics"] || first["want/layers"] != again["want/layers"] {
			t.Fatalf("first\n%s%s\nthen\n%s%s", first["want/layers"], first["want/diagnostics"], again["want/layers"], again["want/diagnostics"])
		}
		holdPlaces(t, fsys)
	})
}

func holdPlaces(t *testing.T, fsys fstest.MapFS) {
	t.Helper()
	w, diags := profile.Load(fsys, profile.Layout{})
	for key := range w.Clusters() {
		stack, found := w.Resolve(key)
		diags = append(diags, found...)
		if (stack == nil) != found.HasErrors() {
			t.Fatalf("%s: a stack is there: %t, findings: %v", key, stack != nil, found)
		}
		if stack == nil {
			continue
		}
		stack.Digest()
		for _, l := range stack.Layers() {
			for _, path := range stack.Paths(l) {
				if _, _, ok := stack.Find(l, path); !ok {
					t.Fatalf("%s of layer %s is listed and not found", path, l.Name)
				}
			}
		}
	}
	for _, d := range diags {
		if d.Code == "" || d.Summary == "" || d.Range.File == "" {
			t.Fatalf("a finding without code, summary or place: %+v", d)
		}
	}
}

// FuzzCompose feeds whatever comes as a profile that extends another and as an
// overlay, and resolves a cluster of both: nothing panics, and it is the same
// twice.
func FuzzCompose(f *testing.F) {
	f.Add([]byte(inheriting), []byte(overlaid))
	for _, fsys := range corpusOf(f) {
		child, other := fsys["library/child/1.0.0/profile.yaml"], fsys["library/overlays/edge/1.2.0/overlay.yaml"]
		if child != nil {
			f.Add(child.Data, []byte(overlaid))
		}
		if other != nil {
			f.Add([]byte(inheriting), other.Data)
		}
	}
	f.Fuzz(func(t *testing.T, child, overlay []byte) {
		fsys := inherited(t)
		fsys["library/edge-base/1.0.0/profile.yaml"] = &fstest.MapFile{Data: child}
		fsys["library/overlays/small/1.0.0/overlay.yaml"] = &fstest.MapFile{Data: overlay}
		fsys["fleet/two.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: two, labels: {tier: edge}}\nspec: {profiles: [edge-base]}\n")}
		if first, again := said(fsys), said(fsys); first != again {
			t.Errorf("the same twice gives\n%s\nand\n%s", first, again)
		}
	})
}

// FuzzSum: whatever is read of a sum is printed and read back the same.
func FuzzSum(f *testing.F) {
	f.Add([]byte("base@1.0.0 sha256:" + strings.Repeat("0", 64)))
	f.Fuzz(func(t *testing.T, data []byte) {
		sum, _ := profile.ParseSum("library.sum", data)
		again, diags := profile.ParseSum("library.sum", []byte(sum.String()))
		if len(diags) > 0 || again.String() != sum.String() {
			t.Errorf("%q is read back as %q: %v", sum, again, diags)
		}
	})
}

// FuzzOwnership feeds whatever comes as the Ownership document: nothing panics,
// it is the same twice, and that nothing changes asks nobody.
func FuzzOwnership(f *testing.F) {
	f.Add([]byte("apiVersion: dayzero.dev/v1alpha1\nkind: Ownership\nmetadata: {name: ownership}\nspec: {owner: platform, entitlements: [{owner: edge, layers: ['*'], paths: [/values]}], grants: [{users: [eve], verbs: [set], variables: ['*']}]}\n"))
	for _, fsys := range corpusOf(f) {
		if file := fsys["library/ownership.yaml"]; file != nil {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := inherited(t)
		fsys["library/ownership.yaml"] = &fstest.MapFile{Data: data}
		if first, again := said(fsys), said(fsys); first != again {
			t.Errorf("the same twice gives\n%s\nand\n%s", first, again)
		}
		w, _ := profile.Load(fsys, profile.Layout{})
		if asked := profile.Approvals(w, w); len(asked) > 0 {
			t.Errorf("no change asks %v", asked)
		}
	})
}
