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

// TestSameTextOfOneVariable: two profiles that write one text, which reads a
// variable, say the same in the clusters where it has one value for both.
func TestSameTextOfOneVariable(t *testing.T) {
	overlay := fstest.MapFS{"library/overlays/edge/1.0.0/overlay.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: edge}\nspec: {version: 1.0.0, owner: edge, order: 1, selector: {matchLabels: {tier: edge}}, variables: {sec/k: weak}}\n")}}
	pooled := func(of fstest.MapFS) fstest.MapFS {
		for _, f := range of {
			f.Data = []byte(strings.Replace(string(f.Data), "default: same", "default: same, scope: pool", 1))
		}
		return of
	}
	kept := func(of fstest.MapFS) fstest.MapFS { return of }
	for _, c := range []struct {
		cluster string
		of      func(fstest.MapFS) fstest.MapFS
		overlay fstest.MapFS
		differ  bool
	}{
		{"", kept, nil, false},
		{"variables: {k: weak}", kept, nil, false},
		{"variables: {sec/k: weak, OTHER/k: weak}", kept, nil, false},
		{"variables: {k: weak, OTHER/k: same}", kept, nil, true},
		{"variables: {sec/k: weak}", kept, nil, true},
		{"", kept, overlay, true},
		{"variables: {OTHER/k: weak}", kept, overlay, false},
		{"pools: {controlPlane: {variables: {k: weak}}}", pooled, nil, false},
		{"pools: {controlPlane: {variables: {OTHER/k: weak}}}", pooled, nil, true},
	} {
		for _, other := range []string{"rogue", "zrogue"} { // before and after the one that fixes
			for rule, code := range map[string]string{"": "profile.conflict", "    fixed: [\"" + audit + "\"]\n": "profile.fixed"} {
				for written, leaves := range map[string]int{`"${vars.k}"`: 1, `["a", {b: "x${vars.k}"}]`: 1, `{a: "${vars.k}", b: "${vars.k}"}`: 2} {
					var want []string
					switch {
					case c.differ && rule == "":
						want = slices.Repeat([]string{code}, leaves)
					case c.differ: // which is said once
						want = []string{code}
					}
					cluster := clusterOf("{profiles: [base, sec, " + other + "], " + strings.ReplaceAll(c.cluster, "OTHER", other) + "}")
					_, got := found(t, c.of(addOn("sec", written, rule)), c.of(addOn(other, written, "")), c.overlay, fstest.MapFS{"fleet/one.yaml": cluster})
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%q with %s, %s, overlay %t, fixed %t (-want +got):\n%s", c.cluster, other, written, c.overlay != nil, rule != "", diff)
					}
				}
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
		set := rapid.SampledFrom([]string{"", "k: weak", "sec/k: weak", name + "/k: weak"}).Draw(rt, "set")
		spec := "{profiles: [base, sec, " + name + "], variables: {" + set + "}}"
		switch rapid.IntRange(0, 2).Draw(rt, "patched by") {
		case 1:
			spec = "{profiles: [base, sec, " + name + "], variables: {" + set + "}, overrides: [{" + patch + ", reason: r, owner: o}]}"
		case 2:
			files["library/overlays/edge/1.0.0/overlay.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: edge}\nspec: {version: 1.0.0, owner: edge, order: 1, selector: {matchLabels: {tier: edge}}, layers: [{" + patch + "}]}\n")}
		}
		files["fleet/one.yaml"] = clusterOf(spec)
		stack, _ := found(t, sec, other, files)
		alone, _ := found(t, sec, fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [base, sec], variables: {" + strings.TrimPrefix(set, name+"/k: weak") + "}}")})
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

// profileOf is a profile of the name and version 1.0.0; files named .yaml lie beside it.
func profileOf(name, spec string, constants ...string) fstest.MapFS {
	dir := "library/" + name + "/1.0.0/"
	out := fstest.MapFS{dir + "profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: " + name + "}\nspec:\n  version: 1.0.0\n" + spec)}}
	for _, text := range constants {
		out[dir+"k.yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// TestFixedExpressionsReadWhatTheirOwnerWrote: who extends a profile of another
// owner cannot change what is fixed by what it is computed from.
func TestFixedExpressionsReadWhatTheirOwnerWrote(t *testing.T) {
	root := profileOf("root", `  owner: vendor
  kind: Infrastructure
  abstract: true
  constants: {given: 1}
  layers: []
`)
	base := func(reads string) fstest.MapFS {
		return profileOf("base", `  owner: platform
  kind: Infrastructure
  extends: root@1.0.0
  variables: [{name: which, type: string, default: k}]
  constants: {k: strong, other: 1, deep: {a: 1, b: 2}, file: {$file: k.yaml}}
  layers:
  - {name: os, kind: OS, component: {none: x}}
  - {name: csi, kind: Storage, component: {none: x}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
  - name: cni
    kind: Network
    component: {name: meshnet, version: 1.4.0}
    values: {k: "`+reads+`"}
    capi: {cluster: {metadata: {annotations: {k: "`+reads+`"}}}}
    fixed: [/values/k, /capi/cluster/metadata/annotations/k]
`, "a: 1")
	}
	for _, c := range []struct {
		reads, owner, child string
		broken              bool
	}{
		{"${consts.k}", "rogue", "constants: {k: weak}", true},
		{"${consts.k}", "rogue", "constants: {k: strong}", false},
		{"${consts.k}", "rogue", "constants: {other: 2, more: 1}", false},
		{"${consts.k}", "platform", "constants: {k: weak}", false},
		{"${string(consts.given)}", "rogue", "constants: {k: weak}", false},
		{"${string(consts.given)}", "rogue", "constants: {given: 2}", true},
		{"${string(consts.deep.a)}", "rogue", "constants: {deep: {a: 1, b: 3}}", false},
		{"${string(consts.deep.a)}", "rogue", "constants: {deep: {a: 2, b: 2}}", true},
		{"${string(consts.file.a)}", "rogue", "constants: {file: {$file: k.yaml}}", true},
		{"${string(consts[vars.which])}", "rogue", "constants: {k: weak}", true},
		{"${vars.which}", "rogue", "variables: [{name: which, default: other}]", false},
		{"${component.version}", "rogue", "layers: [{name: cni, component: {version: 1.5.0}}]", true},
		{"${component.version}", "rogue", "layers: [{name: cni, component: {version: 1.4.0, name: other}}]", false},
		{"${component.version}", "rogue", "layers: [{name: cni, component: {name: other, version: 2.0.0}}]", true},
		{"${component.name}", "platform", "layers: [{name: cni, component: {name: other}}]", false},
		{"x ${component.?version.orValue('none')}", "rogue", "layers: [{name: cni, component: {none: x}}]", true},
	} {
		child := profileOf("child", "  owner: "+c.owner+"\n  kind: Infrastructure\n  extends: base@1.0.0\n  "+c.child+"\n", "a: 2")
		_, got := found(t, root, base(c.reads), child, fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [child], overrides: [{layer: cni, values: {more: 1}, reason: r, owner: o}]}")})
		var want []string
		if c.broken {
			want = []string{"profile.fixed", "profile.fixed"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, %s: %s (-want +got):\n%s", c.reads, c.owner, c.child, diff)
		}
	}
}

// TestFixedIsNotComputedAway: an expression above a fixed path, or a null that one
// gives, changes it as what is written does.
func TestFixedIsNotComputedAway(t *testing.T) {
	base := profileOf("base", `  owner: platform
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: x}}
  - {name: csi, kind: Storage, component: {none: x}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: 1.34.2}
    capi: {nodes: {config: {files: [{path: /a, content: ok}]}}}
    fixed: ["/capi/nodes/config/files[path=/a]"]
  - name: cni
    kind: Network
    component: {name: meshnet, version: 1.4.0}
    values: {list: [{name: a, v: 1}], net: {deep: {v: 1}}}
    merge: {/values/list: {key: name}}
    fixed: ["/values/list[name=a]/v", /values/net/deep/v]
`)
	for override, want := range map[string][]string{
		`layer: cni, values: {list: [{name: a, w: "${null}"}], net: {deep: {w: "${null}"}}}`:                         nil,
		`layer: cni, values: {net: {deep: {v: "${null}"}}}`:                                                          {"profile.fixed"},
		`layer: cni, values: {net: {deep: "${null}"}}`:                                                               {"profile.fixed"},
		`layer: cni, values: {net: "${{}}"}`:                                                                         {"profile.fixed"},
		`layer: cni, values: {list: "${null}"}`:                                                                      {"profile.fixed"},
		`layer: cni, values: {list: "${[]}"}`:                                                                        {"profile.fixed"},
		`layer: cni, values: {list: [{name: a, v: "${2}"}]}`:                                                         {"profile.fixed"},
		`layer: cni, values: {list: [{name: "${'a'}", v: 2}]}`:                                                       {"profile.fixed"},
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: "${null}"}}}}`:                                {"profile.fixed"},
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: [{path: "${'/a'}", content: x}]}}}}`:          {"profile.fixed"},
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: "${[{'path': '/a', '$delete': true}]}"}}}}`:   {"profile.fixed"},
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: "${{'files': [{'path': '/a', '$delete': true}]}}"}}}`: {"profile.fixed"},
		`layer: kubernetes, capi: {nodes: {config: "${{'files': [{'path': '/a', 'content': 'no'}]}}"}}`:              {"profile.fixed"},
	} {
		_, got := found(t, base, fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [base], overrides: [{" + override + ", reason: r, owner: o}]}")})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", override, diff)
		}
	}
}
