package variabletest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// texts are worth trying as values of any type whose values are strings, and as
// items, names and limits.
var texts = []string{
	"", " ", "a", "A", "b", "abc", "é", "日本", "\n", "a\nb", "a\r", "\u2028", "\"", "'", "{{", "${x}", "---", "null", "true", "1", "-1", "0", "1.5", "a b",
	"1.2.3", "01.2.3", "1.2", "v1.2.3", "1.34.2+k3s1", "1.34.2-gke.100", "1.0.0-rc.1", "1.0.0-01", "99999999999999999999.0.0", "1.2.3-", "1.2.3+",
	"1s", "90m", "1h30m", "-5s", "+1.5h", ".5s", "1.s", "5", "1d", "1µs", "9999999999h", "s", "1h 2m",
	"500m", "2Gi", "1e3", "1E3", "1E", "-1Ki", "+.5", "1.", "1KB", "100000000000000000000000000000000000000000000000000000000000000000000", "1e999",
	"10.0.0.1", "10.0.0.256", "010.0.0.1", "10.0.0", "::", "::1", "2001:db8::1", "2001:DB8::1", "::ffff:10.0.0.1", "fe80::1%eth0", "1::2::3", ":",
	"10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0", "2001:db8::/32", "2001:db8::1/32", "::/0", "0.0.0.0/0", "10.0.0.0/08",
	"https://example.com", "oci://registry.corp/charts", "http://", "http://[::1]:80/x?y=z#f", "https://a b", "https://a/%zz", "//host", "HTTP://X", "https://host:port",
	"example.com", "a.b-c.d", "-a.b", "a..b", "Example.com", "a.", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm.com",
	"YQ==", "YWI=", "YWJj", "YWJ", "YR==", "YW==", "YWJj\n", "YW=", "====",
}

// patterns are regular expressions that languages may read differently.
var patterns = []string{
	`^[a-z]+$`, `a`, `^.$`, `^.*$`, `\d`, `^\S+$`, `\s`, `^[^x]*$`, `(?i)^abc$`, `(?i)k`, `a{1,2}$`, `(?:a|b)c?`, `\bab`, `^\w+$`, `(?s)a.b`, `(?m)^b$`,
	`[[:alpha:]]`, `\pL`, `^\x{e9}$`, `^\Qa.b\E`, `(?P<x>a)`, `^$`, `[\]\-/]`, `a*?b`, `(?U)a+`, `\.`, `^(a|)$`, `[^\n]`, `\\`, `"`, `\$\{`,
}

// Text is any text, one worth trying more often.
func Text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(texts), rapid.SampledFrom(texts), rapid.StringN(0, 6, -1))
}

// Variable is a random declaration without mistakes.
func Variable() *rapid.Generator[profile.Variable] {
	return rapid.Custom(func(t *rapid.T) profile.Variable {
		v := profile.Variable{Name: rapid.SampledFrom([]string{"v", "list", "string", "net", "_x", "struct"}).Draw(t, "name"), Required: rapid.Bool().Draw(t, "required")}
		if rapid.IntRange(0, 12).Draw(t, "secret") == 0 {
			v.Schema = profile.Schema{Type: profile.SecretRefVariable}
			return v
		}
		v.Schema = schema(t, 2)
		return v
	}).Filter(func(v profile.Variable) bool { return len(v.Check()) == 0 })
}

var scalars = []profile.VariableType{
	profile.StringVariable, profile.StringVariable, profile.IntegerVariable, profile.NumberVariable, profile.BooleanVariable, profile.EnumVariable,
	profile.VersionVariable, profile.DurationVariable, profile.QuantityVariable, profile.IPv4Variable, profile.IPv6Variable,
	profile.CIDRVariable, profile.URLVariable, profile.DNSNameVariable, profile.Base64Variable,
}

