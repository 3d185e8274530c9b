package profile_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const exampleDir = "../examples/quickstart/workspace"

// example is the workspace of the quickstart.
func example(t testing.TB) *profile.Workspace {
	t.Helper()
	w, diags := profile.Load(os.DirFS(exampleDir), profile.Layout{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return w
}

func value(t stopper, data any) profile.Value {
	t.Helper()
	v, err := profile.ValueOf(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// built is a cluster as a controller makes it of a custom resource.
func built(t testing.TB) profile.Cluster {
	replicas, off := int32(3), false
	return profile.Cluster{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Cluster"},
		Metadata: profile.ObjectMeta{Name: "built", Namespace: "team-a", Labels: map[string]string{"ring": "canary"}},
		Spec: profile.ClusterSpec{
			Hub:      "eu-1",
			Profiles: []string{"mem-base@1.1.0", "observability"},
			Variables: map[string]profile.Value{
				"region":      value(t, "local"),
				"podCIDR":     value(t, "10.9.0.0/16"),
				"remoteWrite": value(t, map[string]any{"name": "rw"}),
			},
			Pools: profile.Pools{ControlPlane: profile.Pool{Replicas: &replicas}, Workers: []profile.Pool{{Name: "general", Class: "general"}}},
			Overrides: []profile.Override{
				{LayerPatch: profile.LayerPatch{Layer: "cni", Values: value(t, map[string]any{"mtu": 9000})}, Reason: "jumbo frames", Owner: "team-a"},
				{LayerPatch: profile.LayerPatch{Layer: "csi", Enabled: &off}, Reason: "none", Owner: "team-a"},
			},
		},
	}
}

const resource = profile.Source("ManagedCluster/team-a/built")

// TestResolveBuiltCluster: a cluster that no file says resolves like one of the
// fleet, and what it sets comes from its source.
func TestResolveBuiltCluster(t *testing.T) {
	w := example(t)
	c := built(t)
	c.Spec.Overrides = c.Spec.Overrides[:1]
	stack, diags := w.Library.Resolve(c, resource)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := stack.Key().String(), "eu-1/team-a/built"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
	if diff := cmp.Diff([]profile.Ref{{Name: "mem-base", Version: "1.1.0"}, {Name: "observability", Version: "2.1.0"}}, stack.Profiles()); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
	cni, ok := stack.Layer("cni")
	if !ok {
		t.Fatal("no layer cni")
	}
	mtu, origin, _ := stack.Find(cni, diag.Fields("values", "mtu"))
	want := diag.Origin{Kind: diag.Override, Document: "cluster eu-1/team-a/built", Layer: "cni", Owner: "team-a", Range: diag.Range{File: string(resource)}}
	if diff := cmp.Diff(want, origin); diff != "" || mtu.Any() != int64(9000) {
		t.Errorf("mtu is %v, origin (-want +got):\n%s", mtu, diff)
	}
	pods, from, _ := stack.Find(cni, diag.Fields("capi", "cluster", "spec", "clusterNetwork", "pods", "cidrBlocks", "0"))
	if pods.Any() != "10.9.0.0/16" || len(from.Causes) != 1 || from.Causes[0].Range.String() != string(resource) {
		t.Errorf("pods %v from %v, because of %v", pods, from, from.Causes)
	}
	if hub := stack.Hub(); hub.Metadata.Name != "eu-1" || hub.Spec.ClassNamespace != profile.DefaultClassNamespace || hub.Spec.Delivery != profile.ManifestsDelivery {
		t.Errorf("hub %+v", hub)
	}
}

// TestResolveBuiltClusterTwice: the digest follows the content, not the source
// or the object.
func TestResolveBuiltClusterTwice(t *testing.T) {
	w := example(t)
	digest := func(c profile.Cluster, from profile.Source) string {
		stack, diags := w.Library.Resolve(c, from)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		return stack.Digest()
	}
	c := built(t)
	c.Spec.Overrides = c.Spec.Overrides[:1]
	first := digest(c, resource)
	if again := digest(c, "elsewhere"); again != first {
		t.Error("the source is part of the digest")
	}
	c.Metadata.Labels = map[string]string{"ring": "early"}
	if again := digest(c, resource); again == first {
		t.Error("labels are not part of the digest")
	}
}

// TestResolveBuiltClusterFindings: findings name the source and the path, also
// when the value cannot be a document.
func TestResolveBuiltClusterFindings(t *testing.T) {
	w := example(t)
	c := built(t)
	c.Spec.Profiles = []string{"mem-bse", "observability"}
	c.Spec.Variables["retention"] = value(t, 7)
	stack, diags := w.Library.Resolve(c, resource)
	if stack != nil {
		t.Error("a wrong cluster has a stack")
	}
	var got []string
	for _, d := range diags {
		if d.Range.File != string(resource) || d.Range.Start.Line != 0 {
			t.Errorf("%v stands at %v", d, d.Range)
		}
		got = append(got, d.Code+" "+d.Path)
	}
	want := []string{"profile.unknown-profile /spec/profiles[0]", "profile.variable-value /spec/variables/retention"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestResolveBuiltPools: what the pools of a document say against the defaults of
// its profile, the cluster says, too, as a value of Go and as its JSON.
func TestResolveBuiltPools(t *testing.T) {
	for pools, want := range map[string]int{
		"{workers: [{name: a, replicas: 2}]}":                                         2,
		"{workers: [{name: a, autoscale: null, replicas: 2}]}":                        2,
		"{workers: [{name: b, replicas: null, autoscale: {min: 1, max: 2}}]}":         2,
		"{workers: [{name: c, class: general}], controlPlane: {labels: {rack: one}}}": 3,
		"{workers: []}": 0,
		"{workers: null, controlPlane: {replicas: 1}}": 0,
	} {
		files := edited(t, overBase(t, nil), "library/base/1.0.0/profile.yaml", "layers:\n", `pools: {workers: [{name: a, autoscale: {min: 1, max: 3}}, {name: b, replicas: 1}]}
  layers:
  - {name: machines, kind: Infrastructure, component: {none: simulated}, capi: {classes: {general: {}}}}
`)
		w := load(t, edited(t, files, "fleet/one.yaml", "[base]", "[base], pools: "+pools))
		key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
		stack, diags := w.Resolve(key)
		if stack == nil {
			t.Errorf("%s: %v", pools, diags)
			continue
		}
		workers := append([]profile.Pool{}, stack.Cluster().Spec.Pools.Workers...)
		if len(workers) != want {
			t.Errorf("%s: %d workers, want %d", pools, len(workers), want)
		}
		c, _ := w.Cluster(key)
		var again profile.Cluster
		if err := json.Unmarshal(marshal(t, c), &again); err != nil {
			t.Fatal(err)
		}
		for _, c := range []profile.Cluster{c, again} {
			got, diags := w.Library.Resolve(c, resource)
			if got == nil {
				t.Errorf("%s: %v", pools, diags)
			} else if diff := cmp.Diff(workers, append([]profile.Pool{}, got.Cluster().Spec.Pools.Workers...)); diff != "" {
				t.Errorf("%s: other workers (-want +got):\n%s", pools, diff)
			}
		}
	}
}

// TestResolveUnreadableCluster: a value that is no document of a cluster is told
// why, and nothing else.
func TestResolveUnreadableCluster(t *testing.T) {
	w := example(t)
	for want, edit := range map[string]func(*profile.Cluster){
		"profile.required /spec/profiles":  func(c *profile.Cluster) { c.Spec.Profiles = nil },
		"profile.required /metadata/name":  func(c *profile.Cluster) { c.Metadata.Name = "" },
		"profile.name /metadata/name":      func(c *profile.Cluster) { c.Metadata.Name = "a/b" },
		"profile.name /metadata/namespace": func(c *profile.Cluster) { c.Metadata.Namespace = "a b" },
		"profile.name /spec/hub":           func(c *profile.Cluster) { c.Spec.Hub = "../eu-1" },
	} {
		c := built(t)
		edit(&c)
		stack, diags := w.Library.Resolve(c, resource)
		if stack != nil || len(diags) != 1 || diags[0].Code+" "+diags[0].Path != want || diags[0].Range.File != string(resource) {
			t.Errorf("got %v, want %s", diags, want)
		}
	}
}

// TestResolveLeavesTheCluster: the caller keeps its value; what the resolver
// settles, such as a pool's class, is in the stack alone.
func TestResolveLeavesTheCluster(t *testing.T) {
	w := example(t)
	c := built(t)
	c.Spec.Overrides, c.Metadata.Namespace = nil, ""
	before := value(t, nil)
	text := func() string {
		if err := before.UnmarshalJSON(marshal(t, c)); err != nil {
			t.Fatal(err)
		}
		return before.String()
	}
	was := text()
	stack, diags := w.Library.Resolve(c, resource)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	stack.Digest()
	if now := text(); now != was {
		t.Errorf("resolving changed the cluster from\n%s to\n%s", was, now)
	}
	if key := stack.Key(); key.Namespace != "default" {
		t.Errorf("the namespace is %q", key.Namespace)
	}
}

// TestStackIsImmutable: what a caller does to what a stack hands out does not
// come back.
func TestStackIsImmutable(t *testing.T) {
	w := example(t)
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-0001"}
	stack, diags := w.Resolve(key)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	stack.Layers()[0].Name = "scribbled"
	stack.Profiles()[0].Name = "scribbled"
	stack.Inputs()[0].Name = "scribbled"
	if stack.Layers()[0].Name == "scribbled" || stack.Profiles()[0].Name == "scribbled" || stack.Inputs()[0].Name == "scribbled" {
		t.Error("a list of the stack was changed from outside")
	}
	files := edited(t, overBase(t, nil), "library/base/1.0.0/profile.yaml", "{mtu: 1450}}", "{mtu: 1450}, content: {helm: {chart: oci://x/y, version: 1.0.0}}, fixed: [/objects/Secret/*/type]}")
	one, diags := load(t, files).Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	chart := func() *profile.HelmChart { l, _ := one.Layer("cni"); return l.Helm }
	chart().Version = "scribbled"
	for _, l := range one.Layers() {
		if l.Helm != nil {
			l.Helm.Version = "scribbled"
		}
	}
	one.Fixed()[0].Owner = "scribbled"
	if chart().Version == "scribbled" || one.Fixed()[0].Owner == "scribbled" {
		t.Error("what a layer has was changed from outside")
	}
	w.Hubs()[0].Metadata.Name = "scribbled"
	w.Strategies()[0].Metadata.Name = "scribbled"
	w.Lock().Entries()[0].Digest = "scribbled"
	if w.Hubs()[0].Metadata.Name == "scribbled" || w.Strategies()[0].Metadata.Name == "scribbled" || w.Lock().Entries()[0].Digest == "scribbled" {
		t.Error("a list of the workspace was changed from outside")
	}
}

// TestZeroFixedField: one that no stack gave answers, too.
func TestZeroFixedField(t *testing.T) {
	by := diag.Origin{Kind: diag.Override, Document: "cluster one"}
	f := profile.FixedField{}
	if !f.Binds(by) || f.Broken(by).Code != "profile.fixed" || f.Unmatched("").Code != "profile.fixed-path" {
		t.Errorf("%v, %v", f.Broken(by), f.Unmatched(""))
	}
}

// TestResolveAt: pins move the names that follow, holds stay.
func TestResolveAt(t *testing.T) {
	w := example(t)
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-0001"}
	stack, diags := w.ResolveAt(key, profile.Ref{Name: "mem-base", Version: "1.2.0"}, profile.Ref{Name: "nobody", Version: "1.0.0"})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	if got := stack.Profiles()[0].String(); got != "mem-base@1.2.0" {
		t.Errorf("moved to %s", got)
	}
	locked := w.WithLock(w.Lock().WithAll([]profile.LockEntry{{Key: key, Pins: []profile.Ref{{Name: "mem-base", Version: "1.2.0"}}}}))
	if moved, _ := locked.Resolve(key); moved == nil || moved.Digest() != stack.Digest() {
		t.Error("a lock of the same versions gives another stack")
	}
	if old, _ := w.Resolve(key); old.Profiles()[0].String() != "mem-base@1.1.0" {
		t.Error("WithLock changed its receiver")
	}
	if stack, diags := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-001"}); stack != nil || len(diags) != 1 || diags[0].Code != "profile.no-cluster" {
		t.Errorf("a cluster that is not there gives %v", diags)
	}
}

func marshal(t stopper, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestResolveOnHub: the clusters of a workspace, given as values beside their hub,
// have the stacks of the workspace.
func TestResolveOnHub(t *testing.T) {
	w := example(t)
	for key := range w.Clusters() {
		want, _ := w.Resolve(key)
		c, _ := w.Cluster(key)
		hub, _ := w.Hub(key.Hub)
		c.Spec.Profiles = slices.Clone(c.Spec.Profiles)
		for i, text := range c.Spec.Profiles {
			name, _, _ := strings.Cut(text, "@")
			at := slices.IndexFunc(want.Profiles(), func(r profile.Ref) bool { return r.Name == name })
			c.Spec.Profiles[i] = want.Profiles()[at].String()
		}
		c.Spec.Hub = ""
		got, diags := w.Library.ResolveOn(hub, c, "a test")
		if got == nil || got.Digest() != want.Digest() || got.Key() != key {
			t.Fatalf("%s differs: %v", key, diags.Err())
		}
		c.Spec.Hub = "elsewhere"
		if got, diags := w.Library.ResolveOn(hub, c, "a test"); got != nil || len(diags) != 1 || diags[0].Code != "profile.hub" {
			t.Fatalf("%s on another hub gives %v", key, diags)
		}
	}
}
