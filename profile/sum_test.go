package profile_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const inheriting = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: edge-base}
spec:
  version: 1.0.0
  owner: edge
  kind: Infrastructure
  extends: base@1.0.0
  layers: [{name: cni, values: {mtu: 1280, note: {$file: note.txt}}}]
`

const overlaid = `apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: small}
spec:
  version: 1.0.0
  owner: edge
  order: 10
  selector: {matchLabels: {tier: edge}}
  layers: [{layer: cni, values: {hubble: false}}]
`

// inherited is the base workspace with a profile that extends another, and an
// overlay.
func inherited(t testing.TB) fstest.MapFS {
	return overBase(t, fstest.MapFS{
		"library/edge-base/1.0.0/profile.yaml":      {Data: []byte(inheriting)},
		"library/edge-base/1.0.0/note.txt":          {Data: []byte("note")},
		"library/overlays/small/1.0.0/overlay.yaml": {Data: []byte(overlaid)},
	})
}

func load(t testing.TB, fsys fstest.MapFS) *profile.Workspace {
	t.Helper()
	w, diags := profile.Load(fsys, profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(fsys))
	}
	return w
}

// edited is a copy of files with one text of one file replaced.
func edited(t testing.TB, fsys fstest.MapFS, file, from, to string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for name, f := range fsys {
		out[name] = f
	}
	text := strings.Replace(string(fsys[file].Data), from, to, 1)
	if text == string(fsys[file].Data) {
		t.Fatalf("%q is not in %s", from, file)
	}
	out[file] = &fstest.MapFile{Data: []byte(text)}
	return out
}

// TestPublish: versions are published once; other content under the same
// version, however small, in the document, in a file, or in what it extends, is
// refused from then on.
func TestPublish(t *testing.T) {
	files := inherited(t)
	w := load(t, files)
	sum, err := w.Publish(profile.Sum{}, w.Unpublished(profile.Sum{})...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]profile.Ref{{Name: "base", Version: "1.0.0"}, {Name: "edge-base", Version: "1.0.0"}, {Name: "small", Version: "1.0.0"}}, sum.Refs()); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	if again, err := w.Publish(sum, sum.Refs()...); err != nil || again.String() != sum.String() {
		t.Errorf("publishing the same again: %v\n%s", err, again)
	}
	files["library.sum"] = &fstest.MapFile{Data: []byte(sum.String())}
	if got := load(t, files).Sum().String(); got != sum.String() {
		t.Errorf("loaded\n%swant\n%s", got, sum)
	}
	for name, c := range map[string]struct {
		file, from, to string
		broken         []profile.Ref
	}{
		"the document": {"library/edge-base/1.0.0/profile.yaml", "1280", "1281", []profile.Ref{{Name: "edge-base", Version: "1.0.0"}}},
		"a file":       {"library/edge-base/1.0.0/note.txt", "note", "note.", []profile.Ref{{Name: "edge-base", Version: "1.0.0"}}},
		"the parent":   {"library/base/1.0.0/profile.yaml", "1450", "1451", []profile.Ref{{Name: "base", Version: "1.0.0"}, {Name: "edge-base", Version: "1.0.0"}}},
		"an overlay":   {"library/overlays/small/1.0.0/overlay.yaml", "false", "true", []profile.Ref{{Name: "small", Version: "1.0.0"}}},
		"a comment":    {"library/base/1.0.0/profile.yaml", "spec:", "spec: # note", nil},
	} {
		t.Run(name, func(t *testing.T) {
			changed := edited(t, files, c.file, c.from, c.to)
			w, diags := profile.Load(changed, profile.Layout{})
			var refused []profile.Ref
			for _, ref := range sum.Refs() {
				if _, err := w.Publish(sum, ref); errors.Is(err, profile.ErrImmutable) {
					refused = append(refused, ref)
				} else if err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(c.broken, refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if n := strings.Count(diags.Text(changed), "[profile.immutable]"); n != len(c.broken) {
				t.Errorf("%d findings of loading, want %d:\n%s", n, len(c.broken), diags.Text(changed))
			}
		})
	}
}

// TestPublishOverChangedParent: nothing is published over a version that is not
// as it was published, since its digest would hold what has to be undone.
func TestPublishOverChangedParent(t *testing.T) {
	files := inherited(t)
	base, child := profile.Ref{Name: "base", Version: "1.0.0"}, profile.Ref{Name: "edge-base", Version: "1.0.0"}
	sum, err := load(t, files).Publish(profile.Sum{}, base)
	if err != nil {
		t.Fatal(err)
	}
	changed := load(t, edited(t, files, "library/base/1.0.0/profile.yaml", "1450", "1451"))
	if got, err := changed.Publish(sum, child); !errors.Is(err, profile.ErrImmutable) || got.String() != sum.String() {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := load(t, files).Publish(sum, child); err != nil {
		t.Error(err)
	}
}

// TestPublishRefuses: what cannot be published.
func TestPublishRefuses(t *testing.T) {
	files := inherited(t)
	files["library/wip/1.0.0-dev/profile.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: wip}\nspec: {version: 1.0.0-dev, owner: o, kind: AddOn}\n")}
	files["library/bad/1.0.0/profile.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: bad}\nspec: {version: 1.0.0, owner: o, kind: AddOm}\n")}
	w, _ := profile.Load(files, profile.Layout{})
	for ref, want := range map[string]string{
		"wip@1.0.0-dev":   "publishing wip@1.0.0-dev: a -dev version is never published; take -dev off the version",
		"bad@1.0.0":       "publishing bad@1.0.0: the version has errors; validate the workspace and mend them first",
		"gone@1.0.0":      "publishing gone@1.0.0: the library has no such version",
		"edge-base@1.0.0": "publishing edge-base@1.0.0: it extends base@1.0.0, which is not published",
	} {
		parsed, err := profile.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Publish(profile.Sum{}, parsed); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", ref, err, want)
		}
	}
}

// TestSumText: what is printed is read back as it was.
func TestSumText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for _, name := range rapid.SliceOfDistinct(rapid.StringMatching(`[a-z]{1,3}@[0-9]\.[0-9]\.[0-9](\+k3s1)?`), rapid.ID).Draw(t, "refs") {
			text.WriteString(name + " sha256:" + rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "digest") + "\n")
		}
		sum, diags := profile.ParseSum("library.sum", []byte(text.String()))
		if len(diags) > 0 || sum.String() != text.String() {
			t.Fatalf("read %q as %q: %v", text.String(), sum, diags)
		}
	})
}

// TestUnion: libraries of several repositories are one; what differs under one
// version is an error that names both places.
func TestUnion(t *testing.T) {
	if empty, diags := profile.Union(nil, nil); len(diags) > 0 || len(slices.Collect(empty.Profiles())) > 0 {
		t.Errorf("nil libraries hold something: %v", diags)
	}
	files := inherited(t)
	whole := load(t, files)
	other := load(t, edited(t, files, "library/overlays/small/1.0.0/overlay.yaml", "false", "true"))
	if _, diags := profile.Union(whole.Library, load(t, files).Library); len(diags) > 0 {
		t.Errorf("the same library twice: %s", diags.Text(files))
	}
	joined, diags := profile.Union(nil, whole.Library, other.Library)
	want := []string{"profile.immutable library/overlays/small/1.0.0/overlay.yaml: libraries 2 and 3 have small@1.0.0 with different content; the one of library 2, which counts, is here"}
	if diff := cmp.Diff(want, summaries(diags)); diff != "" {
		t.Errorf("libraries that differ in one overlay (-want +got):\n%s", diff)
	}
	ref := profile.Ref{Name: "small", Version: "1.0.0"}
	if joined.Digest(ref) != whole.Digest(ref) {
		t.Error("the first library does not win")
	}
}

func summaries(diags diag.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		line := d.Code + " " + d.Range.File + ": " + d.Summary
		for _, r := range d.Related {
			line += "; " + r.Summary
		}
		out = append(out, line)
	}
	return out
}

// TestUnionWithoutParent: a library that was read without what it extends is not
// mended by a union with it, which is said once, and nobody knows the digests.
func TestUnionWithoutParent(t *testing.T) {
	child, grandchild := profile.Ref{Name: "edge-base", Version: "1.0.0"}, profile.Ref{Name: "far-base", Version: "1.0.0"}
	here, there := fstest.MapFS{}, fstest.MapFS{}
	for name, f := range inherited(t) {
		if strings.HasPrefix(name, "library/base/") {
			there[name] = f
		} else {
			here[name] = f
		}
	}
	here["library/far-base/1.0.0/profile.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: far-base}\nspec: {version: 1.0.0, owner: o, kind: Infrastructure, extends: edge-base@1.0.0}\n")}
	parent := load(t, there).Library
	apart, _ := profile.Load(here, profile.Layout{})
	for name, libraries := range map[string][]*profile.Library{"before": {apart.Library, parent}, "behind": {parent, apart.Library}} {
		joined, diags := profile.Union(libraries...)
		want := []string{"profile.missing-version library/edge-base/1.0.0/profile.yaml: edge-base@1.0.0 was read without base@1.0.0, which it extends"}
		if diff := cmp.Diff(want, summaries(diags)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if joined.Digest(child) != "" || joined.Digest(grandchild) != "" {
			t.Errorf("%s: there are digests without what is extended", name)
		}
	}
	over, _ := profile.Load(here, profile.Layout{Library: parent})
	if joined, diags := profile.Union(over.Library, parent); len(diags) > 0 || joined.Digest(child) == "" || joined.Digest(grandchild) == "" {
		t.Errorf("read over its parent: %v", diags)
	}
}

// TestOneSetOfNames: a profile and an overlay of one name, of whatever versions
// and libraries, are an error at the one that came last.
func TestOneSetOfNames(t *testing.T) {
	profiles := fstest.MapFS{"library/small/2.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: small}\nspec: {version: 2.0.0, owner: o, kind: AddOn}\n")}}
	overlays := fstest.MapFS{"library/overlays/small/1.0.0/overlay.yaml": {Data: []byte(overlaid)}}
	both := maps.Clone(profiles)
	maps.Copy(both, overlays)
	p, o := load(t, profiles).Library, load(t, overlays).Library
	for name, c := range map[string]struct {
		found func() diag.Diagnostics
		want  []string
	}{
		"one library":              {func() diag.Diagnostics { _, d := profile.Load(both, profile.Layout{}); return d }, []string{"library/overlays/small/1.0.0/overlay.yaml"}},
		"a profile over overlays":  {func() diag.Diagnostics { _, d := profile.Load(profiles, profile.Layout{Library: o}); return d }, []string{"library/small/2.0.0/profile.yaml"}},
		"an overlay over profiles": {func() diag.Diagnostics { _, d := profile.Load(overlays, profile.Layout{Library: p}); return d }, []string{"library/overlays/small/1.0.0/overlay.yaml"}},
		"a union":                  {func() diag.Diagnostics { _, d := profile.Union(p, o); return d }, []string{"library/overlays/small/1.0.0/overlay.yaml"}},
		"the union reversed":       {func() diag.Diagnostics { _, d := profile.Union(o, p); return d }, []string{"library/small/2.0.0/profile.yaml"}},
		"the same overlay twice":   {func() diag.Diagnostics { _, d := profile.Union(o, o); return d }, nil},
	} {
		var got []string
		for _, d := range c.found() {
			if d.Code == "profile.duplicate" && len(d.Related) == 1 {
				got = append(got, d.Range.File)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestLibraryOfOtherRepository: a workspace uses profiles and extends profiles
// that are published elsewhere, and its stacks are those of one repository.
func TestLibraryOfOtherRepository(t *testing.T) {
	files := edited(t, inherited(t), "fleet/one.yaml", "[base]", "[edge-base]")
	here, there := fstest.MapFS{}, fstest.MapFS{}
	for name, f := range files {
		if strings.HasPrefix(name, "library/base/") {
			there[name] = f
		} else {
			here[name] = f
		}
	}
	w, diags := profile.Load(here, profile.Layout{Library: load(t, there).Library})
	if len(diags) > 0 {
		t.Fatal(diags.Text(files))
	}
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
	got, diags := w.Resolve(key)
	if got == nil {
		t.Fatal(diags.Text(files))
	}
	want, _ := load(t, files).Resolve(key)
	if got.Digest() != want.Digest() {
		t.Error("the stack differs from that of one repository")
	}
}

// TestDigestOfJSON: a profile that is built in Go has the digest of the file that
// holds its JSON, and not of one that says the same in more words.
func TestDigestOfJSON(t *testing.T) {
	p := profile.Profile{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Profile"},
		Metadata: profile.ObjectMeta{Name: "app"},
		Spec: profile.ProfileSpec{Version: "1.0.0", Owner: "apps", Kind: profile.AddOnProfile,
			Variables: []profile.Variable{{Name: "size", Schema: profile.Schema{Type: profile.StringVariable}}},
			Layers:    []profile.Layer{{Name: "app", Kind: profile.AddOnLayer, Component: profile.Component{Name: "app", Version: "1.0.0"}, Values: value(t, map[string]any{"size": "${vars.size}"}), Before: []profile.LayerRef{{Layer: "web", Optional: true}, {Layer: "last"}}}},
		},
	}
	built, _ := profile.NewLibrary(profile.Contents{Profiles: []profile.Profile{p}}, profile.Layout{})
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		same     bool
	}{
		{"", "", true},
		{`"type":"string"`, `"type":"string","required":false`, false},
		{`"kind":"AddOn",`, `"kind":"AddOn","presets":[],`, false},
		{`"last"`, `{"layer":"last"}`, false},
	} {
		file := strings.Replace(string(text), c.from, c.to, 1)
		if c.from != "" && file == string(text) {
			t.Errorf("%s is not in %s", c.from, text)
		}
		w, _ := profile.Load(fstest.MapFS{"library/app/1.0.0/profile.yaml": {Data: []byte(file)}}, profile.Layout{})
		if (w.Digest(p.Ref()) == built.Digest(p.Ref())) != c.same || w.Digest(p.Ref()) == "" {
			t.Errorf("%s has %s, built in Go %s", file, w.Digest(p.Ref()), built.Digest(p.Ref()))
		}
	}
}

// TestNewLibrary: profiles and overlays that are built in Go have the digests of
// files that say the same, and give the same stacks.
func TestNewLibrary(t *testing.T) {
	files := inherited(t)
	w := load(t, files)
	contents := profile.Contents{Files: files}
	for p := range w.Profiles() {
		if p.Spec.Extends != "" { // which Profiles gives whole
			p.Spec.Layers = []profile.Layer{{Name: "cni", Values: value(t, map[string]any{"mtu": 1280, "note": map[string]any{"$file": "note.txt"}})}}
		}
		contents.Profiles = append(contents.Profiles, p)
	}
	for o := range w.Overlays() {
		contents.Overlays = append(contents.Overlays, o)
	}
	built, diags := profile.NewLibrary(contents, profile.Layout{})
	if len(diags) > 0 {
		t.Fatal(diags.Text(files))
	}
	for _, ref := range w.Unpublished(profile.Sum{}) {
		if built.Digest(ref) != w.Digest(ref) || built.Digest(ref) == "" {
			t.Errorf("%s: built %s, of files %s", ref, built.Digest(ref), w.Digest(ref))
		}
	}
	cluster, _ := w.Cluster(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	want, _ := w.Library.Resolve(cluster, "here")
	cluster.TypeMeta = profile.TypeMeta{} // as clients of an API server give it
	got, diags := built.Resolve(cluster, "here")
	if got == nil || got.Digest() != want.Digest() {
		t.Errorf("the stacks differ: %v", diags)
	}
}

// TestExtendsBuiltInGo: a profile that changes what it inherits, or takes layers
// out, is the same built in Go.
func TestExtendsBuiltInGo(t *testing.T) {
	const parent = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: agents}
spec:
  version: 1.0.0
  owner: platform
  kind: AddOn
  variables:
  - {name: maxPods, type: integer, default: 110}
  - {name: log, type: object, properties: {level: {type: string, default: info}}}
  layers:
  - {name: kept, kind: AddOn, component: {name: kept, version: 1.0.0}, values: {pods: "${vars.maxPods}", log: "${vars.?log.?level.orValue('none')}"}, content: {manifests: [m.yaml]}}
  - {name: gone, kind: AddOn, component: {name: gone, version: 1.0.0}}
`
	const child = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: edge-agents}
