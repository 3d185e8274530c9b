package profiletest_test

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/profiletest"
	"github.com/dayzero-sdk/dayzero/profile/vet"
)

func TestCorners(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	ws.Profile(t, "base@1.1.0").Corners(t)
	ws.Profile(t, "guard@1.0.0").Corners(t)

	// A table of constants that lacks a zone shows where the zone is chosen.
	broken := ws.With(t, `
kind: Profile
metadata: {name: base}
spec:
  version: 1.1.0
  variables: [{name: zone, type: enum, enum: [a, b]}]
  constants: {racks: {a: r1}}
  layers: [{name: cni, values: {rack: "${consts.racks[vars.zone]}"}}]
`)
	fails(t, must(broken.ProfileOf("base@1.1.0")).CheckCorners(vet.Options{}), "1 mistake of ", "base@1.1.0 at zone=b", "consts.racks[vars.zone]", `there is no key "b"`, "  ^\n")
	if r := record(func(t testing.TB) { broken.Profile(t, "base@1.1.0").Corners(t) }); !r.failed || r.ended {
		t.Error("Corners holds, or ends the test")
	}

	unread := ws.With(t, `{kind: Profile, metadata: {name: base}, spec: {version: 1.1.0, layers: [{name: cni, values: {rack: "${nope}"}}]}}`)
	fails(t, must(unread.ProfileOf("base@1.1.0")).CheckCorners(vet.Options{}), "base@1.1.0 is broken", "[expr.undefined-name]", "${nope}")

	_, err := ws.ProfileOf("base@1.2.0")
	fails(t, err, `there is no version "base@1.2.0"`)
	alone := ws.With(t, `{kind: Profile, metadata: {name: ground}, spec: {version: 1.0.0, owner: platform, kind: Infrastructure, abstract: true}}`)
	fails(t, must(alone.ProfileOf("ground@1.0.0")).CheckCorners(vet.Options{With: []profile.Ref{}}), "ground@1.0.0 has no corner that could be tried")
}

func must(p profiletest.Profile, err error) profiletest.Profile {
	if err != nil {
		panic(err)
	}
	return p
}
