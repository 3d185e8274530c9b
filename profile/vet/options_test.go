package vet_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/vet"
)

func document(name, spec string) txtar.File {
	return txtar.File{Name: "library/" + name + "/1.0.0/profile.yaml", Data: []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: ` + name + `}
spec:
  version: 1.0.0
  owner: platform
` + spec)}
}

var zoned = document("zoned", `
  kind: Infrastructure
  extends: base@1.0.0
  variables: [{name: zone, type: string, minLength: 1, maxLength: 8, required: true}, {name: token, type: string, sensitive: true, minLength: 6}]
  layers: [{name: cni, values: {x: "${vars.zone} ${cluster.labels.tier}", y: "${vars.?token.orValue('')}"}}]
`)

func zonedRef(name string) profile.Ref { return profile.Ref{Name: name, Version: "1.0.0"} }

func names(ws *profile.Workspace, ref profile.Ref, opts vet.Options) []string {
	var out []string
	for c := range vet.Corners(ws, ref, opts) {
		out = append(out, c.Name)
	}
	return out
}

// TestLabels: what a profile reads of a cluster is given, or a finding.
func TestLabels(t *testing.T) {
	ws := load(t, zoned)
	r := vet.Profile(ws, zonedRef("zoned"), vet.Options{})
	if len(r.Findings) != 1 || r.Findings[0].Corner.Name != "baseline" || r.Findings[0].Diagnostic.Code != "expr.missing-label" {
		t.Errorf("without labels: %v", r.Findings)
	}
	r = vet.Profile(ws, zonedRef("zoned"), vet.Options{Labels: map[string]string{"tier": "edge"}})
	if len(r.Findings) > 0 || r.HasErrors() {
		t.Errorf("with labels: %v", r.Findings)
	}
}

// TestBaselineIsGiven: values of the caller are the baseline; what is sensitive
// is not in a name.
func TestBaselineIsGiven(t *testing.T) {
	zone, err := profile.ValueOf("b-1")
	if err != nil {
		t.Fatal(err)
	}
	opts := vet.Options{Labels: map[string]string{"tier": "edge"}, Variables: map[string]profile.Value{"zone": zone}}
	ws := load(t, zoned)
	for c := range vet.Corners(ws, zonedRef("zoned"), opts) {
		if got := c.Cluster.Spec.Variables["zone"].Any(); c.Name == "baseline" && got != "b-1" {
			t.Errorf("zone is %v at the baseline", got)
		}
		if strings.Contains(c.Name, "token=") {
			t.Errorf("%s shows the token", c.Name)
		}
	}
	want := []string{"zone=corner", "zone=a", "zone=aaaaaaaa", "token ordinary", "token shortest"}
	got := names(ws, zonedRef("zoned"), opts)
	pools := []string{"baseline", "no worker pools", "two pools of each class"}
	if diff := cmp.Diff(append(pools, want...), got[:8]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRender: what rendering says is found like anything else.
func TestRender(t *testing.T) {
	ws := load(t, zoned)
	opts := vet.Options{Labels: map[string]string{"tier": "edge"}, Render: func(s *profile.Stack) diag.Diagnostics {
		cni, _ := s.Layer("cni")
		if text, _, _ := s.Find(cni, diag.Fields("values", "x")); len(text.Any().(string)) > 12 {
			return diag.Diagnostics{diag.Errorf("render.object", diag.Range{}, "too long")}
		}
		return nil
	}}
	r := vet.Profile(ws, zonedRef("zoned"), opts)
	if len(r.Findings) != 1 || r.Findings[0].Corner.Name != "zone=aaaaaaaa" || r.Findings[0].More == 0 {
		t.Errorf("findings %v", r.Findings)
	}
}

// TestReleases: an abstract version stands for those that extend it.
func TestReleases(t *testing.T) {
	ws := load(t, zoned, document("deep", "  kind: Infrastructure\n  extends: zoned@1.0.0\n"))
	for _, c := range []struct {
		of   []profile.Ref
		want []profile.Ref
	}{
		{nil, []profile.Ref{zonedRef("deep"), zonedRef("zoned")}},
		{[]profile.Ref{zonedRef("base")}, []profile.Ref{zonedRef("deep"), zonedRef("zoned")}},
		{[]profile.Ref{zonedRef("zoned")}, []profile.Ref{zonedRef("zoned")}},
		{[]profile.Ref{zonedRef("nobody")}, nil},
	} {
		if diff := cmp.Diff(c.want, vet.Releases(ws, c.of...)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.of, diff)
		}
	}
	if got := vet.Profile(ws, zonedRef("nobody"), vet.Options{}); got.Corners != 0 || got.HasErrors() {
		t.Errorf("a version that is not there has %v", got)
	}
}

// TestBroken: a version with errors is not vetted, not alone and not beside
// another, and an add-on stands on no such base.
func TestBroken(t *testing.T) {
	lists := document("a-lists", "  kind: Infrastructure\n  extends: base@1.0.0\n  variables: [{name: v, type: list}, {name: w, type: map}]\n")
	addon := document("addon", "  kind: AddOn\n  layers: [{name: app, kind: AddOn, component: {none: x}}]\n")
	plain := document("b-plain", "  kind: Infrastructure\n  extends: base@1.0.0\n")
	ws, found := loadBroken(t, lists, addon, plain)
	if !found.HasErrors() {
		t.Fatal("nothing is broken")
	}
	if diff := cmp.Diff([]profile.Ref{zonedRef("addon"), zonedRef("b-plain")}, vet.Releases(ws)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for ref, opts := range map[profile.Ref]vet.Options{zonedRef("a-lists"): {}, zonedRef("addon"): {With: []profile.Ref{zonedRef("a-lists")}}} {
		if diff := cmp.Diff(vet.Report{Profile: ref}, vet.Profile(ws, ref, opts)); diff != "" {
			t.Errorf("%s with %v (-want +got):\n%s", ref, opts.With, diff)
		}
	}
	for corner := range vet.Corners(ws, zonedRef("addon"), vet.Options{}) {
		if corner.Stack == nil || corner.With[0].Name != "b-plain" {
			t.Errorf("the add-on stands on %v: %v", corner.With, corner.Diagnostics)
		}
	}
}

// TestFleetGround: a cluster that does not resolve hides no other that is made of
// the same profiles.
func TestFleetGround(t *testing.T) {
	base := func(name string) txtar.File {
		return document(name, "  kind: Infrastructure\n  extends: base@1.0.0\n  variables: [{name: v, type: string, default: x}]\n  layers: [{name: cni, values: {v: \"${vars.v}\"}}]\n")
	}
	addon := document("addon", "  kind: AddOn\n  layers: [{name: app, kind: AddOn, component: {none: x}}]\n")
	cluster := func(name, v string) txtar.File {
		return txtar.File{Name: "fleet/" + name + ".yaml", Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: " + name + "}\nspec: {profiles: [z-fleet, addon], variables: {v: " + v + "}}\n")}
	}
	ws := load(t, base("a-library"), base("z-fleet"), addon, cluster("a", "3"), cluster("b", "y"))
	for corner := range vet.Corners(ws, zonedRef("addon"), vet.Options{}) {
		if corner.With[0].Name != "z-fleet" {
			t.Errorf("stands on %v", corner.With)
		}
	}
}

// TestWith: the caller says what an add-on stands on; else it is the first base
// that does, the latest version first.
func TestWith(t *testing.T) {
	needy := document("needy", "  kind: AddOn\n  layers: [{name: app, kind: AddOn, component: {none: x}, requires: [{capability: dns}]}]\n")
	plain := document("a-plain", "  kind: Infrastructure\n  extends: base@1.0.0\n")
	dns := document("b-dns", "  kind: Infrastructure\n  extends: base@1.0.0\n  layers: [{name: cni, provides: {dns: x}}]\n")
	ws := load(t, needy, plain, dns)
	for _, c := range []struct {
		with     []profile.Ref
		base     string
		findings int
	}{{nil, "b-dns", 0}, {[]profile.Ref{zonedRef("b-dns")}, "b-dns", 0}, {[]profile.Ref{zonedRef("a-plain")}, "a-plain", 1}} {
		opts := vet.Options{With: c.with}
		for corner := range vet.Corners(ws, zonedRef("needy"), opts) {
			if corner.With[0].Name != c.base {
				t.Errorf("%v: stands on %v", c.with, corner.With)
			}
		}
		if r := vet.Profile(ws, zonedRef("needy"), opts); len(r.Findings) != c.findings {
			t.Errorf("%v: %v", c.with, r.Findings)
		}
	}
}

// TestDefaultPools: the pools that a profile gives by default have a second one of
// their class, too, and are not there where there are no worker pools.
func TestDefaultPools(t *testing.T) {
	spec := `  kind: Infrastructure
  extends: base@1.0.0
  pools: {controlPlane: {labels: {rack: zero}}, workers: [{name: a, class: gpu, autoscale: {min: 1, max: 3}, labels: {rack: one}}, {name: b, class: general, labels: {rack: two}}]}
  layers:
  - name: kubernetes
    capi: {classes: {general: {}, gpu: {}}, nodes: {nodeRegistration: {kubeletExtraArgs: [{name: node-labels, value: "${pool.labels.rack}"}]}}}
`
	cluster := txtar.File{Name: "fleet/one.yaml", Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one}\nspec: {profiles: [pooled], pools: {workers: [{name: a, replicas: 2}]}}\n")}
	for name, ws := range map[string]*profile.Workspace{
		"without a cluster": load(t, document("pooled", spec)),
		"after a cluster":   load(t, document("pooled", spec), cluster),
	} {
		var got []string
		for c := range vet.Corners(ws, zonedRef("pooled"), vet.Options{}) {
			line := c.Name + ":"
			for _, d := range c.Diagnostics {
				line += " " + d.Summary
			}
			if c.Stack != nil {
				for _, pool := range c.Stack.Cluster().Spec.Pools.Workers {
					line += fmt.Sprintf(" %s of %s", pool.Name, pool.Class)
				}
			}
			got = append(got, line)
		}
		want := []string{
			"baseline: a of gpu-a b of general-b",
			"no worker pools:",
			"two pools of each class: a of gpu-a b of general-b a-2 of gpu-a-2 b-2 of general-b-2",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSameTwice: the same workspace gives the same corners and findings, and the
// caller may stop at any.
func TestSameTwice(t *testing.T) {
	ws := load(t, zoned)
	first := names(ws, zonedRef("zoned"), vet.Options{})
	for range 5 {
		if diff := cmp.Diff(first, names(load(t, zoned), zonedRef("zoned"), vet.Options{})); diff != "" {
			t.Fatalf("-first +again:\n%s", diff)
		}
	}
	for range vet.Corners(ws, zonedRef("zoned"), vet.Options{}) {
		break
	}
}

func ExampleProfile() {
	ws := load(nil, document("sized", `
  kind: Infrastructure
  extends: base@1.0.0
  variables: [{name: size, type: enum, enum: [small, large], default: small}]
  constants: {machines: {small: m1}}
  layers: [{name: csi, values: {machine: "${consts.machines[vars.size]}"}}]
`))
	for _, f := range vet.Profile(ws, profile.Ref{Name: "sized", Version: "1.0.0"}, vet.Options{}).Findings {
		fmt.Println(f.Corner.Name)
		fmt.Println(f.Diagnostic.Range, f.Diagnostic.Code)
	}
	// Output:
	// size=large
	// library/sized/1.0.0/profile.yaml:13:60 expr.evaluation
}

// BenchmarkProfile vets a profile with a thousand corners.
func BenchmarkProfile(b *testing.B) {
	var variables, values strings.Builder
	for i := range 20 {
		fmt.Fprintf(&variables, "    - {name: v%d, type: integer, min: 1, max: 9, default: 5}\n", i)
		fmt.Fprintf(&values, "v%d: \"${vars.v%d}\", ", i, i)
	}
	ws := load(b, document("wide", "  kind: Infrastructure\n  extends: base@1.0.0\n  variables:\n"+variables.String()+"  layers: [{name: csi, values: {"+values.String()+"}}]\n"))
	b.ReportAllocs()
	for b.Loop() {
		if r := vet.Profile(ws, profile.Ref{Name: "wide", Version: "1.0.0"}, vet.Options{}); len(r.Findings) > 0 || r.Corners < 800 {
			b.Fatal(r)
		}
	}
}
