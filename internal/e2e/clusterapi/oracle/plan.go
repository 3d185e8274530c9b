package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/exp/topology/desiredstate"
	"sigs.k8s.io/cluster-api/exp/topology/scope"
)

// planQuestion asks for an upgrade plan. It goes to desiredstate.ComputeUpgradePlan
// with the function that the topology controller takes: the versions of the
// ClusterClass, or one minor version when there are none. Plans of runtime
// extensions are not covered.
type planQuestion struct {
	Available    []string `json:"available,omitempty"` // kubernetesVersions of the ClusterClass
	ControlPlane string   `json:"controlPlane"`        // present version
	Workers      []string `json:"workers,omitempty"`   // present version of each MachineDeployment
	Target       string   `json:"target"`
}

type planAnswer struct {
	ControlPlane []string `json:"controlPlane,omitempty"`
	Workers      []string `json:"workers,omitempty"`
	Refused      string   `json:"refused,omitempty"` // in Cluster API's words
}

func (q planQuestion) answer(ctx context.Context) (any, error) {
	s := scope.New(&clusterv1.Cluster{})
	s.Blueprint.Topology.Version = q.Target
	s.Current.ControlPlane = &scope.ControlPlaneState{Object: &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{"version": q.ControlPlane},
	}}}
	s.Current.MachineDeployments = scope.MachineDeploymentsStateMap{}
	for i, version := range q.Workers {
		md := &clusterv1.MachineDeployment{}
		md.Spec.Template.Spec.Version = version
		s.Current.MachineDeployments[fmt.Sprint(i)] = &scope.MachineDeploymentState{Object: md}
	}
	planner := desiredstate.GetUpgradePlanOneMinor
	if len(q.Available) > 0 {
		planner = desiredstate.GetUpgradePlanFromClusterClassVersions(q.Available)
	}
	if err := desiredstate.ComputeUpgradePlan(ctx, s, planner); err != nil {
		return planAnswer{Refused: err.Error()}, nil
	}
	return planAnswer{ControlPlane: s.UpgradeTracker.ControlPlane.UpgradePlan, Workers: s.UpgradeTracker.MachineDeployments.UpgradePlan}, nil
}
