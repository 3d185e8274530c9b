package policy

import (
	"cmp"
	"fmt"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Change is one thing that somebody does to a workspace. Which fields count is
// said of each [profile.Verb].
type Change struct {
	Verb profile.Verb `json:"verb"`
	// Document is what changes, as messages name it: "hub eu-1". Of a change of a
	// cluster it may be empty.
	Document string `json:"document,omitempty"`
	// Cluster is the cluster that the change is about.
	Cluster profile.Key `json:"cluster,omitzero"`
	// Before and After are the labels of the cluster; nil where it is not there.
	Before map[string]string `json:"before,omitempty"`
	After  map[string]string `json:"after,omitempty"`
	// Profile is the name of the profile, or to publish of the overlay. It is empty
	// for a new cluster that names none.
	Profile string `json:"profile,omitempty"`
	Version string `json:"version,omitempty"`
	// Variable is the name, or profile/name.
	Variable string `json:"variable,omitempty"`
	// Layer is profile/layer; the name alone for a layer that is not known.
	Layer string `json:"layer,omitempty"`
	// Path is the path of the layer: /values/replicas, /enabled.
	Path string `json:"path,omitempty"`
	// Policy is the code of the policy that is waived.
	Policy string `json:"policy,omitempty"`
	// Range is the place; where Gone, in the workspace before the change.
	Range diag.Range `json:"range,omitzero"`
	Gone  bool       `json:"gone,omitempty"`
}

// String says what is done: "set variable region of cluster eu-1/fleet/a".
func (c Change) String() string {
	switch c.Verb {
	case profile.CreateVerb:
		switch {
		case c.Profile == "":
			return fmt.Sprintf("create cluster %s from no profile", c.Cluster)
		case c.Before != nil:
			return fmt.Sprintf("make cluster %s one of profile %s", c.Cluster, c.Profile)
		}
		return fmt.Sprintf("create cluster %s from profile %s", c.Cluster, c.Profile)
	case profile.ChangeVerb, profile.RemoveVerb:
		return fmt.Sprintf("%s cluster %s", c.Verb, c.Cluster)
	case profile.SetVerb:
		return fmt.Sprintf("set variable %s of cluster %s", c.Variable, c.Cluster)
	case profile.OverrideVerb:
		return fmt.Sprintf("override %s of layer %s for cluster %s", c.Path, c.Layer, c.Cluster)
	case profile.WaiveVerb:
		if c.Cluster == (profile.Key{}) {
			return fmt.Sprintf("waive %s in %s", c.Policy, c.Document)
		}
		return fmt.Sprintf("waive %s for cluster %s", c.Policy, c.Cluster)
	case profile.PublishVerb:
		return "publish " + profile.Ref{Name: c.Profile, Version: c.Version}.String()
	}
	return fmt.Sprintf("%s %s", c.Verb, c.Document)
}

// compare orders changes by place, and by what is done.
func (c Change) compare(o Change) int {
	return cmp.Or(c.Range.Compare(o.Range), cmp.Compare(c.Verb, o.Verb), cmp.Compare(c.String(), o.String()), cmp.Compare(c.Document, o.Document))
}