spec:
  version: 1.0.0
  owner: edge
  kind: AddOn
  extends: agents@1.0.0
  variables:
  - {name: maxPods, default: 60}
  - {name: log, properties: {level: {default: debug}}}
  layers:
  - {name: kept, patches: [{target: {kind: ConfigMap}, merge: {data: {b: "2"}}}]}
  - {name: gone, enabled: false}
`
	file := fstest.MapFS{
		"library/agents/1.0.0/profile.yaml":      {Data: []byte(parent)},
		"library/agents/1.0.0/m.yaml":            {Data: []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")},
		"library/edge-agents/1.0.0/profile.yaml": {Data: []byte(child)},
	}
	w := load(t, file)
	off := false
	var below profile.Profile
	for p := range w.Profiles() {
		if p.Metadata.Name == "agents" {
			below = p
		}
	}
	over := profile.Profile{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Profile"},
		Metadata: profile.ObjectMeta{Name: "edge-agents"},
		Spec: profile.ProfileSpec{Version: "1.0.0", Owner: "edge", Kind: profile.AddOnProfile, Extends: "agents@1.0.0", Variables: []profile.Variable{
			{Name: "maxPods", Schema: profile.Schema{Default: value(t, 60)}},
			{Name: "log", Schema: profile.Schema{Properties: map[string]profile.Property{"level": {Schema: profile.Schema{Default: value(t, "debug")}}}}},
		}, Layers: []profile.Layer{
			{Name: "kept", Patches: []profile.ContentPatch{{Target: profile.PatchTarget{Kind: "ConfigMap"}, Merge: value(t, map[string]any{"data": map[string]any{"b": "2"}})}}},
			{Name: "gone", Enabled: &off},
		}},
	}
	built, diags := profile.NewLibrary(profile.Contents{Profiles: []profile.Profile{below, over}, Files: file}, profile.Layout{})
	if len(diags) > 0 {
		t.Fatal(diags.Text(nil))
	}
	if ref := over.Ref(); built.Digest(ref) != w.Digest(ref) || built.Digest(ref) == "" {
		t.Errorf("%s: built %s, of files %s", ref, built.Digest(ref), w.Digest(ref))
	}
}

// TestPresetFileGone: what presets put into a stack was read when the workspace
// was loaded.
func TestPresetFileGone(t *testing.T) {
	files := overBase(t, fstest.MapFS{
		"library/addon/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec:\n  version: 1.0.0\n  owner: o\n  kind: AddOn\n  presets: [{group: g, name: one, layers: [{layer: agent, values: {text: {$file: note.txt}}}]}]\n  layers: [{name: agent, kind: AddOn, component: {name: agent, version: 1.0.0}}]\n")},
		"library/addon/1.0.0/note.txt":     {Data: []byte("note")},
		"fleet/one.yaml":                   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, addon], presets: {g: one}}\n")},
	})
	w := load(t, files)
	clear(files)
	stack, diags := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	if stack == nil {
		t.Fatal(diags)
	}
	agent, _ := stack.Layer("agent")
	if diff := cmp.Diff(map[string]any{"text": "note"}, agent.Values.Any()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
