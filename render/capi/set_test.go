package capi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

// blueprint is what the tests of class sets vary: the content of capi slots,
// and things beside it.
type blueprint struct {
	slots      map[string]int // which value each knob has; absent: the slot says nothing
	kubernetes string
	addOn      string // data of an add-on layer's manifest
	label      string // of the cluster
	pools      int
	base       string // name of the profile
	owner      string
	name       string // of the cluster
}

// knobs are leaves of every slot, each with what it looks like for a value.
var knobs = map[string]func(int) map[string]any{
	"infrastructure spec": func(v int) map[string]any { return at(v, "infrastructure", "spec", "region") },
	"control plane metadata": func(v int) map[string]any {
		return at(fmt.Sprint(v), "controlPlane", "class", "metadata", "labels", "a")
	},
	"machines": func(v int) map[string]any { return at(v, "nodes", "machine", "spec", "size") },
	"registration": func(v int) map[string]any {
		return at([]any{map[string]any{"name": "max-pods", "value": fmt.Sprint(v)}}, "nodes", "nodeRegistration", "kubeletExtraArgs")
	},
	"config": func(v int) map[string]any { return at([]any{fmt.Sprint(v)}, "nodes", "config", "preKubeadmCommands") },
	"control plane": func(v int) map[string]any {
		return at(fmt.Sprint(v), "controlPlane", "template", "spec", "kubeadmConfigSpec", "clusterConfiguration", "certificatesDir")
	},
	"control plane machine": func(v int) map[string]any { return at(v, "controlPlane", "machine", "spec", "disk") },
	"control plane check": func(v int) map[string]any {
		return at(900+v, "controlPlane", "class", "healthCheck", "checks", "nodeStartupTimeoutSeconds")
	},
	"control plane rollout": func(v int) map[string]any {
		return at(v, "controlPlane", "class", "rollout", "strategy", "rollingUpdate", "maxSurge")
	},
	"workers' bootstrap": func(v int) map[string]any {
		return at([]any{fmt.Sprint(v)}, "workers", "bootstrap", "spec", "postKubeadmCommands")
	},
	"workers' machine":     func(v int) map[string]any { return at(v, "workers", "machine", "spec", "zone") },
	"workers' class":       func(v int) map[string]any { return at(v, "workers", "class", "minReadySeconds") },
	"one class' bootstrap": func(v int) map[string]any { return at(v, "classes", "general", "bootstrap", "spec", "verbosity") },
	"one class' machine":   func(v int) map[string]any { return at(v, "classes", "general", "machine", "spec", "gpu") },
	"one class' class":     func(v int) map[string]any { return at(fmt.Sprint(v), "classes", "general", "class", "failureDomain") },
	"another class":        func(v int) map[string]any { return at(map[string]any{}, "classes", fmt.Sprint("more", v)) },
	"a version of a machine": func(v int) map[string]any {
		return at(fmt.Sprint("infra.example.com/v", v+2), "controlPlane", "machine", "apiVersion")
	},
}

// at is v below the named fields.
func at(v any, path ...string) map[string]any {
	for _, name := range slices.Backward(path) {
		v = map[string]any{name: v}
	}
	return v.(map[string]any)
}

func into(out, in map[string]any) {
	for name, v := range in {
		below, okBelow := out[name].(map[string]any)
		above, okAbove := v.(map[string]any)
		if okBelow && okAbove {
			into(below, above)
			continue
		}
		out[name] = v
	}
}

const ground = `
-- hubs/hub.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: hub}
spec: {clusterAPI: {version: 1.14.2}}
-- library/BASE/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: BASE}
spec:
  version: 1.0.0
  owner: OWNER
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: network, kind: Network, component: {none: simulated}}
  - {name: storage, kind: Storage, component: {none: simulated}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: "KUBERNETES"}
    capi: {classes: {general: {}}}
  - name: infrastructure
    kind: Infrastructure
    component: {none: simulated}
    capi:
      infrastructure: {apiVersion: infra.example.com/v1, kind: ExampleClusterTemplate}
      nodes: {machine: {apiVersion: infra.example.com/v1, kind: ExampleMachineTemplate}}
-- library/case/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: case}
spec:
  version: 1.0.0
  owner: team
  kind: AddOn
  layers:
  - {name: slots, kind: Security, component: {none: example}, capi: CAPI}
  - {name: app, kind: AddOn, component: {none: example}, content: {manifests: [app.yaml]}}
-- library/case/1.0.0/app.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: ADDON}}
-- fleet/c.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: NAME, namespace: fleet, labels: {a: LABEL}}
spec:
  profiles: [BASE, case]
  pools: {workers: [POOLS]}
`

