package profile_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestDigestsForEver holds the digests of profile versions and stacks that were
// recorded once. Locks and published libraries hold such digests: no release
// may ever change one of them. When this test fails the code is wrong, never
// the file. New lines may be added with -update, which refuses to change one.
func TestDigestsForEver(t *testing.T) {
	const file = "testdata/digests.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fsys, kept := fstest.MapFS{}, ""
	for _, f := range archive.Files {
		if f.Name == "digests" {
			kept = string(f.Data)
			continue
		}
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	w, diags := profile.Load(fsys, profile.Layout{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	now := said(fsys)
	for line := range strings.Lines(kept) {
		if !strings.Contains(now, line) {
			t.Errorf("recorded for ever, and no longer so: %s", line)
		}
	}
	if *update && !t.Failed() {
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "digests" })
		archive.Files[i].Data = []byte(now)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(kept, now); diff != "" {
		t.Errorf("(-recorded +now):\n%s", diff)
	}
	holdDigestForm(t, w, now)
}

func holdDigestForm(t *testing.T, w *profile.Workspace, said string) {
	t.Helper()
	for line := range strings.Lines(said) {
		name, digest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if hex, ok := strings.CutPrefix(digest, "sha256:"); !ok || len(hex) != 64 {
			t.Errorf("%s has the digest %q", name, digest)
		}
	}
	if got := w.Digest(profile.Ref{Name: "gone", Version: "1.0.0"}); got != "" {
		t.Errorf("a version that is not there has the digest %q", got)
	}
}

// TestDigestFollowsContent: each change that means something changes the digest
// of the profile or of the stack, and each that means nothing does not.
func TestDigestFollowsContent(t *testing.T) {
	base := overBase(t, fstest.MapFS{
		"library/base/1.0.0/note.txt": {Data: []byte("note")},
		"fleet/one.yaml":              {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet, labels: {tier: edge}}\nspec: {profiles: [base]}\n")},
	})
	profileFile, clusterFile := "library/base/1.0.0/profile.yaml", "fleet/one.yaml"
	text := string(base[profileFile].Data)
	base[profileFile] = &fstest.MapFile{Data: []byte(strings.Replace(text, "values: {mtu: 1450}", "values: {mtu: 1450, list: [a, b], text: {$file: note.txt}}", 1))}
	ref, key := profile.Ref{Name: "base", Version: "1.0.0"}, profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
	digests := func(fsys fstest.MapFS) (string, string) {
		w, diags := profile.Load(fsys, profile.Layout{})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		stack, diags := w.Resolve(key)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		return w.Digest(ref), stack.Digest()
	}
	profileBefore, stackBefore := digests(base)
	for name, c := range map[string]struct {
		file, from, to string
		profile, stack bool // which digest changes
	}{
		"a comment":               {profileFile, "spec:", "# hello\nspec:", false, false},
		"quotes":                  {profileFile, "name: base", `"name": "base"`, false, false},
		"the order of fields":     {profileFile, "mtu: 1450, list: [a, b]", "list: [a, b], mtu: 1450", false, false},
		"a number's spelling":     {profileFile, "mtu: 1450", "mtu: 1450.0", false, false},
		"the order of a list":     {profileFile, "[a, b]", "[b, a]", true, true},
		"a value":                 {profileFile, "mtu: 1450", "mtu: 1451", true, true},
		"a value's type":          {profileFile, "mtu: 1450", `mtu: "1450"`, true, true},
		"a null field":            {profileFile, "mtu: 1450", "mtu: 1450, gone: null", true, true},
		"a file it refers to":     {"library/base/1.0.0/note.txt", "note", "other", true, true},
		"a description":           {profileFile, "owner: platform", "owner: platform\n  description: d", true, false},
		"an owner":                {profileFile, "owner: platform", "owner: other", true, false},
		"an unused variable":      {profileFile, "  layers:", "  variables: [{name: a, type: string, default: x}]\n  layers:", true, false},
		"a component's version":   {profileFile, "1.4.2", "1.4.3", true, true},
		"a label of the cluster":  {clusterFile, "tier: edge", "tier: core", false, true},
		"a pool":                  {clusterFile, "profiles: [base]", "profiles: [base], pools: {controlPlane: {replicas: 3}}", false, true},
		"an override":             {clusterFile, "profiles: [base]", "profiles: [base], overrides: [{layer: cni, values: {mtu: 9}, reason: r, owner: o}]", false, true},
		"an override to the same": {clusterFile, "profiles: [base]", "profiles: [base], overrides: [{layer: cni, values: {mtu: 1450}, reason: r, owner: o}]", false, false},
		"the hub's Cluster API":   {"hubs/eu-1.yaml", "1.14.2", "1.14.3", false, true},
		"the hub's delivery":      {"hubs/eu-1.yaml", "spec: {", "spec: {delivery: flux, ", false, true},
		"the default delivery":    {"hubs/eu-1.yaml", "spec: {", "spec: {delivery: manifests, ", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := fstest.MapFS{}
			for n, f := range base {
				changed[n] = f
			}
			edited := strings.Replace(string(base[c.file].Data), c.from, c.to, 1)
			if edited == string(base[c.file].Data) {
				t.Fatalf("%q is not in %s", c.from, c.file)
			}
			changed[c.file] = &fstest.MapFile{Data: []byte(edited)}
			p, s := digests(changed)
			if (p != profileBefore) != c.profile || (s != stackBefore) != c.stack {
				t.Errorf("profile changed: %t, want %t; stack changed: %t, want %t", p != profileBefore, c.profile, s != stackBefore, c.stack)
			}
		})
	}
}
