package members_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
	"github.com/dayzero-sdk/dayzero/rollout"
	"github.com/dayzero-sdk/dayzero/rollout/members"
)

func newRenderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

func load(tb testing.TB, files fs.FS) *profile.Workspace {
	tb.Helper()
	ws, diags := profile.Load(files, profile.Layout{})
	if diags.HasErrors() {
		tb.Fatal(diags.Text(files))
	}
	return ws
}

func example(tb testing.TB) *profile.Workspace {
	tb.Helper()
	return load(tb, os.DirFS("../../examples/quickstart/workspace"))
}

func ref(text string) profile.Ref {
	r, err := profile.ParseRef(text)
	if err != nil {
		panic(err)
	}
	return r
}

// target is Target without findings.
func target(tb testing.TB, have *profile.Workspace, refs ...string) *profile.Workspace {
	tb.Helper()
	var targets []profile.Ref
	for _, r := range refs {
		targets = append(targets, ref(r))
	}
	want, diags := members.Target(have, targets...)
	if len(diags) > 0 {
		tb.Fatal(diags)
	}
	return want
}

// between gives members as lines, and findings as text.
func between(tb testing.TB, have, want *profile.Workspace) ([]rollout.Member, string) {
	tb.Helper()
	found, diags, err := members.Between(context.Background(), newRenderer(), have, want)
	if err != nil {
		tb.Fatal(err)
	}
	return found, diags.Text(nil)
}

