package profile

import (
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Claim is a value that the fleet holds apart from others, because its variable
// is declared unique or disjoint. Whether it is apart is seen only beside the
// claims of the other clusters: package validate judges that.
type Claim struct {
	// Variable and Pool are those of the [Input].
	Variable string
	Pool     string
	// Type is that of the value: of the item, where a list is claimed.
	Type      VariableType
	Sensitive bool
	// Value is one scalar: the value, or an item of it.
	Value  Value
	Origin diag.Origin
	// Unique and Disjoint are the areas in which the value is held apart; where
	// several profiles declare the variable, the widest. One of the two is set.
	Unique, Disjoint Area
	// Declared is where the rule is written.
	Declared diag.Origin
}

// Claims are the values of the stack that its profiles declare unique or
// disjoint, by variable, pool and index. A variable that is both gives two.
func (s *Stack) Claims() []Claim {
	rules := map[string][]Claim{}
	for name := range s.comp.inputs {
		if found := s.comp.claimed(name); len(found) > 0 {
			rules[name] = found
		}
	}
	var out []Claim
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		for _, rule := range rules[name] {
			for _, in := range s.inputsNamed(name) {
				out = append(out, rule.on(in)...)
			}
		}
	}
	return out
}

// Claims are the claims of a cluster of the fleet, as far as they can be told for
// one that does not resolve: what clashes is found although something else is
// wrong with it. Variables with mistakes claim nothing; what the cluster does not
// set itself claims nothing where it may be set in what could not be read.
func (w *Workspace) Claims(key Key) []Claim {
	m := w.member(key)
	if m == nil {
		return nil
	}
	entry, _ := w.lock.Entry(key)
	r, _ := w.resolve(m, entry)
	r.giveInputs()
	return slices.DeleteFunc(r.stack.Claims(), func(c Claim) bool {
		return r.distrusted(c.Variable) || !r.whole && c.Origin.Kind != diag.Variable
	})
}

// claimed are the rules for a variable: a Claim of each kind that any profile
// declares, without a value.
func (c *composition) claimed(name string) []Claim {
	var unique, disjoint *input
	for _, in := range c.inputs[name] {
		if in.Unique != "" && (unique == nil || in.Unique.Compare(unique.Unique) > 0) {
			unique = in
		}
		if in.Disjoint != "" && (disjoint == nil || in.Disjoint.Compare(disjoint.Disjoint) > 0) {
			disjoint = in
		}
	}
	var out []Claim
	if unique != nil {
		out = append(out, Claim{Type: unique.Type, Unique: unique.Unique, Declared: unique.declared("unique")})
	}
	if disjoint != nil {
		t := disjoint.Type
		if t == ListVariable {
			t = disjoint.Items.Type
		}
		out = append(out, Claim{Type: t, Disjoint: disjoint.Disjoint, Declared: disjoint.declared("disjoint")})
	}
	return out
}

// declared is where a field of the declaration is written.
func (in *input) declared(field string) diag.Origin {
	return in.release.whole.Find(declarationPath(in.index).Join(diag.Field(field))).Origin()
}

// on are the rule's claims on a value.
func (c Claim) on(in Input) []Claim {
	c.Variable, c.Pool, c.Sensitive, c.Value, c.Origin = in.Name, in.Pool, in.Sensitive, in.Value, in.Origin
	if in.Value.node.Kind() != value.List {
		return []Claim{c}
	}
	var out []Claim
	for _, item := range in.Value.node.Items() {
		one := c
		one.Value, one.Origin = Value{node: item}, item.Origin()
		out = append(out, one)
	}
	return out
}
