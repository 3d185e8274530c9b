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
	f := exampleIn(t, s.Namespace(t), labelled)
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
		s.provisioned(t, key, blueprint(name, infrastructures[i]))
	}
}

// How long a cluster of one control-plane machine and one worker takes to become
// available, alone and as one of ten, is in the log; docs/testing.md says what is
// wanted of a quiet machine. It is the only test while it runs.
func TestProvisionedInTime(t *testing.T) {
	e2etest.Full(t)
	s := hub(t)
	f := exampleIn(t, s.Namespace(t), small)
	var all []render.Object
	for key := range f.Clusters() {
		if cluster, _ := f.Cluster(key); len(cluster.Spec.Pools.Workers) == 1 && len(all) < 11 {
			b := f.at(t, key, infrastructures[2])
			s.applyAll(t, shared(b))
			s.variablesReady(t, shared(b))
			all = append(all, own(b)...)
		}
	}
	t.Logf("1+1 available after %s", s.available(t, all[:1]))
	t.Logf("%d more, side by side, after %s", len(all[1:]), s.available(t, all[1:]))
}

// small leaves one machine to each pool of the example.
var small = strings.NewReplacer("replicas: 3", "replicas: 1", "replicas: 2", "replicas: 1")

// available applies Clusters and tells how long it takes until all are available.
func (s server) available(t *testing.T, clusters []render.Object) time.Duration {
	t.Helper()
	start := time.Now()
	s.applyAll(t, clusters)
	for _, c := range clusters {
		s.WaitCondition(t, c.Unstructured(), patience, "Available", "True")
	}
	return time.Since(start).Round(100 * time.Millisecond)
}

// labelled gives labels to pools of the example, which has none. Cluster API
// copies those of one prefix to Nodes.
var labelled = strings.NewReplacer(
	"controlPlane: {", "controlPlane: {labels: {example.com/rack: head}, ",
	"class: edge, ", "class: edge, labels: {example.com/rack: shed, node-restriction.kubernetes.io/zone: attic}, ",
)

// node is what is compared of a machine and its Node.
type node struct {
	Pool, Version string
	Taints        []string
	KubeletArgs   []string
	Labels        map[string]string // without those of Cluster API itself
	Kubelet       string            // version that the Node says
	NodeLabels    map[string]string // those that Cluster API copied
}

// blueprint is what the documents say of the machines of a cluster. It is
// written out here by hand, so that what reads them is not trusted.
func blueprint(name string, infrastructure profile.Ref) []node {
	version := map[string]string{"1.0.0": "v1.33.6", "1.1.0": "v1.34.2", "1.2.0": "v1.35.0"}[infrastructure.Version]
	hardened := []string{"protect-kernel-defaults=true"}
	head := node{Pool: controlPlane, Version: version, KubeletArgs: hardened, Kubelet: version, Labels: map[string]string{"example.com/rack": "head"}}
	general := node{Pool: "general", Version: version, KubeletArgs: hardened, Kubelet: version}
	if infrastructure.Version != "1.0.0" {
		general.KubeletArgs = []string{"max-pods=110", "protect-kernel-defaults=true"}
	}
	edge := general
	edge.Pool, edge.Taints = "edge", []string{"example.com/edge=true:NoSchedule"}
	edge.Labels = map[string]string{"example.com/rack": "shed", "node-restriction.kubernetes.io/zone": "attic"}
	edge.NodeLabels = map[string]string{"node-restriction.kubernetes.io/zone": "attic"}
	return map[string][]node{
		"store-0001": {head, head, head, general},
		"store-0002": {head, general, general},
		"store-0005": {head, edge, general, general},
	}[name]
}

// provisioned compares a settled cluster's machines and Nodes with a blueprint,
// which is sorted by pool.
func (s server) provisioned(t *testing.T, cluster profile.Key, want []node) {
	t.Helper()
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Name}
	machines, err := s.of(t.Context(), key, coreGroup, "Machine")
	if err != nil {
		t.Fatal(err)
	}
	inside := s.inside(t, key)
	var got []node
	for _, m := range machines {
		got = append(got, s.node(t, m, inside))
	}
	slices.SortFunc(got, func(a, b node) int { return strings.Compare(a.Pool, b.Pool) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -blueprint +machines:\n%s", cluster, diff)
	}
	if len(inside) != len(want) {
		t.Errorf("%s: it has %d Nodes, want %d", cluster, len(inside), len(want))
	}
}

// node reads what became of a machine: its version and labels from the Machine,
// taints and kubelet arguments from its own bootstrap configuration, and what
// its Node says.
func (s server) node(t *testing.T, machine *objects.Object, inside map[string]corev1.Node) node {
	t.Helper()
	version, _, _ := unstructured.NestedString(machine.Object, "spec", "version")
	ref, _, _ := unstructured.NestedString(machine.Object, "status", "nodeRef", "name")
	n := node{
		Pool: poolOf(machine), Version: version, Labels: ownLabels(machine.GetLabels()),
		Kubelet: inside[ref].Status.NodeInfo.KubeletVersion, NodeLabels: copiedLabels(inside[ref].Labels),
	}
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
	return n
}

// ownLabels leaves out Cluster API's own labels of a Machine.
func ownLabels(labels map[string]string) map[string]string {
	return selected(labels, func(key string) bool {
		domain, _, _ := strings.Cut(key, "/")
		return !strings.HasSuffix(domain, "cluster.x-k8s.io") && key != "machine-template-hash"
	})
}

func copiedLabels(labels map[string]string) map[string]string {
	return selected(labels, func(key string) bool { return strings.HasPrefix(key, "node-restriction.kubernetes.io/") })
}

// selected gives the labels whose keys are wanted, nil when there are none.
func selected(labels map[string]string, wanted func(key string) bool) map[string]string {
	out := maps.Clone(labels)
	maps.DeleteFunc(out, func(key, _ string) bool { return !wanted(key) })
	if len(out) == 0 {
		return nil
	}
	return out
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

// inside asks a cluster itself for its Nodes, by name.
func (s server) inside(t *testing.T, cluster client.ObjectKey) map[string]corev1.Node {
	t.Helper()
	secret := &corev1.Secret{}
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Name + "-kubeconfig"}, secret); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(secret.Data["value"])
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nodes := &corev1.NodeList{}
	if err := c.List(ctx, nodes); err != nil {
		t.Fatal(err)
	}
	out := map[string]corev1.Node{}
	for _, n := range nodes.Items {
		out[n.Name] = n
	}
	return out
}
