package profile

import (
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const (
	// maxPattern is the most characters of a pattern.
	maxPattern = 1000
	// maxSteps is how many steps a pattern may have, repetitions written out, and
	// maxMatching that number times the length of the texts that are judged at once,
	// as all of a cluster are: matching takes time by it
	// (https://swtch.com/~rsc/regexp/regexp3.html).
	maxSteps    = 5000
	maxMatching = 1 << 27
	// maxNesting is how deep items, values and properties nest.
	maxNesting = 10
)

// constraints are the fields of a Schema that only some types have.
var constraints = []struct {
	fields []string
	types  []VariableType
	says   string
}{
	{[]string{"enum"}, []VariableType{StringVariable, EnumVariable}, "enum is for string and enum"},
	{[]string{"pattern", "minLength", "maxLength"}, []VariableType{StringVariable, EnumVariable, URLVariable, DNSNameVariable, Base64Variable}, "pattern, minLength and maxLength are for string, enum, url, dnsName and base64"},
	{[]string{"min", "max"}, []VariableType{IntegerVariable, NumberVariable, VersionVariable, DurationVariable, QuantityVariable}, "min and max are for integer, number, version, duration and quantity"},
	{[]string{"minItems", "maxItems"}, []VariableType{ListVariable, MapVariable}, "minItems and maxItems are for list and map"},
	{[]string{"items", "uniqueItems"}, []VariableType{ListVariable}, "items and uniqueItems are for list"},
	{[]string{"values"}, []VariableType{MapVariable}, "values is for map"},
	{[]string{"properties"}, []VariableType{ObjectVariable}, "properties is for object"},
}

// given reports whether the schema has the field of this name.
func (s Schema) given(field string) bool {
	switch field {
	case "enum":
		return s.Enum != nil
	case "pattern":
		return s.Pattern != ""
	case "minLength":
		return s.MinLength != nil
	case "maxLength":
		return s.MaxLength != nil
	case "min":
		return !s.Min.node.IsNull()
	case "max":
		return !s.Max.node.IsNull()
	case "minItems":
		return s.MinItems != nil
	case "maxItems":
		return s.MaxItems != nil
	case "items":
		return s.Items != nil
	case "uniqueItems":
		return s.UniqueItems
	case "values":
		return s.Values != nil
	case "properties":
		return s.Properties != nil
	}
	return false
}

// Check says what is wrong with the declaration: nothing, for the variables of a
// profile that was loaded without errors. Findings have a path below the
// declaration and no range.
func (v Variable) Check() diag.Diagnostics {
	found := v.check()
	if !identifier.MatchString(v.Name) {
		found = append(found, notIdentifier(v.Name))
	}
	return diagnosed("profile.variable", v.Name, found)
}

// Judge says what is wrong with n as a value of the variable; with what is wrong
// with the declaration, where it cannot judge. Findings have a path below the
// value and no range. The value of a sensitive variable is not shown.
func (v Variable) Judge(n Value) diag.Diagnostics {
	if found := v.Check(); found.HasErrors() {
		return found
	}
	left := maxMatching
	found := newForm(v.Schema, nil).judge(n.node, &left)
	if v.Sensitive && len(found) > 0 {
		found = []problem{withheld(v.Schema)}
	}
	return diagnosed("profile.variable-value", v.Name, found)
}

func diagnosed(code, name string, found []problem) diag.Diagnostics {
	var out diag.Diagnostics
	for _, p := range found {
		out = append(out, diag.Errorf(code, diag.Range{}, "variable %s: %s", name, p.problem).WithDetail("%s", p.hint).WithPath(p.path))
	}
	return out.Sorted()
}

func notIdentifier(name string) problem {
	return problem{path: diag.Fields("name"), problem: fmt.Sprintf("the name %q is not an identifier", clipped(name)), hint: "use letters, digits and _, for instance podCIDR"}
}

// check judges the declaration, one problem for each mistake.
func (v Variable) check() []problem {
	out := v.Schema.check(0, v.Sensitive)
	out = append(out, v.checkFlags()...)
	slices.SortStableFunc(out, func(a, b problem) int { return a.path.Compare(b.path) })
	return out
}

// checkFlags judges what a variable has besides its schema.
func (v Variable) checkFlags() []problem {
	var out []problem
	if v.Required && !v.Default.IsZero() {
		out = append(out, conflicting("default", "required", "a required variable has no default", "keep one of the two"))
	}
	if v.Required && v.Hidden {
		out = append(out, conflicting("hidden", "required", "a hidden variable cannot be required", "nobody sees that it has to be set: give it a default instead of required"))
	}
	if v.Required && v.Deprecated != "" {
		out = append(out, conflicting("deprecated", "required", "a deprecated variable cannot be required", "nobody should set it: give it a default instead of required"))
	}
	if scopes := []string{ClusterScope, FleetScope, PoolScope}; v.Scope != "" && !slices.Contains(scopes, v.Scope) {
		out = append(out, problem{path: diag.Fields("scope"), problem: fmt.Sprintf("unknown scope %q, want cluster, fleet or pool", clipped(v.Scope)), hint: nearestOf(v.Scope, scopes, "scopes")})
	}
	out = append(out, v.checkAreas()...)
	out = append(out, v.checkSecret()...)
	return append(out, v.checkSensitive()...)
}

// checkAreas judges unique and disjoint.
func (v Variable) checkAreas() []problem {
	if !known(v.Type) {
		return nil
	}
	var out []problem
	for _, rule := range []struct {
		field   string
		area    Area
		allowed []Area
		fits    bool
		says    string
	}{
		{"unique", v.Unique, areas[1:], typeRules[v.Type].kind != value.List && typeRules[v.Type].kind != value.Map, "unique is for scalars"},
		{"disjoint", v.Disjoint, areas, v.holdsRanges(), "disjoint is for cidr, ipv4, ipv6 and lists of them"},
	} {
		switch {
		case rule.area == "":
		case !slices.Contains(rule.allowed, rule.area):
			out = append(out, unknownArea(rule.field, rule.area, rule.allowed))
		case !rule.fits:
			out = append(out, conflicting(rule.field, "type", fmt.Sprintf("%s, not for %s", rule.says, v.Type), ""))
		case rule.area != ClusterArea && v.Scope == FleetScope:
			out = append(out, conflicting(rule.field, "scope", fmt.Sprintf("all clusters have one value of a variable of scope fleet, so it cannot be %s", rule.field),
				"take one of the two out"))
		}
	}
	return out
}

func unknownArea(field string, area Area, allowed []Area) problem {
	var names []string
	for _, a := range allowed {
		names = append(names, string(a))
	}
	return problem{path: diag.Fields(field), problem: fmt.Sprintf("unknown area %q of %s, want %s", clipped(string(area)), field, strings.Join(names, " or ")),
		hint: nearestOf(string(area), names, "areas")}
}

// holdsRanges reports whether the values are IP ranges or addresses.
func (v Variable) holdsRanges() bool {
	t := v.Type
	if t == ListVariable && v.Items != nil {
		t = v.Items.Type
	}
	return t == CIDRVariable || t == IPv4Variable || t == IPv6Variable
}

// conflicting is the problem of a field that does not go with another one.
func conflicting(field, other, says, hint string) problem {
	return problem{path: diag.Fields(field), problem: says, hint: hint, other: diag.Fields(other), otherSays: "it conflicts with this"}
}

// checkSecret judges the fields that only a secretRef has.
func (v Variable) checkSecret() []problem {
	sides := []string{"hub", "workload"}
	switch {
	case !known(v.Type):
	case v.Type == SecretRefVariable && v.Side != "" && !slices.Contains(sides, v.Side):
		return []problem{{path: diag.Fields("side"), problem: fmt.Sprintf("unknown side %q, want hub or workload", clipped(v.Side)), hint: nearestOf(v.Side, sides, "sides")}}
	case v.Type != SecretRefVariable && v.Side != "":
		return []problem{conflicting("side", "type", "side and keys are for secretRef", "")}
	case v.Type != SecretRefVariable && v.Keys != nil:
		return []problem{conflicting("keys", "type", "side and keys are for secretRef", "")}
	}
	return nil
}

// checkSensitive refuses what would show a value of a sensitive variable.
func (v Variable) checkSensitive() []problem {
	if !v.Sensitive {
		return nil
	}
	var out []problem
	for _, shows := range []struct {
		field string
		given bool
	}{{"default", !v.Default.IsZero()}, {"examples", len(v.Examples) > 0}, {"enum", len(v.Enum) > 0}} {
		if shows.given {
			out = append(out, conflicting(shows.field, "sensitive", "a sensitive variable has no "+shows.field, "whoever reads the profile would see a value"))
		}
	}
	return out
}

func known(t VariableType) bool {
	_, ok := typeRules[t]
	return ok
}

// check judges a schema that stands depth levels below the variable's. Values of
// a sensitive one are not shown.
func (s Schema) check(depth int, sensitive bool) []problem {
	if !known(s.Type) {
		return s.unknownType()
	}
	if depth > maxNesting {
		return []problem{{problem: fmt.Sprintf("items, values and properties nest deeper than %d levels", maxNesting), hint: "split the variable"}}
	}
	out := s.checkConstraints()
	out = append(out, s.checkLimits()...)
	if len(s.Pattern) > 0 {
		out = append(out, s.checkPattern()...)
	}
	if s.Type == EnumVariable || s.Enum != nil && s.Type == StringVariable {
		out = append(out, s.checkEnum()...)
	}
	out = append(out, s.checkParts(depth, sensitive)...)
	if len(out) == 0 && !sensitive {
		out = s.checkValues()
	}
	return out
}

func (s Schema) unknownType() []problem {
	names := typeNames()
	hint := "known types are " + strings.Join(names, ", ")
	if s.Type == "" {
		return []problem{{path: diag.Fields("type"), problem: "the type is missing", hint: hint, told: true}}
	}
	if near, ok := diag.Nearest(string(s.Type), names); ok {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return []problem{{path: diag.Fields("type"), problem: fmt.Sprintf("unknown type %q", clipped(string(s.Type))), hint: hint}}
}

// checkConstraints holds the fields of the schema to those of its type: of each
// group the first that does not belong.
func (s Schema) checkConstraints() []problem {
	var out []problem
	for _, c := range constraints {
		if slices.Contains(c.types, s.Type) {
			continue
		}
		if i := slices.IndexFunc(c.fields, s.given); i >= 0 {
			out = append(out, problem{path: diag.Fields(c.fields[i]), problem: fmt.Sprintf("%s, not for %s", c.says, s.Type),
				other: diag.Fields("type"), otherSays: "the type is here"})
		}
	}
	return out
}

// checkLimits holds lower limits to upper ones.
func (s Schema) checkLimits() []problem {
	var out []problem
	pairs := []struct {
		low, high   string
		least, most *int
	}{{"minLength", "maxLength", s.MinLength, s.MaxLength}, {"minItems", "maxItems", s.MinItems, s.MaxItems}}
	for _, p := range pairs {
		negative := false
		for name, n := range map[string]*int{p.low: p.least, p.high: p.most} {
			if n != nil && *n < 0 {
				negative = true
				out = append(out, problem{path: diag.Fields(name), problem: fmt.Sprintf("%s is %d, less than 0", name, *n), hint: "write 0 or more"})
			}
		}
		if !negative && p.least != nil && p.most != nil && *p.least > *p.most {
			out = append(out, crossed(p.low, p.high, fmt.Sprint(*p.least), fmt.Sprint(*p.most)))
		}
	}
	rule := typeRules[s.Type]
	if rule.bounded == nil {
		return out
	}
	fine := true
	for _, b := range []struct {
		field string
		bound Value
	}{{"min", s.Min}, {"max", s.Max}} {
		if n := b.bound.node; !n.IsNull() && !rule.fits(n) {
			fine = false
			out = append(out, problem{path: diag.Fields(b.field), problem: fmt.Sprintf("%s must be %s, not %s", b.field, rule.form, shown(n)),
				hint: newForm(Schema{Type: s.Type}, nil).formHint(n), other: diag.Fields("type"), otherSays: "the type is here"})
		}
	}
	if fine && s.given("min") && s.given("max") && rule.bounded(s.Max.node)(s.Min.node) > 0 {
		out = append(out, crossed("min", "max", s.Min.node.Text(), s.Max.node.Text()))
	}
	return out
}

func crossed(low, high, least, most string) problem {
	return problem{path: diag.Fields(high), problem: fmt.Sprintf("%s %s is less than %s %s", high, most, low, least),
		hint: "no value is allowed; exchange the two", other: diag.Fields(low), otherSays: low + " is here"}
}

func (s Schema) checkPattern() []problem {
	if n := utf8.RuneCountInString(s.Pattern); n > maxPattern {
		return []problem{{path: diag.Fields("pattern"), problem: fmt.Sprintf("the pattern is longer than %d characters", maxPattern), hint: "write a simpler one"}}
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		return []problem{{path: diag.Fields("pattern"), problem: "the pattern is not a regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			hint: "the syntax is RE2's: no lookarounds and no back-references"}}
	}
	if n := stepsOf(s.Pattern); n > maxSteps {
		return []problem{{path: diag.Fields("pattern"), problem: fmt.Sprintf("the pattern has %d steps, repetitions written out; %d are allowed", n, maxSteps), hint: "write a simpler one, and bound the length by maxLength"}}
	}
	return nil
}

// stepsOf is the size of the program of a pattern that compiles.
func stepsOf(pattern string) int {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

func (s Schema) checkEnum() []problem {
	if len(s.Enum) == 0 {
		return []problem{{path: diag.Fields("enum"), problem: "an enum needs enum: [...], the allowed values"}}
	}
	var out []problem
	seen := map[string]int{}
	for i, text := range s.Enum {
		if first, twice := seen[text]; twice {
			out = append(out, problem{path: diag.Fields("enum").Join(diag.Index(i)), problem: fmt.Sprintf("%q is listed twice", clipped(text)), hint: "keep one of the two",
				other: diag.Fields("enum").Join(diag.Index(first)), otherSays: "the other one is here"})
			continue
		}
		seen[text] = i
	}
	return out
}

// checkParts judges the schemas of items, values and properties.
func (s Schema) checkParts(depth int, sensitive bool) []problem {
	var out []problem
	within := func(inner Schema, steps ...string) {
		for _, p := range inner.checkPart(depth+1, sensitive) {
			for _, step := range slices.Backward(steps) {
				p = p.in(diag.Field(step))
			}
			out = append(out, p)
		}
	}
	missing := func(field, example string) {
		out = append(out, problem{path: diag.Fields(field), problem: fmt.Sprintf("type %s needs %s", s.Type, field), hint: "for instance " + example})
	}
	switch {
	case s.Type == ListVariable && s.Items == nil:
		missing("items", "items: {type: string}")
	case s.Type == MapVariable && s.Values == nil:
		missing("values", "values: {type: string}")
	case s.Type == ObjectVariable && len(s.Properties) == 0:
		missing("properties", "properties: {size: {type: integer}}; for free names use a map")
	}
	for field, inner := range s.elements() {
		within(*inner, field)
		if !inner.Default.IsZero() {
			out = append(out, problem{path: diag.Fields(field, "default"), problem: field + " have no default", hint: "give the whole variable a default"})
		}
		if sensitive && (len(inner.Examples) > 0 || len(inner.Enum) > 0) {
			out = append(out, shows(diag.Fields(field)))
		}
	}
	if s.Type == ObjectVariable {
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			p := s.Properties[name]
			within(p.Schema, "properties", name)
			out = append(out, p.check(name, sensitive)...)
		}
	}
	return out
}

// elements are the schemas of items and values, by field, where the type has
// them.
func (s Schema) elements() map[string]*Schema {
	switch {
	case s.Type == ListVariable && s.Items != nil:
		return map[string]*Schema{"items": s.Items}
	case s.Type == MapVariable && s.Values != nil:
		return map[string]*Schema{"values": s.Values}
	}
	return nil
}

// shows is the problem of a part of a sensitive variable that shows a value.
func shows(at diag.Path) problem {
	return problem{path: at, problem: "a part of a sensitive variable has no default, examples and enum", hint: "whoever reads the profile would see a value"}
}

// checkPart judges a schema inside another one.
func (s Schema) checkPart(depth int, sensitive bool) []problem {
	if s.Type == SecretRefVariable {
		return []problem{{path: diag.Fields("type"), problem: "a secretRef stands alone, not inside another type", hint: "declare a variable of type secretRef for it"}}
	}
	return s.check(depth, sensitive)
}

var propertyName = regexp.MustCompile(`^[A-Za-z_][-A-Za-z0-9_.]{0,62}$`)

// check judges what a property has besides its schema.
func (p Property) check(name string, sensitive bool) []problem {
	at := diag.Fields("properties", name)
	var out []problem
	if !propertyName.MatchString(name) {
		out = append(out, problem{path: at, problem: fmt.Sprintf("the property name %q is not allowed", clipped(name)), hint: "use letters, digits, _, - and ., with a letter or _ in front; for free names use a map"})
	}
	if p.Required && !p.Default.IsZero() {
		out = append(out, problem{path: at.Join(diag.Field("default")), problem: "a required property has no default", hint: "keep one of the two",
			other: at.Join(diag.Field("required")), otherSays: "it conflicts with this"})
	}
	if sensitive && (!p.Default.IsZero() || len(p.Examples) > 0 || len(p.Enum) > 0) {
		out = append(out, shows(at))
	}
	return out
}

// checkValues holds allowed values, default and examples to the schema.
func (s Schema) checkValues() []problem {
	f, left := newForm(s, nil), maxMatching
	var out []problem
	hold := func(what string, n *value.Node, at ...diag.Step) {
		for _, p := range f.judge(n, &left) {
			out = append(out, problem{path: append(diag.Path(at), p.path...), problem: fmt.Sprintf("%s is not allowed: %s", what, p), hint: p.hint})
		}
	}
	for i, text := range s.Enum {
		hold("the allowed value", value.NewString(text, value.Place{}), diag.Field("enum"), diag.Index(i))
	}
	if !s.Default.node.IsNull() {
		hold("the default", s.Default.node, diag.Field("default"))
	}
	for i, example := range s.Examples {
		hold("the example", example.node, diag.Field("examples"), diag.Index(i))
	}
	return out
}

// withheld is the one problem of a value that is not shown.
func withheld(s Schema) problem {
	hint := "it must be " + typeRules[s.Type].form
	if s.Pattern != "" {
		hint += ", matching " + s.Pattern
	}
	if s.MinLength != nil || s.MaxLength != nil {
		hint += "; " + amount(s.MinLength, s.MaxLength, "characters")
	}
	if s.MinItems != nil || s.MaxItems != nil {
		hint += "; " + amount(s.MinItems, s.MaxItems, "items")
	}
	return problem{problem: "the value is not allowed; it is sensitive and not shown", hint: hint}
}
