package upgrade_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// TestSensitiveValuesAreNotShown: what a default pool or an overlay sets a
// sensitive variable to, of its own profile or another, by whichever name, is in no
// difference, however it changes.
func TestSensitiveValuesAreNotShown(t *testing.T) {
	const text = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: %s
  owner: platform
  kind: Infrastructure
  variables: [{name: token, type: string, scope: pool, sensitive: true}, {name: key, type: string, sensitive: true}]
  pools: %s
  layers:
  - {name: os, kind: OS, component: {none: x}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
  - {name: cni, kind: Network, component: {none: x}}
  - {name: csi, kind: Storage, component: {none: x}}
`
	const overlay = `apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: edge}
spec: {version: %s, owner: edge, order: 1, selector: {}, variables: {key: %s, "base/key": %s, other: seen-%s}}
`
	const other = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: other}
spec:
  version: 1.0.0
  owner: other
  kind: AddOn
  variables: [{name: secret, type: string, scope: pool, sensitive: true}]
  layers: [{name: app, kind: AddOn, component: {none: x}, values: {x: "${vars.?secret.hasValue() ? 1 : 2}"}}]
`
	pools := []string{
		`{}`, `{workers: [{name: a, variables: {token: planted-one}}]}`, `{workers: [{name: a, variables: {token: planted-two}}]}`,
		`{controlPlane: {variables: {token: planted-three}}, workers: [{name: a}]}`,
		`{controlPlane: {variables: {"base/token": planted-own-four, "other/secret": planted-five, secret: planted-six}}}`,
		`{controlPlane: {variables: {"base/token": planted-own-seven, "other/secret": planted-eight, secret: planted-nine}}, workers: [{name: a, variables: {"base/token": planted-own-ten}}]}`,
	}
	files := fstest.MapFS{"library/other/1.0.0/profile.yaml": {Data: []byte(other)}}
	for i, p := range pools {
		version := fmt.Sprintf("1.%d.0", i)
		files["library/base/"+version+"/profile.yaml"] = &fstest.MapFile{Data: []byte(fmt.Sprintf(text, version, p))}
		set := fmt.Sprintf("planted-%d", i)
		files["library/overlays/edge/"+version+"/overlay.yaml"] = &fstest.MapFile{Data: []byte(fmt.Sprintf(overlay, version, set, set, set))}
	}
	ws, found := profile.Load(files, profile.Layout{})
	if found.HasErrors() {
		t.Fatal(found.Text(files))
	}
	for i := range pools {
		for j := range pools {
			a, b := fmt.Sprintf("1.%d.0", i), fmt.Sprintf("1.%d.0", j)
			from, _ := ws.Release(profile.Ref{Name: "base", Version: a})
			to, _ := ws.Release(profile.Ref{Name: "base", Version: b})
			d := upgrade.Diff(from, to)
			said := d.Text() + d.Markdown() + fmt.Sprint(d.Changes) + ws.Withhold(d.Diagnostics()).Text(files)
			if strings.Contains(said, "planted") {
				t.Errorf("%s to %s tells a sensitive value:\n%s", a, b, said)
			}
			if alone := upgrade.Diff(profile.Release{Profile: from.Profile}, profile.Release{Profile: to.Profile}).Text(); strings.Contains(alone, "planted-own") {
				t.Errorf("%s to %s, without a library, tells a sensitive value:\n%s", a, b, alone)
			}
			if i != j && !strings.Contains(said, "pools") {
				t.Errorf("%s to %s: the change of the pools is not told:\n%s", a, b, said)
			}
			before, _ := ws.OverlayRelease(profile.Ref{Name: "edge", Version: a})
			after, _ := ws.OverlayRelease(profile.Ref{Name: "edge", Version: b})
			o := upgrade.DiffOverlay(before, after)
			said = o.Text() + o.Markdown() + ws.Withhold(o.Diagnostics()).Text(files)
			if strings.Contains(strings.ReplaceAll(said, "seen-planted", ""), "planted") || i != j && !strings.Contains(said, "seen-planted") {
				t.Errorf("overlay %s to %s:\n%s", a, b, said)
			}
		}
	}
}
