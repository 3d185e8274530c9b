package profile

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// problem is something wrong with a variable's declaration or value.
type problem struct {
	path    diag.Path // below the declaration
	problem string
	hint    string
}

// typeRule is what a type demands of the data and how its values compare.
type typeRule struct {
	kind  value.Kind
	form  string // "an IP range such as 10.0.0.0/16"
	valid func(text string) bool
	// compare orders values; nil when min and max make no sense.
	compare func(a, b *value.Node) int
}

var typeRules = map[VariableType]typeRule{
	StringVariable:  {kind: value.String, form: "a string"},
	EnumVariable:    {kind: value.String, form: "a string"},
	BooleanVariable: {kind: value.Bool, form: "true or false"},
	IntegerVariable: {kind: value.Int, form: "a whole number", compare: func(a, b *value.Node) int {
		x, _ := a.Integer()
		y, _ := b.Integer()
		return cmp.Compare(x, y)
	}},
	CIDRVariable: {kind: value.String, form: "an IP range such as 10.0.0.0/16", valid: validCIDR},
	VersionVariable: {kind: value.String, form: `a version such as "1.34.2", quoted`, valid: func(s string) bool {
		_, err := ParseVersion(s)
		return err == nil
	}, compare: func(a, b *value.Node) int { return compareVersionText(a.Text(), b.Text()) }},
	QuantityVariable: {kind: value.String, form: "a quantity such as 500m or 2Gi", valid: func(s string) bool {
		_, err := resource.ParseQuantity(s)
		return err == nil && len(s) <= 64
	}, compare: compareQuantities},
	DurationVariable: {kind: value.String, form: "a duration such as 90m or 24h", valid: func(s string) bool {
		_, err := time.ParseDuration(s)
		return err == nil
	}, compare: compareDurations},
	SecretRefVariable: {kind: value.Map, form: "a reference {name: ...}"},
}

func validCIDR(s string) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && p.Addr().Zone() == "" && p == p.Masked()
}

func compareQuantities(a, b *value.Node) int {
	x, errX := resource.ParseQuantity(a.Text())
	y, errY := resource.ParseQuantity(b.Text())
	if errX != nil || errY != nil {
		return 0
	}
	return x.Cmp(y)
}

func compareDurations(a, b *value.Node) int {
	x, _ := time.ParseDuration(a.Text())
	y, _ := time.ParseDuration(b.Text())
	return cmp.Compare(x, y)
}

// check judges the declaration.
func (v Variable) check() []problem {
	rule, known := typeRules[v.Type]
	if !known {
		return v.unknownType()
	}
	var out []problem
	add := func(field, format string, args ...any) {
		out = append(out, problem{path: diag.Fields(field), problem: fmt.Sprintf(format, args...)})
	}
	if v.Required && !v.Default.IsZero() {
		add("default", "a required variable has no default")
	}
	if scope := v.Scope; scope != "" && scope != ClusterScope && scope != FleetScope && scope != PoolScope {
		add("scope", "unknown scope %q, want cluster, fleet or pool", scope)
	}
	if v.Type == EnumVariable && len(v.Enum) == 0 {
		add("enum", "an enum needs enum: [...], the allowed values")
	}
	if v.Type != EnumVariable && v.Type != StringVariable && (len(v.Enum) > 0 || v.Pattern != "" || v.MinLength != nil || v.MaxLength != nil) {
		add("type", "enum, pattern, minLength and maxLength are for strings")
	}
	if v.Type != SecretRefVariable && (v.Side != "" || len(v.Keys) > 0) {
		add("type", "side and keys are for secretRef")
	}
	out = append(out, v.checkBounds(rule)...)
	if !v.Default.node.IsNull() && len(out) == 0 {
		in := newInput(&release{profile: Profile{Spec: ProfileSpec{Variables: []Variable{v}}}}, 0)
		for _, p := range in.judge(v.Default.node) {
			add("default", "the default is not allowed: %s", p.problem)
		}
	}
	return out
}

func (v Variable) unknownType() []problem {
	if v.Type == "" {
		return nil // reported as missing
	}
	var known []string
	for t := range typeRules {
		known = append(known, string(t))
	}
	slices.Sort(known)
	return []problem{{path: diag.Fields("type"), problem: fmt.Sprintf("unknown type %q", v.Type), hint: nearestOf(string(v.Type), known, "types")}}
}

