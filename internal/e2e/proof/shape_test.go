package proof_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// tree is a mapping of a document.
type tree = map[string]any

// shape is a generated workspace of one cluster, as files: an infrastructure
// profile, an add-on that contributes to the same class, and the cluster.
type shape fstest.MapFS

// String is how a failing shape is reported: as the files to reproduce it.
func (s shape) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "\n-- %s --\n%s", name, s[name].Data)
	}
	return b.String()
}

// shapes gives the family whose classes and clusters are in namespace. What
// is drawn is meant to be valid: a server that refuses one tells a mistake.
func shapes(namespace string) *rapid.Generator[shape] {
	return rapid.Custom(func(t *rapid.T) shape {
		d := draw{t}
		return d.shape(namespace, d.names(1, 3, 30))
	})
}

// shape is a workspace whose base has worker classes of those names.
func (d draw) shape(namespace string, classes []string) shape {
	return shape{
		"library/base/1.0.0/profile.yaml":   document("Profile", tree{"name": "base"}, d.base(classes)),
		"library/add-on/1.0.0/profile.yaml": document("Profile", tree{"name": "add-on"}, d.addOn()),
		"hubs/hub.yaml":                     document("Hub", tree{"name": "hub"}, tree{"clusterAPI": tree{"version": "1.14.2"}, "classNamespace": namespace}),
		"fleet/cluster.yaml": document("Cluster", tree{"name": d.names(1, 1, 50)[0], "namespace": namespace, "labels": d.labels()},
			d.cluster(classes)),
	}
}

