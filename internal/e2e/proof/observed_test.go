package proof_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
)

// batch bounds how many clusters are observed at a time.
const batch = 6

// Which Machines Cluster API really replaces for a kind of change is what
// testdata/observed.txt says. Three kinds are always observed, all of them with
// DAYZERO_E2E=full.
func TestUpgradedObserved(t *testing.T) {
	t.Parallel()
	s := hub(t)
	picked := changes
	if os.Getenv(e2etest.Variable) != "full" {
		picked = slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return !c.always })
	}
	kept := readTable(t)
	seen := map[string]string{}
	for some := range slices.Chunk(picked, batch) {
		maps.Copy(seen, s.observe(t, some))
	}
	if *update {
		maps.Copy(kept, seen)
		writeTable(t, kept)
		return
	}
	want := map[string]string{}
	for _, c := range picked {
		want[c.name] = kept[c.name]
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("%s: -want +got:\n%s", observedFile, diff)
	}
}

// What render.Diff predicts of each change stands in the table beside what was
// observed; where the two disagree is said there by name. This needs no server.
func TestUpgradedPredicted(t *testing.T) {
	t.Parallel()
	kept := readTable(t)
	for _, c := range changes {
		if kept[c.name] == "" {
			t.Errorf("%s was never observed", c.name)
		}
	}
	if len(kept) > len(changes) {
		t.Errorf("%s has %d rows for %d changes", observedFile, len(kept), len(changes))
	}
	if *update {
		writeTable(t, kept)
		return
	}
	data, err := os.ReadFile(observedFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), table(t, kept)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", observedFile, diff)
	}
}

// experiment is a change made to a cluster of its own.
type experiment struct {
	change
	cluster    client.ObjectKey
	have, want render.Bundle
	before     map[string][]string
}

// observe makes each change to a settled cluster and tells what became of it.
func (s server) observe(t *testing.T, some []change) map[string]string {
	t.Helper()
	namespace := s.Namespace(t)
	var all []*experiment
	for i, c := range some {
		e := &experiment{change: c, cluster: client.ObjectKey{Namespace: namespace, Name: fmt.Sprintf("probe-%d", i)}}
		e.have, e.want = c.pair(t, e.cluster)
		all = append(all, e)
		s.applyAll(t, shared(e.have))
		s.applyAll(t, shared(e.want))
	}
	for _, e := range all {
		s.variablesReady(t, shared(e.want))
		s.applyAll(t, own(e.have))
	}
	for _, e := range all {
		s.settle(t, e.cluster)
		e.before = s.machines(t, e.cluster)
	}
	for _, e := range all {
		s.applyAll(t, own(e.want))
	}
	rows := map[string]string{}
	for _, e := range all {
		s.settle(t, e.cluster)
		rows[e.name] = fates(e.before, s.machines(t, e.cluster))
		t.Logf("%s: %s", e.name, rows[e.name])
	}
	return rows
}

// pair renders a probe before and after a change.
func (c change) pair(t *testing.T, cluster client.ObjectKey) (have, want render.Bundle) {
	t.Helper()
	bundle := func(p probe) render.Bundle {
		f := p.load(t, cluster.Namespace, cluster.Name)
		return f.bundle(t, f.key(t, cluster.Name))
	}
	return bundle(newProbe()), bundle(c.make(newProbe()))
}

// fates tells what became of each pool's machines.
func fates(before, after map[string][]string) string {
	pools := maps.Clone(before)
	maps.Copy(pools, after)
	var out []string
	for _, pool := range slices.Sorted(maps.Keys(pools)) {
		out = append(out, pool+": "+fateOf(before[pool], after[pool]))
	}
	return strings.Join(out, ", ")
}

// fateOf compares a pool's machines. Those that went while others came were
// replaced.
func fateOf(before, after []string) string {
	gone, kept := 0, 0
	for _, name := range before {
		if slices.Contains(after, name) {
			kept++
		} else {
			gone++
		}
	}
	came := len(after) - kept
	swapped := min(gone, came)
	var parts []string
	for _, part := range []struct {
		what string
		n    int
	}{{"kept", kept}, {"replaced", swapped}, {"added", came - swapped}, {"removed", gone - swapped}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", part.what, part.n))
		}
	}
	return strings.Join(parts, " ")
}

// predictedPools are the pools of which render.Diff says that nodes roll: those
// that a rolled template is for; of a change to the Cluster itself, all.
func predictedPools(have, want render.Bundle) []string {
	users := templateUsers(want)
	var out []string
	for _, c := range render.Diff(have, want) {
		if c.Impact != profile.NodeRoll {
			continue
		}
		if c.Key.Kind == "Cluster" || c.Key.Kind == "ClusterClass" {
			for _, pools := range users {
				out = append(out, pools...)
			}
		}
		out = append(out, users[c.Key.Kind+"/"+c.Key.Name]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// templateUsers gives the pools for which each template of a class set is.
func templateUsers(b render.Bundle) map[string][]string {
	var class, cluster map[string]any
	for _, o := range b.Objects(render.Hub) {
		switch o.Key().Kind {
		case "ClusterClass":
			class = o.Unstructured().Object
		case "Cluster":
			cluster = o.Unstructured().Object
		}
	}
	users := map[string][]string{}
	use := func(pool string, from map[string]any, path ...string) {
		ref, _, _ := unstructured.NestedMap(from, append(path, "templateRef")...)
		id := fmt.Sprintf("%v/%v", ref["kind"], ref["name"])
		users[id] = append(users[id], pool)
	}
	use(controlPlane, class, "spec", "controlPlane")
	use(controlPlane, class, "spec", "controlPlane", "machineInfrastructure")
	classes, _, _ := unstructured.NestedSlice(class, "spec", "workers", "machineDeployments")
	pools, _, _ := unstructured.NestedSlice(cluster, "spec", "topology", "workers", "machineDeployments")
	for _, p := range pools {
		for _, c := range classes {
			if p.(map[string]any)["class"] == c.(map[string]any)["class"] {
				use(p.(map[string]any)["name"].(string), c.(map[string]any), "bootstrap")
				use(p.(map[string]any)["name"].(string), c.(map[string]any), "infrastructure")
			}
		}
	}
	return users
}
