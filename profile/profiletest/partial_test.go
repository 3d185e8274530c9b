package profiletest_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

func TestWithChangesAllClusters(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	changed := ws.With(t, `variables: {mtu: 1400, token: null}`)
	changed.WantClean(t)
	changed.Resolve(t, "office").WantInput(t, "mtu", 1400, "cluster eu-1/fleet/office")
	changed.Resolve(t, "store-0001").WantInput(t, "mtu", 1400, "cluster eu-1/fleet/store-0001")
	fails(t, changed.Resolve(t, "store-0001").CheckInput("token", "hunter2", ""), `there is no bound variable "token"`)
	ws.Resolve(t, "store-0001").WantInput(t, "mtu", 9000, "") // the receiver stays
}

func TestWithOfOneCluster(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	changed := ws.Resolve(t, "office").With(t, `variables: {mtu: 1400}`)
	changed.Resolve(t, "office").WantInput(t, "mtu", 1400, "")
	changed.Resolve(t, "store-0001").WantInput(t, "mtu", 9000, "")

	named := ws.With(t, `{kind: Cluster, metadata: {name: office, labels: {tier: edge}}}`)
	named.Resolve(t, "office").Want(t, "cni:/values/hubble/enabled", true, "base@1.1.0") // the lock has no overlay yet
	if w := named.Resolve(t, "office").WaitingOverlays(); len(w) != 1 || w[0].String() != "edge@1.2.0" {
		t.Errorf("waiting overlays %v", w)
	}
}

// TestWithParts: items of named lists merge, other lists are replaced, several
// documents change together, and what no document meets is new.
func TestWithParts(t *testing.T) {
	ws := profiletest.Load(t, base(t)).With(t, `
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  layers: [{name: cni, values: {zones: [c], hubble: {port: null}}}, {name: dns, kind: Network, component: {none: x}}]
---
kind: Cluster
metadata: {name: new, namespace: fleet}
spec: {profiles: [base@1.0.0]}
---
variables: {mtu: 1300}
`)
	ws.WantClean(t)
	s := ws.Resolve(t, "store-0001")
	s.Want(t, "cni:/values/zones", []string{"c"}, "")
	s.WantAbsent(t, "cni:/values/hubble/port")
	s.WantLayers(t, "os", "kubernetes", "cni", "dns", "csi", "guard")
	ws.Resolve(t, "new").WantInput(t, "mtu", 1450, "base@1.0.0") // not there when the last part was put over all
	ws.Resolve(t, "office").WantInput(t, "mtu", 1300, "")
}

// TestWithNamespaces: clusters of one name are told apart by their namespaces, of
// which default need not be written.
func TestWithNamespaces(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	for _, part := range []string{
		`{kind: Cluster, metadata: {name: new, namespace: one}, spec: {profiles: [base@1.0.0], variables: {mtu: 1400}}}`,
		`{kind: Cluster, metadata: {name: new, namespace: two}, spec: {profiles: [base@1.0.0], variables: {mtu: 1401}}}`,
		`{kind: Cluster, metadata: {name: new, namespace: default}, spec: {profiles: [base@1.0.0], variables: {mtu: 1402}}}`,
		`{kind: Cluster, metadata: {name: plain}, spec: {profiles: [base@1.0.0]}}`,
		`{kind: Cluster, metadata: {name: plain, namespace: default}, spec: {variables: {mtu: 1300}}}`,
	} {
		ws = ws.With(t, part)
	}
	ws.WantClean(t)
	for name, mtu := range map[string]int{"one/new": 1400, "two/new": 1401, "default/new": 1402, "plain": 1300} {
		ws.Resolve(t, name).WantInput(t, "mtu", mtu, "")
	}
}

// TestWithPartsApart: what is put over all clusters is not shared by them.
func TestWithPartsApart(t *testing.T) {
	ws := profiletest.Load(t, base(t)).With(t, `
pools: {controlPlane: {replicas: 3}}
---
{kind: Cluster, metadata: {name: office}, spec: {pools: {controlPlane: {replicas: 1}}}}
`)
	for name, want := range map[string]int32{"office": 1, "store-0001": 3} {
		s := ws.Resolve(t, name)
		if got := s.Cluster().Spec.Pools.ControlPlane.Replicas; got == nil || *got != want {
			t.Errorf("%s has %v replicas, want %d", name, got, want)
		}
	}
}

// TestWithKeepsTheRest: of a file only what is changed changes, comments stay, and
// places are those of what is shown.
func TestWithKeepsTheRest(t *testing.T) {
	ws := profiletest.Load(t, base(t)).Resolve(t, "office").With(t, "variables: {mtu: 100}")
	got, err := fs.ReadFile(ws.Files, "fleet/stores.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, err := fs.ReadFile(base(t), "fleet/stores.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := string(before) + "  variables: {mtu: 100}\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	ws.WantDiagnostic(t, "profile.variable-value", "fleet/stores.yaml:16:20")
}

func TestWithRefuses(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	for partial, part := range map[string]string{
		"":               "want one mapping",
		"[1]":            "want one mapping",
		"{":              "reading what is put over the workspace: line 2 is not valid YAML: did not find expected node content",
		"kind: Nonsense": "there is no place for a new document",
		"{kind: Profile, metadata: {name: ../../x}, spec: {version: 1.0.0}}": "there is no place for a new document",
		"{kind: Overlay, metadata: {name: egde}, spec: {order: 300}}":        `a new overlay needs spec.version, and there is no overlay "egde"; did you mean "edge"?`,
	} {
		if _, err := ws.Patched(partial); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, want %q", partial, err, part)
		}
	}
	if _, err := ws.Resolve(t, "office").Patched("kind: Cluster"); err == nil {
		t.Error("a document is put over a spec")
	}
}
