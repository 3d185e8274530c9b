package profile

// Capi are the six slots through which layers contribute to Cluster API
// objects. Field names are upstream's; spec always means spec.template.spec of a
// template. Which fields a slot has is listed with each; values are not
// interpreted here.
type Capi struct {
	// Cluster is {metadata, spec}: the Cluster without topology and references.
	Cluster Value `json:"cluster,omitempty,omitzero"`
	// Infrastructure is {apiVersion, kind, spec}: the infrastructure cluster
	// template.
	Infrastructure Value `json:"infrastructure,omitempty,omitzero"`
	// ControlPlane is {template, machine, class}.
	ControlPlane Value `json:"controlPlane,omitempty,omitzero"`
	// Workers is {bootstrap, machine, class}: the base of all worker classes.
	Workers Value `json:"workers,omitempty,omitzero"`
	// Classes are worker classes by name, each {bootstrap, machine, class}.
	Classes map[string]Value `json:"classes,omitempty"`
	// Nodes is {nodeRegistration, config, machine}: every machine.
	Nodes Value `json:"nodes,omitempty,omitzero"`
}
