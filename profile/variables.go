package profile

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// bindVariables finds the value of every variable and what expressions see as
// vars, cluster and provided.
func (r *resolution) bindVariables() {
	set := r.member.root.Get("spec", "variables")
	meant := r.checkSet(set, diag.Fields("spec", "variables"), func(in *input) bool { return in.Scope != PoolScope },
		"set it in the pools: pools.workers[].variables")
	r.vars = make(map[string]*value.Node, len(r.comp.recipe.releases))
	for _, rel := range r.comp.recipe.releases {
		vars := r.comp.given[rel.ref.Name]
		for _, v := range rel.profile.Spec.Variables {
			if n := setFor(set, v.Name, rel.ref.Name); n != nil {
				vars = vars.With(v.Name, n)
			} else if v.Required && v.Scope != PoolScope && vars.Get(v.Name) == nil && !r.comp.unjudged[v.Name] && !meant[v.Name] {
				r.missing(v.Name, rel)
			}
		}
		r.vars[rel.ref.Name] = vars
	}
	r.stack.inputs = r.collectInputs()
	r.cluster = r.visibleCluster()
	r.provided, _ = value.FromAny(r.comp.provided, value.Place{})
}

// setFor is what a set of values says of a variable for one profile.
func setFor(set *value.Node, name, profile string) *value.Node {
	if set == nil {
		return nil
	}
	for _, field := range []string{profile + "/" + name, name} {
		if n := set.Get(field); !n.IsNull() {
			return n
		}
	}
	return nil
}

// checkSet judges the values that a cluster or a pool sets. takes says whether
// a variable may be set here. It returns the variables that undeclared names
// were probably meant to be: one slip is one finding.
func (r *resolution) checkSet(set *value.Node, at diag.Path, takes func(*input) bool, otherwise string) (meant map[string]bool) {
	meant = map[string]bool{}
	known := slices.Sorted(maps.Keys(r.comp.inputs))
	for _, f := range set.Fields() {
		path := at.Join(diag.Field(f.Name))
		inputs := r.comp.inputsNamed(f.Name)
		if len(inputs) == 0 && r.mayDeclare(f.Name) {
			continue
		}
		if len(inputs) == 0 {
			r.add(diag.Errorf("profile.undeclared-variable", f.Key.Range(), "no profile of the cluster declares variable %q", f.Name).
				WithDetail("%s", nearestOf(f.Name, known, "variables")).WithPath(path))
			near, _ := diag.Nearest(f.Name, known)
			meant[near] = true
			continue
		}
		if !takes(inputs[0]) {
			r.add(wrongScope(f, path, inputs[0], otherwise))
			continue
		}
		if !f.Value.IsNull() {
			r.add(judged(inputs, f.Value, path)...)
		}
	}
	return meant
}

// mayDeclare reports whether a name that no usable declaration has may be
// declared all the same: wrongly, or in a profile that was not found.
func (r *resolution) mayDeclare(name string) bool {
	_, variable, split := strings.Cut(name, "/")
	return r.comp.recipe.own < max(1, len(r.member.cluster.Spec.Profiles)) || r.comp.unjudged[name] || split && r.comp.unjudged[variable]
}

// inputsNamed are the declarations that a name in variables speaks to.
func (c *composition) inputsNamed(name string) []*input {
	profile, variable, split := strings.Cut(name, "/")
	if !split {
		return c.inputs[name]
	}
	var out []*input
	for _, in := range c.inputs[variable] {
		if in.release.ref.Name == profile {
			out = append(out, in)
		}
	}
	return out
}

func wrongScope(f value.Entry, path diag.Path, in *input, otherwise string) diag.Diagnostic {
	return diag.Errorf("profile.variable-scope", f.Key.Range(), "variable %s has scope %s and cannot be set here", f.Name, cmp.Or(in.Scope, ClusterScope)).
		WithDetail("%s", otherwise).WithPath(path).
		WithRelated(in.at(), "it is declared here, owner %s", in.release.profile.Spec.Owner)
}

// judged is what the declarations of a variable say of a value.
func judged(inputs []*input, n *value.Node, path diag.Path) diag.Diagnostics {
	var out diag.Diagnostics
	for _, in := range inputs {
		at := n.Place().Range()
		if in.Type == SecretRefVariable { // perhaps the secret itself was written
			at.Start.Column = 0
			at.End = at.Start
		}
		for _, p := range in.judge(n) {
			out = append(out, diag.Errorf("profile.variable-value", at, "variable %s: %s", in.Name, p.problem).
				WithDetail("%s", p.hint).WithPath(path).
				WithRelated(in.at(), "it is declared here by %s, owner %s", in.release.ref, in.release.profile.Spec.Owner))
		}
	}
	return out
}

func (r *resolution) missing(name string, rel *release) {
	path := diag.Fields("spec", "variables")
	at := r.member.KeyAt(diag.Fields("spec"))
	if r.member.root.Get("spec", "variables") != nil {
		at = r.member.KeyAt(path)
	}
	in := r.comp.inputs[name][0]
	r.add(diag.Errorf("profile.required-variable", at, "variable %s has no value", name).
		WithDetail("profile %s requires it: add %s: with %s", rel.ref, name, typeRules[in.Type].form).
		WithPath(path.Join(diag.Field(name))).
		WithRelated(in.at(), "it is declared here, owner %s", in.release.profile.Spec.Owner))
}

// collectInputs lists what all variables are bound to.
func (r *resolution) collectInputs() []Input {
	var out []Input
	for _, name := range slices.Sorted(maps.Keys(r.comp.inputs)) {
		var first *value.Node
		for i, in := range r.comp.inputs[name] {
			n := r.vars[in.release.ref.Name].Get(name)
			if i == 0 {
				first = n
			}
			if n == nil || i > 0 && n.Equal(first) {
				continue
			}
			item := Input{Name: name, Value: Value{node: n}, Origin: n.Origin()}
			if i > 0 {
				item.Profile = in.release.ref.Name
			}
			out = append(out, item)
		}
	}
	return out
}

// visibleCluster is what expressions see as cluster.
func (r *resolution) visibleCluster() *value.Node {
	root, key := r.member.root, r.member.key
	at := root.Get("metadata", "name").Place()
	labels := root.Get("metadata", "labels")
	if labels.Kind() != value.Map {
		labels = value.NewMap(nil, at)
	}
	text := func(s string, names ...string) *value.Node {
		if n := root.Get(names...); n != nil {
			return n
		}
		return value.NewString(s, at)
	}
	return value.NewMap([]value.Entry{
		{Name: "hub", Value: text(key.Hub, "spec", "hub")},
		{Name: "labels", Value: labels},
		{Name: "name", Value: text(key.Name, "metadata", "name")},
		{Name: "namespace", Value: text(key.Namespace, "metadata", "namespace")},
		{Name: "timeZone", Value: text("UTC", "spec", "timeZone")},
	}, at)
}