func (b blueprint) bundle(tb failer) render.Bundle {
	tb.Helper()
	slots := map[string]any{}
	for name, v := range b.slots {
		into(slots, knobs[name](v))
	}
	data, err := json.Marshal(slots)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	var pools []string
	for i := range b.pools {
		pools = append(pools, fmt.Sprintf("{name: p%d, class: general}", i))
	}
	text := strings.NewReplacer("CAPI", string(data), "KUBERNETES", b.kubernetes, "ADDON", b.addOn, "LABEL", b.label,
		"POOLS", strings.Join(pools, ", "), "BASE", b.base, "OWNER", b.owner, "NAME", b.name).Replace(ground)
	bundle, err := bundleOf(tb, text)
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	return bundle
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// bundleOf renders the one cluster of a workspace.
func bundleOf(tb failer, text string) (render.Bundle, error) {
	tb.Helper()
	stacks := stacksOf(tb, text)
	return newRenderer().Bundle(context.Background(), stacks[0])
}

// bundlesOf renders the clusters of a workspace with one renderer, by key.
func bundlesOf(tb failer, text string) []render.Bundle {
	tb.Helper()
	renderer := newRenderer()
	var out []render.Bundle
	for _, stack := range stacksOf(tb, text) {
		b, err := renderer.Bundle(context.Background(), stack)
		if err != nil {
			tb.Fatalf("%v\n%s", err, text)
		}
		out = append(out, b)
	}
	return out
}

func newRenderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

func stacksOf(tb failer, text string) []*profile.Stack {
	tb.Helper()
	files := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	ws, diags := profile.Load(files, profile.Layout{})
	var out []*profile.Stack
	for key := range ws.Clusters() {
		stack, found := ws.Resolve(key)
		diags = append(diags, found...)
		out = append(out, stack)
	}
	if diags.HasErrors() || len(out) == 0 {
		tb.Fatalf("%s", diags.Text(files))
	}
	return out
}

func anySlots(t *rapid.T, label string) map[string]int {
	return rapid.MapOf(rapid.SampledFrom(slices.Sorted(maps.Keys(knobs))), rapid.IntRange(1, 3)).Draw(t, label)
}

// beside draws what is not part of the content.
func beside(t *rapid.T, slots map[string]int, label string) blueprint {
	return blueprint{
		slots:      slots,
		kubernetes: rapid.SampledFrom([]string{"1.34.2", "1.35.0", "1.35.0+vendor.1"}).Draw(t, label+" kubernetes"),
		addOn:      rapid.SampledFrom([]string{"x", "z"}).Draw(t, label+" add-on"),
		label:      rapid.SampledFrom([]string{"x", "z"}).Draw(t, label+" label"),
		pools:      rapid.IntRange(0, 3).Draw(t, label+" pools"),
		owner:      rapid.SampledFrom([]string{"x", "z"}).Draw(t, label+" owner"),
		name:       rapid.SampledFrom([]string{"c", "d"}).Draw(t, label+" name"),
		base:       "base",
	}
}

// TestSetIsItsContent: clusters share a set exactly when their slots say the
// same. A change of any leaf of a slot gives another name; the Kubernetes
// version, add-ons, labels, pools and the cluster give none.
func TestSetIsItsContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := anySlots(t, "slots")
		other := maps.Clone(slots)
		if rapid.Bool().Draw(t, "change") {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(knobs))).Draw(t, "knob")
			if v := rapid.IntRange(0, 3).Draw(t, "value"); v == 0 {
				delete(other, name)
			} else {
				other[name] = v
			}
		}
		a, b := set(t, beside(t, slots, "a")), set(t, beside(t, other, "b"))
		same := maps.Equal(slots, other)
		if (a.Name == b.Name) != same || (a.Digest == b.Digest) != same {
			t.Fatalf("equal content: %v, but sets %s and %s (%s and %s)", same, a.Name, b.Name, a.Digest, b.Digest)
		}
		if same {
			if diff := cmp.Diff(yaml(a), yaml(b)); diff != "" {
				t.Fatalf("sets of one name differ:\n%s", diff)
			}
		}
	})
}

