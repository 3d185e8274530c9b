package immutable

import "strings"

type groupKind struct{ group, kind string }

// table has the kinds of which some field is immutable.
var table = map[groupKind]Fields{
	{"", "Pod"}: {
		fixed: paths("spec"),
		open:  paths("spec/containers/image", "spec/initContainers/image", "spec/activeDeadlineSeconds", "spec/tolerations", "spec/schedulingGates"),
	},
	{"", "PersistentVolumeClaim"}: {
		fixed: paths("spec"),
		open:  paths("spec/resources", "spec/volumeAttributesClassName"),
	},
	{"", "PersistentVolume"}: {
		fixed: paths("spec"),
		open: paths("spec/accessModes", "spec/capacity", "spec/claimRef", "spec/mountOptions", "spec/nodeAffinity",
			"spec/persistentVolumeReclaimPolicy", "spec/storageClassName", "spec/volumeAttributesClassName"),
	},
	{"", "Secret"}:         {fixed: paths("type")},
	{"", "Service"}:        {once: paths("spec/clusterIP")},
	{"apps", "Deployment"}: {fixed: paths("spec/selector")},
	{"apps", "DaemonSet"}:  {fixed: paths("spec/selector")},
	{"apps", "ReplicaSet"}: {fixed: paths("spec/selector")},
	{"apps", "StatefulSet"}: {
		fixed: paths("spec"),
		open: paths("spec/minReadySeconds", "spec/ordinals", "spec/persistentVolumeClaimRetentionPolicy", "spec/replicas",
			"spec/revisionHistoryLimit", "spec/template", "spec/updateStrategy"),
	},
	{"apps", "ControllerRevision"}: {fixed: paths("data")},
	{"batch", "Job"}: {fixed: paths("spec/selector", "spec/template", "spec/completionMode", "spec/podFailurePolicy",
		"spec/backoffLimitPerIndex", "spec/managedBy", "spec/successPolicy")},
	{"rbac.authorization.k8s.io", "RoleBinding"}:        {fixed: paths("roleRef")},
	{"rbac.authorization.k8s.io", "ClusterRoleBinding"}: {fixed: paths("roleRef")},
	{"storage.k8s.io", "StorageClass"}:                  {fixed: paths("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")},
	{"storage.k8s.io", "VolumeAttributesClass"}:         {fixed: paths("driverName", "parameters")},
	{"storage.k8s.io", "VolumeAttachment"}:              {fixed: paths("spec")},
	{"storage.k8s.io", "CSIDriver"}:                     {fixed: paths("spec/attachRequired", "spec/volumeLifecycleModes")},
	{"storage.k8s.io", "CSIStorageCapacity"}:            {fixed: paths("nodeTopology", "storageClassName")},
	{"scheduling.k8s.io", "PriorityClass"}:              {fixed: paths("value", "preemptionPolicy")},
	{"node.k8s.io", "RuntimeClass"}:                     {fixed: paths("handler")},
	{"networking.k8s.io", "IngressClass"}:               {fixed: paths("spec/controller")},
	{"networking.k8s.io", "IPAddress"}:                  {fixed: paths("spec/parentRef")},
	{"discovery.k8s.io", "EndpointSlice"}:               {fixed: paths("addressType")},
	{"resource.k8s.io", "ResourceClaim"}:                {fixed: paths("spec")},
	{"resource.k8s.io", "ResourceClaimTemplate"}:        {fixed: paths("spec")},
	{"apiextensions.k8s.io", "CustomResourceDefinition"}: {
		fixed: paths("spec/group", "spec/scope", "spec/names/kind", "spec/names/plural"),
	},
}

func paths(texts ...string) [][]string {
	out := make([][]string, len(texts))
	for i, text := range texts {
		out[i] = strings.Split(text, "/")
	}
	return out
}
