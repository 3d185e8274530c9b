package validate

import (
	"math"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/profile"
)

// dialect is a language of JSON schemas.
type dialect struct {
	// closed: a mapping says itself that it has no other fields.
	closed bool
	// unique: lists may have to be unique.
	unique bool
	// whole: limits of numbers are whole.
	whole bool
	// pattern writes a regular expression; ok is false for one that the language
	// does not have.
	pattern func(re2 string) (text string, ok bool)
	// examples is the field of examples, which are one or a list.
	examples string
	// enum and description are how many values and characters there may be; 0 for
	// any number.
	enum, description int
}

// Limits of the definition of ClusterClass (Cluster API v1beta2).
const (
	classPattern     = 512
	classEnum        = 100
	classDescription = 4096
)

var (
	editor = dialect{closed: true, unique: true, pattern: ecmaScript, examples: "examples"}
	// class is the structural schema of a ClusterClass's variable: fields that it
	// does not list are refused anyway.
	class = dialect{whole: true, pattern: short, examples: "example", enum: classEnum, description: classDescription}
)

func short(re2 string) (string, bool) { return re2, utf8.RuneCountInString(re2) <= classPattern }

// textForm is what a language of schemas can say about the texts of a type.
type textForm struct {
	pattern   string // portable: the same in RE2 and ECMAScript
	maxLength int    // 0 for no limit
}

const (
	octet = `(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
	label = `[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`
	word  = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
)

var textForms = map[profile.VariableType]textForm{
	profile.VersionVariable:   {`^(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)(-[0-9A-Za-z-]+([.][0-9A-Za-z-]+)*)?([+][0-9A-Za-z-]+([.][0-9A-Za-z-]+)*)?$`, 128},
	profile.DurationVariable:  {`^[-+]?(0|(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`, 64},
	profile.QuantityVariable:  {`^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?0*[0-9]{1,2})?$`, 64},
	profile.IPv4Variable:      {`^(` + octet + `[.]){3}` + octet + `$`, 0},
	profile.IPv6Variable:      {`^[0-9a-fA-F:.]+$`, 45},
	profile.CIDRVariable:      {`^[0-9a-fA-F:.]+/[0-9]{1,3}$`, 49},
	profile.URLVariable:       {`^[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+$`, 2048},
	profile.DNSNameVariable:   {`^` + label + `([.]` + label + `)*$`, 253},
	profile.SecretRefVariable: {`^` + word + `([.]` + word + `)*$`, 253}, // the name
	profile.Base64Variable:    {`^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$`, 0},
}

// jsonTypes are the types of JSON; all others are strings.
var jsonTypes = map[profile.VariableType]string{
	profile.IntegerVariable: "integer", profile.NumberVariable: "number", profile.BooleanVariable: "boolean",
	profile.ListVariable: "array", profile.MapVariable: "object", profile.ObjectVariable: "object", profile.SecretRefVariable: "object",
}

func (d dialect) variable(v profile.Variable) object {
	if v.Type == profile.SecretRefVariable {
		return d.describe(v.Schema, d.mapping(object{"name": d.text(profile.Schema{Type: profile.SecretRefVariable})}, []string{"name"}))
	}
	return d.schema(v.Schema)
}

func (d dialect) schema(s profile.Schema) object {
	switch s.Type {
	case profile.ListVariable:
		return d.describe(s, d.list(s))
	case profile.MapVariable:
		out := object{"type": "object", "additionalProperties": d.schema(*s.Values)}
		limit(out, "minProperties", s.MinItems)
		limit(out, "maxProperties", s.MaxItems)
		return d.describe(s, out)
	case profile.ObjectVariable:
		return d.describe(s, d.object(s))
	case profile.IntegerVariable, profile.NumberVariable:
		return d.describe(s, d.number(s))
	case profile.BooleanVariable:
		return d.describe(s, object{"type": "boolean"})
	}
	return d.describe(s, d.text(s))
}

// describe adds what is for people, and the default.
func (d dialect) describe(s profile.Schema, out object) object {
	if text := d.words(s.Description); text != "" {
		out["description"] = text
	}
	if !s.Default.IsZero() {
		out["default"] = s.Default
	}
	if len(s.Examples) > 0 {
		out[d.examples] = s.Examples
		if d.examples == "example" {
			out[d.examples] = s.Examples[0]
		}
	}
	return out
}

// words are a description as far as there is room for it.
func (d dialect) words(text string) string {
	if runes := []rune(text); d.description > 0 && len(runes) > d.description {
		return string(runes[:d.description-3]) + "..."
	}
	return text
}

func (d dialect) list(s profile.Schema) object {
	out := object{"type": "array", "items": d.schema(*s.Items)}
	limit(out, "minItems", s.MinItems)
	limit(out, "maxItems", s.MaxItems)
	if s.UniqueItems && d.unique {
		out["uniqueItems"] = true
	}
	return out
}

func (d dialect) object(s profile.Schema) object {
	properties, required := object{}, []string{}
	for _, name := range propertyNames(s) {
		properties[name] = d.schema(s.Properties[name].Schema)
		if s.Properties[name].Required {
			required = append(required, name)
		}
	}
	return d.mapping(properties, required)
}

func (d dialect) mapping(properties object, required []string) object {
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if d.closed {
		out["additionalProperties"] = false
	}
	return out
}

func (d dialect) number(s profile.Schema) object {
	out := object{"type": jsonTypes[s.Type]}
	d.bound(out, "minimum", s.Min, math.Floor)
	d.bound(out, "maximum", s.Max, math.Ceil)
	return out
}

// bound adds a limit, rounded to the side that allows more where the language has
// only whole ones, and left out where those end.
func (d dialect) bound(out object, field string, v profile.Value, round func(float64) float64) {
	f, isFloat := v.Any().(float64)
	switch {
	case v.Any() == nil:
	case !d.whole || !isFloat:
		out[field] = v
	case math.Abs(f) < 1<<53:
		out[field] = int64(round(f))
	}
}

// text describes a type whose values are strings. Each pattern but the first
// stands in an item of allOf.
func (d dialect) text(s profile.Schema) object {
	out := object{"type": "string"}
	form := textForms[s.Type]
	if len(s.Enum) > 0 && (d.enum == 0 || len(s.Enum) <= d.enum) {
		out["enum"] = s.Enum
	}
	limit(out, "minLength", s.MinLength)
	most := s.MaxLength
	if form.maxLength > 0 && (most == nil || *most > form.maxLength) {
		most = &form.maxLength
	}
	limit(out, "maxLength", most)
	var patterns []string
	if form.pattern != "" {
		patterns = append(patterns, form.pattern)
	}
	if s.Pattern != "" {
		if text, ok := d.pattern(s.Pattern); ok {
			patterns = append(patterns, text)
		}
	}
	switch len(patterns) {
	case 1:
		out["pattern"] = patterns[0]
	case 2:
		out["pattern"] = patterns[0]
		out["allOf"] = []object{{"pattern": patterns[1]}}
	}
	return out
}

func limit(out object, field string, n *int) {
	if n != nil {
		out[field] = *n
	}
}
