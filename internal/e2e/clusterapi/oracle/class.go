package main

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
)

// reconciled sets the status of a ClusterClass as its controller would: the
// function that does so there is private. Variables that runtime extensions
// discover are not covered.
func reconciled(class *clusterv1.ClusterClass) {
	class.Status.ObservedGeneration = class.Generation
	class.Status.Variables = definitions(class.Spec.Variables)
	conditions.Set(class, metav1.Condition{
		Type: clusterv1.ClusterClassVariablesReadyCondition, Status: metav1.ConditionTrue, Reason: clusterv1.ClusterClassVariablesReadyReason,
	})
}

func definitions(variables []clusterv1.ClusterClassVariable) []clusterv1.ClusterClassStatusVariable {
	var out []clusterv1.ClusterClassStatusVariable
	for _, v := range variables {
		out = append(out, clusterv1.ClusterClassStatusVariable{
			Name: v.Name, DefinitionsConflict: new(false),
			Definitions: []clusterv1.ClusterClassStatusVariableDefinition{{
				From: clusterv1.VariableDefinitionFromInline, Required: v.Required,
				DeprecatedV1Beta1Metadata: v.DeprecatedV1Beta1Metadata, Schema: v.Schema,
			}},
		})
	}
	slices.SortStableFunc(out, func(a, b clusterv1.ClusterClassStatusVariable) int { return strings.Compare(a.Name, b.Name) })
	return out
}
