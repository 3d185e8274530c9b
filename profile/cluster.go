package profile

import "encoding/json"

// Cluster is one member of the fleet.
type Cluster struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta  `json:"metadata"`
	Spec     ClusterSpec `json:"spec"`
}

// ClusterSpec is the content of a Cluster.
type ClusterSpec struct {
	// Hub is the name of the hub. Default: the only hub of the workspace.
	Hub string `json:"hub,omitempty"`
	// TimeZone is an IANA name; rollouts read calendars in it. Default: UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// Profiles are names, which follow the lock, or name@version, which hold
	// the cluster there.
	Profiles []string `json:"profiles"`
	// Variables are values by variable name, or by profile/name for the variable
	// of one profile.
	Variables map[string]Value `json:"variables,omitempty"`
	// Presets are the choices, by group, or by profile/group for the group of one
	// profile.
	Presets   map[string]string `json:"presets,omitempty"`
	Pools     Pools             `json:"pools,omitempty,omitzero"`
	Overrides []Override        `json:"overrides,omitempty"`
	// Waivers suspend policies for this cluster.
	Waivers []Waiver `json:"waivers,omitempty"`
}

// Override changes a layer for one cluster.
type Override struct {
	LayerPatch `json:",inline"`
	// Reason and Owner say why and who.
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is a date, YYYY-MM-DD, after which the override is a warning.
	Expires string `json:"expires,omitempty"`
}

// Pools are the machines of a cluster.
type Pools struct {
	ControlPlane Pool `json:"controlPlane,omitempty,omitzero"`
	// Workers are put over those that the profiles give by default, by name. An
	// empty list that is not nil is none of those either.
	Workers []Pool `json:"workers,omitempty"`
}

// MarshalJSON tells an empty list of workers from none.
func (p Pools) MarshalJSON() ([]byte, error) {
	if p.Workers == nil || len(p.Workers) > 0 {
		return json.Marshal(plainPools(p))
	}
	return json.Marshal(struct {
		plainPools
		Workers []Pool `json:"workers"`
	}{plainPools(p), p.Workers})
}

// plainPools are written without regard to an empty list.
type plainPools Pools

// Pool is a group of equal machines.
type Pool struct {
	// Name of a worker pool, unique in the cluster.
	Name string `json:"name,omitempty"`
	// Class is the worker class. Default: the only one of the stack.
	Class string `json:"class,omitempty"`
	// Replicas is the number of machines. Default: 1.
	Replicas *int32 `json:"replicas,omitempty"`
	// Autoscale leaves the number of a worker pool to an autoscaler. A pool has one
	// of the two; what it has stands instead of the other in a default.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// UpgradeAfter names worker pools whose Kubernetes is upgraded before that of
	// this one. Default: pools are upgraded by name. Only of workers.
	UpgradeAfter []string `json:"upgradeAfter,omitempty"`
	// Labels are Kubernetes labels of the machines, and what pool.labels reads.
	Labels map[string]string `json:"labels,omitempty"`
	// Variables set variables of pool scope.
	Variables map[string]Value `json:"variables,omitempty"`
}

// Autoscale bounds the number of machines of a pool.
type Autoscale struct {
	Min int `json:"min"`
	Max int `json:"max"`
	// Capacity describes a machine for scaling from zero: cpu, memory and so on.
	Capacity map[string]string `json:"capacity,omitempty"`
}
