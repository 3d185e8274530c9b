package proof_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

const (
	coreGroup    = "cluster.x-k8s.io"
	planeGroup   = "controlplane.cluster.x-k8s.io"
	clusterLabel = "cluster.x-k8s.io/cluster-name"
	poolLabel    = "topology.cluster.x-k8s.io/deployment-name"
)

// controlPlane is the name under which the control plane's machines are counted
// among the pools.
const controlPlane = "control plane"

// quiet is how long nothing may move before a cluster counts as settled.
const quiet = 3 * time.Second

// of lists the objects of a kind that belong to a cluster.
func (s server) of(ctx context.Context, cluster client.ObjectKey, group, kind string) ([]*objects.Object, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(schema.GroupVersionKind{Group: group, Version: "v1beta2", Kind: kind})
	if err := s.client.List(ctx, list, client.InNamespace(cluster.Namespace), client.MatchingLabels{clusterLabel: cluster.Name}); err != nil {
		return nil, err
	}
	var out []*objects.Object
	for i := range list.Items {
		out = append(out, &list.Items[i])
	}
	return out, nil
}

// machines gives the names of a cluster's Machines by pool, sorted.
func (s server) machines(t testing.TB, cluster client.ObjectKey) map[string][]string {
	t.Helper()
	all, err := s.of(t.Context(), cluster, coreGroup, "Machine")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, m := range all {
		out[poolOf(m)] = append(out[poolOf(m)], m.GetName())
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

func poolOf(o *objects.Object) string {
	if pool := o.GetLabels()[poolLabel]; pool != "" {
		return pool
	}
	return controlPlane
}

// settle waits until a cluster is available at its newest generation, all of
// its machines are up to date, and nothing has moved for a while.
func (s server) settle(t testing.TB, cluster client.ObjectKey) {
	t.Helper()
	live := objects.New(schema.GroupVersionKind{Group: coreGroup, Version: "v1beta2", Kind: "Cluster"}, cluster.Namespace, cluster.Name)
	var since time.Time
	var last string
	s.Wait(t, live, patience, func(o *objects.Object) error {
		state, err := s.state(t.Context(), o, cluster)
		if err == nil && state == last && time.Since(since) > quiet {
			return nil
		}
		if state != last || err != nil {
			since, last = time.Now(), state
		}
		if err == nil {
			err = fmt.Errorf("everything is there, for %s", time.Since(since).Round(time.Second))
		}
		return err
	})
}

// state tells what a cluster still lacks, and a text that changes when
// something moves.
func (s server) state(ctx context.Context, cluster *objects.Object, key client.ObjectKey) (string, error) {
	for _, condition := range []string{"TopologyReconciled", "Available"} {
		if err := objects.Condition(condition, "True")(cluster); err != nil {
			return "", err
		}
	}
	if err := objects.Condition("RollingOut", "False")(cluster); err != nil {
		return "", err
	}
	planes, err := s.of(ctx, key, planeGroup, "KubeadmControlPlane")
	if err != nil {
		return "", err
	}
	deployments, err := s.of(ctx, key, coreGroup, "MachineDeployment")
	if err != nil {
		return "", err
	}
	machines, err := s.of(ctx, key, coreGroup, "Machine")
	if err != nil {
		return "", err
	}
	return stateOf(slices.Concat(planes, deployments), machines)
}

// stateOf is the state of a cluster's control plane, pools and machines.
func stateOf(sets, machines []*objects.Object) (string, error) {
	var state strings.Builder
	want := 0
	for _, o := range sets {
		replicas := number(o, "spec", "replicas")
		want += replicas
		for _, of := range []string{"replicas", "upToDateReplicas", "readyReplicas", "availableReplicas"} {
			if have := number(o, "status", of); have != replicas {
				return "", fmt.Errorf("%s has %d %s, wants %d", objects.Describe(o), have, of, replicas)
			}
		}
		if seen := number(o, "status", "observedGeneration"); seen != int(o.GetGeneration()) {
			return "", fmt.Errorf("%s is seen at generation %d, is at %d", objects.Describe(o), seen, o.GetGeneration())
		}
		fmt.Fprintln(&state, o.GetName(), o.GetGeneration())
	}
	if len(machines) != want {
		return "", fmt.Errorf("there are %d machines, want %d", len(machines), want)
	}
	for _, m := range machines {
		if err := objects.Condition("Ready", "True")(m); err != nil {
			return "", fmt.Errorf("%s: %w", objects.Describe(m), err)
		}
		fmt.Fprintln(&state, m.GetName(), m.GetGeneration())
	}
	return state.String(), nil
}

func number(o *objects.Object, path ...string) int {
	n, _, err := unstructured.NestedInt64(o.Object, path...)
	if err != nil {
		return -1
	}
	return int(n)
}
