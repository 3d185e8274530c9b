package upgrade_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// releases loads the directories old and new of an archive as versions of one
// profile.
func releases(tb testing.TB, archive *txtar.Archive) (from, to profile.Release, tree fstest.MapFS) {
	tb.Helper()
	tree = fstest.MapFS{}
	for _, side := range []string{"old", "new"} {
		dir := ""
		for _, f := range archive.Files {
			if f.Name == side+"/profile.yaml" {
				dir = "library/" + field(f.Data, "metadata: {name: ") + "/" + field(f.Data, "version: ")
			}
		}
		for _, f := range archive.Files {
			if name, ok := strings.CutPrefix(f.Name, side+"/"); ok {
				tree[dir+"/"+name] = &fstest.MapFile{Data: f.Data}
			}
		}
	}
	ws, diags := profile.Load(tree, profile.Layout{})
	for _, d := range diags {
		if d.Code != "profile.requirement" && d.Severity == diag.Error {
			tb.Fatal(diags.Text(tree))
		}
	}
	read := func(side string) profile.Release {
		for _, f := range archive.Files {
			if f.Name == side+"/profile.yaml" {
				r, ok := ws.Release(profile.Ref{Name: field(f.Data, "metadata: {name: "), Version: field(f.Data, "version: ")})
				if !ok {
					tb.Fatalf("no %s", side)
				}
				return r
			}
		}
		return profile.Release{}
	}
	return read("old"), read("new"), tree
}

// field is the first word after a label in a document.
func field(document []byte, label string) string {
	_, rest, _ := strings.Cut(string(document), label)
	return rest[:strings.IndexAny(rest, "},\n ")]
}

// TestDiff holds text, changelog and findings of whole differences.
func TestDiff(t *testing.T) {
	files, err := filepath.Glob("testdata/diff/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			from, to, tree := releases(t, archive)
			d := upgrade.Diff(from, to)
			golden(t, name, d.Text()+"\n"+d.Diagnostics().Text(tree)+"\n"+d.Markdown())
			if !slices.IsSortedFunc(d.Changes, upgrade.Change.Compare) {
				t.Error("not sorted")
			}
			if same := upgrade.Diff(from, from); len(same.Changes) > 0 || len(same.Diagnostics()) > 0 {
				t.Errorf("a version differs from itself: %v", same.Changes)
			}
		})
	}
}

// edit is a profile and one change of it.
const edited = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.4.0
  owner: team
  kind: AddOn
  variables:
  - {name: mtu, type: integer, min: 1280, default: 1450}
  - {name: range, type: cidr, disjoint: hub}
  - {name: size, type: string, enum: [s, m], default: s}
  - {name: free, type: string}
  - {name: large, type: integer, max: 9007199254740993}
  - {name: users, type: list, uniqueItems: true, maxItems: 9, items: {type: object, properties: {name: {type: string, required: true}, age: {type: integer, min: 1, default: 5}}}}
  - {name: tags, type: map, values: {type: string, maxLength: 9}}
  rules:
  - {rule: "vars.mtu < 9000", message: too large}
  presets:
  - {group: scale, name: small, layers: [{layer: app, values: {mtu: 3}}]}
  - {group: scale, name: large, layers: [{layer: app, values: {mtu: 4}, enabled: true}, {layer: app, values: {more: 1}}]}
  layers:
  - {name: app, kind: AddOn, conflicts: [{component: old, version: "<2"}], fixed: [/values/list], constrained: [{path: /values/mtu, type: integer, max: 50, examples: [5]}, {path: /values/list, type: list, items: {type: string}}], component: {name: app, version: 1.2.3}, provides: {mesh: a}, requires: [{component: kubernetes, version: ">=1.31 <1.35"}], values: {mtu: 1, list: [a, b]}}
  - {name: os, kind: AddOn, component: {name: image, version: "a", scheme: opaque}, requires: [{component: firmware, version: "rel-a || rel-b"}]}
