package conformance_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
)

const (
	exampleWorkspace = "../../examples/quickstart/workspace"
	exampleProfile   = "mem-base"
)

// TestExampleWorkspace renders the whole fleet at each version of its
// infrastructure profile.
func TestExampleWorkspace(t *testing.T) {
	ws, diags := profile.Load(os.DirFS(exampleWorkspace), profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	versions := 0
	for p := range ws.Profiles() {
		if p.Ref().Name == exampleProfile {
			versions++
			judgeFleet(t, j, ws.WithLock(lockedTo(ws, p.Ref())))
		}
	}
	t.Logf("%d versions of %s, %d clusters: judged %d different objects, %d of them with Go types too: %v",
		versions, exampleProfile, ws.Len(), len(j.judged), j.typed, j.kinds)
	if versions == 0 || ws.Len() == 0 || j.typed == 0 {
		t.Error("nothing was judged")
	}
	want := []string{"Cluster", "ClusterClass", "DevClusterTemplate", "DevMachineTemplate", "KubeadmConfigTemplate", "KubeadmControlPlaneTemplate"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(j.kinds))); diff != "" {
		t.Errorf("judged kinds (-want +got):\n%s", diff)
	}
}

func lockedTo(ws *profile.Workspace, pin profile.Ref) profile.Lock {
	var entries []profile.LockEntry
	for key := range ws.Clusters() {
		entries = append(entries, profile.LockEntry{Key: key, Pins: []profile.Ref{pin}})
	}
	return profile.Lock{}.WithAll(entries)
}

func judgeFleet(t *testing.T, j *judge, ws *profile.Workspace) {
	t.Helper()
	r := newRenderer()
	for key := range ws.Clusters() {
		b, err := rendered(r, ws, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.bundle(b); err != nil {
			t.Error(err)
		}
	}
}