// TestExample moves the hundred clusters of the example: two hold their version,
// the others take one hop that replaces their machines, and all of them have a
// place in the plan.
func TestExample(t *testing.T) {
	have := example(t)
	fleet, findings := between(t, have, target(t, have, "mem-base@1.2.0"))
	if findings != "" {
		t.Error(findings)
	}
	var held []string
	for _, m := range fleet {
		if m.Held != "" {
			held = append(held, m.Key.Name+": "+m.Held)
			continue
		}
		if len(m.Hops) != 1 || m.Hops[0].Impact != profile.NodeRoll || m.Hops[0].Summary != "mem-base 1.1.0 -> 1.2.0, kubernetes 1.34.2 -> 1.35.0" {
			t.Errorf("%s: %+v", m.Key, m.Hops)
		}
		if m.Labels["ring"] == "" {
			t.Errorf("%s has no labels", m.Key)
		}
	}
	wantHeld := []string{
		"store-0050: the cluster names its version: mem-base@1.0.0, pod-security@1.1.0, observability@2.1.0",
		"store-0075: the cluster names its version: mem-base@1.0.0, pod-security@1.1.0, observability@2.1.0",
	}
	if diff := cmp.Diff(wantHeld, held); diff != "" || len(fleet) != 100 {
		t.Errorf("%d members; held (-want +got):\n%s", len(fleet), diff)
	}
	if !slices.IsSortedFunc(fleet, func(a, b rollout.Member) int { return a.Key.Compare(b.Key) }) {
		t.Error("not sorted by key")
	}
	strategy, _ := have.Strategy("standard")
	plan, diags := rollout.Compile(fleet, strategy, rollout.Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	placed := 0
	for _, stage := range plan.Stages() {
		placed += len(stage.Members)
	}
	if placed != 98 || len(plan.Held()) != 2 {
		t.Errorf("%d clusters in stages and %d held, want 98 and 2", placed, len(plan.Held()))
	}
}

// TestNothingToDo: a fleet that is where it is meant to be has no members but
// those that hold.
func TestNothingToDo(t *testing.T) {
	have := example(t)
	for name, want := range map[string]*profile.Workspace{"itself": have, "loaded again": example(t), "its own version": target(t, have, "mem-base@1.1.0")} {
		fleet, findings := between(t, have, want)
		if findings != "" {
			t.Error(findings)
		}
		for _, m := range fleet {
			if m.Held == "" {
				t.Errorf("%s: %s has hops %+v", name, m.Key, m.Hops)
			}
		}
	}
}

// ground is a fleet of four versions of one profile, a minor version of
// Kubernetes apart, and an add-on of two.
const ground = `
-- hubs/hub.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: hub}
spec: {clusterAPI: {version: 1.14.2}}
-- fleet/c.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c, namespace: fleet, labels: {ring: main}}
spec: {profiles: [base, addon]}
-- fleet.lock --
hub/fleet/c base@1.0.0,addon@1.0.0 sha256:0000000000000000000000000000000000000000000000000000000000000000
`

// world is a workspace with versions of base, each "version kubernetes", and
// more files over it.
func world(tb testing.TB, versions []string, more string) fstest.MapFS {
	tb.Helper()
	files := fstest.MapFS{}
	for _, f := range append(txtar.Parse([]byte(ground)).Files, txtar.Parse([]byte(more)).Files...) {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	for _, v := range versions {
		version, kubernetes, _ := strings.Cut(v, " ")
		files["library/base/"+version+"/profile.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, `
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: %s
  owner: platform
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: network, kind: Network, component: {none: simulated}}
  - {name: storage, kind: Storage, component: {none: simulated}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: %s}
    capi:
      infrastructure: {apiVersion: infra.example.com/v1, kind: ExampleClusterTemplate}
      nodes: {machine: {apiVersion: infra.example.com/v1, kind: ExampleMachineTemplate}}
`, version, kubernetes)}
	}
	for i, replicas := range []string{"1", "2"} {
		dir := fmt.Sprintf("library/addon/1.%d.0/", i)
		if _, given := files[dir+"profile.yaml"]; !given {
			files[dir+"profile.yaml"] = addon(i)
		}
		files[dir+"app.yaml"] = &fstest.MapFile{Data: []byte("{apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: {replicas: " + replicas + "}}\n")}
	}
	return files
}

func addon(i int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, `
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec: {version: 1.%d.0, owner: team, kind: AddOn, layers: [{name: app, kind: AddOn, component: {none: example}, content: {manifests: [app.yaml]}}]}
`, i)}
}

var minors = []string{"1.0.0 1.33.1", "1.1.0 1.34.1", "1.1.1 1.34.4", "1.2.0 1.35.0", "1.3.0 1.36.0"}

// lines are members for reading: digests are left out, but their chain is
// checked.
func lines(tb testing.TB, fleet []rollout.Member) []string {
	tb.Helper()
	var out []string
	for _, m := range fleet {
		for i, h := range m.Hops {
			if i > 0 && m.Hops[i-1].To != h.From {
				tb.Errorf("%s: hop %d starts elsewhere", m.Key, i+1)
			}
			out = append(out, fmt.Sprintf("%s: %s (%s)", m.Key.Name, h.Summary, h.Impact))
		}
		if m.Held != "" {
			out = append(out, m.Key.Name+" held")
		}
	}
	return out
}

func TestHops(t *testing.T) {
	for _, c := range []struct {
		name     string
		versions []string
		more     string
		targets  []string
		want     []string
		findings string
	}{
		{name: "one minor version", versions: minors, targets: []string{"base@1.1.0"},
			want: []string{"c: base 1.0.0 -> 1.1.0, kubernetes 1.33.1 -> 1.34.1 (node-roll)"}},
		{name: "the longest steps, through the highest version of each minor", versions: minors, targets: []string{"base@1.3.0"},
			want: []string{
				"c: base 1.0.0 -> 1.1.1, kubernetes 1.33.1 -> 1.34.4 (node-roll)",
				"c: base 1.1.1 -> 1.2.0, kubernetes 1.34.4 -> 1.35.0 (node-roll)",
				"c: base 1.2.0 -> 1.3.0, kubernetes 1.35.0 -> 1.36.0 (node-roll)",
			}},
		{name: "other profiles move with the first step", versions: minors, targets: []string{"base@1.2.0", "addon@1.1.0"},
			want: []string{
				"c: base 1.0.0 -> 1.1.1, addon 1.0.0 -> 1.1.0, kubernetes 1.33.1 -> 1.34.4 (node-roll)",
				"c: base 1.1.1 -> 1.2.0, kubernetes 1.34.4 -> 1.35.0 (node-roll)",
			}},
		{name: "an add-on that must move first", versions: minors, targets: []string{"base@1.2.0", "addon@1.1.0"},
			more: "-- library/addon/1.0.0/profile.yaml --\napiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: team, kind: AddOn, layers: [{name: app, kind: AddOn, component: {none: example}, requires: [{component: kubernetes, version: <1.34}], content: {manifests: [app.yaml]}}]}\n",
			want: []string{
				"c: addon 1.0.0 -> 1.1.0 (in-place)",
				"c: base 1.0.0 -> 1.1.1, kubernetes 1.33.1 -> 1.34.4 (node-roll)",
				"c: base 1.1.1 -> 1.2.0, kubernetes 1.34.4 -> 1.35.0 (node-roll)",
			}},
		{name: "an add-on alone", versions: minors, targets: []string{"addon@1.1.0"}, want: []string{"c: addon 1.0.0 -> 1.1.0 (in-place)"}},
		{name: "a gap", versions: []string{"1.0.0 1.33.1", "1.3.0 1.36.0", "1.2.0 1.35.0"}, targets: []string{"base@1.3.0"},
			findings: "error: hub/fleet/c: there is no path from base@1.0.0 to base@1.3.0: no version of base in between has Kubernetes 1.34, and a hop raises it by one minor version at most [upgrade.no-path]\n  --> library/base/1.3.0/profile.yaml:15:44\n  hint: publish a version of base for each minor version of Kubernetes in between\n  note: the cluster is at 1.33.1\n  --> library/base/1.0.0/profile.yaml:15:44\n"},
		{name: "a downgrade by a patch version", versions: []string{"1.0.0 1.34.4", "1.1.0 1.34.1"}, targets: []string{"base@1.1.0"},
			findings: "error: hub/fleet/c: there is no path from base@1.0.0 to base@1.1.0: Kubernetes would go back from 1.34.4 to 1.34.1 [upgrade.downgrade]\n  --> library/base/1.1.0/profile.yaml:15:44\n  hint: Kubernetes cannot be downgraded; Cluster API refuses it\n  note: the cluster is at 1.34.4\n  --> library/base/1.0.0/profile.yaml:15:44\n"},
		{name: "a downgrade by a minor version", versions: []string{"1.0.0 1.34.4", "1.1.0 1.33.9"}, targets: []string{"base@1.1.0"},
			findings: "error: hub/fleet/c: there is no path from base@1.0.0 to base@1.1.0: Kubernetes would go back from 1.34.4 to 1.33.9 [upgrade.downgrade]\n  --> library/base/1.1.0/profile.yaml:15:44\n  hint: Kubernetes cannot be downgraded; Cluster API refuses it\n  note: the cluster is at 1.34.4\n  --> library/base/1.0.0/profile.yaml:15:44\n"},
		{name: "a major version", versions: []string{"1.0.0 1.34.4", "1.1.0 2.0.0"}, targets: []string{"base@1.1.0"},
			findings: "error: hub/fleet/c: there is no path from base@1.0.0 to base@1.1.0: a hop raises Kubernetes by one minor version at most, from 1.34.4 to 2.0.0 [upgrade.no-path]\n  --> library/base/1.1.0/profile.yaml:15:44\n  hint: publish a version of base for each minor version of Kubernetes in between\n  note: the cluster is at 1.34.4\n  --> library/base/1.0.0/profile.yaml:15:44\n"},
		{name: "a cluster that holds", versions: minors, targets: []string{"base@1.3.0"},
			more: "-- fleet/d.yaml --\napiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: d, namespace: fleet}\nspec: {profiles: [base@1.2.0, addon]}\n-- fleet/c.yaml --\n",
			want: []string{"d held"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := load(t, world(t, c.versions, c.more))
			fleet, findings := between(t, have, target(t, have, c.targets...))
			if diff := cmp.Diff(c.want, lines(t, fleet)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.findings, findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// overlays are two versions of an overlay that brings an add-on, and changes it.
const overlays = `
-- library/overlays/eu/1.0.0/overlay.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: eu}
spec: {version: 1.0.0, owner: eu, order: 1, selector: {matchLabels: {ring: main}}, profiles: [log]}
-- library/overlays/eu/1.1.0/overlay.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: eu}
spec: {version: 1.1.0, owner: eu, order: 1, selector: {matchLabels: {ring: main}}, profiles: [log], layers: [{layer: app, patches: [{target: {kind: Deployment}, merge: {spec: {replicas: 9}}}]}]}
-- library/log/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: log}
spec: {version: 1.0.0, owner: log, kind: AddOn, layers: [{name: log, kind: AddOn, component: {name: log, version: 1.0.0}, requires: [{component: kubernetes, version: ">=1.34"}]}]}
-- library/log/1.1.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: log}
spec: {version: 1.1.0, owner: log, kind: AddOn, layers: [{name: log, kind: AddOn, component: {name: log, version: 1.1.0}, requires: [{component: kubernetes, version: ">=1.34"}]}]}
-- fleet/d.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: d, namespace: fleet, labels: {ring: late}}
spec: {profiles: [base, addon]}
`

// TestOverlays rolls out a waiting overlay, a new version of one and what it
// adds, to the clusters that it matches, and locks what the stacks there have.
func TestOverlays(t *testing.T) {
	digest := " sha256:" + strings.Repeat("0", 64) + "\n"
	lock := func(pins string) string {
		return overlays + "-- fleet.lock --\nhub/fleet/c " + pins + digest + "hub/fleet/d base@1.0.0,addon@1.0.0" + digest
	}
	for _, c := range []struct {
		name, pins string
		targets    []string
		want       []string
		locked     string
	}{
		{name: "a waiting overlay", pins: "base@1.1.1,addon@1.0.0", targets: []string{"eu@1.0.0"},
			want: []string{"c: log@1.1.0 added, overlay eu@1.0.0 added (none)"}, locked: "[base@1.1.1 addon@1.0.0 log@1.1.0 eu@1.0.0]"},
		{name: "a waiting overlay with Kubernetes", pins: "base@1.0.0,addon@1.0.0", targets: []string{"base@1.1.1", "eu@1.0.0"},
			want: []string{
				"c: base 1.0.0 -> 1.1.1, kubernetes 1.33.1 -> 1.34.4 (node-roll)",
				"c: log@1.1.0 added, overlay eu@1.0.0 added (none)",
				"d: base 1.0.0 -> 1.1.1, kubernetes 1.33.1 -> 1.34.4 (node-roll)",
			}, locked: "[base@1.1.1 addon@1.0.0 log@1.1.0 eu@1.0.0]"},
		{name: "a new version", pins: "base@1.1.1,addon@1.0.0,log@1.0.0,eu@1.0.0", targets: []string{"eu@1.1.0"},
			want: []string{"c: overlay eu 1.0.0 -> 1.1.0 (in-place)"}, locked: "[base@1.1.1 addon@1.0.0 log@1.0.0 eu@1.1.0]"},
		{name: "what an overlay adds", pins: "base@1.1.1,addon@1.0.0,log@1.0.0,eu@1.0.0", targets: []string{"log@1.1.0"},
			want: []string{"c: log 1.0.0 -> 1.1.0 (none)"}, locked: "[base@1.1.1 addon@1.0.0 log@1.1.0 eu@1.0.0]"},
		{name: "an overlay stays when a profile moves", pins: "base@1.1.1,addon@1.0.0,log@1.0.0,eu@1.0.0", targets: []string{"addon@1.1.0"},
			want: []string{"c: addon 1.0.0 -> 1.1.0 (in-place)", "d: addon 1.0.0 -> 1.1.0 (in-place)"}, locked: "[base@1.1.1 addon@1.1.0 log@1.0.0 eu@1.0.0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := load(t, world(t, minors, lock(c.pins)))
			want := target(t, have, c.targets...)
			fleet, findings := between(t, have, want)
			if diff := cmp.Diff(c.want, lines(t, fleet)); diff != "" || findings != "" {
				t.Errorf("%s (-want +got):\n%s", findings, diff)
			}
			key := profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"}
			entry, _ := want.Lock().Entry(key)
			stack, _ := want.Resolve(key)
			if got := fmt.Sprint(entry.Pins); got != c.locked || entry.Digest != stack.Digest() {
				t.Errorf("locked %s, want %s", got, c.locked)
			}
		})
	}
}

// TestNoHopThroughDev: a -dev version can be resolved but never locked, so no hop
// can lead to it.
func TestNoHopThroughDev(t *testing.T) {
	have := load(t, world(t, []string{"1.0.0 1.33.1", "1.1.0 1.34.1", "1.2.0-dev 1.34.9", "1.2.0 1.35.0"}, ""))
	fleet, findings := between(t, have, target(t, have, "base@1.2.0"))
	want := []string{
		"c: base 1.0.0 -> 1.1.0, kubernetes 1.33.1 -> 1.34.1 (node-roll)",
		"c: base 1.1.0 -> 1.2.0, kubernetes 1.34.1 -> 1.35.0 (node-roll)",
	}
	if diff := cmp.Diff(want, lines(t, fleet)); diff != "" || findings != "" {
		t.Errorf("%s (-want +got):\n%s", findings, diff)
	}
}

// TestHopsAreStacks: the digests of a hop are those of the stacks before and
// after, at the versions that its summary names.
func TestHopsAreStacks(t *testing.T) {
	have := load(t, world(t, minors, ""))
	key := profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"}
	fleet, _ := between(t, have, target(t, have, "base@1.2.0"))
	at := func(base string) string {
		stack, diags := have.ResolveAt(key, ref(base), ref("addon@1.0.0"))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		return stack.Digest()
	}
	var got []string
	for _, h := range fleet[0].Hops {
		got = append(got, h.From, h.To)
	}
	if diff := cmp.Diff([]string{at("base@1.0.0"), at("base@1.1.1"), at("base@1.1.1"), at("base@1.2.0")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestComingAndGoing: a cluster that is new starts from nothing, one that is gone
// ends there, and its labels are the ones it had.
func TestComingAndGoing(t *testing.T) {
	have := load(t, world(t, minors, ""))
	want := load(t, world(t, minors, "-- fleet/c.yaml --\napiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: a, namespace: fleet, labels: {ring: canary}}\nspec: {profiles: [base, addon]}\n"))
	fleet, findings := between(t, have, want)
	if findings != "" {
		t.Error(findings)
	}
	lines := []string{
		"a: created at base@1.3.0, addon@1.1.0 (in-place)",
		"c: removed (irreversible)",
	}
	var got []string
	for _, m := range fleet {
		h := m.Hops[0]
		got = append(got, fmt.Sprintf("%s: %s (%s)", m.Key.Name, h.Summary, h.Impact))
		if len(m.Hops) != 1 || (m.Key.Name == "a") != (h.From == "") || (m.Key.Name == "c") != (h.To == "") {
			t.Errorf("%s: %+v", m.Key, m.Hops)
		}
	}
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if fleet[0].Labels["ring"] != "canary" || fleet[1].Labels["ring"] != "main" {
		t.Errorf("labels %v and %v", fleet[0].Labels, fleet[1].Labels)
	}
	strategy := profile.Strategy{Spec: profile.StrategySpec{Stages: []profile.Stage{{Name: "all", Rest: true}}}}
	if plan, diags := rollout.Compile(fleet, strategy, rollout.Options{}); len(diags) > 0 || len(plan.Stages()[0].Members) != 2 {
		t.Error(diags)
	}
}

// TestOwnSettings: a change of the cluster's document alone is a hop too.
func TestOwnSettings(t *testing.T) {
	have := load(t, world(t, minors, ""))
	for name, c := range map[string]struct{ document, want string }{
		"pools":     {"metadata: {name: c, namespace: fleet, labels: {ring: main}}\nspec: {profiles: [base, addon], pools: {controlPlane: {replicas: 3}}}\n", "c: the cluster's own settings (in-place)"},
		"a label":   {"metadata: {name: c, namespace: fleet, labels: {ring: early}}\nspec: {profiles: [base, addon]}\n", "c: the cluster's own settings (metadata)"},
		"a profile": {"metadata: {name: c, namespace: fleet, labels: {ring: main}}\nspec: {profiles: [base]}\n", "c: addon@1.0.0 removed (delete)"},
	} {
		want := load(t, world(t, minors, "-- fleet/c.yaml --\napiVersion: dayzero.dev/v1alpha1\nkind: Cluster\n"+c.document))
		fleet, findings := between(t, have, want)
		if diff := cmp.Diff([]string{c.want}, lines(t, fleet)); diff != "" || findings != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, findings, diff)
		}
	}
}

// TestWhatCannotBeRendered is a finding about its cluster; the others are still
// compared.
func TestWhatCannotBeRendered(t *testing.T) {
	have := load(t, world(t, minors, ""))
	want := load(t, world(t, minors, `
