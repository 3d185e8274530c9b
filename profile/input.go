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
	// Origin says who set the value: its Kind is Default, Overlay, Profile where a
	// default pool did, or Variable where the cluster or its pool did.
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
		return s.inputsOf(name, "", s.bound.vars, s.bound.variables)
	}
	var out []Input
	for pool := range s.bound.pools.all() {
		sets := append([]*value.Node{pool.set}, s.comp.defaultSets(pool.name)...)
		out = append(out, s.inputsOf(name, pool.name, pool.vars, sets...)...)
	}
	return out
}

// inputsOf gives the value that profiles have in common, and those of profiles
// that have one of their own.
func (s *Stack) inputsOf(name, pool string, vars map[string]*value.Node, sets ...*value.Node) []Input {
	var out []Input
	declared := s.comp.inputs[name]
	first := vars[declared[0].release.ref.Name].Get(name)
	var common []string
	give := func(in *input, n *value.Node, of string, profiles []string) {
		out = append(out, Input{
			Name: name, Profile: of, Pool: pool, Type: in.Type, Sensitive: s.comp.sensitive[name],
			Value: Value{node: n}, Origin: n.Origin(), Lost: s.comp.lost(name, profiles, sets),
		})
	}
	for _, in := range declared {
		profile := in.release.ref.Name
		switch n := vars[profile].Get(name); {
		case n == nil:
		case n.Equal(first) && sameWriting(n, first):
			common = append(common, profile)
		default:
			give(in, n, profile, []string{profile})
		}
	}
	if first != nil {
		give(declared[0], first, "", common)
	}
	return out
}

// lost are the values of a variable of profiles but for the strongest: that of the
// first set, which the others were put under.
func (c *composition) lost(name string, profiles []string, sets []*value.Node) []LostValue {
	var written []*value.Node
	for n := range c.written(name, profiles, sets[0]) {
		written = append(written, n) // the strongest, which may have taken others out
		break
	}
	for n := range c.written(name, profiles, sets...) {
		if !slices.ContainsFunc(written, func(o *value.Node) bool { return sameWriting(n, o) }) {
			written = append(written, n)
		}
	}
	var out []LostValue
	for _, n := range written[min(1, len(written)):] {
		out = append(out, LostValue{Value: Value{node: n}, Origin: n.Origin()})
	}
	return out
}

// sameWriting reports whether two values stand at one place. What was built in Go
// has no lines.
func sameWriting(a, b *value.Node) bool {
	at := a.Place().Range()
	return at.Compare(b.Place().Range()) == 0 && (at.Start.Line > 0 || a.Equal(b))
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
