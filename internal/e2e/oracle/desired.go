package oracle

import "context"

// Desired is what the topology controller wants for a Cluster.
type Desired struct {
	// Objects have what the controller applies of each: labels, annotations,
	// owners and spec. First are the Cluster, its infrastructure and its control
	// plane, then the pools by name, each with its templates and health checks.
	// Names of what is not there yet end in random letters.
	Objects []*Object
	Refused string // why nothing could be generated, in Cluster API's words
}

// Desired asks Cluster API's desired-state generator. The objects are one
// Cluster, its ClusterClass with the templates, and what is there of the cluster
// already: the objects that the controller made, and Machines.
func (o *Oracle) Desired(ctx context.Context, objects ...*Object) (Desired, error) {
	var desired Desired
	err := o.ask(ctx, "desired", map[string]any{"objects": objects}, &desired)
	return desired, err
}