`

// TestBumps is the table of docs/upgrades.md, one change at a time.
func TestBumps(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     string
	}{
		{"owner: team", "owner: other", "minor owner-changed"},
		{"owner: team", "owner: team\n  description: x", "patch description-changed"},
		{"kind: AddOn\n  variables", "kind: AddOn\n  abstract: true\n  variables", "major profile-changed"},
		{"  - {name: free, type: string}\n", "", "major variable-removed"},
		{"  - {name: free, type: string}\n", "  - {name: free, type: string}\n  - {name: more, type: string}\n", "minor variable-added"},
		{"  - {name: free, type: string}\n", "  - {name: free, type: string}\n  - {name: more, type: string, required: true}\n", "major variable-added"},
		{"{name: free, type: string}", "{name: free, type: string, required: true}", "major variable-required"},
		{"{name: free, type: string}", "{name: free, type: integer}", "major type-changed"},
		{"{name: free, type: string}", "{name: free, type: string, default: x}", "minor default-changed"},
		{"{name: free, type: string}", "{name: free, type: string, scope: cluster}", "patch variable-changed"},
		{"{name: free, type: string}", "{name: free, type: string, scope: fleet}", "major variable-changed"},
		{"{name: free, type: string}", "{name: free, type: string, pattern: a}", "major variable-narrowed"},
		{"{name: free, type: string}", "{name: free, type: string, maxLength: 9}", "major variable-narrowed"},
		{"{name: free, type: string}", "{name: free, type: string, unique: hub}", "major variable-narrowed"},
		{"type: cidr, disjoint: hub", "type: string", "minor variable-widened, minor type-changed"},
		{"disjoint: hub", "disjoint: fleet", "major variable-narrowed"},
		{"disjoint: hub", "disjoint: cluster", "minor variable-widened"},
		{", disjoint: hub", "", "minor variable-widened"},
		{"{name: free, type: string}", "{name: free, type: string, immutable: true}", "major variable-narrowed"},
		{"min: 1280, default: 1450", "min: 1280, default: 1500", "minor default-changed"},
		{"min: 1280, default: 1450", "min: 1280", "major default-changed"},
		{"min: 1280", "min: 1000", "minor variable-widened"},
		{"min: 1280", "min: 1400", "major variable-narrowed"},
		{"min: 1280, ", "", "minor variable-widened"},
		{"max: 9007199254740993", "max: 9007199254740992", "major variable-narrowed"},
		{"max: 9007199254740993", "max: 9007199254740994", "minor variable-widened"},
		{"type: integer, max: 9007199254740993", "type: number, max: 9007199254740993", "minor type-changed"},
		{"enum: [s, m]", "enum: [s, m, l]", "minor variable-widened"},
		{"enum: [s, m]", "enum: [m, s]", "patch variable-changed"},
		{"enum: [s, m]", "enum: [s, l]", "major variable-narrowed"},
		{"version: 1.2.3", "version: 1.2.4", "patch component-up"},
		{"version: 1.2.3", "version: 1.2.3+k3s1", "patch component-up"},
		{"version: 1.2.3", "version: 1.10.0", "minor component-up"},
		{"version: 1.2.3", "version: 2.0.0", "major component-up"},
		{"version: 1.2.3", "version: 1.2.2", "major component-down"},
		{"{name: app, version", "{name: other, version", "major component-replaced"},
		{"{name: image, version: \"a\"", "{name: image, version: \"b\"", "minor component-changed"},
		{"provides: {mesh: a}", "provides: {mesh: b}", "minor capability-changed"},
		{"provides: {mesh: a}", "provides: {}", "major capability-removed"},
		{"provides: {mesh: a}", "provides: {mesh: a, disk: b}", "minor capability-added"},
		{">=1.31 <1.35", ">=1.31 <1.36", "minor requirement-widened"},
		{">=1.31 <1.35", ">=1.30.0 <=1.35.0 || >=2", "minor requirement-widened"},
		{">=1.31 <1.35", ">=1.32 <1.36", "major requirement-narrowed"},
		{">=1.31 <1.35", "~1.32", "major requirement-narrowed"},
		{">=1.31 <1.35", "1.31.x || 1.32.x || 1.33.x || 1.34.x", "minor requirement-widened"},
		{">=1.31 <1.35", "<1.35 >=1.31", "patch layer-changed"},
		{">=1.31 <1.35", ">=1.31.0 <1.35.0", "patch layer-changed"},
		{"rel-a || rel-b", "rel-b||rel-a", "patch layer-changed"},
		{"conflicts: [{component: old, version: \"<2\"}]", "conflicts: [{component: old, version: \"<2.0.0\"}]", "patch layer-changed"},
		{"rel-a || rel-b", "rel-b||rel-c || rel-a", "minor requirement-widened"},
		{"rel-a || rel-b", "rel-a || rel-c", "major requirement-narrowed"},
		{"rel-a || rel-b", ">=1", "major requirement-narrowed"},
		{">=1.31 <1.35", "rel-a", "major requirement-narrowed"},
		{", version: \"rel-a || rel-b\"", "", "minor requirement-widened"},
		{", requires: [{component: kubernetes, version: \">=1.31 <1.35\"}]", "", "minor requirement-removed"},
		{"requires: [", "requires: [{layer: cni}, ", "major requirement-added"},
		{"requires: [", "requires: [{layer: os}, ", "patch layer-moved, patch requirement-added"},
		{"requires: [", "requires: [{layer: addon/os}, ", "patch layer-moved, patch requirement-added"},
		{"requires: [", "requires: [{layer: other/os}, ", "major requirement-added"},
		{"values: {mtu: 1,", "values: {mtu: 2,", "patch value-changed"},
		{"values: {mtu: 1,", "values: {mtu: 1, more: {a: b},", "patch value-added"},
		{"values: {mtu: 1,", "values: {", "patch value-removed"},
		{"uniqueItems: true, ", "", "minor variable-widened"},
		{"maxItems: 9", "maxItems: 8", "major variable-narrowed"},
		{"properties: {name: {type: string, required: true}", "properties: {name: {type: string}", "minor variable-optional"},
		{"age: {type: integer, min: 1,", "age: {type: integer, min: 2,", "major variable-narrowed"},
		{"age: {type: integer, min: 1, default: 5}", "age: {type: integer, min: 1, default: 6}", "minor default-changed"},
		{"age: {type: integer, min: 1, default: 5}", "age: {type: integer, min: 1, default: 5}, mail: {type: string}", "minor variable-widened"},
		{"age: {type: integer, min: 1, default: 5}", "age: {type: integer, min: 1, default: 5}, mail: {type: string, required: true}", "major variable-narrowed"},
		{", age: {type: integer, min: 1, default: 5}", "", "major variable-narrowed"},
		{"values: {type: string, maxLength: 9}", "values: {type: string, maxLength: 10}", "minor variable-widened"},
		{"values: {type: string, maxLength: 9}", "values: {type: integer}", "minor variable-widened, major type-changed"},
		{"{name: free, type: string}", "{name: free, type: string, deprecated: use mtu}", "minor variable-changed"},
		{"{name: free, type: string}", "{name: free, type: string, hidden: true}", "patch variable-changed"},
		{"{name: free, type: string}", "{name: free, type: string, sensitive: true}", "minor variable-changed"},
		{"vars.mtu < 9000", "vars.mtu < 8000", "major rule-added, minor rule-removed"},
		{"too large", "much too large", "patch rule-changed"},
		{"  - {rule: \"vars.mtu < 9000\", message: too large}\n", "  - {rule: \"vars.mtu < 9000\", message: too large}\n  - {rule: \"vars.mtu > 10\"}\n", "major rule-added"},
		{"{mtu: 3}", "{mtu: 5}", "patch value-changed"},
		{"name: small", "name: tiny", "major preset-removed, minor preset-added"},
		{"enabled: true", "enabled: false", "major preset-changed"},
		{"{mtu: 4}", "{mtu: 5}", "patch value-changed"},
		{", {layer: app, values: {more: 1}}", "", "patch value-removed"},
		{"conflicts: [", "conflicts: [{capability: disk}, ", "major conflict-added"},
		{"conflicts: [{component: old, version: \"<2\"}]", "conflicts: [{component: old, version: \"<1\"}]", "minor conflict-narrowed"},
		{"conflicts: [{component: old, version: \"<2\"}]", "conflicts: [{component: old, version: \"<3\"}]", "major conflict-widened"},
		{"conflicts: [{component: old, version: \"<2\"}], ", "", "minor conflict-removed"},
		{"fixed: [/values/list]", "fixed: [/values/list, /values/mtu]", "major layer-changed"},
		{"fixed: [/values/list], ", "", "minor layer-changed"},
		{"max: 50", "max: 51", "minor layer-changed"},
		{"max: 50", "max: 49", "major layer-changed"},
		{"max: 50", "min: 1", "minor layer-changed, major layer-changed"},
		{", max: 50", "", "minor layer-changed"},
		{"integer, max: 50", "number, max: 50", "minor layer-changed"},
		{", examples: [5]", "", "patch layer-changed"},
		{"items: {type: string}}", "items: {type: string, maxLength: 9}}", "major layer-changed"},
		{"{path: /values/list, type: list", "{path: /values/list, layer: app, type: list", "major layer-changed, minor layer-changed"},
		{", {path: /values/list, type: list, items: {type: string}}", "", "minor layer-changed"},
		{"constrained: [", "constrained: [{path: /values/more, type: integer}, ", "major layer-changed"},
		{"  layers:\n", "  waivers: [{policy: policy.three, reason: r, owner: o, expires: \"2027-03-01\"}]\n  layers:\n", "minor waiver-changed"},
		{"{name: app, kind: AddOn,", "{name: app, kind: Security,", "major layer-changed"},
	} {
		t.Run(c.want+" "+c.new, func(t *testing.T) {
			next := strings.Replace(strings.Replace(edited, "version: 1.4.0", "version: 1.4.1", 1), c.old, c.new, 1)
			from, to, _ := releases(t, &txtar.Archive{Files: []txtar.File{{Name: "old/profile.yaml", Data: []byte(edited)}, {Name: "new/profile.yaml", Data: []byte(next)}}})
			var got []string
			d := upgrade.Diff(from, to)
			for _, change := range d.Changes {
				got = append(got, fmt.Sprintf("%s %s", change.Bump, change.Kind))
				if change.Summary == "" || change.Reason == "" || change.From.Origin.Range.IsZero() || change.To.Origin.Range.IsZero() {
					t.Errorf("%+v lacks a summary, a reason or a place", change)
				}
			}
			if diff := cmp.Diff(strings.Split(c.want, ", "), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if refused := d.Diagnostics().HasErrors(); refused != (d.Needed > upgrade.Patch) {
				t.Errorf("1.4.1 for a %s change: refused %v", d.Needed, refused)
			}
		})
	}
}

// TestBumpForExistingClusters holds changes to the bump of what they do to clusters that exist.
func TestBumpForExistingClusters(t *testing.T) {
	const whole = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: p}
spec:
  version: 1.4.0
  owner: platform
  kind: AddOn
  variables: [{name: site, type: string, immutable: true}]
  rules: [{rule: "vars.?site.hasValue()"}]
  layers:
  - {name: app, kind: AddOn, component: {name: app, version: 1.2.3}, content: {helm: {chart: oci://a/app, version: 1.2.3, namespace: app}}}
`
	for _, c := range []struct{ old, new, want string }{
		{"immutable: true", "immutable: true, default: a", "major default-changed"},
		{"version: 1.2.3},", "version: 1.2.3, scheme: opaque},", "major component-changed"},
		{"version: 1.2.3},", "version: rel-a, scheme: opaque},", "major component-changed"},
		{"oci://a/app", "oci://a/other", "major content-changed"},
		{"oci://a/app, version: 1.2.3", "oci://a/app, version: 1.2.2", "major content-changed"},
		{"oci://a/app, version: 1.2.3", "oci://a/app, version: 1.3.0", "minor content-changed"},
	} {
		next := strings.Replace(strings.Replace(whole, "version: 1.4.0", "version: 1.4.1", 1), c.old, c.new, 1)
		from, to, _ := releases(t, &txtar.Archive{Files: []txtar.File{{Name: "old/profile.yaml", Data: []byte(whole)}, {Name: "new/profile.yaml", Data: []byte(next)}}})
		var got []string
		for _, change := range upgrade.Diff(from, to).Changes {
			got = append(got, fmt.Sprintf("%s %s", change.Bump, change.Kind))
		}
		if diff := cmp.Diff([]string{c.want}, got); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", c.old, c.new, diff)
		}
	}
}

