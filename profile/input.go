package profile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ControlPlanePool is what [Input.Pool] calls the pool of the control plane. No
// worker pool can have this name.
const ControlPlanePool = "controlPlane"

// Input is the value of a variable in a Stack.
type Input struct {
	Name string
	// Profile is set when the value is for the variable of one profile only.
	Profile string
	// Pool is set for a variable of pool scope: the value is that of this pool.
	Pool string
	Type VariableType
	// Sensitive: the value is not for messages and screens.
	Sensitive bool
	Value     Value
	// Origin says who set the value: its Kind is Default, Overlay, or Variable where the
	// cluster or its pool did.
	Origin diag.Origin
	// Lost are the values that were written, too, and are not used, the strongest
	// first.
	Lost []LostValue
}

// Inputs are the values of all variables, sorted by name, profile and pool, the
// control plane first. A variable without a value has none.
func (s *Stack) Inputs() []Input {
	var out []Input
	for _, name := range slices.Sorted(maps.Keys(s.comp.inputs)) {
		out = append(out, s.inputsNamed(name)...)
	}
	slices.SortStableFunc(out, func(a, b Input) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Profile, b.Profile)) })
	return out
}

// inputsNamed are the values of one variable, pool by pool where it is of pool
// scope.
func (s *Stack) inputsNamed(name string) []Input {
	if !s.comp.poolScoped(name) {
		return s.inputsOf(name, "", s.bound.variables, s.bound.vars)
	}
	var out []Input
	for pool := range s.bound.pools.all() {
		out = append(out, s.inputsOf(name, pool.name, pool.set, pool.vars)...)
	}
	return out
}

// inputsOf gives the value that profiles have in common, and those of profiles
// that differ.
func (s *Stack) inputsOf(name, pool string, set *value.Node, vars map[string]*value.Node) []Input {
	var out []Input
	var first *value.Node
	for i, in := range s.comp.inputs[name] {
		n := vars[in.release.ref.Name].Get(name)
		if i == 0 {
			first = n
		}
		if n == nil || i > 0 && n.Equal(first) {
			continue
		}
		item := Input{Name: name, Pool: pool, Type: in.Type, Sensitive: s.comp.sensitive[name], Value: Value{node: n}, Origin: n.Origin()}
		if i > 0 {
			item.Profile = in.release.ref.Name
		}
		item.Lost = s.comp.lost(in, set)
		out = append(out, item)
	}
	return out
}

// lost are the values of a variable but for the strongest.
func (c *composition) lost(in *input, set *value.Node) []LostValue {
	var out []LostValue
	won := false
	for n := range c.written(in.Name, in.release.ref.Name, set) {
		if won {
			out = append(out, LostValue{Value: Value{node: n}, Origin: n.Origin()})
		}
		won = true
	}
	return out
}

// input is a declared variable without mistakes, ready to judge values.
type input struct {
	Variable
	form    *form
	release *release
	index   int
	preset  *value.Node // the default, nil for none
}

// at is the place of the declaration, or of what is below it.
func (in *input) at(steps ...diag.Step) diag.Range {
	return in.release.At(declarationPath(in.index).Join(steps...))
}

// declarer is who wrote the declaration: a parent, where it is inherited.
func (in *input) declarer() diag.Origin {
	return in.release.whole.Nearest(declarationPath(in.index)).Origin()
}

func newInput(r *release, index int) *input {
	in := &input{Variable: r.profile.Spec.Variables[index], release: r, index: index}
	writer := *r.whole.Find(declarationPath(index)).Place().Writer // a parent's, where it is inherited
	writer.Kind = diag.Default
	in.form = newForm(in.Schema, &writer)
	if n := in.Default.node; !n.IsNull() {
		by := *n.Place().Writer
		by.Kind = diag.Default
		in.preset = in.form.filled(n.WrittenBy(&by))
	}
	return in
}
