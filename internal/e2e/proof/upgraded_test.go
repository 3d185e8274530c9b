package proof_test

import (
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/render"
)

// A cluster moves over all versions of its infrastructure profile, one minor of
// Kubernetes with each: its new class set first, then class and version in one
// write. Every Machine is a new one of the new version, and class sets that
// nobody refers to can be removed; those in use cannot. Versions of equal class
// content share a set, which stays.
func TestUpgraded(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	f := exampleIn(t, s.Namespace(t), labelled)
	key := f.key(t, "store-0002")
	cluster := client.ObjectKey{Namespace: key.Namespace, Name: key.Name}
	sets, pruned := map[string]render.Set{}, 0
	for hop, version := range infrastructures {
		b := f.at(t, key, version)
		set := b.Shared()[0]
		sets[set.Name] = set
		machines := s.machines(t, cluster)
		s.applyAll(t, shared(b))
		s.variablesReady(t, shared(b))
		start := time.Now()
		s.applyAll(t, own(b))
		s.settle(t, cluster)
		t.Logf("%s after %s", version, time.Since(start).Round(time.Second))
		s.provisioned(t, key, blueprint(key.Name, version))
		for pool, names := range s.machines(t, cluster) {
			if fate := fateOf(machines[pool], names); hop > 0 && fate != fmt.Sprintf("replaced %d", len(names)) {
				t.Errorf("%s: pool %s: %s, want all %d machines replaced", version, pool, fate, len(names))
			}
		}
		if err := s.removeSet(t, set); err == nil {
			t.Errorf("%s: the class set in use could be removed", version)
		}
		pruned += s.prune(t, cluster.Namespace, sets)
		s.inSync(t, "after pruning", b.Objects(render.Hub))
	}
	if len(sets) != 2 || pruned != 1 {
		t.Errorf("pruned %d of %d class sets, want 1 of 2", pruned, len(sets))
	}
}

// Pools are upgraded by name, and behind those that they name with upgradeAfter,
// also where the pools were there in another order before.
func TestUpgradedInOrder(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	namespace := s.Namespace(t)
	slow := func(version string, after ...any) probe {
		p := newProbe()
		for _, class := range []string{"general", "edge"} {
			p.set("2s", "classes", class, "machine", "spec", "backend", "inMemory", "vm", "provisioning", "startupDuration")
		}
		p.version = version
		return p.pool(0, "upgradeAfter", after)
	}
	want := map[string][]any{"by-name": nil, "turned": {"b"}}
	for _, version := range []string{"1.34.2", "1.35.0"} {
		for name, after := range want {
			if version == "1.34.2" {
				after = nil
			}
			f := slow(version, after...).load(t, namespace, name)
			b := f.bundle(t, f.key(t, name))
			s.applyAll(t, shared(b))
			s.variablesReady(t, shared(b))
			s.applyAll(t, own(b))
		}
		for name := range want {
			s.settle(t, client.ObjectKey{Namespace: namespace, Name: name})
		}
	}
	for name, after := range want {
		made := s.made(t, client.ObjectKey{Namespace: namespace, Name: name})
		if !made[controlPlane].Before(made["a"]) || !made[controlPlane].Before(made["b"]) || made["a"].Before(made["b"]) == (after != nil) {
			t.Errorf("%s: machines were made at %v, want a behind b: %v", name, made, after != nil)
		}
	}
}

// made says when the machine of each pool was made.
func (s server) made(t *testing.T, cluster client.ObjectKey) map[string]time.Time {
	t.Helper()
	all, err := s.of(t.Context(), cluster, coreGroup, "Machine")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]time.Time{}
	for _, m := range all {
		out[poolOf(m)] = m.GetCreationTimestamp().Time
	}
	return out
}

// prune removes the class sets that no Cluster of the namespace refers to and
// tells how many.
func (s server) prune(t *testing.T, namespace string, sets map[string]render.Set) int {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(schema.GroupVersionKind{Group: coreGroup, Version: "v1beta2", Kind: "Cluster"})
	if err := s.client.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, c := range list.Items {
		name, _, _ := unstructured.NestedString(c.Object, "spec", "topology", "classRef", "name")
		used[name] = true
	}
	removed := 0
	for name, set := range sets {
		if used[name] || s.read(t, set.Items[0].Object) == nil {
			continue
		}
		if err := s.removeSet(t, set); err != nil {
			t.Error(err)
		}
		for _, item := range set.Items {
			if live := s.read(t, item.Object); live != nil {
				t.Errorf("%s was removed and is there still", objects.Describe(live))
			}
		}
		removed++
	}
	return removed
}

// removeSet removes a set in the order that keeps what refers to something from
// outliving it: the ClusterClass, which Cluster API guards, before its templates.
func (s server) removeSet(t *testing.T, set render.Set) error {
	t.Helper()
	for i := len(set.Items) - 1; i >= 0; i-- {
		if err := s.client.Delete(t.Context(), set.Items[i].Unstructured()); err != nil {
			return err
		}
	}
	return nil
}
