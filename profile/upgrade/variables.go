package upgrade

import (
	"cmp"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var (
	narrowed = verdict{VariableNarrowed, Major, "values that were allowed are refused"}
	widened  = verdict{VariableWidened, Minor, "more values are allowed"}
)

// variableRules are the fields of a variable, and of what a list, a map or an
// object holds, which is why this is no variable: the table holds itself.
func variableRules() map[string]fieldRule {
	return map[string]fieldRule{
		"name":        elsewhere,
		"type":        typeRule,
		"description": counts(DescriptionChanged, Patch, "text alone"),
		"examples":    counts(DescriptionChanged, Patch, "text alone"),
		"default":     defaultRule,
		"required": flag(
			verdict{VariableRequired, Major, "clusters that do not set it are refused"},
			verdict{VariableOptional, Minor, "it need not be set any more"}),
		"immutable": flag(
			verdict{VariableNarrowed, Major, "existing clusters cannot change it any more"},
			verdict{VariableWidened, Minor, "existing clusters can change it"}),
		"scope":       scopeRule,
		"enum":        allowedRule,
		"min":         boundRule(1),
		"max":         boundRule(-1),
		"minLength":   sizeRule(1),
		"maxLength":   sizeRule(-1),
		"minItems":    sizeRule(1),
		"maxItems":    sizeRule(-1),
		"uniqueItems": flag(narrowed, widened),
		"pattern":     constraintRule,
		"items":       innerRule,
		"values":      innerRule,
		"properties":  propertiesRule,
		"unique":      areaRule,
		"disjoint":    areaRule,
		"side":        counts(VariableNarrowed, Major, "secrets must lie elsewhere"),
		"keys":        demandedRule,
		"sensitive":   counts(VariableChanged, Minor, "it is shown to other people than before"),
		"hidden":      counts(VariableChanged, Patch, "it is shown in another way"),
		"deprecated":  deprecatedRule,
	}
}

// deprecatedRule: a variable that is deprecated still works.
func deprecatedRule(d *differ, f field) {
	switch {
	case f.from == nil:
		d.change(f, verdict{VariableChanged, Minor, "it is going to be removed"})
	case f.to == nil:
		d.change(f, verdict{VariableChanged, Patch, "it stays"})
	default:
		d.change(f, verdict{VariableChanged, Patch, "text alone"})
	}
}

// innerRule compares what a list or a map holds.
func innerRule(d *differ, f field) {
	if f.from == nil || f.to == nil {
		d.constraint(f)
		return
	}
	d.fields(f.subject, f.path, f.from, f.to, variableRules())
}

// propertiesRule compares the properties of an object.
func propertiesRule(d *differ, f field) {
	for _, name := range fieldNames(f.from, f.to) {
		each := field{subject: f.subject, path: f.path.Join(diag.Field(name)), from: f.from.Get(name), to: f.to.Get(name)}
		required, _ := each.to.Get("required").Boolean()
		switch {
		case each.from == nil && required:
			d.change(each, verdict{VariableNarrowed, Major, "values without it are refused"})
		case each.from == nil:
			d.change(each, widened)
		case each.to == nil:
			d.change(each, verdict{VariableNarrowed, Major, "values that have it are refused"})
		default:
			d.fields(each.subject, each.path, each.from, each.to, variableRules())
		}
	}
}

func (d *differ) variables() {
	path := diag.Fields("spec", "variables")
	names, old, now := named(d.from.root.Find(path), d.to.root.Find(path))
	for _, name := range names {
		from, to := old[name], now[name]
		s := subject{name: "variable " + name, order: ofVariable, from: from, to: to}
		switch {
		case from == nil:
			d.add(s, nil, nil, to, addedVariable(to), "is added")
		case to == nil:
			d.add(s, nil, from, nil, verdict{VariableRemoved, Major, "clusters that set it are refused"}, "is removed")
		default:
			d.fields(s, nil, from, to, variableRules())
		}
	}
}

func addedVariable(v *value.Node) verdict {
	if required, _ := v.Get("required").Boolean(); required {
		return verdict{VariableAdded, Major, "it is required, and no cluster sets it yet"}
	}
	return verdict{VariableAdded, Minor, "clusters may set it"}
}

// wider are the types that hold all values of another type.
var wider = map[profile.VariableType][]profile.VariableType{
	profile.EnumVariable:     {profile.StringVariable},
	profile.IntegerVariable:  {profile.NumberVariable},
	profile.VersionVariable:  {profile.StringVariable},
	profile.DurationVariable: {profile.StringVariable},
	profile.QuantityVariable: {profile.StringVariable},
	profile.IPv4Variable:     {profile.StringVariable},
	profile.IPv6Variable:     {profile.StringVariable},
	profile.CIDRVariable:     {profile.StringVariable},
	profile.URLVariable:      {profile.StringVariable},
	profile.DNSNameVariable:  {profile.StringVariable},
	profile.Base64Variable:   {profile.StringVariable},
}

func typeRule(d *differ, f field) {
	from, to := profile.VariableType(f.from.Text()), profile.VariableType(f.to.Text())
	v := verdict{TypeChanged, Major, "values of the old type are refused"}
	if slices.Contains(wider[from], to) {
		v = verdict{TypeChanged, Minor, "every value of the old type is one of the new"}
	}
	d.change(f, v)
}

func defaultRule(d *differ, f field) {
	immutable, _ := f.of[1].Get("immutable").Boolean()
	switch {
	case f.to.IsNull() && !f.from.IsNull():
		d.change(f, verdict{DefaultChanged, Major, "clusters that do not set it have no value"})
	case immutable:
		d.change(f, verdict{DefaultChanged, Major, "existing clusters that do not set it cannot change it"})
	default:
		d.change(f, verdict{DefaultChanged, Minor, "clusters that do not set it get another value"})
	}
}

func scopeRule(d *differ, f field) {
	scope := func(n *value.Node) string { return cmp.Or(textOf(n), profile.ClusterScope) }
	if scope(f.from) == scope(f.to) {
		d.change(f, verdict{VariableChanged, Patch, "written in another way"})
		return
	}
	d.change(f, verdict{VariableChanged, Major, "it is set in another place"})
}

func textOf(n *value.Node) string {
	text, _ := n.Str()
	return text
}

// allowedRule compares lists of allowed values; no list allows all.
func allowedRule(d *differ, f field) {
	switch {
	case f.to == nil, f.from != nil && holdsAll(f.to, f.from) && !holdsAll(f.from, f.to):
		d.change(f, widened)
	case f.from != nil && holdsAll(f.to, f.from):
		d.change(f, verdict{VariableChanged, Patch, "the same values in another order"})
	default:
		d.change(f, narrowed)
	}
}

// demandedRule compares lists of what a value must have; no list demands nothing.
func demandedRule(d *differ, f field) {
	switch {
	case holdsAll(f.from, f.to) && holdsAll(f.to, f.from):
		d.change(f, verdict{VariableChanged, Patch, "the same in another order"})
	case holdsAll(f.from, f.to):
		d.change(f, widened)
	default:
		d.change(f, narrowed)
	}
}

// holdsAll reports whether list has every item of other.
func holdsAll(list, other *value.Node) bool {
	has := make(map[string]bool, list.Len())
	for _, item := range list.Items() {
		has[string(item.AppendJSON(nil))] = true
	}
	return !slices.ContainsFunc(other.Items(), func(item *value.Node) bool { return !has[string(item.AppendJSON(nil))] })
}

// areaRule compares parts of the fleet in which values are held apart: a wider
// one allows less, none allows all.
func areaRule(d *differ, f field) {
	if profile.Area(textOf(f.to)).Compare(profile.Area(textOf(f.from))) < 0 {
		d.change(f, widened)
		return
	}
	d.change(f, narrowed)
}

// boundRule compares bounds of values: sign is 1 where a higher one allows less.
func boundRule(sign int) fieldRule {
	return func(d *differ, f field) { d.bound(f, profile.VariableType(textOf(f.of[1].Get("type"))), sign) }
}

// sizeRule likewise compares bounds of lengths.
func sizeRule(sign int) fieldRule {
	return func(d *differ, f field) { d.bound(f, profile.IntegerVariable, sign) }
}

// bound compares two bounds of a type.
func (d *differ) bound(f field, t profile.VariableType, sign int) {
	if f.from.IsNull() || f.to.IsNull() {
		d.constraint(f)
		return
	}
	order, ok := t.Compare(profile.NewValue(f.to), profile.NewValue(f.from))
	switch {
	case !ok || order*sign > 0:
		d.change(f, narrowed)
	case order*sign < 0:
		d.change(f, widened)
	default:
		d.change(f, verdict{VariableChanged, Patch, "written in another way"})
	}
}

// constraintRule: a constraint that goes away widens, any other narrows.
func constraintRule(d *differ, f field) { d.constraint(f) }

func (d *differ) constraint(f field) {
	if f.to.IsNull() {
		d.change(f, widened)
		return
	}
	d.change(f, narrowed)
}
