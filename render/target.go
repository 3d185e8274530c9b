package render

import (
	"cmp"
	"fmt"
)

// Target is the API server that an object is bound for.
type Target uint8

const (
	// Hub: the management cluster.
	Hub Target = iota + 1
	// Workload: the cluster itself.
	Workload
)

// String gives "hub" or "workload".
func (t Target) String() string {
	switch t {
	case Hub:
		return "hub"
	case Workload:
		return "workload"
	}
	return fmt.Sprintf("target(%d)", uint8(t))
}

// Step is the part of a phase that an object belongs to, by what others need of
// it: definitions come before the objects that use them.
type Step uint8

const (
	// Definitions: namespaces, custom resource definitions, priority, storage
	// and runtime classes; on the hub, templates.
	Definitions Step = iota + 1
	// Configuration: accounts, roles, config maps, secrets, claims, services; on
	// the hub, ClusterClasses.
	Configuration
	// Workloads: what runs; on the hub, Clusters.
	Workloads
	// Resources: custom resources and everything else.
	Resources
	// Admission: webhooks, admission policies and aggregated APIs, which need
	// running workloads to answer.
	Admission
)

var stepNames = [...]string{"", "definitions", "configuration", "workloads", "resources", "admission"}

// String gives the name in lower case.
func (s Step) String() string {
	if s >= Definitions && s <= Admission {
		return stepNames[s]
	}
	return fmt.Sprintf("step(%d)", uint8(s))
}

var kindSteps = map[string]Step{
	"Namespace": Definitions, "CustomResourceDefinition": Definitions, "PriorityClass": Definitions,
	"StorageClass": Definitions, "RuntimeClass": Definitions, "IngressClass": Definitions, "CSIDriver": Definitions,
	"VolumeSnapshotClass": Definitions, "DeviceClass": Definitions, "GatewayClass": Definitions,

	"ServiceAccount": Configuration, "Secret": Configuration, "ConfigMap": Configuration,
	"Role": Configuration, "ClusterRole": Configuration, "RoleBinding": Configuration, "ClusterRoleBinding": Configuration,
	"ResourceQuota": Configuration, "LimitRange": Configuration, "NetworkPolicy": Configuration, "Service": Configuration,
	"PersistentVolume": Configuration, "PersistentVolumeClaim": Configuration, "ClusterClass": Configuration,

	"Pod": Workloads, "Deployment": Workloads, "DaemonSet": Workloads, "StatefulSet": Workloads, "ReplicaSet": Workloads,
	"ReplicationController": Workloads, "Job": Workloads, "CronJob": Workloads,

	"MutatingWebhookConfiguration": Admission, "ValidatingWebhookConfiguration": Admission, "APIService": Admission,
	"ValidatingAdmissionPolicy": Admission, "ValidatingAdmissionPolicyBinding": Admission,
	"MutatingAdmissionPolicy": Admission, "MutatingAdmissionPolicyBinding": Admission,
}

// StepOf is the step of an object of this kind.
func StepOf(k Key) Step {
	if s, ok := kindSteps[k.Kind]; ok {
		return s
	}
	return Resources
}

// Phase is a group of objects that can be applied together once all earlier
// phases are there. Phases are ordered by target (the hub first), by the place
// of the layer in the stack, and by step.
type Phase struct {
	Target Target
	// Position is the place of the layer in the stack, from 1; 0 for objects of
	// the cluster itself.
	Position int
	// Layer is "profile/layer"; empty for objects of the cluster itself.
	Layer string
	Step  Step
}

// Compare orders phases.
func (p Phase) Compare(o Phase) int {
	return cmp.Or(cmp.Compare(p.Target, o.Target), cmp.Compare(p.Position, o.Position), cmp.Compare(p.Step, o.Step))
}

// String reads like "workload mem-base/cni definitions".
func (p Phase) String() string {
	if p.Layer == "" {
		return p.Target.String() + " " + p.Step.String()
	}
	return p.Target.String() + " " + p.Layer + " " + p.Step.String()
}
