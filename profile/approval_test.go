package profile_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestApprovalsCorpus holds whom a change asks and why. The files of a case below
// have/ are laid over those of testdata/base.txtar; those below want/ over both.
func TestApprovalsCorpus(t *testing.T) {
	cases, err := filepath.Glob("testdata/approvals/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runApprovals(t, file) })
	}
}

func runApprovals(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	have, want := fstest.MapFS{}, fstest.MapFS{}
	expected := &archive.Files[len(archive.Files)-1]
	for _, f := range archive.Files[:len(archive.Files)-1] {
		data := &fstest.MapFile{Data: f.Data}
		if name, ok := strings.CutPrefix(f.Name, "have/"); ok {
			have[name] = data
			if want[name] == nil {
				want[name] = data
			}
		} else if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
			want[name] = data
		}
	}
	got := told(profile.Approvals(load(t, overBase(t, have)), load(t, overBase(t, want))))
	if *update {
		expected.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(expected.Data), got); diff != "" {
		t.Errorf("approvals of %s (-want +got):\n%s", file, diff)
	}
}

func told(approvals []profile.Approval) string {
	var b strings.Builder
	for _, a := range approvals {
		fmt.Fprintln(&b, a.Owner)
		for _, r := range a.Reasons {
			fmt.Fprintf(&b, "  %s: %s at %q (%s)", r.Document, r.Summary, r.Path, r.Range)
			if r.Gone {
				b.WriteString(" gone")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// change is an edit of a workspace that touches nothing that another one of the
// list touches.
type change struct {
	name  string
	apply func(fstest.MapFS)
}

func replaced(file, from, to string) func(fstest.MapFS) {
	return func(fsys fstest.MapFS) {
		text := string(fsys[file].Data)
		if !strings.Contains(text, from) {
			panic(from + " is not in " + file)
		}
		fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
	}
}

func added(file, text string) func(fstest.MapFS) {
	return func(fsys fstest.MapFS) { fsys[file] = &fstest.MapFile{Data: []byte(text)} }
}

// TestReasonsOfRemoval: what a version did that is removed is past.
func TestReasonsOfRemoval(t *testing.T) {
	want := governed(t)
	for _, f := range []string{"base/1.0.0/profile.yaml", "tool/0.9.0/profile.yaml"} {
		delete(want, "library/"+f)
	}
	before, _ := profile.Load(governed(t), profile.Layout{})
	after, _ := profile.Load(want, profile.Layout{})
	var got []string
	for _, a := range profile.Approvals(before, after) {
		for _, r := range a.Reasons {
			if strings.Contains(r.Summary, "removed") {
				got = append(got, a.Owner+": "+r.Summary)
			}
		}
	}
	removed := []string{
		"network: profile base@1.0.0, which is removed, added layer cni",
		"platform: profile base@1.0.0, which is removed, added layer os",
		"platform: profile base@1.0.0, which is removed, added layer kubernetes",
		"platform: profile base@1.0.0, which is removed, added layer csi",
		"tools: profile tool@0.9.0, which is removed, changed /component/version of layer tool",
		"tools: profile tool@0.9.0, which is removed, changed /values/a of layer tool",
	}
	if diff := cmp.Diff(removed, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// governed is a workspace with many owners.
func governed(t testing.TB) fstest.MapFS {
	archive, err := txtar.ParseFile("testdata/approvals.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range archive.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

// published is the text of a version of the governed workspace as another
// version.
func published(t testing.TB, file, from, to string, edits ...string) string {
	text := strings.Replace(string(governed(t)[file].Data), "version: "+from, "version: "+to, 1)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("%q is not in %s", edits[i], file)
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

// independent are changes of which none touches what another one does.
func independent(t testing.TB) []change {
	base, sec, tool, edge := "library/base/1.0.0/profile.yaml", "library/sec/1.0.0/profile.yaml", "library/tool/1.0.0/profile.yaml", "library/overlays/edge/1.0.0/overlay.yaml"
	return []change{
		{"a version of a layer of another owner", added("library/base/1.1.0/profile.yaml", published(t, base, "1.0.0", "1.1.0", "mtu: 1450", "mtu: 1400"))},
		{"a version with another owner", added("library/sec/1.1.0/profile.yaml", published(t, sec, "1.0.0", "1.1.0", "owner: security", "owner: edge", "enforce: baseline", "enforce: privileged"))},
		{"a version that is removed", func(fsys fstest.MapFS) { delete(fsys, "library/tool/0.9.0/profile.yaml") }},
		{"a new profile", added("library/new/1.0.0/profile.yaml", strings.NewReplacer("name: tool", "name: new", "owner: tools", "owner: news").Replace(string(governed(t)[tool].Data)))},
		{"a version of an overlay", added("library/overlays/edge/1.1.0/overlay.yaml", published(t, edge, "1.0.0", "1.1.0", "mtu: 1300", "mtu: 1280"))},
		{"an override more", replaced("fleet/a.yaml", "overrides: []", "overrides: [{layer: tool, values: {a: 2}, reason: r, owner: o}]")},
		{"an override less", replaced("fleet/b.yaml", "overrides: [{layer: sec, values: {audit: false}, reason: r, owner: o}]", "overrides: []")},
		{"labels of an overlay", replaced("fleet/c.yaml", "{tier: core}", "{tier: edge}")},
		{"variables and pools", replaced("fleet/d.yaml", "region: eu", "region: us")},
		{"a new cluster", added("fleet/e.yaml", strings.ReplaceAll(string(governed(t)["fleet/a.yaml"].Data), "name: a", "name: e"))},
		{"a strategy", replaced("strategies/s.yaml", "maxConcurrency: 1", "maxConcurrency: 2")},
		{"a hub", replaced("hubs/eu-1.yaml", "1.14.2", "1.14.3")},
		{"the rules", replaced("library/ownership.yaml", "paths: [/capi]", "paths: [/capi, /values]")},
		{"the lock", added("fleet.lock", "eu-1/fleet/d base@1.0.0 sha256:"+strings.Repeat("0", 64)+"\n")},
	}
}

// TestApprovalsOfUnions: two independent changes together need what each of them
// needs, for the same reasons; no change needs nothing.
func TestApprovalsOfUnions(t *testing.T) {
	base := governed(t)
	have := load(t, base)
	all := independent(t)
	alone := make([]string, len(all))
	for i, c := range all {
		files := maps.Clone(base)
		c.apply(files)
		alone[i] = told(profile.Approvals(have, load(t, files)))
		t.Logf("%s:\n%s", c.name, alone[i])
	}
	rapid.Check(t, func(rt *rapid.T) {
		chosen := rapid.SliceOfDistinct(rapid.IntRange(0, len(all)-1), rapid.ID).Draw(rt, "changes")
		files := maps.Clone(base)
		want := map[string][]string{}
		for _, i := range chosen {
			all[i].apply(files)
			collect(want, alone[i])
		}
		got := map[string][]string{}
		collect(got, told(profile.Approvals(have, load(t, files))))
		for _, reasons := range want {
			slices.Sort(reasons)
		}
		for _, reasons := range got {
			slices.Sort(reasons)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("changes %v (-each +together):\n%s", chosen, diff)
		}
	})
}

// collect reads what told wrote.
func collect(into map[string][]string, text string) {
	owner := ""
	for line := range strings.Lines(text) {
		if reason, ok := strings.CutPrefix(line, "  "); ok {
			into[owner] = append(into[owner], reason)
			continue
		}
		owner = strings.TrimSpace(line)
	}
}

// TestApprovalsAsksEveryOwner: the changes above ask whom they have to.
func TestApprovalsAsksEveryOwner(t *testing.T) {
	base := governed(t)
	have := load(t, base)
	want := map[string][]string{
		"a version of a layer of another owner": {"network", "platform", "security"},
		"a version with another owner":          {"security"},
		"a version that is removed":             {"tools"},
		"a new profile":                         {"news"},
		"a version of an overlay":               {"edge", "network", "security"},
		"an override more":                      {"tools"},
		"an override less":                      {"security"},
		"labels of an overlay":                  {"edge"},
		"variables and pools":                   nil,
		"a new cluster":                         nil,
		"a strategy":                            {"sre"},
		"a hub":                                 {"governance"},
		"the rules":                             {"governance"},
		"the lock":                              nil,
	}
	for _, c := range independent(t) {
		files := maps.Clone(base)
		c.apply(files)
		var got []string
		for _, a := range profile.Approvals(have, load(t, files)) {
			got = append(got, a.Owner)
		}
		if diff := cmp.Diff(want[c.name], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestApprovalsOfOtherFiles: documents that move to other files, in another
// order and form, need nobody, and change nobody else's reasons but their places.
func TestApprovalsOfOtherFiles(t *testing.T) {
	have := load(t, governed(t))
	all := independent(t)
	rapid.Check(t, func(rt *rapid.T) {
		files := governed(t)
		for _, i := range rapid.SliceOfDistinct(rapid.IntRange(0, len(all)-1), rapid.ID).Draw(rt, "changes") {
			all[i].apply(files)
		}
		moved := rearranged(rt, files)
		if diff := cmp.Diff(withoutPlaces(profile.Approvals(have, load(t, files))), withoutPlaces(profile.Approvals(have, load(t, moved)))); diff != "" {
			rt.Errorf("(-before +after):\n%s", diff)
		}
		if found := profile.Approvals(load(t, files), load(t, moved)); len(found) > 0 {
			rt.Errorf("moving documents asks:\n%s", told(found))
		}
	})
}

func withoutPlaces(approvals []profile.Approval) map[string][]string {
	out := map[string][]string{}
	for _, a := range approvals {
		for _, r := range a.Reasons {
			out[a.Owner] = append(out[a.Owner], fmt.Sprint(r.Document, r.Summary, r.Path, r.Gone))
		}
		slices.Sort(out[a.Owner])
	}
	return out
}

// rearranged puts the documents of the fleet into one file, in any order, with
// comments.
func rearranged(rt *rapid.T, files fstest.MapFS) fstest.MapFS {
	out := maps.Clone(files)
	var documents []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, "fleet/") {
			documents = append(documents, string(files[name].Data))
			delete(out, name)
		}
	}
	documents = rapid.Permutation(documents).Draw(rt, "order")
	out["fleet/sub/all.yaml"] = &fstest.MapFile{Data: []byte("# all\n" + strings.Join(documents, "---\n"))}
	return out
}

// TestApprovalsOfTheZeroWorkspace: it is an empty one.
func TestApprovalsOfTheZeroWorkspace(t *testing.T) {
	if got := profile.Approvals(&profile.Workspace{}, &profile.Workspace{}); len(got) != 0 {
		t.Errorf("nothing changes, and %v are asked", got)
	}
	whole := load(t, overBase(t, nil))
	if len(profile.Approvals(&profile.Workspace{}, whole)) == 0 || len(profile.Approvals(whole, &profile.Workspace{})) == 0 {
		t.Error("nobody is asked for a library that is added or removed")
	}
}

// TestApprovalsOfLongLists: of lists as long as they may be each item that differs
// is a reason. Looking for each among all takes a minute.
func TestApprovalsOfLongLists(t *testing.T) {
	const lists, items = 6, 10_000
	side := func(from int) *profile.Workspace {
		var rules, values strings.Builder
		for l := range lists {
			fmt.Fprintf(&rules, "/values/l%d: {key: name}, ", l)
			fmt.Fprintf(&values, "      l%d:\n", l)
			for i := range items {
				fmt.Fprintf(&values, "      - {name: %d}\n", from+i)
			}
		}
		return load(t, overBase(t, fstest.MapFS{"library/long/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: long}
spec:
  version: 1.0.0
  owner: platform
  kind: AddOn
  layers:
  - name: app
    kind: AddOn
    component: {none: x}
    merge: {` + rules.String() + `}
    values:
` + values.String())}}))
	}
	asked := profile.Approvals(side(0), side(items/2))
	if len(asked) != 1 || len(asked[0].Reasons) != lists*items+1 {
		t.Errorf("asked are %d owners", len(asked))
	}
}
