package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/exp/topology/scope"
)

// scope collects what the generator reads: the blueprint, and what is there of
// the cluster.
func (w world) scope() (*scope.Scope, error) {
	cluster, class := &clusterv1.Cluster{}, &clusterv1.ClusterClass{}
	if err := w.only("Cluster", cluster); err != nil {
		return nil, err
	}
	if err := w.only("ClusterClass", class); err != nil {
		return nil, err
	}
	reconciled(class)
	s := scope.New(cluster)
	f := finder{world: w}
	f.blueprint(s.Blueprint, class)
	f.current(s.Current)
	return s, f.err
}

// finder looks up objects until one is missing.
type finder struct {
	world
	err error
}

func (f *finder) object(kind, namespace, name string) *object {
	o, err := f.find(kind, namespace, name)
	if f.err == nil {
		f.err = err
	}
	return o
}

func (f *finder) template(class *clusterv1.ClusterClass, ref clusterv1.ClusterClassTemplateReference) *object {
	return f.object(ref.Kind, class.Namespace, ref.Name)
}

func (f *finder) blueprint(b *scope.ClusterBlueprint, class *clusterv1.ClusterClass) {
	if len(class.Spec.Workers.MachinePools) > 0 {
		f.err = fmt.Errorf("class %s has MachinePools, which are not covered", class.Name)
	}
	b.ClusterClass = class
	b.InfrastructureClusterTemplate = f.template(class, class.Spec.Infrastructure.TemplateRef)
	b.ControlPlane = &scope.ControlPlaneBlueprint{Template: f.template(class, class.Spec.ControlPlane.TemplateRef)}
	if b.HasControlPlaneInfrastructureMachine() {
		b.ControlPlane.InfrastructureMachineTemplate = f.template(class, class.Spec.ControlPlane.MachineInfrastructure.TemplateRef)
		b.ControlPlane.HealthCheck = class.Spec.ControlPlane.HealthCheck
	}
	b.MachineDeployments = map[string]*scope.MachineDeploymentBlueprint{}
	for _, worker := range class.Spec.Workers.MachineDeployments {
		b.MachineDeployments[worker.Class] = &scope.MachineDeploymentBlueprint{
			Metadata:                      worker.Metadata,
			BootstrapTemplate:             f.template(class, worker.Bootstrap.TemplateRef),
			InfrastructureMachineTemplate: f.template(class, worker.Infrastructure.TemplateRef),
			HealthCheck:                   worker.HealthCheck,
		}
	}
}

func (f *finder) current(c *scope.ClusterState) {
	namespace := c.Cluster.Namespace
	if ref := c.Cluster.Spec.InfrastructureRef; ref.IsDefined() {
		c.InfrastructureCluster = f.object(ref.Kind, namespace, ref.Name)
	}
	c.ControlPlane = &scope.ControlPlaneState{}
	if ref := c.Cluster.Spec.ControlPlaneRef; ref.IsDefined() {
		c.ControlPlane.Object = f.object(ref.Kind, namespace, ref.Name)
	}
	c.MachineDeployments = scope.MachineDeploymentsStateMap{}
	for _, o := range f.objects {
		labels := o.GetLabels()
		if o.GroupVersionKind().GroupKind() != (schema.GroupKind{Group: clusterv1.GroupVersion.Group, Kind: "MachineDeployment"}) ||
			labels[clusterv1.ClusterNameLabel] != c.Cluster.Name || o.GetNamespace() != namespace {
			continue
		}
		md := &clusterv1.MachineDeployment{}
		if err := typed(o, md); err != nil && f.err == nil {
			f.err = err
		}
		bootstrap, machine := md.Spec.Template.Spec.Bootstrap.ConfigRef, md.Spec.Template.Spec.InfrastructureRef
		c.MachineDeployments[labels[clusterv1.ClusterTopologyMachineDeploymentNameLabel]] = &scope.MachineDeploymentState{
			Object:                        md,
			BootstrapTemplate:             f.object(bootstrap.Kind, namespace, bootstrap.Name),
			InfrastructureMachineTemplate: f.object(machine.Kind, namespace, machine.Name),
		}
	}
}
