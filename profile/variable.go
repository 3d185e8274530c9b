package profile

import (
	"cmp"
	"slices"
)

// VariableType is the type of a variable, or of a part of one.
type VariableType string

const (
	StringVariable  VariableType = "string"
	IntegerVariable VariableType = "integer"
	// NumberVariable is any finite number; whole numbers are numbers, too.
	NumberVariable  VariableType = "number"
	BooleanVariable VariableType = "boolean"
	// EnumVariable is a string that must say which values it allows.
	EnumVariable     VariableType = "enum"
	VersionVariable  VariableType = "version"
	DurationVariable VariableType = "duration"
	QuantityVariable VariableType = "quantity"
	IPv4Variable     VariableType = "ipv4"
	IPv6Variable     VariableType = "ipv6"
	// CIDRVariable is an IP range by its network address, IPv4 or IPv6.
	CIDRVariable VariableType = "cidr"
	// URLVariable has a scheme and a host: https://example.com, oci://registry/x.
	URLVariable VariableType = "url"
	// DNSNameVariable is a DNS name in lower case, without a final dot.
	DNSNameVariable VariableType = "dnsName"
	// Base64Variable is data in standard base64 (RFC 4648), padded, on one line.
	Base64Variable VariableType = "base64"
	// ListVariable has items, MapVariable values under free names, and
	// ObjectVariable the properties that it declares and no others.
	ListVariable   VariableType = "list"
	MapVariable    VariableType = "map"
	ObjectVariable VariableType = "object"
	// SecretRefVariable is {name: ...}, the name of a Secret.
	SecretRefVariable VariableType = "secretRef"
)

// Scopes of a variable.
const (
	// ClusterScope: one value for each cluster. The default.
	ClusterScope = "cluster"
	// FleetScope: one value for all clusters of a profile version.
	FleetScope = "fleet"
	// PoolScope: one value for each pool.
	PoolScope = "pool"
)

// Area is the part of the fleet in which a rule holds values apart.
type Area string

const (
	ClusterArea Area = "cluster"
	HubArea     Area = "hub"
	FleetArea   Area = "fleet"
)

// areas are the areas, each within the next.
var areas = []Area{ClusterArea, HubArea, FleetArea}

// Compare orders areas by their size; what is none comes first.
func (a Area) Compare(o Area) int {
	return cmp.Compare(slices.Index(areas, a), slices.Index(areas, o))
}

// Variable is a typed, constrained input of a profile. Under a name that the
// profile inherits it changes that variable: what is zero here is inherited. So a
// program cannot take back what a parent says is true, as a document does with
// required: false.
type Variable struct {
	// Name is an identifier; expressions read it as vars.name.
	Name   string `json:"name"`
	Schema `json:",inline"`
	// Required: somebody must set the variable; there is no default.
	Required bool `json:"required,omitempty"`
	// Immutable: the value of an existing cluster cannot change; see
	// [ImmutableChanges].
	Immutable bool `json:"immutable,omitempty"`
	// Hidden: not for people who fill in forms. It has a default or may be absent.
	Hidden bool `json:"hidden,omitempty"`
	// Deprecated says what to use instead; setting the variable is a warning.
	Deprecated string `json:"deprecated,omitempty"`
	// Sensitive: findings, reports and explanations do not show the value, nor what
	// is computed from it ([diag.Origin.Sensitive]); rendered objects hold it. It
	// has no default, examples and enum, which the profile would show. A secret is
	// a secretRef, not this.
	Sensitive bool `json:"sensitive,omitempty"`
	// Scope is cluster (default), fleet or pool.
	Scope string `json:"scope,omitempty"`
	// Unique: no two clusters of the area, hub or fleet, have the same value; of
	// pool scope: no two pools. Defaults count. Only of scalars.
	Unique Area `json:"unique,omitempty"`
	// Disjoint: the range overlaps no other disjoint range of the area, cluster,
	// hub or fleet, whatever variable that is of, and whatever area its own
	// declaration names. An address is a range of one. Only of cidr, ipv4, ipv6 and
	// lists of them.
	Disjoint Area `json:"disjoint,omitempty"`
	// Side is where a secret lives: hub or workload. Only of secretRef.
	Side string `json:"side,omitempty"`
	// Keys are the keys that a secret must have. Only of secretRef.
	Keys []string `json:"keys,omitempty"`
}

// Schema says what a value may be. Each constraint is for some types only.
type Schema struct {
	// Type is required, but where a type is inherited.
	Type        VariableType `json:"type,omitzero"`
	Description string       `json:"description,omitempty"`
	// Default is used where nobody sets the variable, or the property of an
	// object that is set. Items and values have none.
	Default Value `json:"default,omitempty,omitzero"`
	// Examples are values, for people. Each is valid.
	Examples []Value `json:"examples,omitempty"`
	// Enum are the allowed values of a string or enum.
	Enum []string `json:"enum,omitempty"`
	// Min and Max bound integers, numbers, versions, durations and quantities,
	// inclusively, in their own order.
	Min Value `json:"min,omitempty,omitzero"`
	Max Value `json:"max,omitempty,omitzero"`
	// MinLength and MaxLength bound string, enum, url, dnsName and base64, in
	// characters.
	MinLength *int `json:"minLength,omitempty"`
	MaxLength *int `json:"maxLength,omitempty"`
	// Pattern is a regular expression (RE2) that the same types match as a whole
	// or in part, as written.
	Pattern string `json:"pattern,omitempty"`
	// MinItems and MaxItems bound lists and maps.
	MinItems *int `json:"minItems,omitempty"`
	MaxItems *int `json:"maxItems,omitempty"`
	// UniqueItems: no two items of the list are equal.
	UniqueItems bool `json:"uniqueItems,omitempty"`
	// Items is what each item of a list may be.
	Items *Schema `json:"items,omitempty"`
	// Values is what each value of a map may be.
	Values *Schema `json:"values,omitempty"`
	// Properties are the fields of an object.
	Properties map[string]Property `json:"properties,omitempty"`
}

// Property is a field of an object.
type Property struct {
	Schema `json:",inline"`
	// Required: the object has the field; there is no default.
	Required bool `json:"required,omitempty"`
}

// Rule is a condition on the variables of a profile together.
type Rule struct {
	// Rule is a CEL expression that must be true of every cluster. It reads vars,
	// consts, cluster and provided; where it reads a variable of pool scope, or
	// pool, it must be true of every pool.
	Rule string `json:"rule"`
	// Message says what is wrong where it is not. Default: the rule itself.
	Message string `json:"message,omitempty"`
}
