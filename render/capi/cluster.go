package capi

import (
	"maps"
	"slices"
	"strconv"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Annotations by which Cluster API's autoscaler finds the bounds of a pool.
const (
	autoscalerMin      = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size"
	autoscalerMax      = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size"
	autoscalerCapacity = "capacity.cluster-autoscaler.kubernetes.io/"
)

// localConfig keeps a document from being applied; on the Cluster it would keep
// the Cluster from being applied.
const localConfig = "config.kubernetes.io/local-config"

// newCluster makes the topology Cluster that points to class.
func newCluster(stack *profile.Stack, class string) (render.Object, diag.Diagnostics) {
	slot := stack.Capi().Cluster.Tree()
	diags := append(reservedFields(slot), evenControlPlane(stack)...)
	spec := withoutEmpty(over(slot.Get("spec").Prune(), fields(field("topology", topology(stack, class)))))
	tree := fields(
		field("apiVersion", text(coreVersion)),
		field("kind", text("Cluster")),
		field("metadata", metadata(stack, slot.Get("metadata"))),
		field("spec", spec),
	)
	diags = append(diags, reservedInCluster(tree)...)
	o, err := render.FromTree(tree)
	if err != nil {
		diags = append(diags, diag.Errorf("render.object", tree.Place().Range(), "%v", err))
	}
	return o, diags
}

// reservedFields refuses what the Cluster's spec gets from elsewhere.
func reservedFields(slot *value.Node) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range []string{"topology", "controlPlaneRef", "infrastructureRef"} {
		if e, ok := slot.Get("spec").Entry(name); ok {
			diags = append(diags, diag.Errorf("capi.reserved-field", e.Key.Range(), "spec.%s of the Cluster cannot be set", name).
				WithDetail("the topology is made from the other slots and the cluster's pools; Cluster API makes the references"))
		}
	}
	return diags
}

// evenControlPlane refuses an even number of machines that each run a member of
// etcd, as Cluster API does once it has accepted the Cluster.
func evenControlPlane(stack *profile.Stack) diag.Diagnostics {
	n := stack.Cluster().Spec.Pools.ControlPlane.Replicas
	slots := stack.Capi()
	template := slots.ControlPlane.Tree().Get("template")
	if kind, named := template.Get("kind").Str(); n == nil || *n%2 != 0 || (named && kind != kubeadmControlPlane) {
		return nil
	}
	config := over(slots.ControlPlaneNodes.Tree().Get("config"), template.Get("spec", "kubeadmConfigSpec"))
	if *n != 0 && config.Get("clusterConfiguration", "etcd", "external").Len() > 0 {
		return nil
	}
	at, _ := stack.PoolPlaces()
	return diag.Diagnostics{diag.Errorf("capi.even-control-plane", at.Tree().Get("replicas").Origin().Range, "%d control-plane machines: kubeadm, with etcd on each, takes an odd number", *n).
		WithDetail("write 1, 3 or 5; Cluster API refuses others unless kubeadm's clusterConfiguration.etcd.external names another etcd")}
}

// metadata joins the cluster's own labels and annotations with the slot's; the
// cluster's win.
func metadata(stack *profile.Stack, slot *value.Node) *value.Node {
	own := stack.Metadata().Tree()
	out := fields(
		field("name", own.Get("name")),
		field("namespace", text(stack.Key().Namespace)),
	)
	if n := own.Get("namespace"); n != nil {
		out = out.With("namespace", n)
	}
	for _, name := range []string{"labels", "annotations"} {
		if joined := withoutEmpty(over(slot.Get(name), own.Get(name).Without(localConfig))); joined != nil {
			out = out.With(name, joined)
		}
	}
	return out
}

func topology(stack *profile.Stack, class string) *value.Node {
	version, origin := stack.KubernetesVersion()
	pools := stack.Cluster().Spec.Pools
	controlPlane, workers := stack.PoolPlaces()
	out := fields(
		field("classRef", fields(
			field("name", text(class)),
			field("namespace", text(stack.Hub().Spec.ClassNamespace)),
		)),
		field("version", value.NewString("v"+version, value.PlaceOf(origin))),
		field("controlPlane", fields(
			field("replicas", replicas(pools.ControlPlane, controlPlane)),
			field("metadata", poolMetadata(pools.ControlPlane, controlPlane)),
		)),
	)
	if deployments := machineDeployments(pools, workers); deployments != nil {
		out = out.With("workers", fields(field("machineDeployments", deployments)))
	}
	return out
}

// machineDeployments are the worker pools in the order of their upgrades: Cluster
// API upgrades the Kubernetes of one after the other in the order of this list.
func machineDeployments(pools profile.Pools, places []profile.Value) *value.Node {
	if len(pools.Workers) == 0 {
		return nil
	}
	items := make([]*value.Node, 0, len(pools.Workers))
	for _, i := range pools.UpgradeOrder() {
		p, at := pools.Workers[i], places[i]
		class := generated // the only class, when the pool names none
		if named := at.Tree().Get("class"); named != nil {
			class = named.Place()
		}
		items = append(items, fields(
			field("class", value.NewString(p.Class, class)),
			field("name", at.Tree().Get("name")),
			field("replicas", replicas(p, at)),
			field("metadata", poolMetadata(p, at)),
		))
	}
	return value.NewList(items, generated)
}

// replicas is the number of machines; absent when an autoscaler decides.
func replicas(p profile.Pool, at profile.Value) *value.Node {
	if p.Autoscale != nil {
		return nil
	}
	if n := at.Tree().Get("replicas"); !n.IsNull() {
		return n
	}
	return value.NewInt(1, generated)
}

// poolMetadata carries the pool's labels, and the bounds for the autoscaler.
func poolMetadata(p profile.Pool, at profile.Value) *value.Node {
	place := at.Tree().Get("autoscale").Place()
	annotations := map[string]string{}
	if a := p.Autoscale; a != nil {
		annotations[autoscalerMin], annotations[autoscalerMax] = strconv.Itoa(a.Min), strconv.Itoa(a.Max)
		for resource, quantity := range a.Capacity {
			annotations[autoscalerCapacity+resource] = quantity
		}
	}
	var entries []value.Entry
	for _, name := range slices.Sorted(maps.Keys(annotations)) {
		entries = append(entries, field(name, value.NewString(annotations[name], place)))
	}
	return withoutEmpty(fields(
		field("labels", at.Tree().Get("labels")),
		field("annotations", value.NewMap(entries, place)),
	))
}
