package oracle

import "context"

// Replacements says which Machines a change replaces, with Cluster API's
// reasons; no reason means that the Machines are kept.
type Replacements struct {
	ControlPlane []string
	Pools        map[string][]string // pools that are there before and after
	Refused      string              // why one of both could not be generated
}

// Replaces asks which Machines are replaced once a change has run its course.
// Before and after are each a Cluster, its ClusterClass and the templates. The
// control plane must be a KubeadmControlPlane.
func (o *Oracle) Replaces(ctx context.Context, before, after []*Object) (Replacements, error) {
	var r Replacements
	err := o.ask(ctx, "replaces", map[string]any{"before": before, "after": after}, &r)
	return r, err
}
