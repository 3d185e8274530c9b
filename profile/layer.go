package profile

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// LayerKind is the slice of a cluster that a layer is about. Kinds are listed
// in the order in which layers of equal standing are installed.
type LayerKind string

const (
	InfrastructureLayer LayerKind = "Infrastructure"
	OSLayer             LayerKind = "OS"
	KubernetesLayer     LayerKind = "Kubernetes"
	NetworkLayer        LayerKind = "Network"
	StorageLayer        LayerKind = "Storage"
	SecurityLayer       LayerKind = "Security"
	AddOnLayer          LayerKind = "AddOn"
)

var layerKinds = []LayerKind{InfrastructureLayer, OSLayer, KubernetesLayer, NetworkLayer, StorageLayer, SecurityLayer, AddOnLayer}

func (k LayerKind) rank() int { return slices.Index(layerKinds, k) }

// Layer is one slice of a profile. In a profile that extends another, a layer
// with the name of an inherited one changes that layer: what it says is put over
// it.
type Layer struct {
	// Name is unique in its profile.
	Name        string    `json:"name"`
	Kind        LayerKind `json:"kind,omitzero"`
	Description string    `json:"description,omitempty"`
	// Owner answers for the layer. Default: the profile's owner.
	Owner string `json:"owner,omitempty"`
	// Component is the product that the layer installs.
	Component Component `json:"component,omitzero"`
	// Requires are conditions on the other layers of the stack.
	Requires []Requirement `json:"requires,omitempty"`
	// Conflicts are conditions that no other layer of the stack may meet.
	Conflicts []Requirement `json:"conflicts,omitempty"`
	// Before and After order layers that do not require each other.
	Before []LayerRef `json:"before,omitempty"`
	After  []LayerRef `json:"after,omitempty"`
	// Provides are capabilities for other layers, each with a value that they
	// read as provided['name'].
	Provides map[string]string `json:"provides,omitempty"`
	// Content is what is installed.
	Content *Content `json:"content,omitempty"`
	// Values parameterise the content.
	Values Value `json:"values,omitempty,omitzero"`
	// Capi is what the layer contributes to the Cluster API objects.
	Capi *Capi `json:"capi,omitempty"`
	// Overrides declares leaves that the layer sets although another layer does.
	Overrides []OverridesLayer `json:"overrides,omitempty"`
	// Fixed are paths that only their owner may change.
	Fixed []FixedPath `json:"fixed,omitempty"`
	// Constrained are paths that anybody may set within a schema.
	Constrained []ConstrainedPath `json:"constrained,omitempty"`
	// Merge says how lists of this layer merge, by path: "append", or the key
	// field of its items.
	Merge map[string]ListMerge `json:"merge,omitempty"`
	// Enabled false takes an inherited layer out of the profile.
	Enabled *bool `json:"enabled,omitempty"`
	// Patches follow those of the content of an inherited layer.
	Patches []ContentPatch `json:"patches,omitempty"`
}

// Component is the product that a layer installs, with its exact version, or
// the reason why there is none.
type Component struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
	// Scheme is "semver" (default) or "opaque": versions can only be equal.
	Scheme string `json:"scheme,omitempty"`
	// None is the reason why the layer installs nothing.
	None string `json:"none,omitempty"`
}

// String gives "cilium 1.18.2", or "none".
func (c Component) String() string {
	if c.Name == "" {
		return "none"
	}
	return c.Name + " " + c.Version
}

// Requirement is a condition on another layer: its component with an optional
// range, its name, or a capability that it provides.
type Requirement struct {
	Component  string `json:"component,omitempty"`
	Version    string `json:"version,omitempty"`
	Layer      string `json:"layer,omitempty"`
	Capability string `json:"capability,omitempty"`
}

// String names the condition: "component kubernetes >=1.31".
func (r Requirement) String() string {
	switch {
	case r.Component != "" && r.Version != "":
		return "component " + r.Component + " " + r.Version
	case r.Component != "":
		return "component " + r.Component
	case r.Layer != "":
		return "layer " + r.Layer
	}
	return "capability " + r.Capability
}

// MetBy reads the range and gives the test whether a layer of a profile meets the
// condition: it has the name, which may be profile/layer; it provides the
// capability; or it has the component, in a version of the range. A version of
// scheme opaque is in the range that names it, alone or between "||"; a list of
// names, which is no range, holds opaque versions only. With an error no layer
// meets the condition. Many goroutines may use the test.
func (r Requirement) MetBy() (met func(profile string, l *Layer) bool, err error) {
	versions, err := ParseVersionRange(r.Version)
	names := r.namesVersions()
	if names {
		versions, err = VersionRange{text: r.Version}, nil
	}
	switch {
	case err != nil:
		return func(string, *Layer) bool { return false }, err
	case r.Layer != "":
		return func(profile string, l *Layer) bool { return l.Name == r.Layer || profile+"/"+l.Name == r.Layer }, nil
	case r.Capability != "":
		return func(_ string, l *Layer) bool { return has(l.Provides, r.Capability) }, nil
	}
	return func(_ string, l *Layer) bool {
		return r.Component != "" && l.Component.Name == r.Component && (!names || l.Component.Scheme == "opaque") && versions.admits(l.Component)
	}, nil
}

