package proof_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/render"
)

// composed is a workspace whose clusters come from a profile that extends an
// abstract one, presets, two overlays, one of which adds a profile, and default
// pools.
const composed = "testdata/composed"

// What such clusters are composed to is accepted, on the hub and inside.
func TestAcceptedComposed(t *testing.T) {
	t.Parallel()
	s, inside := hub(t), workload(t)
	f := workspaceIn(t, composed, s.Namespace(t))
	for key := range f.Clusters() {
		b := f.bundle(t, key)
		s.applyAll(t, shared(b))
		s.variablesReady(t, shared(b))
		if notRun := accepted(t, s.dryRun(t.Context(), own(b))); notRun != nil {
			t.Errorf("not run: %q", notRun)
		}
		s.unchangedByApply(t, shared(b))
		accepted(t, inside.dryRun(t.Context(), b.Objects(render.Workload)))
	}
}

// composedSize is how many compositions are drawn.
const composedSize = 40

// So is a generated family of compositions.
func TestAcceptedComposedFamily(t *testing.T) {
	t.Parallel()
	s := hub(t)
	s.acceptedFamily(t, compositions(s.Namespace(t)), composedSize)
}

// Clusters so composed become available, with the machines that are said here by
// hand.
func TestProvisionedComposed(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	f := workspaceIn(t, composed, s.Namespace(t))
	for _, name := range []string{"corner", "market"} {
		b := f.bundle(t, f.key(t, name))
		s.applyAll(t, shared(b))
		s.variablesReady(t, shared(b))
		s.applyAll(t, own(b))
	}
	for name, want := range map[string][]node{
		// Default pools, with fewer cameras; both overlays, and what they add.
		"corner": composedNodes(1, "image-gc-high-threshold=70", "max-pods=80", "protect-kernel-defaults=true", "registry-qps=2", "system-reserved=memory=256Mi"),
		// Its own choices over those of the overlay for all.
		"market": composedNodes(2, "max-pods=90", "protect-kernel-defaults=true", "system-reserved=memory=4Gi"),
	} {
		key := f.key(t, name)
		s.settle(t, client.ObjectKey{Namespace: key.Namespace, Name: key.Name})
		s.provisioned(t, key, want)
	}
}

func composedNodes(cameras int, arguments ...string) []node {
	const version = "v1.35.0"
	camera := node{Pool: "cameras", Version: version, Kubelet: version, KubeletArgs: arguments, Taints: []string{"example.com/edge=true:NoSchedule"}}
	var out []node
	for range cameras {
		out = append(out, camera)
	}
	return append(out,
		node{Pool: controlPlane, Version: version, Kubelet: version, KubeletArgs: arguments},
		node{Pool: "tills", Version: version, Kubelet: version, KubeletArgs: arguments, Labels: map[string]string{"example.com/rack": "front"}})
}

// compositions gives shapes whose base is extended, and whose cluster is matched
// by an overlay.
func compositions(namespace string) *rapid.Generator[shape] {
	return rapid.Custom(func(t *rapid.T) shape {
		d := draw{t}
		classes := d.names(1, 3, 30)
		files := d.shape(namespace, classes)
		pools := d.cluster(classes)["pools"]
		files["library/store/1.0.0/profile.yaml"] = document("Profile", tree{"name": "store"}, d.store(pools))
		files["library/agent/1.0.0/profile.yaml"] = document("Profile", tree{"name": "agent"}, d.agent())
		files["library/overlays/edge/1.0.0/overlay.yaml"] = document("Overlay", tree{"name": "edge"}, d.overlay())
		cluster := tree{"profiles": []any{"store", "add-on"}, "pools": d.some(tree{"controlPlane": tree{"replicas": 3}})}
		files["fleet/cluster.yaml"] = document("Cluster", tree{"name": d.names(1, 1, 50)[0], "namespace": namespace, "labels": tree{"tier": "edge"}},
			d.with(cluster, tree{"presets": tree{"size": one(d, "small", "large")}, "variables": tree{"podCIDR": "10.2.0.0/16"}}))
		return files
	})
}

// with adds some fields to a tree.
func (d draw) with(to, fields tree) tree {
	for name, field := range d.some(fields) {
		to[name] = field
	}
	return to
}

func (d draw) store(pools any) tree {
	preset := func(name string) tree {
		return tree{"group": "size", "name": name, "layers": []any{tree{"layer": "kubernetes", "capi": d.some(tree{
			"nodes":        tree{"nodeRegistration": d.reserved()},
			"controlPlane": tree{"class": tree{"deletion": d.deletion()}},
			"workers":      tree{"class": tree{"minReadySeconds": d.number(0, 10)}},
		})}}}
	}
	kubernetes := tree{"name": "kubernetes", "component": tree{"version": one(d, "1.34.2", "1.35.0")},
		"capi": tree{"nodes": d.some(tree{"config": d.some(d.machineConfig())})}}
	return d.with(tree{
		"version": "1.0.0", "owner": "stores", "kind": "Infrastructure", "extends": "base@1.0.0", "pools": pools,
		"presets": []any{preset("small"), preset("large")},
		"layers":  []any{kubernetes, tree{"name": "extra", "kind": "AddOn", "component": tree{"name": "extra", "version": "1.0.0"}, "capi": d.some(tree{"nodes": tree{"config": tree{"files": []any{tree{"path": "/etc/extra", "content": "x"}}}}})}},
	}, tree{"variables": []any{tree{"name": "maxPods", "default": d.number(30, 250)}}})
}

func (d draw) agent() tree {
	return tree{"version": "1.0.0", "owner": "edge", "kind": "AddOn", "layers": []any{
		tree{"name": "agent", "kind": "AddOn", "component": tree{"name": "agent", "version": "1.0.0"}, "capi": d.some(tree{
			"nodes":        tree{"config": tree{"files": []any{tree{"path": "/etc/agent", "content": "on"}}, "preKubeadmCommands": []any{"true"}}},
			"controlPlane": tree{"class": tree{"metadata": tree{"labels": tree{"example.com/agent": "on"}}}},
		})},
	}}
}

func (d draw) overlay() tree {
	return d.with(tree{
		"version": "1.0.0", "owner": "edge", "order": 200, "selector": one(d, tree{}, tree{"matchLabels": tree{"tier": "edge"}}), "profiles": []any{"agent@1.0.0"},
		"layers": []any{tree{"layer": "kubernetes", "capi": tree{"nodes": tree{"nodeRegistration": d.reserved()}}}},
	}, tree{"presets": tree{"size": "small"}, "variables": tree{"podCIDR": "10.3.0.0/16"}})
}

// reserved is a kubelet argument of one name, so that documents change each
// other's.
func (d draw) reserved() tree {
	return tree{"kubeletExtraArgs": []any{tree{"name": "system-reserved", "value": fmt.Sprintf("memory=%dMi", d.number(64, 512))}}}
}