// TestOlderDeclaresNothing: what has changed since an older version can be seen,
// but no version that it could declare would be right.
func TestOlderDeclaresNothing(t *testing.T) {
	older := strings.Replace(strings.Replace(edited, "version: 1.4.0", "version: 1.3.0", 1), "  - {name: free, type: string}\n", "", 1)
	from, to, _ := releases(t, &txtar.Archive{Files: []txtar.File{{Name: "old/profile.yaml", Data: []byte(edited)}, {Name: "new/profile.yaml", Data: []byte(older)}}})
	d := upgrade.Diff(from, to)
	if found := d.Diagnostics(); d.Needed != upgrade.Major || len(found) > 0 {
		t.Errorf("the change is %s, and found is\n%s", d.Needed, found.Text(nil))
	}
}

// inherited is a profile to extend, and one that does.
func inherited(parent, child string) fstest.MapFS {
	return fstest.MapFS{
		"library/parent/" + parent + "/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: parent}
spec:
  version: ` + parent + `
  owner: platform
  kind: Infrastructure
  abstract: true
  pools: {controlPlane: {replicas: 3}, workers: [{name: general, replicas: 2}, {name: batch, replicas: 1}]}
  layers:
  - {name: app, kind: AddOn, component: {name: app, version: 1.2.3}, values: {mtu: 1, level: info}, content: {manifests: [app.yaml]}}
`)},
		"library/parent/" + parent + "/app.yaml": {Data: []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")},
		"library/child/" + child + "/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: child}
spec:
  version: ` + child + `
  owner: team
  kind: Infrastructure
  abstract: true
  extends: parent@` + parent + `
  layers:
  - {name: app, values: {mtu: 9}}
`)},
	}
}

