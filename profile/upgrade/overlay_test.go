package upgrade_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// TestOverlayPath moves overlays, and what they add, along the path.
func TestOverlayPath(t *testing.T) {
	const eu = minors + `
log@1.0.0 log=1.0.0 kubernetes<1.35
log@1.1.0 log=1.1.0 kubernetes>=1.34<1.36
log@2.0.0 log=2.0.0 kubernetes>=1.35
overlay:eu@1.0.0 adds:log
overlay:eu@1.1.0
overlay:eu@2.0.0 adds:log@2.0.0
`
	for _, c := range []struct {
		name, library, from, to string
		options                 upgrade.Options
		want                    []string
	}{
		{name: "a waiting overlay comes with the next hop", library: minors + "overlay:eu@1.0.0", from: "base@1.0.0", to: "base@1.2.0 eu@1.0.0",
			want: []string{"base 1.0.0 -> 1.1.1, overlay eu@1.0.0 added", "base 1.1.1 -> 1.2.0"}},
		{name: "an overlay alone", library: minors + "overlay:eu@1.0.0\noverlay:eu@1.1.0", from: "base@1.0.0 eu@1.0.0", to: "base@1.0.0 eu@1.1.0",
			want: []string{"overlay eu 1.0.0 -> 1.1.0"}},
		{name: "what an overlay adds comes after Kubernetes", library: eu, from: "base@1.1.1", to: "base@1.2.0 eu@2.0.0 log@2.0.0",
			want: []string{"base 1.1.1 -> 1.2.0", "log@2.0.0 added, overlay eu@2.0.0 added"}},
		{name: "what an overlay adds moves between", library: eu, from: "base@1.1.1 eu@1.0.0 log@1.0.0", to: "base@1.2.0 eu@2.0.0 log@2.0.0",
			want: []string{"log 1.0.0 -> 1.1.0", "base 1.1.1 -> 1.2.0", "log 1.1.0 -> 2.0.0, overlay eu 1.0.0 -> 2.0.0"}},
		{name: "what an overlay adds goes before Kubernetes", library: eu, from: "base@1.1.1 eu@1.0.0 log@1.0.0", to: "base@1.2.0",
			want: []string{"log@1.0.0 removed, overlay eu@1.0.0 removed", "base 1.1.1 -> 1.2.0"}},
		{name: "an older overlay on purpose", library: minors + "overlay:eu@1.0.0\noverlay:eu@1.1.0", from: "base@1.0.0 eu@1.1.0", to: "base@1.0.0 eu@1.0.0",
			options: upgrade.Options{Older: true}, want: []string{"overlay eu 1.1.0 -> 1.0.0"}},
		{name: "a layer that an overlay switches off needs nothing any more", library: minors + "log@1.0.0 kubernetes<1.35\noverlay:eu@1.0.0 adds:log\noverlay:eu@1.1.0 adds:log off:log", from: "base@1.1.1 eu@1.0.0 log@1.0.0", to: "base@1.2.0 eu@1.1.0 log@1.0.0",
			want: []string{"base 1.1.1 -> 1.2.0, overlay eu 1.0.0 -> 1.1.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := files(c.library)
			tree["fleet/c.yaml"] = cluster("base")
			ws := load(t, tree)
			route, diags := upgrade.Path(ws, at(t, ws, c.from), at(t, ws, c.to), c.options)
			if len(diags) > 0 {
				t.Error(diags.Text(tree))
			}
			if diff := cmp.Diff(c.want, lines(route)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNoOverlayPath holds what is said when overlays are in the way.
func TestNoOverlayPath(t *testing.T) {
	for _, c := range []struct{ name, library, from, to string }{
		{name: "an older overlay", library: minors + "overlay:eu@1.0.0\noverlay:eu@1.1.0", from: "base@1.0.0 eu@1.1.0", to: "base@1.0.0 eu@1.0.0"},
		{name: "what an overlay adds accepts one side", library: minors + "log@1.0.0 kubernetes<1.35\nlog@2.0.0 kubernetes>=1.35\noverlay:eu@1.0.0 adds:log", from: "base@1.1.1 eu@1.0.0 log@1.0.0", to: "base@1.2.0 eu@1.0.0 log@2.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := files(c.library)
			tree["fleet/c.yaml"] = cluster("base")
			ws := load(t, tree)
			route, diags := upgrade.Path(ws, at(t, ws, c.from), at(t, ws, c.to), upgrade.Options{})
			if len(route.Stacks()) > 0 || !diags.HasErrors() {
				t.Errorf("a route of %v", lines(route))
			}
			golden(t, c.name, diags.Text(tree))
		})
	}
}

// TestOverlaySelector: with the new labels of the cluster an overlay no longer
// matches, so it is gone from the first hop on, and what it added with it, which
// otherwise would leave before Kubernetes moves.
func TestOverlaySelector(t *testing.T) {
	tree := files(minors + "log@1.0.0 kubernetes<1.35\noverlay:eu@1.0.0 ring=a adds:log\noverlay:us@1.0.0 ring=b order=2")
	labelled := func(ring string) {
		tree["fleet/c.yaml"] = cluster("base")
		tree["fleet/c.yaml"].Data = bytes.Replace(tree["fleet/c.yaml"].Data, []byte("namespace: fleet}"), []byte("namespace: fleet, labels: {ring: "+ring+"}}"), 1)
	}
	labelled("a")
	have := load(t, tree)
	from := at(t, have, "base@1.1.1 eu@1.0.0 log@1.0.0")
	labelled("b")
	want := load(t, tree)
	route, diags := upgrade.Path(want, from, at(t, want, "base@1.2.0 us@1.0.0"), upgrade.Options{})
	if diff := cmp.Diff([]string{"base 1.1.1 -> 1.2.0, log@1.0.0 removed, overlay us@1.0.0 added, overlay eu@1.0.0 removed"}, lines(route)); diff != "" || len(diags) > 0 {
		t.Errorf("%v (-want +got):\n%s", diags.Text(tree), diff)
	}
}

const editedOverlay = `apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: eu}
spec:
  version: 1.4.0
  owner: eu
  order: 1
  selector: {matchLabels: {region: eu}}
  profiles: [log@1.2.0, net]
  variables: {mtu: 1400, dns: {servers: [a]}}
  presets: {scale: small}
  layers:
  - {layer: app, values: {level: info}}
  - {layer: app, values: {more: 1}}
  - {layer: old, enabled: true}
`

// TestOverlayBumps is the table of overlays in docs/upgrades.md, one change at a
// time.
func TestOverlayBumps(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"order: 1", "order: 1", ""},
		{"owner: eu", "owner: us", "minor owner-changed"},
		{"owner: eu", "owner: eu\n  description: x", "patch description-changed"},
		{"metadata: {name: eu}", "metadata: {name: eu, labels: {a: b}}", "patch profile-changed"},
		{"order: 1", "order: 2", "minor order-changed"},
		{"region: eu", "region: us", "major selector-changed"},
		{"log@1.2.0, net", "log@1.2.1, net", "patch moves-profile"},
		{"log@1.2.0, net", "log@2.0.0, net", "major moves-profile"},
		{"log@1.2.0, net", "log@1.1.0, net", "major moves-profile"},
		{"log@1.2.0, net", "log, net", "minor moves-profile"},
		{"log@1.2.0, net", "log@1.2.0", "major drops-profile"},
		{"log@1.2.0, net", "log@1.2.0, net, more", "minor adds-profile"},
		{"mtu: 1400", "mtu: 1500", "minor default-changed"},
		{"mtu: 1400, ", "", "major default-changed"},
		{"scale: small", "scale: large", "minor choice-changed"},
		{"level: info", "level: debug", "patch value-changed"},
		{"  - {layer: old, enabled: true}\n", "", "minor layer-changed"},
		{"enabled: true", "enabled: false", "major layer-changed"},
		{"selector:", "waivers: [{policy: policy.three, reason: r, owner: o, expires: \"2027-03-01\"}]\n  selector:", "minor waiver-changed"},
	} {
		t.Run(c.want+" "+c.new, func(t *testing.T) {
			tree := files(minors + "log@1.1.0\nlog@1.2.0\nlog@1.2.1\nlog@2.0.0\nnet@1.0.0\nmore@1.0.0")
			tree["library/overlays/eu/1.4.0/overlay.yaml"] = &fstest.MapFile{Data: []byte(editedOverlay)}
			next := strings.Replace(strings.Replace(editedOverlay, "version: 1.4.0", "version: 1.4.1", 1), c.old, c.new, 1)
			tree["library/overlays/eu/1.4.1/overlay.yaml"] = &fstest.MapFile{Data: []byte(next)}
			tree["fleet/c.yaml"] = cluster("base")
			ws := load(t, tree)
			from, _ := ws.OverlayRelease(profile.Ref{Name: "eu", Version: "1.4.0"})
			to, ok := ws.OverlayRelease(profile.Ref{Name: "eu", Version: "1.4.1"})
			if !ok {
				t.Fatal("no overlay")
			}
			d, got := upgrade.DiffOverlay(from, to), ""
			for _, change := range d.Changes {
				got += fmt.Sprintf("%s %s", change.Bump, change.Kind)
				if change.Summary == "" || change.Reason == "" || change.From.Origin.Range.IsZero() || change.To.Origin.Range.IsZero() {
					t.Errorf("%+v lacks a summary, a reason or a place", change)
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if refused := d.Diagnostics().HasErrors(); refused != (d.Needed > upgrade.Patch) {
				t.Errorf("1.4.1 for a %s change: refused %v", d.Needed, refused)
			}
		})
	}
}
