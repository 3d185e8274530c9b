package proof_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// Paths are asked for in libraries of random Kubernetes versions, so many in each.
const (
	pathLibraries = 250
	pathsInEach   = 42
)

// upgrade.Path takes the control plane through the versions that Cluster API's
// planner plans, and refuses where the planner refuses. There is one difference:
// where kubelets are so far behind that they cannot stay beside the next minor
// version, the planner brings them up to the present version first, as a step of
// the workers alone. A path has no such step: it goes through a later patch of
// the present minor version, which brings all machines along, or is refused.
func TestOraclesUpgradePath(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	random := rand.New(rand.NewPCG(2, 35))
	start, kinds := time.Now(), map[string]int{}
	for range pathLibraries {
		first := drawUpgrade(random)
		if len(first.available) < 2 {
			continue
		}
		w := newWay(t, first.available)
		for range pathsInEach {
			d := drawUpgrade(random)
			d.available = first.available
			d.controlPlane, d.to = d.available[random.IntN(len(d.available))], d.available[random.IntN(len(d.available))]
			d.pool = d.controlPlane
			if behind := random.IntN(4); behind > 0 {
				d.pool = release{d.controlPlane.minor - behind, random.IntN(3)}
			}
			plan := planned(t, o, d.question())
			want, refused, kind := plan.ControlPlane, plan.Refused != "", fmt.Sprintf("%d steps", len(plan.ControlPlane))
			if refused {
				kind = "refused"
			} else if d.lagging() {
				want, refused = d.broughtUp(want)
				kind = "lagging"
			}
			kinds[kind]++
			got, diags := w.path(t, d)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || refused != diags.HasErrors() {
				t.Fatalf("%+v (%s): -planner +path:\n%s%s", d.question(), kind, diff, diags.Text(nil))
			}
		}
	}
	t.Logf("%v in %s", kinds, time.Since(start).Round(time.Millisecond))
	total := 0
	for _, n := range kinds {
		total += n
	}
	if total < 10_000 {
		t.Errorf("%d cases, want 10,000", total)
	}
	for _, kind := range []string{"refused", "lagging", "0 steps", "1 steps", "3 steps", "5 steps"} {
		if kinds[kind] < 30 {
			t.Errorf("%d cases of the kind %q, want 30", kinds[kind], kind)
		}
	}
}

// lagging reports whether the pool cannot stay beside the next minor version.
func (d drawn) lagging() bool {
	return d.to.minor > d.controlPlane.minor && d.pool.minor < d.controlPlane.minor+1-3
}

// broughtUp is the plan of a cluster whose pool lags: by the last patch of the
// present minor version.
func (d drawn) broughtUp(plan []string) (_ []string, refused bool) {
	last := d.controlPlane
	for _, r := range d.available {
		if r.minor == last.minor && r.patch > last.patch {
			last = r
		}
	}
	if last == d.controlPlane {
		return nil, true
	}
	return append([]string{last.String()}, plan...), false
}

// way is a library whose profile has a version 1.N.0 for the Nth Kubernetes
// version, with one cluster.
type way struct {
	*profile.Workspace
	stacks map[release]*profile.Stack
}

func newWay(t *testing.T, available []release) way {
	t.Helper()
	files := fstest.MapFS{
		"hubs/hub.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: hub}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
		"fleet/c.yaml":  {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c, namespace: fleet}\nspec: {profiles: [base]}\n")},
	}
	for i, r := range available {
		files[fmt.Sprintf("library/base/1.%d.0/profile.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.%d.0
  owner: platform
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: network, kind: Network, component: {none: simulated}}
  - {name: storage, kind: Storage, component: {none: simulated}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: %s}}
`, i, strings.TrimPrefix(r.String(), "v"))}
	}
	ws, diags := profile.Load(files, profile.Layout{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	w := way{Workspace: ws, stacks: map[release]*profile.Stack{}}
	key := slices.Collect(ws.Clusters())[0]
	for i, r := range available {
		stack, diags := ws.ResolveAt(key, profile.Ref{Name: "base", Version: fmt.Sprintf("1.%d.0", i)})
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		w.stacks[r] = stack
	}
	return w
}

// path gives the versions of the control plane after the present one.
func (w way) path(t *testing.T, d drawn) ([]string, diag.Diagnostics) {
	t.Helper()
	kubelet, err := profile.ParseVersion(strings.TrimPrefix(d.pool.String(), "v"))
	if err != nil {
		t.Fatal(err)
	}
	route, diags := upgrade.Path(w.Workspace, w.stacks[d.controlPlane], w.stacks[d.to], upgrade.Options{Older: true, Kubelet: kubelet})
	if diags.HasErrors() {
		return nil, diags
	}
	return versions(strings.Join(route.Kubernetes()[1:], " ")), nil
}