// TestDiffInherited: what is inherited is compared like what the profile says,
// with its places in the parent's document; extends itself counts little.
func TestDiffInherited(t *testing.T) {
	const values = "values: {mtu: 1, level: info}"
	for _, c := range []struct{ name, old, new, want, file string }{
		{"the version of the parent alone", "", "", "", ""},
		{"an inherited value", values, "values: {mtu: 1, level: debug}", "patch: layer app: values/level changes from info to debug", "library/parent/1.1.0/profile.yaml"},
		{"a value that the profile itself sets", values, "values: {mtu: 5, level: info}", "", ""},
		{"an inherited component", "app, version: 1.2.3", "app, version: 2.0.0", "major: layer app: app goes up from 1.2.3 to 2.0.0", "library/parent/1.1.0/profile.yaml"},
		{"an inherited pool", "replicas: 2", "replicas: 4", "minor: profile: pools/workers[name=general]/replicas changes from 2 to 4", "library/parent/1.1.0/profile.yaml"},
		{"no pool any more", ", {name: batch, replicas: 1}", "", "major: profile: pools/workers[name=batch] is removed, it was {\"name\":\"batch\",\"replicas\":1}", "library/parent/1.0.0/profile.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := inherited("1.0.0", "1.0.0")
			for name, f := range inherited("1.1.0", "1.0.1") {
				f.Data = []byte(strings.Replace(string(f.Data), c.old, c.new, 1))
				tree[name] = f
			}
			ws := load(t, tree)
			from, _ := ws.Release(profile.Ref{Name: "child", Version: "1.0.0"})
			to, _ := ws.Release(profile.Ref{Name: "child", Version: "1.0.1"})
			d := upgrade.Diff(from, to)
			want := map[string]string{"patch: profile: extends changes from parent@1.0.0 to parent@1.1.0": "library/child/1.0.1/profile.yaml"}
			if c.want != "" {
				want[c.want] = c.file
			}
			got := map[string]string{}
			for _, change := range d.Changes {
				at := change.To.Origin.Range.File
				if change.To.Value.IsZero() {
					at = change.From.Origin.Range.File
				}
				got[change.String()] = at
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if refused := d.Diagnostics().HasErrors(); refused != (d.Needed > upgrade.Patch) {
				t.Errorf("1.0.1 for a %s change: refused %v", d.Needed, refused)
			}
		})
	}
}

