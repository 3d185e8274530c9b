package main

import (
	"bytes"
	"context"
	"encoding/json"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/core/webhooks/admission"
)

// variablesQuestion asks about variable definitions of a ClusterClass and values
// for them in a Cluster. The package that judges them is internal; definitions
// go through the ClusterClass webhook, in a class that is valid otherwise, and
// values through Cluster.DefaultAndValidateVariables.
type variablesQuestion struct {
	Definitions    json.RawMessage `json:"definitions,omitempty"`    // as spec.variables of a ClusterClass
	OldDefinitions json.RawMessage `json:"oldDefinitions,omitempty"` // those before the change, if it is one
	Values         json.RawMessage `json:"values,omitempty"`         // as spec.topology.variables of a Cluster
	OldValues      json.RawMessage `json:"oldValues,omitempty"`      // those before the change, for transition rules
}

type variablesAnswer struct {
	Definitions []cause                     `json:"definitions,omitempty"` // what is refused of the definitions
	Values      []cause                     `json:"values,omitempty"`      // and of the values, when all definitions are valid
	Defaulted   []clusterv1.ClusterVariable `json:"defaulted,omitempty"`   // the values after defaulting
}

func (q variablesQuestion) answer(ctx context.Context) (any, error) {
	class, oldClass := bareClass(), bareClass()
	if err := decode(q.Definitions, &class.Spec.Variables); err != nil {
		return variablesAnswer{Definitions: notDecoded("spec.variables", err)}, nil
	}
	if err := decode(q.OldDefinitions, &oldClass.Spec.Variables); err != nil {
		return nil, err
	}
	if found := q.refusedDefinitions(ctx, oldClass, class); found != nil {
		return variablesAnswer{Definitions: found}, nil
	}
	reconciled(class)
	cluster, oldCluster := &clusterv1.Cluster{}, &clusterv1.Cluster{}
	if err := decode(q.Values, &cluster.Spec.Topology.Variables); err != nil {
		return variablesAnswer{Values: notDecoded("spec.topology.variables", err)}, nil
	}
	if err := decode(q.OldValues, &oldCluster.Spec.Topology.Variables); err != nil {
		return nil, err
	}
	if q.OldValues == nil {
		oldCluster = nil
	}
	found := (&admission.Cluster{}).DefaultAndValidateVariables(ctx, cluster, oldCluster, class)
	return variablesAnswer{Values: causesOf(found), Defaulted: cluster.Spec.Topology.Variables}, nil
}

func (q variablesQuestion) refusedDefinitions(ctx context.Context, oldClass, class *clusterv1.ClusterClass) []cause {
	webhook := &admission.ClusterClass{Client: noClusters}
	if q.OldDefinitions == nil {
		_, err := webhook.ValidateCreate(ctx, class)
		return refusal(err)
	}
	_, err := webhook.ValidateUpdate(ctx, oldClass, class)
	return refusal(err)
}

var noClusters = newWorld(nil).client()

// bareClass is the smallest ClusterClass that the webhook accepts.
func bareClass() *clusterv1.ClusterClass {
	class := &clusterv1.ClusterClass{}
	class.Name, class.Namespace = "bare", "bare"
	ref := func(group, kind string) clusterv1.ClusterClassTemplateReference {
		return clusterv1.ClusterClassTemplateReference{APIVersion: group + ".cluster.x-k8s.io/v1beta2", Kind: kind, Name: "bare"}
	}
	class.Spec.Infrastructure.TemplateRef = ref("infrastructure", "DevClusterTemplate")
	class.Spec.ControlPlane.TemplateRef = ref("controlplane", "KubeadmControlPlaneTemplate")
	return class
}

// decode refuses fields that the API does not have; nothing decodes to nothing.
func decode(data json.RawMessage, into any) error {
	if data == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
