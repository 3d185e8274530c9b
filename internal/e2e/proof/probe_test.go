package proof_test

import (
	"testing"
	"testing/fstest"
)

// probe is a small cluster that one change at a time is made to: a control plane
// and two pools of one machine each, of different classes.
type probe struct {
	version      string
	capi         tree  // of the Kubernetes layer
	labels       tree  // of the cluster
	controlPlane tree  // the pool
	workers      []any // the pools a, of class general, and b, of class edge
}

func newProbe() probe {
	return probe{
		version: "1.34.2",
		capi: tree{
			"cluster":      tree{"spec": tree{"clusterNetwork": tree{"pods": tree{"cidrBlocks": []any{"10.244.0.0/16"}}}}},
			"controlPlane": tree{"template": tree{"spec": tree{"kubeadmConfigSpec": tree{"files": []any{tree{"path": "/etc/one", "content": "1"}}}}}},
			"classes":      tree{"general": tree{"bootstrap": tree{"spec": tree{"files": []any{tree{"path": "/etc/one", "content": "1"}}}}}, "edge": tree{}},
		},
		labels:       tree{"tier": "city"},
		controlPlane: tree{"replicas": 1},
		workers:      []any{tree{"name": "a", "class": "general", "replicas": 1}, tree{"name": "b", "class": "edge", "replicas": 1}},
	}
}

// set sets a value in the capi slots; the last of the path is the field.
func (p probe) set(value any, path ...string) probe {
	at := p.capi
	for _, field := range path[:len(path)-1] {
		next, ok := at[field].(tree)
		if !ok {
			next = tree{}
			at[field] = next
		}
		at = next
	}
	at[path[len(path)-1]] = value
	return p
}

// pool sets a field of a worker pool.
func (p probe) pool(n int, field string, value any) probe {
	p.workers[n].(tree)[field] = value
	return p
}

// load makes a workspace of the probe, with the name given to its cluster.
func (p probe) load(t testing.TB, namespace, name string) fleet {
	t.Helper()
	return load(t, p.files(namespace, name))
}

func (p probe) files(namespace, name string) fstest.MapFS {
	none := tree{"none": "simulated machines"}
	const provider = "infrastructure.cluster.x-k8s.io/v1beta2"
	quick := tree{}
	for _, part := range []string{"vm", "node", "apiServer", "etcd"} {
		quick[part] = tree{"provisioning": tree{"startupDuration": "250ms", "startupJitter": "0.2"}}
	}
	base := tree{"version": "1.0.0", "owner": "platform", "kind": "Infrastructure", "layers": []any{
		tree{"name": "infrastructure", "kind": "Infrastructure", "component": tree{"name": "in-memory", "version": "1.14.0"}, "capi": tree{
			"infrastructure": tree{"apiVersion": provider, "kind": "DevClusterTemplate", "spec": tree{"backend": tree{"inMemory": tree{}}}},
			"nodes":          tree{"machine": tree{"apiVersion": provider, "kind": "DevMachineTemplate", "spec": tree{"backend": tree{"inMemory": quick}}}},
		}},
		tree{"name": "os", "kind": "OS", "component": none},
		tree{"name": "kubernetes", "kind": "Kubernetes", "component": tree{"name": "kubernetes", "version": p.version}, "capi": p.capi},
		tree{"name": "cni", "kind": "Network", "component": none},
		tree{"name": "csi", "kind": "Storage", "component": none},
	}}
	return fstest.MapFS{
		"library/base/1.0.0/profile.yaml": document("Profile", tree{"name": "base"}, base),
		"hubs/hub.yaml":                   document("Hub", tree{"name": "hub"}, tree{"clusterAPI": tree{"version": "1.14.2"}, "classNamespace": namespace}),
		"fleet/cluster.yaml": document("Cluster", tree{"name": name, "namespace": namespace, "labels": p.labels},
			tree{"profiles": []any{"base"}, "pools": tree{"controlPlane": p.controlPlane, "workers": p.workers}}),
	}
}

// change is one kind of change to a probe.
type change struct {
	name   string
	make   func(probe) probe
	always bool // run with DAYZERO_E2E=1 too
}

func setting(value any, path ...string) func(probe) probe {
	return func(p probe) probe { return p.set(value, path...) }
}