func schema(t *rapid.T, depth int) profile.Schema {
	types := scalars
	if depth > 0 {
		types = append([]profile.VariableType{profile.ListVariable, profile.ListVariable, profile.MapVariable, profile.ObjectVariable}, scalars...)
	}
	s := profile.Schema{Type: rapid.SampledFrom(types).Draw(t, "type")}
	switch s.Type {
	case profile.IntegerVariable, profile.NumberVariable:
		s.Min, s.Max = bound(t, s.Type), bound(t, s.Type)
	case profile.VersionVariable, profile.DurationVariable, profile.QuantityVariable:
		s.Min, s.Max = bound(t, s.Type), bound(t, s.Type)
	case profile.ListVariable:
		inner := schema(t, depth-1)
		s.Items, s.UniqueItems = &inner, rapid.Bool().Draw(t, "unique")
		s.MinItems, s.MaxItems = limit(t), limit(t)
	case profile.MapVariable:
		inner := schema(t, depth-1)
		s.Values = &inner
		s.MinItems, s.MaxItems = limit(t), limit(t)
	case profile.ObjectVariable:
		s.Properties = map[string]profile.Property{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "list", "c-d"}), 1, 3, rapid.ID).Draw(t, "properties") {
			s.Properties[name] = profile.Property{Schema: schema(t, depth-1), Required: rapid.Bool().Draw(t, "required")}
		}
	case profile.EnumVariable:
		s.Enum = rapid.SliceOfNDistinct(Text(), 1, 3, rapid.ID).Draw(t, "enum")
	case profile.StringVariable:
		if rapid.IntRange(0, 3).Draw(t, "enumerated") == 0 {
			s.Enum = rapid.SliceOfNDistinct(Text(), 1, 3, rapid.ID).Draw(t, "enum")
		}
	}
	switch s.Type {
	case profile.StringVariable, profile.EnumVariable, profile.URLVariable, profile.DNSNameVariable, profile.Base64Variable:
		s.MinLength, s.MaxLength = limit(t), limit(t)
		if rapid.Bool().Draw(t, "patterned") {
			s.Pattern = rapid.SampledFrom(patterns).Draw(t, "pattern")
		}
	}
	return s
}

func limit(t *rapid.T) *int {
	if rapid.Bool().Draw(t, "limited") {
		return nil
	}
	n := rapid.IntRange(0, 4).Draw(t, "limit")
	return &n
}

var limits = map[profile.VariableType][]any{
	profile.IntegerVariable:  {-3, 0, 2, int64(1) << 53, -1 << 62},
	profile.NumberVariable:   {-2.5, 0, 0.5, 1.25, 3, 1e300},
	profile.VersionVariable:  {"1.2.3", "1.34.2", "1.0.0-rc.1"},
	profile.DurationVariable: {"1s", "90m", "0s"},
	profile.QuantityVariable: {"500m", "2Gi", "0"},
}

func bound(t *rapid.T, of profile.VariableType) profile.Value {
	if rapid.Bool().Draw(t, "unbounded") {
		return profile.Value{}
	}
	return valueOf(rapid.SampledFrom(limits[of]).Draw(t, "bound"))
}

// Data is random data that is often, and often nearly, of the schema.
func Data(s profile.Schema) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any { return data(t, s) })
}

func data(t *rapid.T, s profile.Schema) any {
	if rapid.IntRange(0, 15).Draw(t, "odd") == 0 {
		return rapid.SampledFrom([]any{"x", int64(7), 0.5, true, []any{}, map[string]any{}, []any{"x"}, map[string]any{"name": "x"}, map[string]any{"name": ""}, map[string]any{"a": int64(1)}}).Draw(t, "anything")
	}
	switch s.Type {
	case profile.BooleanVariable:
		return rapid.Bool().Draw(t, "boolean")
	case profile.IntegerVariable:
		return rapid.OneOf(rapid.Int64Range(-5, 5), rapid.Int64()).Draw(t, "integer")
	case profile.NumberVariable:
		return rapid.SampledFrom([]any{int64(-3), int64(0), int64(2), -2.5, 0.5, 0.75, 1.25, 1.5, 2.5e300}).Draw(t, "number")
	case profile.ListVariable:
		return rapid.SliceOfN(Data(*s.Items), 0, 4).Draw(t, "list")
	case profile.MapVariable:
		return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c d", "é", "list", "#d", "_h"}), Data(*s.Values), 0, 4).Draw(t, "map")
	case profile.ObjectVariable:
		return object(t, s)
	case profile.SecretRefVariable:
		return map[string]any{"name": Text().Draw(t, "name")}
	}
	if len(s.Enum) > 0 && rapid.Bool().Draw(t, "listed") {
		return rapid.SampledFrom(s.Enum).Draw(t, "choice")
	}
	return Text().Draw(t, "text")
}

func object(t *rapid.T, s profile.Schema) map[string]any {
	out := map[string]any{}
	for _, name := range []string{"a", "b", "list", "c-d"} {
		if p, ok := s.Properties[name]; ok && rapid.IntRange(0, 4).Draw(t, "there") > 0 {
			out[name] = data(t, p.Schema)
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "unknown") == 0 {
		out["zz"] = "x"
	}
	return out
}

func valueOf(data any) profile.Value {
	v, err := profile.ValueOf(data)
	if err != nil {
		panic(fmt.Sprintf("variabletest: %v", err)) // plain data of this package
	}
	return v
}
