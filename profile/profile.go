package profile

// Kinds of a Profile.
const (
	// InfrastructureProfile: operating system, Kubernetes, network and storage
	// of a cluster.
	InfrastructureProfile = "Infrastructure"
	// AddOnProfile: what is added to a cluster that another profile defines.
	AddOnProfile = "AddOn"
	// FullProfile: the whole cluster.
	FullProfile = "Full"
)

// Profile is a named, versioned, owned document: layers and their inputs. A
// published version never changes.
type Profile struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta  `json:"metadata"`
	Spec     ProfileSpec `json:"spec"`
}

// ProfileSpec is the content of a Profile.
type ProfileSpec struct {
	// Name with Version is the identity. Default: metadata.name.
	Name    string `json:"name,omitempty"`
	Version string `json:"version"`
	// Owner answers for the profile and for layers without an owner.
	Owner       string `json:"owner"`
	Description string `json:"description,omitempty"`
	// Kind is Infrastructure, AddOn or Full.
	Kind string `json:"kind"`
	// Extends is the one parent, name@version. Its variables, constants, presets,
	// pools and layers are this profile's too: an entry of the same name is put
	// over the parent's.
	Extends string `json:"extends,omitempty"`
	// Abstract profiles may lack required layers and cannot be used by clusters.
	Abstract  bool       `json:"abstract,omitempty"`
	Variables []Variable `json:"variables,omitempty"`
	// Rules are about several variables together.
	Rules     []Rule           `json:"rules,omitempty"`
	Constants map[string]Value `json:"constants,omitempty"`
	// Presets are choices: named sets of patches, of which a cluster or overlay
	// takes at most one of each group.
	Presets []Preset `json:"presets,omitempty"`
	// Pools are defaults for the pools of clusters, by name. Only profiles of
	// kind Infrastructure and Full have them.
	Pools  Pools   `json:"pools,omitempty,omitzero"`
	Layers []Layer `json:"layers,omitempty"`
	// Waivers suspend policies for what this profile says.
	Waivers []Waiver `json:"waivers,omitempty"`
}

// Ref is the profile's identity.
func (p Profile) Ref() Ref {
	name := p.Spec.Name
	if name == "" {
		name = p.Metadata.Name
	}
	return Ref{Name: name, Version: p.Spec.Version}
}
