package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// audit is an argument of the API server: the leaf that two add-ons set below.
const audit = "/capi/controlPlane/template/spec/kubeadmConfigSpec/clusterConfiguration/apiServer/extraArgs[name=audit]"

// addOn is an AddOn of one layer that sets the argument, with fields of the layer
// more. A constant and a variable k and the version of the component say who it is.
func addOn(name, written, more string) fstest.MapFS {
	return fstest.MapFS{
		"library/" + name + "/1.0.0/k.txt": {Data: []byte(name)},
		"library/" + name + "/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: %[1]s}
spec:
  version: 1.0.0
  owner: %[1]s
  kind: AddOn
  constants: {k: %[1]s, same: 1}
  variables: [{name: k, type: string, default: same}]
  layers:
  - name: %[1]s
    kind: Security
    component: {name: %[1]s, version: 1.0.0}
    capi: {controlPlane: {template: {spec: {kubeadmConfigSpec: {clusterConfiguration: {apiServer: {extraArgs: [{name: audit, value: %[2]s}]}}}}}}}
%[3]s`, name, written, more)},
	}
}

func clusterOf(spec string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet, labels: {tier: edge}}\nspec: " + spec + "\n")}
}

// found resolves the cluster one of files over the base, and gives the errors of
// loading and resolving, by code.
func found(t testing.TB, files ...fstest.MapFS) (*profile.Stack, []string) {
	all := fstest.MapFS{}
	for _, set := range files {
		for name, f := range set {
			all[name] = f
		}
	}
	ws, loaded := profile.Load(overBase(t, all), profile.Layout{})
	stack, resolved := ws.Resolve(one)
	var codes []string
	for _, d := range slices.Concat(loaded, resolved) {
		if d.Severity == diag.Error && d.Code != profile.CodeNotResolved {
			codes = append(codes, d.Code)
		}
	}
	return stack, codes
}

// TestSameTextOfTwoScopes: two layers that write one text say the same only where
// it cannot mean two things.
func TestSameTextOfTwoScopes(t *testing.T) {
	fixed := "    fixed: [\"" + audit + "\"]\n"
	for written, differ := range map[string]bool{
		`"${consts.k}"`:                true,
		`"${vars.k}"`:                  true,
		`"${component.name}-x"`:        true,
		`{$file: k.txt}`:               true,
		`["a", {b: "${consts.k}"}]`:    true,
		`"${component.version}"`:       false, // which both have
		`"${consts.same}"`:             false,
		`"${cluster.name}"`:            false,
		`"${'a' + cluster.namespace}"`: false,
		`strong`:                       false,
	} {
		var conflict, broken []string
		if differ {
			conflict, broken = []string{"profile.conflict"}, []string{"profile.fixed"}
		}
		declared := "    overrides: [{layer: sec, path: /capi}]\n"
		cluster := fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [base, sec, zrogue], variables: {zrogue/k: weak}}")}
		for _, c := range []struct {
			of, by string
			want   []string
		}{
			{"", "", conflict},
			{"", declared, nil},
			{fixed, "", broken},
			{fixed, declared, broken},
		} {
			_, got := found(t, addOn("sec", written, c.of), addOn("zrogue", written, c.by), cluster)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %q, %q (-want +got):\n%s", written, c.of, c.by, diff)
			}
		}
	}
}

// TestFixedStandsAsItsOwnerComputesIt: whatever another add-on, an overlay and
// the cluster write, what is fixed is what its owner's edition computes alone.
func TestFixedStandsAsItsOwnerComputesIt(t *testing.T) {
	texts := rapid.SampledFrom([]string{
		`"${consts.k}"`, `"${vars.k}"`, `"${component.name}"`, `"${component.version}"`, `"${cluster.name}"`, `{$file: k.txt}`,
		`"${null}"`, `null`, `[{a: "${consts.k}"}]`, `sec`, `same`, `"1.0.0"`, `"${'sec'}"`,
	})
	layers := rapid.SampledFrom([]string{"", "    overrides: [{layer: sec, path: /capi}]\n", "    before: [{layer: sec, optional: true}]\n"})
	rapid.Check(t, func(rt *rapid.T) {
		sec := addOn("sec", texts.Draw(rt, "fixed"), "    fixed: [\""+audit+"\"]\n")
		other := addOn(rapid.SampledFrom([]string{"rogue", "zrogue"}).Draw(rt, "name"), texts.Draw(rt, "other"), layers.Draw(rt, "more"))
		name := "rogue"
		if other["library/zrogue/1.0.0/profile.yaml"] != nil {
			name = "zrogue"
		}
		patch := "layer: " + rapid.SampledFrom([]string{"sec", name}).Draw(rt, "layer") +
			", capi: {controlPlane: {template: {spec: {kubeadmConfigSpec: {clusterConfiguration: {apiServer: {extraArgs: [{name: audit, value: " + texts.Draw(rt, "patch") + "}]}}}}}}}"
		files := fstest.MapFS{"library/overlays/edge/1.0.0/k.txt": {Data: []byte("edge")}}
		spec := "{profiles: [base, sec, " + name + "]}"
		switch rapid.IntRange(0, 2).Draw(rt, "patched by") {
		case 1:
			spec = "{profiles: [base, sec, " + name + "], variables: {" + name + "/k: weak}, overrides: [{" + patch + ", reason: r, owner: o}]}"
		case 2:
			files["library/overlays/edge/1.0.0/overlay.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: edge}\nspec: {version: 1.0.0, owner: edge, order: 1, selector: {matchLabels: {tier: edge}}, layers: [{" + patch + "}]}\n")}
		}
		files["fleet/one.yaml"] = clusterOf(spec)
		stack, _ := found(t, sec, other, files)
		alone, _ := found(t, sec, fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [base, sec]}")})
		if stack == nil || alone == nil {
			return // refused
		}
		path, _ := diag.ParsePath(strings.TrimPrefix(audit, "/capi/controlPlane"))
		got, want := stack.Capi().ControlPlane.Tree().Find(path), alone.Capi().ControlPlane.Tree().Find(path)
		if diff := cmp.Diff(want.Any(), got.Any()); diff != "" {
			rt.Fatalf("what is fixed differs (-want +got):\n%s", diff)
		}
	})
}
