package diag

import (
	"fmt"
	"slices"
	"strings"
)

// OriginKind says in what capacity a value was written.
type OriginKind uint8

const (
	// Unknown: nobody recorded where the value came from.
	Unknown OriginKind = iota
	// Default: the default of a variable.
	Default
	// Preset: a chosen preset of a profile.
	Preset
	// Profile: a layer of a profile.
	Profile
	// Overlay: a matching overlay.
	Overlay
	// Variable: a value set for a variable.
	Variable
	// Override: an override of a cluster.
	Override
	// Cluster: the cluster's own fields, such as its pools.
	Cluster
	// Manifest: a content file of a layer, or a plain manifest.
	Manifest
	// Generated: this library derived the value, for instance a name.
	Generated
)

var originKinds = [...]string{"unknown", "default", "preset", "profile", "overlay", "variable", "override", "cluster", "manifest", "generated"}

// String gives the kind in lower case.
func (k OriginKind) String() string {
	if int(k) < len(originKinds) {
		return originKinds[k]
	}
	return fmt.Sprintf("origin(%d)", uint8(k))
}

// MarshalText writes the kind as String does.
func (k OriginKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the kind as String gives it.
func (k *OriginKind) UnmarshalText(text []byte) error {
	i := slices.Index(originKinds[:], string(text))
	if i < 0 {
		return fmt.Errorf("origin %q: want one of %v", text, originKinds)
	}
	*k = OriginKind(i)
	return nil
}

// Origin says where a value came from. The zero Origin means that this is not
// known.
type Origin struct {
	Kind OriginKind `json:"kind"`
	// Document is what was written: "mem-base@1.4.0", "overlay/edge@1.2.0",
	// "cluster eu-1/fleet/store-0001". Empty for plain manifests.
	Document string `json:"document,omitempty"`
	// Layer is the name of the layer, where one wrote the value.
	Layer string `json:"layer,omitempty"`
	// Owner is who answers for the value: the layer's or the profile's owner,
	// for an override the override's.
	Owner string `json:"owner,omitempty"`
	// Range is the place.
	Range Range `json:"range"`
	// Causes are the places that an expression read, for instance the
	// variable's value: the Origin of a computed leaf is the expression's.
	Causes []Origin `json:"causes,omitempty"`
	// Sensitive says that the value, or a part of it, is that of a sensitive
	// variable or was computed from one: whoever shows values leaves it out.
	Sensitive bool `json:"sensitive,omitempty"`
}

// IsZero reports whether nothing is known.
func (o Origin) IsZero() bool {
	return o.Kind == Unknown && o.Document == "" && o.Layer == "" && o.Owner == "" && o.Range.IsZero() && len(o.Causes) == 0
}

// String reads like "mem-base@1.4.0 layer cni (library/mem-base/1.4.0/profile.yaml:12:7)".
func (o Origin) String() string {
	var parts []string
	if o.Document != "" {
		parts = append(parts, o.Document)
	} else if o.Kind != Unknown {
		parts = append(parts, o.Kind.String())
	}
	if o.Layer != "" {
		parts = append(parts, "layer "+o.Layer)
	}
	if !o.Range.IsZero() {
		parts = append(parts, "("+o.Range.String()+")")
	}
	if len(parts) == 0 {
		return "unknown"
	}
	return strings.Join(parts, " ")
}
