package oracle

import "context"

// Variables are definitions of a ClusterClass and values of a Cluster. Each is
// anything that has the JSON form of its field; nil is none.
type Variables struct {
	Definitions    any `json:"definitions,omitempty"`    // spec.variables of a ClusterClass
	OldDefinitions any `json:"oldDefinitions,omitempty"` // those before the change, if it is one
	Values         any `json:"values,omitempty"`         // spec.topology.variables of a Cluster
	OldValues      any `json:"oldValues,omitempty"`      // those before the change, for transition rules
}

// VariablesVerdict is empty but for Defaulted when all is valid.
type VariablesVerdict struct {
	Definitions []Cause
	Values      []Cause // not judged when a definition is refused
	Defaulted   []Value // the values with defaults, in the order of their definitions
}

// Value is the value of a variable.
type Value struct {
	Name  string
	Value any
}

// Variables asks what Cluster API's admission says of variables.
func (o *Oracle) Variables(ctx context.Context, v Variables) (VariablesVerdict, error) {
	var verdict VariablesVerdict
	err := o.ask(ctx, "variables", v, &verdict)
	return verdict, err
}