-- fleet/d.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: d, namespace: fleet}
spec: {profiles: [base, chart]}
-- fleet/e.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: e, namespace: fleet}
spec: {profiles: [base, addon]}
-- library/chart/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: chart}
spec: {version: 1.0.0, owner: team, kind: AddOn, layers: [{name: app, kind: AddOn, component: {none: example}, content: {helm: {chart: "oci://registry.example.com/x", version: 1.0.0}}}]}
`))
	fleet, diags, err := members.Between(context.Background(), newRenderer(), have, want)
	if err != nil {
		t.Fatal(err)
	}
	if len(diags) != 1 || diags[0].Code != "render.no-engine" {
		t.Errorf("findings %v", diags)
	}
	if got := lines(t, fleet); len(got) != 1 || !strings.HasPrefix(got[0], "e: created") {
		t.Errorf("members %v", got)
	}
}

func TestBetweenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	have := load(t, world(t, minors, ""))
	if _, _, err := members.Between(ctx, newRenderer(), have, target(t, have, "base@1.1.0")); err == nil || !strings.Contains(err.Error(), "hub/fleet/c") {
		t.Errorf("%v, want an error that names the cluster", err)
	}
}

// TestTarget moves the followers in the lock and nobody else, and leaves the
// workspace it was given alone.
func TestTarget(t *testing.T) {
	have := example(t)
	before := have.Lock().String()
	want := target(t, have, "mem-base@1.2.0")
	if have.Lock().String() != before {
		t.Error("the workspace that was given changed")
	}
	for key := range want.Clusters() {
		stack, diags := want.Resolve(key)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		version := "1.2.0"
		if stack.Held() {
			version = "1.0.0"
		}
		if got := stack.Profiles()[0]; got != ref("mem-base@"+version) {
			t.Errorf("%s is at %s, want %s", key, got, version)
		}
	}
	if again := target(t, want, "mem-base@1.2.0"); again.Lock().String() != want.Lock().String() {
		t.Error("the same target twice changes the lock again")
	}
}

// TestTargetLeavesHeldLines: the lock says where a cluster is meant to be, and
// one that names its version is not meant to move.
func TestTargetLeavesHeldLines(t *testing.T) {
	have := example(t)
	want := target(t, have, "mem-base@1.2.0")
	for key := range have.Clusters() {
		if stack, _ := have.Resolve(key); stack.Held() {
			before, _ := have.Lock().Entry(key)
			after, _ := want.Lock().Entry(key)
			if before.String() != after.String() {
				t.Errorf("%s became %s", before, after)
			}
		}
	}
}

// TestTargetLocksWhatIsMeant: the digest of a line is that of the stack at its
// versions.
func TestTargetLocksWhatIsMeant(t *testing.T) {
	have := load(t, world(t, minors, ""))
	want := target(t, have, "base@1.1.0")
	for _, e := range want.Lock().Entries() {
		if stack, _ := want.Resolve(e.Key); stack.Digest() != e.Digest {
			t.Errorf("%s, but the stack is %s", e, stack.Digest())
		}
	}
}

// TestTargetOfUnlocked: a cluster without a line follows the latest version; at
// a target it is locked there.
func TestTargetOfUnlocked(t *testing.T) {
	have := load(t, world(t, minors, "-- fleet.lock --\n"))
	want := target(t, have, "base@1.1.0")
	entry, ok := want.Lock().Entry(profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"})
	if got := fmt.Sprint(entry.Pins); !ok || got != "[base@1.1.0 addon@1.1.0]" {
		t.Errorf("locked %v at %s", ok, got)
	}
}

func TestTargetFindings(t *testing.T) {
	have := load(t, world(t, append(minors, "1.4.0-dev 1.36.0"), ""))
	for text, want := range map[string]string{
		"bse@1.1.0":      "error: there is no profile \"bse\" in the library [members.target]\n  hint: did you mean \"base\"? known profiles are addon, base\n",
		"base@1.9.9":     "error: there is no version 1.9.9 of profile base in the library [members.target]\n  hint: did you mean \"1.0.0\"? known versions are 1.0.0, 1.1.0, 1.1.1, 1.2.0, 1.3.0, 1.4.0-dev\n",
		"nothing@1.0.0":  "error: there is no profile \"nothing\" in the library [members.target]\n  hint: known profiles are addon, base\n",
		"base@1.4.0-dev": "error: target base@1.4.0-dev is a -dev version [members.target]\n  hint: -dev versions can be resolved but never locked; publish the version first\n",
		"base":           "error: target \"base\" names no version [members.target]\n  hint: write name@version, for instance mem-base@1.2.0\n",
	} {
		got, diags := members.Target(have, ref(text))
		if !strings.HasPrefix(diags.Text(nil), want) {
			t.Errorf("%s:\n%swant\n%s", text, diags.Text(nil), want)
		}
		if got != have {
			t.Errorf("%s: another workspace comes with the error", text)
		}
	}
	if _, diags := members.Target(have, ref("nope@1.0.0"), ref("base@9.0.0")); diags.Count(diag.Error) != 2 {
		t.Errorf("not all findings at once: %v", diags)
	}
}

// TestOneFindingForManyClusters: what stops a whole fleet is said once, with the
// clusters counted.
func TestOneFindingForManyClusters(t *testing.T) {
	have := example(t)
	fleet, findings := between(t, have, target(t, have, "mem-base@1.0.0"))
	if len(fleet) != 2 { // those that hold their version
		t.Errorf("%d members, want the 2 that are held", len(fleet))
	}
	if n := strings.Count(findings, "error: "); n != 1 || !strings.Contains(findings, "eu-1/fleet/store-0001, eu-1/fleet/store-0002, eu-1/fleet/store-0003 and 95 more: there is no path") {
		t.Errorf("%d findings:\n%s", n, findings)
	}
}
