package profiletest_test

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/profiletest"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

func TestChange(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	c := ws.Change(t, "base@1.0.0", "base@1.1.0")
	c.Want(t, "minor")
	c.WantPart(t, "variable zone", "minor", "is added")
	fails(t, c.Check("patch"), "want a change that needs patch", "minor needed, minor declared")
	fails(t, c.CheckDiagnostic("upgrade.version"), "nothing is found")
	fails(t, c.CheckPart("variable mtu", "is added"), `no change of variable mtu says ["is added"]`, "variable zone")

	broken := ws.With(t, `{kind: Profile, metadata: {name: base}, spec: {version: 1.1.0, variables: [{name: mtu, min: 1400}]}}`)
	small := broken.Change(t, "base@1.0.0", "base@1.1.0")
	small.WantDiagnostic(t, "upgrade.version", "declare version 2.0.0", "variable mtu")
	fails(t, small.Check("major"), "but a major version is needed", "^^^^^")

	fails(t, ws.Change(t, "base@1.0.0", "base@1.1.0").Check("mnior"), `bump "mnior"`)
	_, err := ws.ChangeOf("base@1.0.0", "base@1.2.0")
	fails(t, err, `there is no version "base@1.2.0"`)
}

// TestChangeOfOverlay: overlays have versions as profiles do.
func TestChangeOfOverlay(t *testing.T) {
	ws := profiletest.Load(t, base(t)).With(t, `
kind: Overlay
metadata: {name: edge}
spec: {version: 1.3.0, owner: edge, order: 200, selector: {matchLabels: {tier: city}}, layers: [{layer: cni, values: {hubble: {enabled: false}}}]}
`)
	c := ws.Change(t, "edge@1.2.0", "edge@1.3.0")
	c.WantPart(t, "overlay", "major", "selector")
	c.WantDiagnostic(t, "upgrade.version", "declare version 2.0.0")
	_, err := ws.ChangeOf("edge@1.2.0", "edge@1.3.1")
	fails(t, err, `there is no overlay "edge@1.3.1"; did you mean "edge@1.3.0"?`)
	_, err = ws.ChangeOf("edge@1.2.1", "edge@1.3.0")
	fails(t, err, `there is no version "edge@1.2.1"; did you mean "edge@1.2.0"?`)
}

func TestPath(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	ws.Path(t, "store-0001").Want(t, "base 1.0.0 -> 1.1.0, kubernetes 1.33.4 -> 1.34.2")
	ws.Path(t, "store-0001", "base@1.0.0").Want(t)
	ws.Path(t, "office", "base@1.0.0").WantBlocked(t, "upgrade.downgrade", "base@1.1.0", "1.33.4")

	next := ws.With(t, `{kind: Profile, metadata: {name: base}, spec: {version: 1.1.0, layers: [{name: kubernetes, component: {version: 1.35.0}}]}}`)
	fails(t, next.Path(t, "store-0001").Check("base 1.0.0 -> 1.1.0"), "cluster eu-1/fleet/store-0001 has no path", "--> library/guard/1.0.0/profile.yaml")
	fails(t, ws.Path(t, "store-0001").Check(), "hops of eu-1/fleet/store-0001 (-want +got)", "kubernetes 1.33.4 -> 1.34.2")
	fails(t, ws.Path(t, "store-0001").CheckBlocked("upgrade.skew"), "has a path, want it blocked by upgrade.skew\n  base 1.0.0 -> 1.1.0")
	for to, part := range map[string]string{
		"edge@1.3.0": `there is no version "edge@1.3.0"`,
		"base":       `there is no version "base"`,
		"new@1.0.0":  "cluster eu-1/fleet/store-0001 does not use new",
	} {
		more := ws.With(t, `{kind: Profile, metadata: {name: new}, spec: {version: 1.0.0, owner: x, kind: AddOn, layers: []}}`)
		_, err := more.PathOf(upgrade.Options{}, "store-0001", to)
		fails(t, err, part)
	}
	held := ws.Resolve(t, "store-0001").With(t, `profiles: [base@1.0.0, guard]`)
	_, err := held.PathOf(upgrade.Options{}, "store-0001", "base@1.1.0")
	fails(t, err, "names base@1.0.0 itself")
}

// TestPathOfOverlay: overlays move as profiles do.
func TestPathOfOverlay(t *testing.T) {
	ws := profiletest.Load(t, base(t)).With(t, `
kind: Overlay
metadata: {name: edge}
spec: {version: 1.3.0, owner: edge, order: 200, selector: {matchLabels: {tier: edge}}, layers: [{layer: cni, values: {hubble: {port: 1}}}]}
`)
	ws.Path(t, "store-0001", "edge@1.3.0").Want(t, "overlay edge 1.2.0 -> 1.3.0")
}

// TestPathLegal: rules of the caller count.
func TestPathLegal(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	refuse := func(s *profile.Stack) diag.Diagnostics {
		return diag.Diagnostics{diag.Errorf("test.refused", diag.Range{}, "not %s", s.Profiles()[0])}
	}
	p, err := ws.PathOf(upgrade.Options{Legal: refuse}, "store-0001")
	if err != nil {
		t.Fatal(err)
	}
	p.WantBlocked(t, "upgrade.no-path", "not base@1.1.0", "test.refused")
}