// TestEveryLeafCounts goes through the knobs one by one.
func TestEveryLeafCounts(t *testing.T) {
	plain := blueprint{kubernetes: "1.34.2", base: "base", owner: "x", name: "c", addOn: "x", label: "x"}
	seen := map[string]string{set(t, plain).Name: "nothing"}
	for name := range knobs {
		for v := 1; v < 3; v++ {
			b := plain
			b.slots = map[string]int{name: v}
			what := fmt.Sprint(name, " = ", v)
			got := set(t, b).Name
			if twin, ok := seen[got]; ok {
				t.Errorf("%s and %s make the set %s", what, twin, got)
			}
			seen[got] = what
		}
	}
}

func set(tb failer, b blueprint) render.Set {
	tb.Helper()
	shared := b.bundle(tb).Shared()
	if len(shared) != 1 {
		tb.Fatalf("%d sets", len(shared))
	}
	return shared[0]
}

func yaml(s render.Set) (out []string) {
	for _, item := range s.Items {
		out = append(out, item.Phase.String()+"\n"+string(item.YAML()))
	}
	return out
}

// TestVariablesForkSets: clusters that set a variable which a slot reads have a
// set of their own, whichever slot it is, and those that leave the default or
// set it to the same share one. One renderer serves them all.
func TestVariablesForkSets(t *testing.T) {
	slots := []string{
		`infrastructure: {spec: {x: "${vars.v}"}}`, `nodes: {machine: {spec: {x: "${vars.v}"}}}`, `nodes: {nodeRegistration: {name: "${vars.v}"}}`,
		`controlPlane: {template: {spec: {kubeadmConfigSpec: {files: [{path: "${vars.v}"}]}}}}`, `workers: {machine: {spec: {x: "${vars.v}"}}}`,
		`classes: {general: {machine: {spec: {x: "${vars.v}"}}}}`, `classes: {general: {class: {failureDomain: "${vars.v}"}}}`,
	}
	for _, slot := range slots {
		text := strings.NewReplacer("CAPI", "{"+slot+"}", "KUBERNETES", "1.34.2", "POOLS", "", "BASE", "base", "OWNER", "x", "NAME", "c", "ADDON", "x", "LABEL", "x",
			"kind: AddOn\n  layers:", "kind: AddOn\n  variables: [{name: v, type: string, default: preset}]\n  layers:").Replace(ground)
		for i, v := range []string{"", "", "{v: one}", "{v: two}", "{v: one}"} {
			variables := ""
			if v != "" {
				variables = ", variables: " + v
			}
			text += fmt.Sprintf("-- fleet/%d.yaml --\napiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c%d, namespace: fleet}\nspec: {profiles: [base, case]%s}\n", i, i, variables)
		}
		var sets []string
		for _, b := range bundlesOf(t, text)[1:] {
			sets = append(sets, b.Shared()[0].Name)
			for _, item := range b.Shared()[0].Items {
				checkLeads(t, item.Key().Name, sets[len(sets)-1])
			}
		}
		if sets[0] != sets[1] || sets[2] != sets[4] || sets[0] == sets[2] || sets[2] == sets[3] || sets[0] == sets[3] {
			t.Errorf("%s: %v", slot, sets)
		}
	}
}

func checkLeads(t *testing.T, name, set string) {
	t.Helper()
	if !strings.HasPrefix(name, set) {
		t.Errorf("%s is in the set %s", name, set)
	}
}