// TestDeclared holds which versions declare enough.
func TestDeclared(t *testing.T) {
	required := "  variables: [{name: x, type: string, required: true}]\n"
	optional := "  variables: [{name: x, type: string}]\n"
	layers := "  layers: [{name: app, kind: AddOn, component: {name: app, version: 1.2.3}, values: {a: 1}}]\n"
	document := func(version, more string) []byte {
		return []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec:\n  version: " + version + "\n  owner: team\n  kind: AddOn\n" + more)
	}
	for _, c := range []struct {
		from, to, more string
		needs          string // empty when the version is enough
	}{
		{"1.4.0", "2.0.0", required, ""},
		{"1.4.0", "1.5.0", required, "declare version 2.0.0"},
		{"1.4.0", "1.4.1", optional, "declare version 1.5.0"},
		{"1.4.0", "1.5.0-rc.1", optional, ""},
		{"1.5.0-rc.1", "1.5.0", optional, ""},
		{"1.5.0-rc.1", "1.5.0", required, "declare version 2.0.0"},
		{"2.0.0-rc.1", "2.0.0-rc.2", required, ""},
		{"1.4.1-rc.1", "1.4.1", optional, "declare version 1.5.0"},
		{"0.4.0", "0.5.0", required, ""},
		{"0.4.0", "0.4.1", required, "declare version 0.5.0"},
		{"0.4.0", "0.4.1", optional, ""},
		{"1.4.0", "1.3.0", required, ""},
	} {
		from, to, _ := releases(t, &txtar.Archive{Files: []txtar.File{{Name: "old/profile.yaml", Data: document(c.from, layers)}, {Name: "new/profile.yaml", Data: document(c.to, layers+c.more)}}})
		diags := upgrade.Diff(from, to).Diagnostics()
		got := ""
		if len(diags) > 0 {
			got = diags[0].Detail
		}
		if got != c.needs {
			t.Errorf("%s -> %s: %q, want %q", c.from, c.to, got, c.needs)
		}
	}
}

