package capi

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const (
	// unsafePrefix begins the annotations by which Cluster API leaves out checks of
	// a Cluster.
	unsafePrefix = "unsafe.topology.cluster.x-k8s.io/"
	// topologyPrefix begins the labels by which Cluster API finds again what it made
	// of a topology. Users set annotations with it, such as upgrade-concurrency.
	topologyPrefix = "topology.cluster.x-k8s.io/"
)

// reservedLabels are those by which Cluster API decides to what a machine
// belongs. A worker that says control-plane would count as one.
var reservedLabels = []string{
	"cluster.x-k8s.io/cluster-name",
	"cluster.x-k8s.io/control-plane",
	"cluster.x-k8s.io/control-plane-name",
	"cluster.x-k8s.io/deployment-name",
	"cluster.x-k8s.io/pool-name",
	"cluster.x-k8s.io/set-name",
}

// reservedMetadata refuses labels that are Cluster API's own, and annotations that
// turn off its checks, wherever metadata of its objects is written.
func reservedMetadata(metadata *value.Node) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, f := range metadata.Get("labels").Fields() {
		if !f.Value.IsNull() && (strings.HasPrefix(f.Name, topologyPrefix) || slices.Contains(reservedLabels, f.Name)) {
			diags = append(diags, diag.Errorf("capi.reserved-label", f.Key.Range(), "label %s is Cluster API's own", f.Name).
				WithDetail("Cluster API sets it, and tells by it what belongs together; choose another name"))
		}
	}
	for _, f := range metadata.Get("annotations").Fields() {
		if !f.Value.IsNull() && strings.HasPrefix(f.Name, unsafePrefix) {
			diags = append(diags, diag.Errorf("capi.unsafe-annotation", f.Key.Range(), "annotation %s turns off a check of Cluster API", f.Name).
				WithDetail("take it out; upgrades and changes of the class go by steps that Cluster API allows"))
		}
	}
	return diags
}

// reservedInCluster holds the Cluster and its pools to [reservedMetadata].
func reservedInCluster(cluster *value.Node) diag.Diagnostics {
	topology := cluster.Get("spec", "topology")
	diags := append(reservedMetadata(cluster.Get("metadata")), reservedMetadata(topology.Get("controlPlane", "metadata"))...)
	for _, pool := range topology.Get("workers", "machineDeployments").Items() {
		diags = append(diags, reservedMetadata(pool.Get("metadata"))...)
	}
	return diags
}
