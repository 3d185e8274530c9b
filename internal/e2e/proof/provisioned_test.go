package proof_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
)

// Clusters of every version of the infrastructure profile become available, and
// have the machines that their blueprint says: one with three control-plane
// machines, one with two pools of different classes, one of another region.
func TestProvisioned(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	f := exampleIn(t, s.Namespace(t))
	start := time.Now()
	clusters := []string{"store-0001", "store-0005", "store-0002"}
	for i, name := range clusters {
		b := f.at(t, f.key(t, name), infrastructures[i])
		s.applyAll(t, shared(b))
		s.variablesReady(t, shared(b))
		s.applyAll(t, own(b))
	}
	for i, name := range clusters {
		key := f.key(t, name)
		s.settle(t, client.ObjectKey{Namespace: key.Namespace, Name: key.Name})
		t.Logf("%s at %s after %s", name, infrastructures[i], time.Since(start).Round(time.Second))
		s.provisioned(t, f, f.at(t, key, infrastructures[i]), infrastructures[i])
	}
}

// node is what is compared of a machine.
type node struct {
	Pool, Version string
	Taints        []string
	KubeletArgs   []string
	Labels        map[string]string // those of the blueprint
}

// provisioned compares a settled cluster's machines with its blueprint: the
// documents, not what was rendered of them.
func (s server) provisioned(t *testing.T, f fleet, b render.Bundle, infrastructure profile.Ref) {
	t.Helper()
	cluster, _ := f.Cluster(b.Key())
	want := blueprint(t, f, cluster, infrastructure)
	key := client.ObjectKey{Namespace: b.Key().Namespace, Name: b.Key().Name}
	machines, err := s.of(t.Context(), key, coreGroup, "Machine")
	if err != nil {
		t.Fatal(err)
	}
	var got []node
	for _, m := range machines {
		got = append(got, s.node(t, m, want))
	}
	order := func(a, b node) int { return strings.Compare(a.Pool, b.Pool) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s at %s: -blueprint +machines:\n%s", b.Key(), infrastructure, diff)
	}
	versions := s.nodeVersions(t, key)
	if diff := cmp.Diff(slices.Repeat([]string{kubernetesVersion(t, f, b.Key(), infrastructure)}, len(want)), versions); diff != "" {
		t.Errorf("%s at %s: versions of nodes: -want +got:\n%s", b.Key(), infrastructure, diff)
	}
}

// blueprint is what the example's documents say of a cluster's machines. What
// the profile says of its classes is written out here by hand.
func blueprint(t *testing.T, f fleet, cluster profile.Cluster, infrastructure profile.Ref) []node {
	t.Helper()
	version := kubernetesVersion(t, f, f.key(t, cluster.Metadata.Name), infrastructure)
	hardened := "protect-kernel-defaults=true"
	var out []node
	for range *cluster.Spec.Pools.ControlPlane.Replicas {
		out = append(out, node{Pool: controlPlane, Version: version, KubeletArgs: []string{hardened}})
	}
	for _, pool := range cluster.Spec.Pools.Workers {
		n := node{Pool: pool.Name, Version: version, KubeletArgs: []string{hardened}, Labels: pool.Labels}
		if pool.Class == "edge" {
			n.Taints = []string{"example.com/edge=true:NoSchedule"}
		}
		if infrastructure.Version != "1.0.0" {
			n.KubeletArgs = append([]string{"max-pods=110"}, n.KubeletArgs...)
		}
		for range *pool.Replicas {
			out = append(out, n)
		}
	}
	return out
}

// node reads what became of a machine: its version from the Machine, taints and
// kubelet arguments from its own bootstrap configuration.
func (s server) node(t *testing.T, machine *objects.Object, want []node) node {
	t.Helper()
	version, _, _ := unstructured.NestedString(machine.Object, "spec", "version")
	n := node{Pool: poolOf(machine), Version: version}
	name, _, _ := unstructured.NestedString(machine.Object, "spec", "bootstrap", "configRef", "name")
	config := objects.Parse("{apiVersion: bootstrap.cluster.x-k8s.io/v1beta2, kind: KubeadmConfig}")[0]
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: machine.GetNamespace(), Name: name}, config); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"joinConfiguration", "initConfiguration"} {
		registration, found, _ := unstructured.NestedMap(config.Object, "spec", form, "nodeRegistration")
		if !found {
			continue
		}
		n.Taints = texts(registration["taints"], func(m map[string]any) string { return fmt.Sprintf("%v=%v:%v", m["key"], m["value"], m["effect"]) })
		n.KubeletArgs = texts(registration["kubeletExtraArgs"], func(m map[string]any) string { return fmt.Sprintf("%v=%v", m["name"], m["value"]) })
		break
	}
	for _, w := range want {
		if w.Pool == n.Pool && w.Labels != nil {
			n.Labels = maps.Clone(machine.GetLabels())
			maps.DeleteFunc(n.Labels, func(k, _ string) bool { _, ok := w.Labels[k]; return !ok })
		}
	}
	return n
}

func texts(list any, text func(map[string]any) string) []string {
	items, _ := list.([]any)
	var out []string
	for _, item := range items {
		out = append(out, text(item.(map[string]any)))
	}
	slices.Sort(out)
	return out
}

// nodeVersions asks the cluster itself for the kubelet versions of its Nodes.
func (s server) nodeVersions(t *testing.T, cluster client.ObjectKey) []string {
	t.Helper()
	secret := &corev1.Secret{}
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Name + "-kubeconfig"}, secret); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(secret.Data["value"])
	if err != nil {
		t.Fatal(err)
	}
	inside, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nodes := &corev1.NodeList{}
	if err := inside.List(ctx, nodes); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range nodes.Items {
		out = append(out, n.Status.NodeInfo.KubeletVersion)
	}
	slices.Sort(out)
	return out
}
