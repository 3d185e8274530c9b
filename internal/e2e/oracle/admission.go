package oracle

import "context"

// Admission is an object that is to be created or changed.
type Admission struct {
	There  []*Object `json:"there,omitempty"` // what else there is; ClusterClasses count as reconciled
	Old    *Object   `json:"old,omitempty"`   // the object before the change, if it is one
	Object *Object   `json:"object"`
}

// Verdict is what the webhook of the object's kind says; with nothing refused
// the object is admitted.
type Verdict struct {
	Refused  []Cause
	Warnings []string
}

// Cause is one thing that Cluster API refuses.
type Cause struct {
	Field  string
	Type   string // a metav1.CauseType, or NotDecoded for what is not of the API's Go types
	Detail string
}

// Admits asks the webhook of a Cluster, ClusterClass, KubeadmControlPlane,
// KubeadmControlPlaneTemplate or KubeadmConfigTemplate. CRD schemas are not
// part of that. It takes four seconds when the class of a Cluster is not there.
func (o *Oracle) Admits(ctx context.Context, a Admission) (Verdict, error) {
	var verdict Verdict
	err := o.ask(ctx, "admission", a, &verdict)
	return verdict, err
}