// TestDiffBuilt compares profiles that were made in Go, which have no places.
func TestDiffBuilt(t *testing.T) {
	make := func(version string, variables ...profile.Variable) profile.Release {
		return profile.Release{Profile: profile.Profile{Metadata: profile.ObjectMeta{Name: "made"}, Spec: profile.ProfileSpec{Version: version, Owner: "o", Kind: profile.AddOnProfile, Variables: variables}}}
	}
	d := upgrade.Diff(make("1.0.0"), make("1.0.1", profile.Variable{Name: "x", Schema: profile.Schema{Type: profile.StringVariable}}))
	if len(d.Changes) != 1 || d.Changes[0].String() != "minor: variable x: is added" || !d.Diagnostics().HasErrors() {
		t.Errorf("%v", d.Changes)
	}
}

// TestSameVersionOtherContent: content without a new version is an error.
func TestSameVersionOtherContent(t *testing.T) {
	make := func(owner string) profile.Release {
		return profile.Release{Profile: profile.Profile{Metadata: profile.ObjectMeta{Name: "made"}, Spec: profile.ProfileSpec{Version: "1.0.0", Owner: owner, Kind: profile.AddOnProfile}}}
	}
	if diags := upgrade.Diff(make("a"), make("b")).Diagnostics(); len(diags) != 1 || !strings.Contains(diags[0].Summary, "without a new version") {
		t.Errorf("%v", diags)
	}
}

