package variabletest

import "github.com/dayzero-sdk/dayzero/profile"

// Witness is a value that a variable refuses because of one construct.
type Witness struct {
	Construct string
	Schema    profile.Schema
	Refused   any
}

func count(n int) *int { return &n }

func typed(t profile.VariableType) profile.Schema { return profile.Schema{Type: t} }

// Witnesses has at least one for each row of the table. Those of types that are
// weaker somewhere are values that only this library refuses.
var Witnesses = []Witness{
	{Construct: "type string", Schema: typed(profile.StringVariable), Refused: int64(7)},
	{Construct: "type integer", Schema: typed(profile.IntegerVariable), Refused: 1.5},
	{Construct: "type number", Schema: typed(profile.NumberVariable), Refused: "1.5"},
	{Construct: "type boolean", Schema: typed(profile.BooleanVariable), Refused: "true"},
	{Construct: "type enum", Schema: profile.Schema{Type: profile.EnumVariable, Enum: []string{"a", "b"}}, Refused: "c"},
	{Construct: "type version", Schema: typed(profile.VersionVariable), Refused: "1.0.0-01"},
	{Construct: "type duration", Schema: typed(profile.DurationVariable), Refused: "9999999999h"},
	{Construct: "type quantity", Schema: typed(profile.QuantityVariable), Refused: "µ1"},
	{Construct: "type ipv4", Schema: typed(profile.IPv4Variable), Refused: "10.0.0.256"},
	{Construct: "type ipv6", Schema: typed(profile.IPv6Variable), Refused: "1::2::3"},
	{Construct: "type cidr", Schema: typed(profile.CIDRVariable), Refused: "10.0.0.1/8"},
	{Construct: "type url", Schema: typed(profile.URLVariable), Refused: "https://a/%zz"},
	{Construct: "type dnsName", Schema: typed(profile.DNSNameVariable), Refused: "a..b"},
	{Construct: "type base64", Schema: typed(profile.Base64Variable), Refused: "YR=="},
	{Construct: "type list", Schema: profile.Schema{Type: profile.ListVariable, Items: &profile.Schema{Type: profile.StringVariable}}, Refused: []any{"a", int64(1)}},
	{Construct: "type map", Schema: profile.Schema{Type: profile.MapVariable, Values: &profile.Schema{Type: profile.StringVariable}}, Refused: map[string]any{"a": int64(1)}},
	{Construct: "type object", Schema: profile.Schema{Type: profile.ObjectVariable, Properties: map[string]profile.Property{"a": {Schema: typed(profile.StringVariable)}}}, Refused: map[string]any{"b": "x"}},
	{Construct: "type object", Schema: profile.Schema{Type: profile.ObjectVariable, Properties: map[string]profile.Property{"optional": {Schema: typed(profile.IntegerVariable)}}}, Refused: map[string]any{"optional": nil}},
	{Construct: "type secretRef", Schema: typed(profile.SecretRefVariable), Refused: map[string]any{"name": "x", "value": "y"}},
	{Construct: "type secretRef", Schema: typed(profile.SecretRefVariable), Refused: map[string]any{"name": "x_"}},
	{Construct: "min, max of integer", Schema: profile.Schema{Type: profile.IntegerVariable, Min: valueOf(3)}, Refused: int64(2)},
	{Construct: "min, max of number", Schema: profile.Schema{Type: profile.NumberVariable, Max: valueOf(1.5)}, Refused: 1.75},
	{Construct: "min, max of version, duration, quantity", Schema: profile.Schema{Type: profile.DurationVariable, Max: valueOf("1h")}, Refused: "61m"},
	{Construct: "min, max of version, duration, quantity", Schema: profile.Schema{Type: profile.VersionVariable, Min: valueOf("1.10.0")}, Refused: "1.9.0"},
	{Construct: "min, max of version, duration, quantity", Schema: profile.Schema{Type: profile.QuantityVariable, Max: valueOf("1Gi")}, Refused: "1025Mi"},
	{Construct: "minLength, maxLength", Schema: profile.Schema{Type: profile.StringVariable, MaxLength: count(1)}, Refused: "éé"},
	{Construct: "enum", Schema: profile.Schema{Type: profile.StringVariable, Enum: []string{"a"}}, Refused: "b"},
	{Construct: "pattern", Schema: profile.Schema{Type: profile.StringVariable, Pattern: `(?i)^[^\s.]+$`}, Refused: "a b"},
	{Construct: "pattern with (?m)", Schema: profile.Schema{Type: profile.StringVariable, Pattern: "(?m)^b$"}, Refused: "ab"},
	{Construct: "minItems, maxItems", Schema: profile.Schema{Type: profile.ListVariable, Items: &profile.Schema{Type: profile.StringVariable}, MaxItems: count(1)}, Refused: []any{"a", "b"}},
	{Construct: "minItems, maxItems", Schema: profile.Schema{Type: profile.MapVariable, Values: &profile.Schema{Type: profile.StringVariable}, MinItems: count(2)}, Refused: map[string]any{"a": "b"}},
	{Construct: "uniqueItems", Schema: profile.Schema{Type: profile.ListVariable, Items: &profile.Schema{Type: profile.StringVariable}, UniqueItems: true}, Refused: []any{"a", "a"}},
	{Construct: "required of a property", Schema: profile.Schema{Type: profile.ObjectVariable, Properties: map[string]profile.Property{"a": {Schema: typed(profile.StringVariable), Required: true}}}, Refused: map[string]any{}},
}