// opaqueName is what a version of scheme opaque looks like in a requirement; what
// starts as almostRange is a range that is misspelt.
var (
	opaqueName  = regexp.MustCompile(`^[-_:+.0-9A-Za-z]+$`)
	almostRange = regexp.MustCompile(`^[vV]?[0-9]*\.`)
)

// namesVersions reports whether the version is no range but names of versions
// with "||" between them.
func (r Requirement) namesVersions() bool {
	if _, err := ParseVersionRange(r.Version); err == nil || len(r.Version) > 256 {
		return false
	}
	return !slices.ContainsFunc(strings.Split(r.Version, "||"), func(one string) bool {
		one = strings.TrimSpace(one)
		return !opaqueName.MatchString(one) || almostRange.MatchString(one)
	})
}

// admits reports whether the version of a component is in the range.
func (r VersionRange) admits(c Component) bool {
	switch {
	case r.text == "":
		return true
	case c.Scheme == "opaque":
		return slices.ContainsFunc(strings.Split(r.text, "||"), func(one string) bool { return strings.TrimSpace(one) == c.Version })
	}
	v, err := ParseVersion(c.Version)
	return err == nil && r.Has(v)
}

// OverridesLayer declares that a layer means to replace what another one sets.
type OverridesLayer struct {
	Layer string `json:"layer"`
	Path  string `json:"path"`
}

// FixedPath is a path that nobody but the owner of the layer that fixes it may
// change: not another profile, not an overlay of another owner, and no override.
// It starts with /values (of the layer), with /capi (what all layers give
// together), or with /objects/<Kind>/<name or *> (what is rendered). In
// documents it is the path, or {layer, path} for a path of another layer, which
// needs an entitlement.
type FixedPath struct {
	// Layer is the other layer; empty for the layer that fixes.
	Layer string
	Path  string
}

// MarshalJSON gives the short form where it says all.
func (f FixedPath) MarshalJSON() ([]byte, error) {
	if f.Layer == "" {
		return json.Marshal(f.Path)
	}
	return json.Marshal(map[string]string{"layer": f.Layer, "path": f.Path})
}

// UnmarshalJSON reads both forms.
func (f *FixedPath) UnmarshalJSON(data []byte) error {
	var long struct {
		Layer string `json:"layer"`
		Path  string `json:"path"`
	}
	*f = FixedPath{}
	if err := shortOrLong(data, &f.Path, &long); err != nil || f.Path == "" && long.Path == "" {
		return errors.New(`must be a path, or {layer: name, path: /capi/...}`)
	}
	if long.Path != "" {
		f.Layer, f.Path = long.Layer, long.Path
	}
	return nil
}

// LayerRef names a layer: bare when unique in the stack, else profile/layer. In
// documents it is a string, or a mapping with optional: true.
type LayerRef struct {
	Layer    string
	Optional bool
}

// MarshalJSON gives the short form where it says all.
func (r LayerRef) MarshalJSON() ([]byte, error) {
	if !r.Optional {
		return json.Marshal(r.Layer)
	}
	return json.Marshal(map[string]any{"layer": r.Layer, "optional": true})
}

// UnmarshalJSON reads both forms.
func (r *LayerRef) UnmarshalJSON(data []byte) error {
	var long struct {
		Layer    string `json:"layer"`
		Optional bool   `json:"optional"`
	}
	if err := shortOrLong(data, &r.Layer, &long); err != nil || long.Layer == "" && r.Layer == "" {
		return errors.New(`must be the name of a layer, or {layer: name, optional: true}`)
	}
	if long.Layer != "" {
		r.Layer, r.Optional = long.Layer, long.Optional
	}
	return nil
}

// ListMerge is how a list merges: appended to, or by the key of its items. In
// documents it is "append" or {key: name}.
type ListMerge struct {
	Append bool
	Key    string
}

// MarshalJSON gives the document form.
func (m ListMerge) MarshalJSON() ([]byte, error) {
	if m.Append {
		return []byte(`"append"`), nil
	}
	return json.Marshal(map[string]string{"key": m.Key})
}

// UnmarshalJSON reads the document form.
func (m *ListMerge) UnmarshalJSON(data []byte) error {
	var short string
	var long struct {
		Key string `json:"key"`
	}
	err := shortOrLong(data, &short, &long)
	if err != nil || (short != "append" || long.Key != "") && (short != "" || long.Key == "") {
		return errors.New(`must be append, or {key: field}`)
	}
	*m = ListMerge{Append: short == "append", Key: long.Key}
	return nil
}
