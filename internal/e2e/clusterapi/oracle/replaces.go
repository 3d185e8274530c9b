package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	controlplanev1 "sigs.k8s.io/cluster-api/api/controlplane/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	kubeadm "sigs.k8s.io/cluster-api/controlplane/kubeadm/pkg"
	"sigs.k8s.io/cluster-api/controlplane/kubeadm/pkg/desiredstate"
	"sigs.k8s.io/cluster-api/core/reconcilers/machinedeployment/mdutil"
	"sigs.k8s.io/cluster-api/exp/topology/scope"
)

// replacesQuestion asks which Machines are replaced once a change has run its
// course. Before and After are each a Cluster with its ClusterClass and
// templates, as for desiredQuestion; what is wanted for both is generated from
// nothing, and compared by mdutil.MachineTemplateUpToDate for pools and by
// UpToDate of the kubeadm control plane. Other control planes cannot be asked
// about.
//
// Whether a template of the cluster is replaced by one of another name is
// decided by private code around dry runs of an API server, and restated here:
// it is when its spec differs. Machines that time replaces (rollout.after,
// certificates that expire) are not covered.
type replacesQuestion struct {
	Before []*object `json:"before"`
	After  []*object `json:"after"`
}

// replacesAnswer gives Cluster API's reasons, none for what is kept.
type replacesAnswer struct {
	ControlPlane []string            `json:"controlPlane,omitempty"`
	Pools        map[string][]string `json:"pools,omitempty"` // those before and after
	Refused      string              `json:"refused,omitempty"`
}

func (q replacesQuestion) answer(ctx context.Context) (any, error) {
	answer, err := q.compare(ctx)
	if words, ok := errors.AsType[refused](err); ok {
		return replacesAnswer{Refused: words.Error()}, nil
	}
	return answer, err
}

func (q replacesQuestion) compare(ctx context.Context) (answer replacesAnswer, err error) {
	before, err := newWorld(q.Before).wanted(ctx)
	if err != nil {
		return answer, fmt.Errorf("before the change: %w", err)
	}
	after, err := newWorld(q.After).wanted(ctx)
	if err != nil {
		return answer, fmt.Errorf("after the change: %w", err)
	}
	answer.Pools = map[string][]string{}
	for name, want := range after.MachineDeployments {
		if have := before.MachineDeployments[name]; have != nil {
			answer.Pools[name] = poolReasons(have, want)
		}
	}
	answer.ControlPlane, err = controlPlaneReasons(ctx, before, after)
	return answer, err
}

// rotated is the name that a template has after a change.
func rotated(have, want *object) string {
	if have.GetKind() == want.GetKind() && reflect.DeepEqual(have.Object["spec"], want.Object["spec"]) {
		return have.GetName()
	}
	return have.GetName() + "-rotated"
}

func poolReasons(have, want *scope.MachineDeploymentState) []string {
	template := want.Object.Spec.Template.DeepCopy()
	template.Spec.Bootstrap.ConfigRef.Name = rotated(have.BootstrapTemplate, want.BootstrapTemplate)
	template.Spec.InfrastructureRef.Name = rotated(have.InfrastructureMachineTemplate, want.InfrastructureMachineTemplate)
	_, result := mdutil.MachineTemplateUpToDate(&have.Object.Spec.Template, template)
	return append([]string{}, result.LogMessages...)
}

func controlPlaneReasons(ctx context.Context, before, after *scope.ClusterState) ([]string, error) {
	have, want := &controlplanev1.KubeadmControlPlane{}, &controlplanev1.KubeadmControlPlane{}
	if kind := after.ControlPlane.Object.GetKind(); kind != "KubeadmControlPlane" {
		return nil, fmt.Errorf("the control plane is a %s; there is a public function for KubeadmControlPlane only", kind)
	}
	if err := typed(before.ControlPlane.Object, have); err != nil {
		return nil, err
	}
	if err := typed(after.ControlPlane.Object, want); err != nil {
		return nil, err
	}
	have.Namespace, want.Namespace, want.Name = before.Cluster.Namespace, after.Cluster.Namespace, have.Name
	template := after.ControlPlane.InfrastructureMachineTemplate
	template.SetName(rotated(before.ControlPlane.InfrastructureMachineTemplate, template))
	want.Spec.MachineTemplate.Spec.InfrastructureRef.Name = template.GetName()
	plane := planeChange{have: have, want: want, cluster: after.Cluster, world: newWorld([]*object{before.ControlPlane.InfrastructureMachineTemplate})}
	if template.GetName() != before.ControlPlane.InfrastructureMachineTemplate.GetName() {
		plane.objects = append(plane.objects, template)
	}
	var reasons []string
	for _, join := range []bool{false, true} {
		found, err := plane.reasons(ctx, join)
		if err != nil {
			return nil, err
		}
		reasons = append(reasons, found...)
	}
	slices.Sort(reasons)
	return slices.Compact(reasons), nil
}

// planeChange is a change of a control plane, in a world of its machine
// templates.
type planeChange struct {
	world
	have, want *controlplanev1.KubeadmControlPlane
	cluster    *clusterv1.Cluster
}

// reasons makes a Machine as the control plane was, the first one or one that
// joined, and asks whether it is up to date with what the control plane will be.
func (p planeChange) reasons(ctx context.Context, join bool) ([]string, error) {
	c := p.client()
	machine, err := desiredstate.ComputeDesiredMachine(p.have, p.cluster, "", nil)
	if err != nil {
		return nil, err
	}
	config, err := desiredstate.ComputeDesiredKubeadmConfig(p.have, p.cluster, join, machine.Name, nil)
	if err != nil {
		return nil, err
	}
	infra, err := desiredstate.ComputeDesiredInfraMachine(ctx, c, p.have, p.cluster, machine.Name, nil)
	if err != nil {
		return nil, err
	}
	machine.Spec.Bootstrap.ConfigRef = clusterv1.ContractVersionedObjectReference{APIGroup: bootstrapv1.GroupVersion.Group, Kind: "KubeadmConfig", Name: config.Name}
	machine.Spec.InfrastructureRef = clusterv1.ContractVersionedObjectReference{APIGroup: infra.GroupVersionKind().Group, Kind: infra.GetKind(), Name: infra.GetName()}
	_, result, err := kubeadm.UpToDate(ctx, c, p.cluster, machine, p.want, nil,
		map[string]*object{machine.Name: infra}, map[string]*bootstrapv1.KubeadmConfig{machine.Name: config})
	if err != nil {
		return nil, err
	}
	return result.LogMessages, nil
}
