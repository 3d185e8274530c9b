package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	controlplanev1 "sigs.k8s.io/cluster-api/api/controlplane/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	bootstrapadmission "sigs.k8s.io/cluster-api/bootstrap/kubeadm/webhooks/admission"
	planeadmission "sigs.k8s.io/cluster-api/controlplane/kubeadm/webhooks/admission"
	coreadmission "sigs.k8s.io/cluster-api/core/webhooks/admission"
)

// admissionQuestion asks the webhook of an object's kind, defaulting first. It
// covers Cluster, ClusterClass, KubeadmControlPlane, KubeadmControlPlaneTemplate
// and KubeadmConfigTemplate. ClusterClasses that are there count as reconciled.
// A Cluster of a class that is not there takes four seconds: its webhook waits.
type admissionQuestion struct {
	There  []*object `json:"there,omitempty"` // what else there is
	Old    *object   `json:"old,omitempty"`   // the object before the change, if it is one
	Object *object   `json:"object"`
}

type admissionAnswer struct {
	Refused  []cause  `json:"refused,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

func (q admissionQuestion) answer(ctx context.Context) (any, error) {
	// Some webhooks want to see a request; what they look for in it, dry runs of
	// the topology controller, is not asked about.
	ctx = admission.NewContextWithRequest(ctx, admission.Request{})
	if q.Object == nil {
		return nil, fmt.Errorf("the question has no object")
	}
	there, err := reconciledClasses(q.There)
	if err != nil {
		return nil, err
	}
	switch kind := q.Object.GetKind(); kind {
	case "Cluster":
		return q.cluster(ctx, newWorld(there).client())
	case "ClusterClass":
		return ask(ctx, q, &coreadmission.ClusterClass{Client: newWorld(there).client()}, nil)
	case "KubeadmControlPlane":
		w := &planeadmission.KubeadmControlPlane{}
		return ask(ctx, q, w, w.Default)
	case "KubeadmControlPlaneTemplate":
		return ask(ctx, q, &planeadmission.KubeadmControlPlaneTemplate{}, nil)
	case "KubeadmConfigTemplate":
		w := &bootstrapadmission.KubeadmConfigTemplate{}
		return ask(ctx, q, w, w.Default)
	default:
		return nil, fmt.Errorf("objects of kind %s cannot be asked about", kind)
	}
}

// cluster also judges transitions of variables, which the webhook's defaulter
// does for requests of a server only.
func (q admissionQuestion) cluster(ctx context.Context, c client.Client) (any, error) {
	w := &coreadmission.Cluster{Client: c}
	return ask(ctx, q, w, func(ctx context.Context, cluster *clusterv1.Cluster) error {
		if err := w.Default(ctx, cluster); err != nil || q.Old == nil {
			return err
		}
		old, class := &clusterv1.Cluster{}, &clusterv1.ClusterClass{}
		if err := typed(q.Old, old); err != nil {
			return err
		}
		if err := c.Get(ctx, cluster.GetClassKey(), class); err != nil {
			return client.IgnoreNotFound(err)
		}
		return w.DefaultAndValidateVariables(ctx, cluster, old, class).ToAggregate()
	})
}

// kind is a Go type of the API.
type kind interface {
	clusterv1.Cluster | clusterv1.ClusterClass | controlplanev1.KubeadmControlPlane | controlplanev1.KubeadmControlPlaneTemplate | bootstrapv1.KubeadmConfigTemplate
}

// ask defaults an object and validates it.
func ask[T kind, P interface {
	*T
	runtime.Object
}](ctx context.Context, q admissionQuestion, webhook admission.Validator[P], setDefaults func(context.Context, P) error) (any, error) {
	object := P(new(T))
	if err := typed(q.Object, object); err != nil {
		return admissionAnswer{Refused: notDecoded("", err)}, nil
	}
	if setDefaults != nil {
		if err := setDefaults(ctx, object); err != nil {
			return admissionAnswer{Refused: refusal(err)}, nil
		}
	}
	if q.Old == nil {
		warnings, err := webhook.ValidateCreate(ctx, object)
		return admissionAnswer{Refused: refusal(err), Warnings: warnings}, nil
	}
	old := P(new(T))
	if err := typed(q.Old, old); err != nil {
		return nil, err
	}
	warnings, err := webhook.ValidateUpdate(ctx, old, object)
	return admissionAnswer{Refused: refusal(err), Warnings: warnings}, nil
}

// reconciledClasses gives the objects with the status that classes would have.
func reconciledClasses(objects []*object) ([]*object, error) {
	var out []*object
	for _, o := range objects {
		if o.GetKind() == "ClusterClass" {
			class := &clusterv1.ClusterClass{}
			if err := typed(o, class); err != nil {
				return nil, err
			}
			reconciled(class)
			tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(class)
			if err != nil {
				return nil, err
			}
			o = &object{Object: tree}
		}
		out = append(out, o)
	}
	return out, nil
}
