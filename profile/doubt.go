package profile

import (
	"reflect"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// doubt is a finding that a composition cannot decide on: two texts are one, but
// read variables for two profiles. It stands in clusters where these differ.
type doubt struct {
	path  diag.Path
	pairs [][2]*program
	found diag.Diagnostic
}

// doubts reports, and notes, that trees differ at a path by nothing but the
// variables of profiles, so that the finding is for clusters to make.
func (c *composition) doubts(path diag.Path, a, b []*value.Node, found diag.Diagnostic) bool {
	d := doubt{path: path, found: found}
	free := func(n *value.Node) *value.Node {
		return n.Bind(func(e *value.Node) *value.Node {
			return value.NewExpression(e.Text(), freeProgram{e.Program().(*program), &d.pairs}, e.Place())
		})
	}
	alike := slices.EqualFunc(a, b, func(x, y *value.Node) bool { return sameNode(free(x), free(y)) })
	if alike {
		c.doubtful = append(c.doubtful, d)
	}
	return alike
}

// freeProgram is a program that is held to be another one whatever the variables
// are, and remembers the others for which that counts.
type freeProgram struct {
	*program
	pairs *[][2]*program
}

// Same reports whether the two compute the same from equal variables.
func (p freeProgram) Same(other value.Program) bool {
	o := other.(freeProgram).program
	if p.program.Same(o) {
		return true
	}
	*p.pairs = append(*p.pairs, [2]*program{p.program, o})
	return p.sameFor(o)
}

// settleDoubts reports what is so for the cluster. That a fixed path is changed is
// all that is said of it.
func (r *resolution) settleDoubts() {
	if len(r.comp.doubtful) == 0 {
		return
	}
	v := variance{of: r.pools, known: map[sharedVariable]bool{}}
	var changed []diag.Path
	for _, d := range r.comp.doubtful {
		told := slices.ContainsFunc(changed, func(at diag.Path) bool { return d.path.Under(at) || at.Under(d.path) })
		if told || !slices.ContainsFunc(d.pairs, v.between) {
			continue
		}
		if d.found.Code == "profile.fixed" {
			changed = append(changed, d.path)
		}
		r.add(r.ofCluster(d.found))
	}
}

// variance says which variables differ between profiles, looked at once: many
// expressions read few.
type variance struct {
	of    boundPools // which see the variables of the cluster, too
	known map[sharedVariable]bool
}

// sharedVariable is a variable that two profiles have.
type sharedVariable struct{ name, one, other string }

// between reports whether a variable that two programs read has not the same value
// for both of their profiles.
func (v *variance) between(pair [2]*program) bool {
	one, other := pair[0].layer.release.ref.Name, pair[1].layer.release.ref.Name
	differs := func(name string) bool { return v.in(sharedVariable{name, one, other}) }
	return slices.ContainsFunc(pair[0].reads().Vars, differs) || slices.ContainsFunc(pair[1].reads().Vars, differs)
}

func (v *variance) in(s sharedVariable) bool {
	differs, ok := v.known[s]
	if ok {
		return differs
	}
	for pool := range v.of.all() {
		differs = differs || !identical(pool.vars[s.one].Get(s.name), pool.vars[s.other].Get(s.name))
	}
	v.known[s] = differs
	return differs
}

// identical is stricter than to be equal: what is computed from 1 may not be what
// is computed from 1.0.
func identical(a, b *value.Node) bool {
	return a == b || (a == nil) == (b == nil) && reflect.DeepEqual(a.Any(), b.Any())
}
