package profile

// VariableType is the type of a variable.
type VariableType string

const (
	StringVariable    VariableType = "string"
	IntegerVariable   VariableType = "integer"
	BooleanVariable   VariableType = "boolean"
	EnumVariable      VariableType = "enum"
	CIDRVariable      VariableType = "cidr"
	VersionVariable   VariableType = "version"
	QuantityVariable  VariableType = "quantity"
	DurationVariable  VariableType = "duration"
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

// Variable is a typed, constrained input of a profile.
type Variable struct {
	// Name is an identifier; expressions read it as vars.name.
	Name        string       `json:"name"`
	Type        VariableType `json:"type"`
	Description string       `json:"description,omitempty"`
	// Default is used where nobody sets the variable.
	Default Value `json:"default,omitempty,omitzero"`
	// Required: somebody must set the variable; there is no default.
	Required bool `json:"required,omitempty"`
	// Immutable: the value of an existing cluster cannot change.
	Immutable bool `json:"immutable,omitempty"`
	// Scope is cluster (default), fleet or pool.
	Scope string `json:"scope,omitempty"`
	// Enum are the allowed values of a string or enum variable.
	Enum []string `json:"enum,omitempty"`
	// Min and Max bound integers, quantities and durations, inclusively.
	Min Value `json:"min,omitempty,omitzero"`
	Max Value `json:"max,omitempty,omitzero"`
	// MinLength and MaxLength bound strings, in characters.
	MinLength *int `json:"minLength,omitempty"`
	MaxLength *int `json:"maxLength,omitempty"`
	// Pattern is a regular expression (RE2) that a string matches as a whole or
	// in part, as written.
	Pattern string `json:"pattern,omitempty"`
	// Side is where a secret lives: hub or workload. Only of secretRef.
	Side string `json:"side,omitempty"`
	// Keys are the keys that a secret must have. Only of secretRef.
	Keys []string `json:"keys,omitempty"`
}
