package profile

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// problem is something wrong with a variable's declaration or value.
type problem struct {
	path    diag.Path // below the declaration or the value
	problem string
	hint    string
	// other is the place below the declaration that it conflicts with, nil for
	// none.
	other     diag.Path
	otherSays string
	// told: reading the document says it, too.
	told bool
}

// in is the problem one step further down.
func (p problem) in(step diag.Step) problem {
	p.path = append(diag.Path{step}, p.path...)
	if p.other != nil {
		p.other = append(diag.Path{step}, p.other...)
	}
	return p
}

// String says where below a value it is wrong, and what.
func (p problem) String() string {
	if len(p.path) == 0 {
		return p.problem
	}
	return strings.ReplaceAll(strings.TrimPrefix(p.path.String(), "/"), "/", ".") + ": " + p.problem
}

// form is a Schema without mistakes, ready to judge values.
type form struct {
	Schema
	rule       typeRule
	pattern    *regexp.Regexp          // nil for none
	steps      int                     // of the pattern
	over       func(n *value.Node) int // against max, nil for none
	under      func(n *value.Node) int // against min, nil for none
	items      *form                   // of a list's items or a map's values
	properties []formProperty          // sorted by name
	fill       bool                    // a property below has a default
}

// formProperty is a Property, ready to judge values.
type formProperty struct {
	name     string
	required bool
	preset   *value.Node // the default, nil for none
	*form
}

// newForm prepares a schema without mistakes. writer is who wrote its defaults.
func newForm(s Schema, writer *value.Writer) *form {
	f := &form{Schema: s, rule: typeRules[s.Type]}
	if s.Pattern != "" {
		f.pattern, f.steps = regexp.MustCompile(s.Pattern), max(stepsOf(s.Pattern), 1)
	}
	if n := s.Min.node; !n.IsNull() {
		f.under = f.rule.bounded(n)
	}
	if n := s.Max.node; !n.IsNull() {
		f.over = f.rule.bounded(n)
	}
	for _, inner := range []*Schema{s.Items, s.Values} {
		if inner != nil {
			f.items = newForm(*inner, writer)
			f.fill = f.items.fill
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		declared := s.Properties[name]
		p := formProperty{name: name, required: declared.Required, form: newForm(declared.Schema, writer)}
		if n := declared.Default.node; !n.IsNull() {
			p.preset = n.WrittenBy(writer)
		}
		f.fill = f.fill || p.fill || p.preset != nil
		f.properties = append(f.properties, p)
	}
	return f
}

// judge says what is wrong with n as a value. left, at first [maxMatching], is what
// may still be matched with patterns: texts behind the one that is too much are not
// judged. It allocates nothing for a scalar without fault, but what parsing needs.
func (f *form) judge(n *value.Node, left *int) []problem {
	if f.Type == SecretRefVariable {
		return judgeSecret(n)
	}
	if !f.rule.fits(n) {
		return []problem{{problem: fmt.Sprintf("must be %s, not %s", f.rule.form, shown(n)), hint: f.formHint(n)}}
	}
	var out []problem
	switch f.rule.kind {
	case value.String:
		out = f.judgeText(n, left)
	case value.List, value.Map:
		out = f.judgeParts(n, left)
	}
	if f.under != nil && f.under(n) < 0 {
		out = append(out, problem{problem: fmt.Sprintf("%s is less than %s", shown(n), f.Min.node.Text()), hint: "the smallest allowed value is " + f.Min.node.Text()})
	}
	if f.over != nil && f.over(n) > 0 {
		out = append(out, problem{problem: fmt.Sprintf("%s is more than %s", shown(n), f.Max.node.Text()), hint: "the largest allowed value is " + f.Max.node.Text()})
	}
	return out
}

func (f *form) judgeText(n *value.Node, left *int) []problem {
	var out []problem
	text := n.Text()
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, text) {
		out = append(out, problem{problem: shown(n) + " is not one of the allowed values", hint: nearestOf(text, f.Enum, "values")})
	}
	if f.pattern != nil {
		out = append(out, f.match(n, text, left)...)
	}
	if f.MinLength == nil && f.MaxLength == nil {
		return out
	}
	if length := utf8.RuneCountInString(text); outside(length, f.MinLength, f.MaxLength) {
		out = append(out, problem{problem: fmt.Sprintf("%s has %d characters, outside the allowed length", shown(n), length), hint: amount(f.MinLength, f.MaxLength, "characters")})
	}
	return out
}

func (f *form) match(n *value.Node, text string, left *int) []problem {
	cost := f.steps * (len(text) + 1)
	before := *left
	*left -= cost
	switch {
	case before < 0: // which is told
	case cost > maxMatching:
		return []problem{{problem: fmt.Sprintf("the text of %d bytes is too long for its pattern", len(text)), hint: "give it less, or the variable a simpler pattern"}}
	case *left < 0:
		return []problem{{problem: "the texts up to this one are too long for their patterns", hint: "set fewer of them, or give the variables simpler patterns"}}
	case !f.pattern.MatchString(text):
		return []problem{{problem: fmt.Sprintf("%s does not match %s", shown(n), f.Pattern), hint: "the pattern is a regular expression (RE2)"}}
	}
	return nil
}

func outside(n int, least, most *int) bool {
	return least != nil && n < *least || most != nil && n > *most
}

// amount says which numbers are allowed: "allowed are 1 to 3 items".
func amount(least, most *int, what string) string {
	switch {
	case least == nil:
		return fmt.Sprintf("allowed are at most %d %s", *most, what)
	case most == nil:
		return fmt.Sprintf("allowed are %d %s or more", *least, what)
	}
	return fmt.Sprintf("allowed are %d to %d %s", *least, *most, what)
}