func (v Variable) checkBounds(rule typeRule) []problem {
	var out []problem
	add := func(field, format string, args ...any) {
		out = append(out, problem{path: diag.Fields(field), problem: fmt.Sprintf(format, args...)})
	}
	for field, bound := range map[string]Value{"min": v.Min, "max": v.Max} {
		switch {
		case bound.node.IsNull():
		case rule.compare == nil:
			add(field, "min and max are for integers, quantities, durations and versions")
		case !rule.fits(bound.node):
			add(field, "%s must be %s", field, rule.form)
		}
	}
	if len(out) == 0 && !v.Min.node.IsNull() && !v.Max.node.IsNull() && rule.compare(v.Min.node, v.Max.node) > 0 {
		add("max", "max %s is less than min %s", v.Max.node.Text(), v.Min.node.Text())
	}
	if len(v.Pattern) > 1000 {
		add("pattern", "the pattern is longer than 1000 characters")
	} else if _, err := regexp.Compile(v.Pattern); err != nil {
		add("pattern", "the pattern is not a regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	slices.SortFunc(out, func(a, b problem) int { return a.path.Compare(b.path) })
	return out
}

func (r typeRule) fits(n *value.Node) bool {
	return n.Kind() == r.kind && (r.valid == nil || r.valid(n.Text()))
}

// input is a declared variable, ready to judge values.
type input struct {
	Variable
	release *release
	index   int
	pattern *regexp.Regexp // nil for none
	preset  *value.Node    // the default, nil for none
}

// at is the place of the declaration.
func (v *input) at() diag.Range {
	return v.release.At(diag.Fields("spec", "variables").Join(diag.Index(v.index)))
}

func newInput(r *release, index int) *input {
	v := &input{Variable: r.profile.Spec.Variables[index], release: r, index: index}
	if v.Pattern != "" {
		v.pattern = regexp.MustCompile(v.Pattern) // checked when the profile was loaded
	}
	if n := v.Default.node; !n.IsNull() {
		by := *n.Place().Writer // a parent, where the default is inherited
		by.Kind = diag.Default
		v.preset = n.WrittenBy(&by)
	}
	return v
}

// judge says what is wrong with n as a value of the variable.
func (v *input) judge(n *value.Node) []problem {
	rule := typeRules[v.Type]
	if v.Type == SecretRefVariable {
		return judgeSecret(n)
	}
	if !rule.fits(n) {
		return []problem{{problem: fmt.Sprintf("must be %s, not %s", rule.form, shown(n)), hint: v.formHint(n)}}
	}
	var out []problem
	add := func(hint, format string, args ...any) {
		out = append(out, problem{problem: fmt.Sprintf(format, args...), hint: hint})
	}
	text := n.Text()
	if len(v.Enum) > 0 && !slices.Contains(v.Enum, text) {
		add(nearestOf(text, v.Enum, "values"), "%s is not one of the allowed values", shown(n))
	}
	if v.pattern != nil && !v.pattern.MatchString(text) {
		add("the pattern is a regular expression (RE2)", "%s does not match %s", shown(n), v.Pattern)
	}
	if length := utf8.RuneCountInString(text); v.MinLength != nil && length < *v.MinLength || v.MaxLength != nil && length > *v.MaxLength {
		add("", "%s has %d characters, outside the allowed length", shown(n), length)
	}
	if !v.Min.node.IsNull() && rule.compare(n, v.Min.node) < 0 {
		add("the smallest allowed value is "+v.Min.node.Text(), "%s is less than %s", shown(n), v.Min.node.Text())
	}
	if !v.Max.node.IsNull() && rule.compare(n, v.Max.node) > 0 {
		add("the largest allowed value is "+v.Max.node.Text(), "%s is more than %s", shown(n), v.Max.node.Text())
	}
	return out
}

func (v Variable) formHint(n *value.Node) string {
	switch {
	case v.Type == CIDRVariable && n.Kind() == value.String:
		if p, err := netip.ParsePrefix(n.Text()); err == nil {
			return "write the network address: " + p.Masked().String()
		}
	case typeRules[v.Type].kind == value.String && (n.Kind() == value.Int || n.Kind() == value.Float || n.Kind() == value.Bool):
		return fmt.Sprintf("quote it: %q", n.Text())
	case v.Type == IntegerVariable && n.Kind() == value.String:
		return "write the number without quotes"
	}
	return ""
}

func judgeSecret(n *value.Node) []problem {
	if name, ok := n.Get("name").Str(); !ok || name == "" || n.Len() != 1 {
		return []problem{{problem: "a secret is a reference {name: ...} with nothing else", hint: "never write a secret's value here; name the Secret that holds it"}}
	}
	return nil
}

func shown(n *value.Node) string {
	switch n.Kind() {
	case value.String:
		return fmt.Sprintf("%q", clipped(n.Text()))
	case value.List, value.Map, value.Null:
		return n.Kind().String()
	}
	return n.Text()
}
