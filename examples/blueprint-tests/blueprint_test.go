package blueprints

import (
	"flag"
	"io/fs"
	"os"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

var update = flag.Bool("update", false, "write what is there into testdata/cases, to be read before it is committed")

// repository is the library of this directory with a hub and two clusters to try
// it on.
func repository() fs.FS {
	return profiletest.Over(os.DirFS("."), os.DirFS("testdata/world"))
}

// The edge overlay turns hubble off, whatever the ground says; everything else of
// the ground is still there.
func TestEdge(t *testing.T) {
	s := profiletest.Load(t, repository()).Resolve(t, "eu-1/fleet/store-0001")
	s.WantLayers(t, "os", "kubernetes", "cni", "csi", "guard")
	s.Want(t, "cni:/values/hubble/enabled", false, "overlay/edge@1.2.0")
	s.Want(t, "cni:/values/hubble/replicas", 1, "store@1.4.0") // the preset metered
	s.Want(t, "cni:/values/mtu", 1450, "ground@1.0.0")
}

// A mall has three replicas of its storage, and nobody needs to say so.
func TestMall(t *testing.T) {
	s := profiletest.Load(t, repository()).Resolve(t, "mall-0001")
	s.WantInput(t, "size", "mall", "cluster eu-1/fleet/mall-0001")
	s.Want(t, "csi:/values/replicas", 3, "store@1.4.0")
	s.With(t, `variables: {size: kiosk}`).Resolve(t, "mall-0001").Want(t, "csi:/values/replicas", 1, "")
}

// The profile resolves at each corner of its variables: not only for the stores
// that there are today.
func TestCorners(t *testing.T) {
	ws := profiletest.Load(t, repository())
	ws.Profile(t, "store@1.5.0").Corners(t)
	ws.Profile(t, "guard@1.1.0").Corners(t)
}

// What security fixes stays fixed, in whatever way somebody tries.
func TestGuardCannotBeRelaxed(t *testing.T) {
	ws := profiletest.Load(t, repository())
	for _, override := range []string{
		`overrides: [{layer: guard, enabled: false, reason: a driver needs it, owner: malls}]`,
		`overrides: [{layer: guard, values: {enforce: null}, reason: a driver needs it, owner: malls}]`,
		`overrides: [{layer: guard, values: {enforce: privileged}, reason: a driver needs it, owner: security}]`,
	} {
		ws.With(t, override).WantDiagnostic(t, "profile.fixed", "owner security")
	}
	ws.With(t, `overrides: [{layer: guard, values: {audit: baseline}, reason: a driver needs it, owner: malls}]`).WantClean(t)
}

// The message is part of the product: each mistake is told where it was made.
func TestMistakes(t *testing.T) {
	profiletest.Fixture(t, profiletest.Over(repository(), os.DirFS("testdata/mistakes")))
}

// 1.5.0 offers more and breaks nobody, so it is a minor version.
func TestVersion(t *testing.T) {
	ws := profiletest.Load(t, repository())
	c := ws.Change(t, "store@1.4.0", "store@1.5.0")
	c.Want(t, "minor")
	c.WantPart(t, "variable region", "is added")
	c.WantPart(t, "layer kubernetes", "1.33.6 to 1.34.2")

	// Had the variable no default, every store would have to set it first.
	ws.With(t, `{kind: Profile, metadata: {name: store}, spec: {version: 1.5.0, variables: [{name: region, default: null, required: true}]}}`).
		Change(t, "store@1.4.0", "store@1.5.0").WantDiagnostic(t, "upgrade.version", "declare version 2.0.0", "variable region")
}

// Every store gets to 1.5.0 in one hop, and never back.
func TestPath(t *testing.T) {
	ws := profiletest.Load(t, repository())
	ws.Path(t, "store-0001", "store@1.5.0").Want(t, "store 1.4.0 -> 1.5.0, kubernetes 1.33.6 -> 1.34.2")

	// A guard that wants the old Kubernetes is in the way.
	ws.With(t, `{kind: Profile, metadata: {name: guard}, spec: {version: 1.1.0, layers: [{name: guard, requires: [{component: kubernetes, version: "<1.34"}]}]}}`).
		Path(t, "store-0001", "store@1.5.0").WantBlocked(t, "profile.requirement", "layer guard", "kubernetes <1.34")
}

// Who is asked before a change goes in.
func TestApprovals(t *testing.T) {
	ws := profiletest.Load(t, repository())
	ws.With(t, `variables: {size: kiosk}`).WantApprovals(t, ws) // that is what variables are for
	ws.With(t, `overrides: [{layer: cni, values: {mtu: 1380}, reason: a driver needs it, owner: malls}]`).WantApprovals(t, ws, "platform", "security")
}

// More cases, written as files: see testdata/cases.
func TestCases(t *testing.T) {
	profiletest.Corpus(t, "testdata/cases/*.txtar", profiletest.CorpusOptions{Base: repository(), Update: *update})
}