// judgeParts judges what a list, map or object holds.
func (f *form) judgeParts(n *value.Node, left *int) []problem {
	var out []problem
	if outside(n.Len(), f.MinItems, f.MaxItems) {
		out = append(out, problem{problem: fmt.Sprintf("%s has %d items, outside the allowed number", n.Kind(), n.Len()), hint: amount(f.MinItems, f.MaxItems, "items")})
	}
	if f.Type == ObjectVariable {
		return append(out, f.judgeProperties(n, left)...)
	}
	for i, item := range n.Items() {
		for _, p := range f.items.judge(item, left) {
			out = append(out, p.in(diag.Index(i)))
		}
	}
	for _, e := range n.Fields() {
		for _, p := range f.items.judge(e.Value, left) {
			out = append(out, p.in(diag.Field(e.Name)))
		}
	}
	if f.UniqueItems {
		out = append(out, judgeUnique(n)...)
	}
	return out
}

func judgeUnique(n *value.Node) []problem {
	var out []problem
	seen := make(map[string]int, n.Len())
	for i, item := range n.Items() {
		text := string(item.AppendJSON(nil))
		if first, twice := seen[text]; twice {
			found := problem{problem: fmt.Sprintf("the item is equal to item [%d]", first), hint: "the items of the list are unique; keep one of the two"}
			out = append(out, found.in(diag.Index(i)))
			continue
		}
		seen[text] = i
	}
	return out
}

// judgeProperties judges an object: its fields and the properties are both
// sorted by name.
func (f *form) judgeProperties(n *value.Node, left *int) []problem {
	var out []problem
	meant := "" // by an unknown field: one slip is one finding
	for _, e := range n.Fields() {
		p := f.property(e.Name)
		if p == nil {
			near, _ := diag.Nearest(e.Name, f.propertyNames())
			if n.Get(near) == nil {
				meant = near
			}
			found := problem{problem: "there is no such property", hint: nearestOf(e.Name, f.propertyNames(), "properties")}
			out = append(out, found.in(diag.Field(e.Name)))
			continue
		}
		for _, found := range p.judge(e.Value, left) {
			out = append(out, found.in(diag.Field(e.Name)))
		}
	}
	for _, p := range f.properties {
		if p.required && p.name != meant {
			if _, there := n.Entry(p.name); !there {
				out = append(out, problem{problem: fmt.Sprintf("property %s is missing", p.name), hint: fmt.Sprintf("add %s: with %s", p.name, p.rule.form)})
			}
		}
	}
	return out
}

func (f *form) property(name string) *formProperty {
	i, ok := slices.BinarySearchFunc(f.properties, name, func(p formProperty, name string) int { return strings.Compare(p.name, name) })
	if !ok {
		return nil
	}
	return &f.properties[i]
}

func (f *form) propertyNames() []string { return slices.Sorted(maps.Keys(f.Properties)) }

// filled is n with the defaults of properties that it lacks: n itself where
// there are none, and where it is of another type.
func (f *form) filled(n *value.Node) *value.Node {
	if !f.fill || n.Kind() != f.rule.kind {
		return n
	}
	switch n.Kind() {
	case value.List:
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = f.items.filled(item)
		}
		return n.WithItems(items)
	case value.Map:
		if f.items != nil {
			fields := slices.Clone(n.Fields())
			for i := range fields {
				fields[i].Value = f.items.filled(fields[i].Value)
			}
			return n.WithFields(fields)
		}
	}
	for _, p := range f.properties {
		switch e, there := n.Entry(p.name); {
		case there && p.fill:
			n = n.With(p.name, p.filled(e.Value))
		case !there && p.preset != nil:
			n = n.With(p.name, p.filled(p.preset))
		}
	}
	return n
}

func (f *form) formHint(n *value.Node) string {
	switch {
	case f.Type == CIDRVariable && n.Kind() == value.String:
		if p, err := netip.ParsePrefix(n.Text()); err == nil && !p.Addr().Is4In6() {
			return "write the network address: " + p.Masked().String()
		}
	case f.rule.kind == value.String && (n.Kind() == value.Int || n.Kind() == value.Float || n.Kind() == value.Bool):
		if f.rule.fits(value.NewString(n.Text(), n.Place())) {
			return fmt.Sprintf("quote it: %q", n.Text())
		}
	case f.Type == IntegerVariable && n.Kind() == value.Float:
		if i, ok := n.Whole(); ok {
			return fmt.Sprintf("write it without point and exponent: %d", i)
		}
	case (f.Type == IntegerVariable || f.Type == NumberVariable) && n.Kind() == value.String:
		if _, err := strconv.ParseFloat(n.Text(), 64); err == nil {
			return "write the number without quotes"
		}
	case f.Type == ListVariable:
		return "write a list, also for one item: [...]"
	}
	return ""
}

func judgeSecret(n *value.Node) []problem {
	if name, ok := n.Get("name").Str(); !ok || name == "" || n.Len() != 1 {
		return []problem{{problem: "a secret is a reference {name: ...} with nothing else", hint: "never write a secret's value here; name the Secret that holds it"}}
	} else if !isSecretName(name) { // which may be the secret itself, and is not shown
		return []problem{{problem: "no Secret can have this name", hint: "name the Secret that holds the value: lower-case letters, digits, dots and hyphens, 253 at most"}}
	}
	return nil
}

func shown(n *value.Node) string {
	switch kind := n.Kind(); {
	case n.Sensitive():
		return unshownValue
	case kind == value.String:
		return fmt.Sprintf("%q", clipped(n.Text()))
	case kind == value.List || kind == value.Map || kind == value.Null:
		return kind.String()
	case kind == value.Float && !strings.ContainsAny(n.Text(), ".eE"):
		return n.Text() + ".0" // or it would seem to be an integer
	}
	return n.Text()
}