func document(kind string, metadata, spec tree) *fstest.MapFile {
	data, err := yaml.Marshal(tree{"apiVersion": "dayzero.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec})
	if err != nil {
		panic(err) // trees of plain values always have a form
	}
	return &fstest.MapFile{Data: data}
}

// draw makes parts of shapes.
type draw struct{ *rapid.T }

func one[T any](d draw, from ...T) T { return rapid.SampledFrom(from).Draw(d.T, "one") }

func (d draw) number(low, high int) int { return rapid.IntRange(low, high).Draw(d.T, "number") }

// names are different names of at most longest letters.
func (d draw) names(low, high, longest int) []string {
	name := rapid.StringMatching(fmt.Sprintf(`[a-z]([-a-z0-9]{0,%d}[a-z0-9])?`, longest-2))
	return rapid.SliceOfNDistinct(name, low, high, rapid.ID).Draw(d.T, "names")
}

// some keeps each field of the tree or leaves it out.
func (d draw) some(fields tree) tree {
	out := tree{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if rapid.Bool().Draw(d.T, name) {
			out[name] = fields[name]
		}
	}
	return out
}

func (d draw) labels() tree {
	return d.some(tree{"tier": "edge", "example.com/team": "store-ops", "empty": "", "example.com/zone": "A_1.b"})
}

func (d draw) metadata() tree {
	return d.some(tree{"labels": d.labels(), "annotations": tree{"example.com/note": "keep: {this}, \"yes\" and 0x1F"}})
}

func (d draw) base(classes []string) tree {
	none := tree{"none": "simulated machines"}
	const provider = "infrastructure.cluster.x-k8s.io/v1beta2"
	return tree{
		"version": "1.0.0", "owner": "platform", "kind": "Infrastructure",
		"variables": []any{
			tree{"name": "podCIDR", "type": "cidr", "default": "10.244.0.0/16"},
			tree{"name": "maxPods", "type": "integer", "min": 30, "max": 250, "default": 110, "scope": one(d, "cluster", "pool")},
		},
		"layers": []any{
			tree{"name": "infrastructure", "kind": "Infrastructure", "component": tree{"name": "in-memory", "version": "1.14.0"}, "capi": tree{
				"infrastructure": tree{"apiVersion": provider, "kind": "DevClusterTemplate", "spec": tree{"backend": tree{"inMemory": tree{}}}},
				"nodes":          tree{"machine": tree{"apiVersion": provider, "kind": "DevMachineTemplate", "spec": tree{"backend": tree{"inMemory": d.simulated()}}}},
			}},
			tree{"name": "os", "kind": "OS", "component": none},
			tree{"name": "kubernetes", "kind": "Kubernetes", "component": tree{"name": "kubernetes", "version": one(d, "1.33.6", "1.34.2", "1.35.0")}, "capi": d.contribution(classes)},
			tree{"name": "cni", "kind": "Network", "component": none},
			tree{"name": "csi", "kind": "Storage", "component": none},
		},
	}
}

func (d draw) simulated() tree {
	provisioning := tree{"provisioning": tree{"startupDuration": one(d, "1s", "2m0s"), "startupJitter": one(d, "0.2", "0")}}
	return d.some(tree{"vm": provisioning, "node": provisioning, "apiServer": provisioning, "etcd": provisioning})
}

func (d draw) contribution(classes []string) tree {
	workers := tree{}
	for _, name := range classes {
		workers[name] = d.some(tree{"class": d.workerClass(), "bootstrap": tree{"metadata": d.metadata(), "spec": d.some(d.machineConfig())}})
	}
	return tree{
		"cluster": tree{"metadata": d.metadata(), "spec": d.some(tree{"clusterNetwork": d.some(tree{
			"pods": tree{"cidrBlocks": []any{"${vars.podCIDR}"}}, "services": tree{"cidrBlocks": []any{"10.96.0.0/12"}}, "serviceDomain": "cluster.local"})})},
		"nodes": d.some(tree{
			"nodeRegistration": d.some(tree{
				"kubeletExtraArgs": []any{tree{"name": "max-pods", "value": "${string(vars.maxPods)}"}, tree{"name": "feature-gates", "value": ""}},
				"taints":           []any{tree{"key": "example.com/new", "effect": "NoSchedule"}},
				"imagePullPolicy":  one(d, "Always", "IfNotPresent"),
			}),
			"config": d.some(d.machineConfig()),
		}),
		"controlPlane": d.some(tree{
			"template": tree{"metadata": d.metadata(), "spec": d.some(d.controlPlane())},
			"class":    d.some(tree{"metadata": d.metadata(), "healthCheck": d.healthCheck(), "deletion": d.deletion(), "readinessGates": []any{tree{"conditionType": "example.com/Warm"}}}),
		}),
		"classes": workers,
	}
}

func (d draw) machineConfig() tree {
	return tree{
		"files": []any{
			tree{"path": "/etc/plain", "content": "a\n  b: on\n\n", "permissions": "0644", "owner": "root:root"},
			tree{"path": "/etc/secret", "contentFrom": tree{"secret": tree{"name": "files", "key": "k"}}, "permissions": "0600"},
		},
		"users":               []any{tree{"name": "ops", "sudo": "ALL=(ALL) NOPASSWD:ALL", "sshAuthorizedKeys": []any{"ssh-ed25519 AAAA ops"}}},
		"preKubeadmCommands":  []any{"echo \"$${HOME}\" ", "swapoff -a"},
		"ntp":                 tree{"servers": []any{"0.pool.ntp.org"}, "enabled": one(d, true, false)},
		"format":              "cloud-config",
		"mounts":              []any{[]any{"LABEL=data", "/data", "ext4", "defaults"}},
		"bootCommands":        []any{"modprobe br_netfilter"},
		"verbosity":           d.number(0, 5),
		"postKubeadmCommands": []any{"true"},
	}
}

func (d draw) controlPlane() tree {
	arguments := tree{"extraArgs": []any{tree{"name": "v", "value": "2"}, tree{"name": "empty", "value": ""}}}
	return tree{
		"kubeadmConfigSpec": tree{"clusterConfiguration": d.some(tree{
			"apiServer": arguments, "controllerManager": arguments, "scheduler": arguments,
			"imageRepository": "registry.example.com/k8s", "featureGates": tree{"ControlPlaneKubeletLocalMode": true},
		})},
		"rollout":         d.some(tree{"strategy": tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": 1}}, "before": tree{"certificatesExpiryDays": one(d, 7, 90)}}),
		"remediation":     tree{"maxRetry": d.number(0, 5), "retryPeriodSeconds": d.number(0, 60)},
		"machineTemplate": tree{"metadata": d.metadata(), "spec": tree{"deletion": d.deletion()}},
	}
}

func (d draw) deletion() tree {
	return d.some(tree{"nodeDrainTimeoutSeconds": d.number(0, 3600), "nodeDeletionTimeoutSeconds": d.number(0, 3600)})
}

func (d draw) healthCheck() tree {
	return tree{"checks": tree{
		"nodeStartupTimeoutSeconds": one(d, 0, 30, 900),
		"unhealthyNodeConditions":   []any{tree{"type": "Ready", "status": "Unknown", "timeoutSeconds": 300}, tree{"type": "Ready", "status": "False", "timeoutSeconds": 0}},
	}}
}

func (d draw) workerClass() tree {
	return d.some(tree{
		"metadata": d.metadata(), "healthCheck": d.healthCheck(), "deletion": d.deletion(), "failureDomain": "zone-a", "minReadySeconds": d.number(0, 10),
		"rollout": one(d, tree{"strategy": tree{"type": "OnDelete"}},
			tree{"strategy": tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": "25%", "maxUnavailable": "10%"}}}),
	})
}

func (d draw) addOn() tree {
	const path = "/etc/kubernetes/admission/config.yaml"
	return tree{"version": "1.0.0", "owner": "security", "kind": "AddOn", "layers": []any{
		tree{"name": "hardening", "kind": "Security", "component": tree{"name": "hardening", "version": "1.0.0"}, "capi": d.some(tree{
			"controlPlane": tree{"template": tree{"spec": tree{"kubeadmConfigSpec": tree{
				"clusterConfiguration": tree{"apiServer": tree{"extraArgs": []any{tree{"name": "admission-control-config-file", "value": path}}}},
				"files":                []any{tree{"path": path, "permissions": "0600", "content": "kind: AdmissionConfiguration\n"}},
			}}}},
		})},
	}}
}

func (d draw) cluster(classes []string) tree {
	var workers []any
	for _, name := range d.names(0, 4, 40) {
		workers = append(workers, d.pool(name, one(d, classes...)))
	}
	spec := tree{
		"profiles": []any{"base", "add-on"}, "variables": tree{"podCIDR": one(d, "10.1.0.0/16", "fd00:10::/56")},
		"pools": tree{"controlPlane": tree{"replicas": one(d, 1, 3, 5), "labels": d.labels()}, "workers": workers},
	}
	if one(d, true, false) {
		spec["overrides"] = []any{tree{"layer": "kubernetes", "reason": "generated", "owner": "tests",
			"capi": tree{"nodes": tree{"nodeRegistration": tree{"criSocket": "unix:///run/containerd.sock"}}}}}
	}
	return spec
}

func (d draw) pool(name, class string) tree {
	out := tree{"name": name, "class": class, "labels": d.labels()}
	if one(d, true, false) {
		low := d.number(0, 3)
		out["autoscale"] = tree{"min": low, "max": low + d.number(0, 5)}
	} else {
		out["replicas"] = d.number(0, 50)
	}
	return out
}
