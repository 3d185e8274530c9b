package oracle

import "context"

// Upgrade is a cluster that is to reach another Kubernetes version. Versions are
// written as in Cluster API, v1.34.2.
type Upgrade struct {
	Available    []string `json:"available,omitempty"` // kubernetesVersions of the class; none allows one minor version
	ControlPlane string   `json:"controlPlane"`        // where the control plane is
	Workers      []string `json:"workers,omitempty"`   // where each pool is
	Target       string   `json:"target"`
}

// Plan is the versions that control plane and pools go through, each after the
// present one and with the target.
type Plan struct {
	ControlPlane []string
	Workers      []string
	Refused      string // why there is no plan, in Cluster API's words
}

// UpgradePlan asks Cluster API's planner. The planner does not judge whether the
// change may be made: admission does, see Admits.
func (o *Oracle) UpgradePlan(ctx context.Context, u Upgrade) (Plan, error) {
	var plan Plan
	err := o.ask(ctx, "plan", u, &plan)
	return plan, err
}