// changes are the rows of the table.
var changes = []change{
	{name: "kubernetes version", always: true, make: func(p probe) probe { p.version = "1.35.0"; return p }},
	{name: "machine template of a class", make: setting("500ms", "classes", "general", "machine", "spec", "backend", "inMemory", "vm", "provisioning", "startupDuration")},
	{name: "machine template of the control plane", make: setting("500ms", "controlPlane", "machine", "spec", "backend", "inMemory", "vm", "provisioning", "startupDuration")},
	{name: "kubelet argument of every node", make: setting([]any{tree{"name": "max-pods", "value": "99"}}, "nodes", "nodeRegistration", "kubeletExtraArgs")},
	{name: "kubelet argument of a class", always: true, make: setting([]any{tree{"name": "max-pods", "value": "99"}}, "classes", "general", "bootstrap", "spec", "joinConfiguration", "nodeRegistration", "kubeletExtraArgs")},
	{name: "taint in nodeRegistration of a class", make: setting([]any{tree{"key": "example.com/edge", "effect": "NoSchedule"}}, "classes", "general", "bootstrap", "spec", "joinConfiguration", "nodeRegistration", "taints")},
	{name: "file content of a class", make: setting([]any{tree{"path": "/etc/one", "content": "2"}}, "classes", "general", "bootstrap", "spec", "files")},
	{name: "file content of the control plane", make: setting([]any{tree{"path": "/etc/one", "content": "2"}}, "controlPlane", "template", "spec", "kubeadmConfigSpec", "files")},
	{name: "command before kubeadm on every node", make: setting([]any{"true"}, "nodes", "config", "preKubeadmCommands")},
	{name: "API-server argument", make: setting([]any{tree{"name": "profiling", "value": "false"}}, "controlPlane", "template", "spec", "kubeadmConfigSpec", "clusterConfiguration", "apiServer", "extraArgs")},
	{name: "API-server certificate name", make: setting([]any{"api.example.com"}, "controlPlane", "template", "spec", "kubeadmConfigSpec", "clusterConfiguration", "apiServer", "certSANs")},
	{name: "label of a class", always: true, make: setting(tree{"example.com/team": "ops"}, "classes", "general", "class", "metadata", "labels")},
	{name: "annotation of a class", make: setting(tree{"example.com/note": "x"}, "classes", "general", "class", "metadata", "annotations")},
	{name: "label of the control plane's class", make: setting(tree{"example.com/team": "ops"}, "controlPlane", "class", "metadata", "labels")},
	{name: "label in a bootstrap template", make: setting(tree{"example.com/team": "ops"}, "classes", "general", "bootstrap", "metadata", "labels")},
	{name: "label in a machine template", make: setting(tree{"example.com/team": "ops"}, "classes", "general", "machine", "metadata", "labels")},
	{name: "label of a pool", make: func(p probe) probe { return p.pool(0, "labels", tree{"example.com/team": "ops"}) }},
	{name: "label of the cluster", make: func(p probe) probe { p.labels = tree{"tier": "edge"}; return p }},
	{name: "drain timeout of a class", make: setting(30, "classes", "general", "class", "deletion", "nodeDrainTimeoutSeconds")},
	{name: "drain timeout of the control plane", make: setting(30, "controlPlane", "class", "deletion", "nodeDrainTimeoutSeconds")},
	{name: "failure domain of a class", make: setting("zone-a", "classes", "general", "class", "failureDomain")},
	{name: "MachineHealthCheck of a class", make: setting([]any{tree{"type": "Ready", "status": "Unknown", "timeoutSeconds": 300}}, "classes", "general", "class", "healthCheck", "checks", "unhealthyNodeConditions")},
	{name: "rollout settings of a class", make: setting(tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": 0, "maxUnavailable": 1}}, "classes", "general", "class", "rollout", "strategy")},
	{name: "rollout settings of the control plane", make: setting(tree{"certificatesExpiryDays": 30}, "controlPlane", "template", "spec", "rollout", "before")},
	{name: "minReadySeconds of a class", make: setting(1, "classes", "general", "class", "minReadySeconds")},
	{name: "replicas of a pool", make: func(p probe) probe { return p.pool(1, "replicas", 2) }},
	{name: "replicas of the control plane", make: func(p probe) probe { p.controlPlane["replicas"] = 3; return p }},
	{name: "pool added", make: func(p probe) probe {
		p.workers = append(p.workers, tree{"name": "c", "class": "general", "replicas": 1})
		return p
	}},
	{name: "pool removed", make: func(p probe) probe { p.workers = p.workers[:1]; return p }},
}