// TestSetOfOtherProfile: names begin with the profile's name, so sets of two
// profiles are two sets whatever they hold.
func TestSetOfOtherProfile(t *testing.T) {
	b := blueprint{kubernetes: "1.34.2", base: "base", owner: "x", name: "c", addOn: "x", label: "x"}
	other := b
	other.base = "other"
	x, y := set(t, b), set(t, other)
	if x.Name == y.Name || x.Digest == y.Digest || !strings.HasPrefix(x.Name, "base-") || !strings.HasPrefix(y.Name, "other-") {
		t.Errorf("%s (%s) and %s (%s)", x.Name, x.Digest, y.Name, y.Digest)
	}
}

// TestLongNames: names of sets leave room for suffixes, whatever the profile is
// called.
func TestLongNames(t *testing.T) {
	b := blueprint{kubernetes: "1.34.2", base: strings.Repeat("long-", 12) + "name", owner: "x", name: "c", addOn: "x", label: "x"}
	s := set(t, b)
	if len(s.Name) > 52 || strings.Contains(s.Name, "--") || !strings.HasPrefix(s.Name, "long-long-") {
		t.Errorf("%q", s.Name)
	}
}

// TestReferencesLead: every templateRef of a ClusterClass names an object of the
// same set, each object is named once, and the Cluster names the class.
func TestReferencesLead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bundle := beside(t, anySlots(t, "slots"), "cluster").bundle(t)
		checkReferences(t, bundle)
	})
}

func checkReferences(t failer, bundle render.Bundle) {
	t.Helper()
	objects, referred := map[string]bool{}, map[string]bool{}
	var class, cluster render.Object
	for item := range bundle.All() {
		o := item.Object
		id := o.Key().Kind + " " + o.Key().Name
		if objects[id] {
			t.Fatalf("two objects are %s", id)
		}
		objects[id] = true
		switch o.Key().Kind {
		case "ClusterClass":
			class = o
		case "Cluster":
			cluster = o
		}
	}
	for path, v := range class.Leaves() {
		if name, _ := path[len(path)-1].IsField(); name == "name" && strings.Contains(path.String(), "/templateRef/") {
			ref, _ := class.Find(path[:len(path)-1])
			id := ref.Tree().Get("kind").Text() + " " + v.Any().(string)
			if !objects[id] {
				t.Fatalf("%s leads to %s, which is not in the bundle", path, id)
			}
			referred[id] = true
		}
	}
	for id := range objects {
		if strings.Contains(id, "Template ") && !referred[id] {
			t.Fatalf("nothing refers to %s", id)
		}
	}
	spec := cluster.Tree().Get("spec", "topology", "classRef")
	if spec.Get("name").Text() != class.Key().Name || spec.Get("namespace").Text() != class.Key().Namespace {
		t.Fatalf("the Cluster names %s, the class is %s", spec.AppendJSON(nil), class.Key())
	}
}

// TestClassCalledControlPlane: a worker class may be called anything, also what
// the control plane's machine template is called after.
func TestClassCalledControlPlane(t *testing.T) {
	text := strings.NewReplacer("CAPI", `{classes: {control-plane: {machine: {spec: {size: large}}}}}`, "KUBERNETES", "1.34.2",
		"POOLS", "", "BASE", "base", "OWNER", "x", "NAME", "c", "ADDON", "x", "LABEL", "x").Replace(ground)
	bundle, err := bundleOf(t, text)
	var input *render.InputError
	switch {
	case errors.As(err, &input): // refusing the name is as good
	case err != nil:
		t.Fatal(err)
	default:
		checkReferences(t, bundle)
	}
}

// TestNoEmptyValues: Cluster API's own kinds never hold an empty mapping or list,
// or a null; only the taints of a registration mean something when empty.
func TestNoEmptyValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := beside(t, anySlots(t, "slots"), "cluster")
		for item := range b.bundle(t).All() {
			if !strings.HasSuffix(item.Key().Group, "cluster.x-k8s.io") || strings.HasPrefix(item.Key().Group, "infrastructure.") {
				continue
			}
			for path, v := range item.Leaves() {
				switch v.String() {
				case "{}", "[]", "null":
					t.Fatalf("%s %s is %s", item.Key(), path, v)
				}
			}
		}
	})
}