// TestMerge3Between: what presets and overlays say lies under an override, not
// what the profile says below them.
func TestMerge3Between(t *testing.T) {
	tree := fstest.MapFS{}
	for version, level := range map[string]string{"1.0.0": "info", "1.1.0": "debug"} {
		tree["library/app/"+version+"/profile.yaml"] = &fstest.MapFile{Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: app}
spec:
  version: ` + version + `
  owner: apps
  kind: AddOn
  layers: [{name: app, kind: AddOn, component: {none: x}, values: {level: ` + level + `, preset: ` + level + `, overlay: ` + level + `}}]
  presets: [{group: size, name: big, layers: [{layer: app, values: {preset: big, overlay: big}}]}]
`)}
		tree["library/overlays/site/"+version+"/overlay.yaml"] = &fstest.MapFile{Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: site}
spec: {version: ` + version + `, owner: site-ops, order: 1, selector: {}, layers: [{layer: app, values: {overlay: site, own: ` + level + `}}]}
`)}
	}
	ws := load(t, tree)
	at := func(version string) ([]profile.Release, upgrade.Between) {
		release, _ := ws.Release(profile.Ref{Name: "app", Version: version})
		overlay, _ := ws.Overlay(profile.Ref{Name: "site", Version: version})
		big := profile.ChosenPreset{Profile: profile.Ref{Name: "app", Version: "1.0.0"}, Group: "size", Name: "big"}
		return []profile.Release{release}, upgrade.Between{Presets: []profile.ChosenPreset{big}, Overlays: []profile.Overlay{overlay}}
	}
	from, old := at("1.0.0")
	to, now := at("1.1.0")
	outcomes := func(values map[string]any, o upgrade.MergeOptions) (out []string) {
		v, err := profile.ValueOf(values)
		if err != nil {
			t.Fatal(err)
		}
		merge := upgrade.Merge3(from, to, []profile.Override{{LayerPatch: profile.LayerPatch{Layer: "app", Values: v}}}, o)
		for _, l := range merge.Leaves {
			out = append(out, l.Path+" "+l.Outcome.String())
		}
		for _, d := range merge.Diagnostics() {
			out = append(out, d.Summary)
		}
		return out
	}
	same := map[string]any{"level": "debug", "preset": "debug", "overlay": "debug", "own": "debug"}
	for _, c := range []struct {
		values map[string]any
		o      upgrade.MergeOptions
		want   []string
	}{
		{same, upgrade.MergeOptions{Old: old, New: now}, []string{"/values/level equal", "/values/overlay kept", "/values/own equal", "/values/preset kept",
			`/values/level of layer app: the profile says debug now, so the override is not needed`,
			`/values/own of layer app: overlay/site@1.1.0 says debug now, so the override is not needed`}},
		{map[string]any{"own": "trace", "overlay": "trace"}, upgrade.MergeOptions{Old: old, New: now}, []string{"/values/overlay kept", "/values/own conflict",
			`/values/own of layer app: overlay/site@1.1.0 changed it from info to debug, and the override says trace`}},
		{map[string]any{"own": "trace"}, upgrade.MergeOptions{Old: old}, []string{"/values/own obsolete", `/values/own of layer app: the new version no longer has it`}},
	} {
		if diff := cmp.Diff(c.want, outcomes(c.values, c.o)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.values, diff)
		}
	}
}

// TestMerge3Inherited: what a layer inherits is the base, as what it says itself.
func TestMerge3Inherited(t *testing.T) {
	tree := inherited("1.0.0", "1.0.0")
	for name, f := range inherited("1.1.0", "1.0.1") {
		f.Data = []byte(strings.Replace(string(f.Data), "level: info", "level: debug", 1))
		tree[name] = f
	}
	ws := load(t, tree)
	from, _ := ws.Release(profile.Ref{Name: "child", Version: "1.0.0"})
	to, _ := ws.Release(profile.Ref{Name: "child", Version: "1.0.1"})
	values, err := profile.ValueOf(map[string]any{"level": "trace", "mtu": 7})
	if err != nil {
		t.Fatal(err)
	}
	merge := upgrade.Merge3([]profile.Release{from}, []profile.Release{to}, []profile.Override{{LayerPatch: profile.LayerPatch{Layer: "app", Values: values}}}, upgrade.MergeOptions{})
	var got []string
	for _, l := range merge.Leaves {
		got = append(got, fmt.Sprintf("%s %s: %s in %s", l.Path, l.Outcome, l.Theirs.Value, l.Theirs.Origin.Range.File))
	}
	want := []string{`/values/level conflict: "debug" in library/parent/1.1.0/profile.yaml`, `/values/mtu kept: 9 in library/child/1.0.1/profile.yaml`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
