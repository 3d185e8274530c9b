package profile

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// bound is what the variables of a stack were bound from and to.
type bound struct {
	variables *value.Node            // what the cluster sets
	vars      map[string]*value.Node // by profile name
	pools     boundPools
}

// bindVariables finds the value of every variable and what expressions see as
// vars, cluster and provided.
func (r *resolution) bindVariables() {
	set := r.member.root.Get("spec", "variables")
	meant := r.checkSet(set, diag.Fields("spec", "variables"), func(in *input) bool { return in.Scope != PoolScope },
		"set it in the pools: pools.workers[].variables")
	r.vars = make(map[string]*value.Node, len(r.comp.recipe.releases))
	for _, rel := range r.comp.recipe.releases {
		vars := r.comp.given[rel.ref.Name]
		for _, in := range rel.inputs {
			if in == nil {
				continue // whose declaration has mistakes
			}
			if n := in.setIn(set); n != nil {
				vars = vars.With(in.Name, r.comp.marked(in, n))
			} else if in.Required && in.Scope != PoolScope && vars.Get(in.Name) == nil && !r.comp.unjudged[in.Name] && !meant[in.Name] {
				r.missing(in.Name, rel)
			} else if in.Scope != PoolScope {
				r.unsuited(in)
			}
		}
		r.vars[rel.ref.Name] = vars
	}
	r.cluster = r.visibleCluster()
	r.provided = r.comp.offered
}

// unsuited refuses a default that stands for a variable and does not suit its
// declaration.
func (r *resolution) unsuited(in *input) {
	for _, found := range r.comp.unsuited[in] {
		r.add(found.WithRelated(r.member.At(diag.Fields("metadata", "name")), "cluster %s does not set it", r.member.key))
		r.distrust(in.Name)
	}
}

// marked is a value of the variable, which what is computed from it takes after.
func (c *composition) marked(in *input, n *value.Node) *value.Node {
	if c.sensitive[in.Name] {
		return n.AsSensitive()
	}
	return n
}

// setIn is what a set of values says of the variable; nil for nothing.
func (in *input) setIn(set *value.Node) *value.Node {
	for _, n := range setFor(set, in.Name, in.release.ref.Name) {
		if !n.IsNull() {
			return in.form.filled(n)
		}
	}
	return nil
}

// written yields what was written for a variable of profiles, the strongest
// first: what sets give it, what overlays do, and the defaults.
func (c *composition) written(name string, profiles []string, sets ...*value.Node) iter.Seq[*value.Node] {
	var names []string
	for _, profile := range profiles {
		names = append(names, profile+"/"+name)
	}
	names = append(names, name)
	for _, o := range slices.Backward(c.recipe.overlays) {
		sets = append(slices.Clip(sets), o.root.Get("spec", "variables"))
	}
	return func(yield func(*value.Node) bool) {
		for _, set := range sets {
			for _, name := range names {
				if n := set.Get(name); !n.IsNull() && !yield(n) {
					return
				}
			}
		}
		for _, in := range c.inputs[name] {
			for n := range in.presets() {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// presets yields the default, and those in profiles below that it replaces.
func (in *input) presets() iter.Seq[*value.Node] {
	return func(yield func(*value.Node) bool) {
		if in.preset == nil || !yield(in.preset) {
			return
		}
		for r := in.release.parent; r != nil; r = r.parent {
			i := slices.IndexFunc(r.inputs, func(o *input) bool { return o != nil && o.Name == in.Name })
			if i < 0 || r.inputs[i].preset == nil || mergedInto(in.preset, r.inputs[i].preset) || !yield(r.inputs[i].preset) {
				return
			}
		}
	}
}

// defaultSets are what profiles set for a pool by default, the strongest first.
func (c *composition) defaultSets(pool string) []*value.Node {
	var out []*value.Node
	for _, rel := range slices.Backward(c.recipe.releases) {
		for r := rel; r != nil; r = r.parent {
			out = append(out, poolOf(r.root.Get("spec", "pools"), pool).Get("variables"))
		}
	}
	return out
}

// poolOf is the control plane, or the worker pool of this name; nil for none.
func poolOf(pools *value.Node, name string) *value.Node {
	if name == ControlPlanePool {
		return pools.Get(name)
	}
	for _, p := range pools.Get("workers").Items() {
		if text, _ := p.Get("name").Str(); text == name {
			return p
		}
	}
	return nil
}

// setFor is what a set of values says of a variable for one profile, the
// strongest first; nil or null for nothing.
func setFor(set *value.Node, name, profile string) [2]*value.Node {
	if set.Len() == 0 {
		return [2]*value.Node{}
	}
	return [2]*value.Node{set.Get(profile + "/" + name), set.Get(name)}
}

// maxSlips is for how many undeclared names of one set the nearest one is looked
// for: that takes time by how many are declared.
const maxSlips = 100

// checkSet judges the values that a cluster or a pool sets. takes says whether
// a variable may be set here. It returns the variables that undeclared names
// were probably meant to be: one slip is one finding.
func (r *resolution) checkSet(set *value.Node, at diag.Path, takes func(*input) bool, otherwise string) (meant map[string]bool) {
	known := r.comp.variables
	slips := 0
	for _, f := range set.Fields() {
		inputs := r.comp.inputsNamed(f.Name)
		if len(inputs) == 0 && r.mayDeclare(f.Name) {
			continue
		}
		if len(inputs) == 0 {
			near := ""
			if slips++; slips <= maxSlips {
				near, _ = diag.Nearest(f.Name, known)
			}
			r.add(diag.Errorf("profile.undeclared-variable", f.Key.Range(), "no profile of the cluster declares variable %q", f.Name).
				WithDetail("%s", meantHint(near, known, "variables")).WithPath(at.Join(diag.Field(f.Name))))
			if meant == nil {
				meant = map[string]bool{}
			}
			meant[near] = true
			r.distrust(near)
			continue
		}
		if !takes(inputs[0]) {
			r.add(wrongScope(f, at, inputs[0], otherwise))
			r.distrust(inputs[0].Name)
			continue
		}
		if !f.Value.IsNull() {
			found := r.comp.judged(inputs, f, at, &r.judging)
			r.add(found...)
			if len(found) > 0 {
				r.distrust(inputs[0].Name)
			}
			r.deprecated(inputs, f, at)
		}
	}
	return meant
}

// mayDeclare reports whether a name that no usable declaration has may be
// declared all the same: wrongly, or in a profile that was not found.
func (r *resolution) mayDeclare(name string) bool {
	_, variable, split := strings.Cut(name, "/")
	return r.lacks(r.comp.recipe) || r.comp.unjudged[name] || split && r.comp.unjudged[variable]
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

func wrongScope(f value.Entry, at diag.Path, in *input, otherwise string) diag.Diagnostic {
	return diag.Errorf("profile.variable-scope", f.Key.Range(), "variable %s has scope %s and cannot be set here", f.Name, cmp.Or(in.Scope, ClusterScope)).
		WithDetail("%s", otherwise).WithPath(at.Join(diag.Field(f.Name))).
		WithRelated(in.at(), "it is declared here, owner %s", in.declarer().Owner)
}

// judged is what the declarations of a variable say of a value in the mapping at
// a path; left is as for the forms.
func (c *composition) judged(inputs []*input, f value.Entry, at diag.Path, left *int) diag.Diagnostics {
	var out diag.Diagnostics
	n := f.Value
	for _, in := range inputs {
		found := in.form.judge(n, left)
		if len(found) == 0 {
			continue
		}
		if c.sensitive[in.Name] {
			found = []problem{withheld(in.Schema)}
		}
		for _, p := range found {
			place := n.Find(p.path).Place().Range()
			if in.Type == SecretRefVariable || c.sensitive[in.Name] {
				place = withoutExcerpt(place) // perhaps the secret itself was written
			}
			out = append(out, diag.Errorf("profile.variable-value", place, "variable %s: %s", in.Name, p).
				WithDetail("%s", p.hint).WithPath(at.Join(diag.Field(f.Name)).Join(p.path...)).
				WithRelated(in.at(), "it is declared here by %s, owner %s", in.declarer().Document, in.declarer().Owner))
		}
	}
	return together(out)
}

// together makes one finding of those that differ only in their notes: profiles
// that share a variable often say the same of it, and all of them answer for it.
func together(found diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range found.Sorted() {
		if len(out) == 0 || !alike(d, out[len(out)-1]) {
			out = append(out, d)
			continue
		}
		last := &out[len(out)-1]
		for _, note := range d.Related {
			if !slices.Contains(last.Related, note) {
				*last = last.WithRelated(note.Range, "%s", note.Summary)
			}
		}
	}
	return out
}

// alike reports whether two findings are equal but for their notes.
func alike(a, b diag.Diagnostic) bool {
	a.Related, b.Related = nil, nil
	return a.Compare(b) == 0
}

// distrust remembers that something is wrong with a variable, so that no rule is
// said to be broken because of it.
func (r *resolution) distrust(name string) {
	if r.unfit == nil {
		r.unfit = map[string]bool{}
	}
	r.unfit[name] = true
}

// deprecated warns about a value that should not be set any more.
func (r *resolution) deprecated(inputs []*input, f value.Entry, at diag.Path) {
	var out diag.Diagnostics
	for _, in := range inputs {
		if in.Deprecated != "" {
			out = append(out, diag.Warningf("profile.deprecated-variable", f.Key.Range(), "variable %s is deprecated: %s", in.Name, in.Deprecated).
				WithDetail("take it out of the cluster").WithPath(at.Join(diag.Field(f.Name))).
				WithRelated(in.at(), "it is declared here by %s, owner %s", in.declarer().Document, in.declarer().Owner))
		}
	}
	r.add(together(out)...)
}

func (r *resolution) missing(name string, rel *release) {
	r.distrust(name)
	path := diag.Fields("spec", "variables")
	at := r.member.KeyAt(diag.Fields("spec"))
	if r.member.root.Get("spec", "variables") != nil {
		at = r.member.KeyAt(path)
	}
	in := r.comp.inputs[name][0]
	r.add(diag.Errorf("profile.required-variable", at, "variable %s has no value", name).
		WithDetail("profile %s requires it: add %s: with %s", rel.ref, name, typeRules[in.Type].form).
		WithPath(path.Join(diag.Field(name))).
		WithRelated(in.at(), "it is declared here, owner %s", in.declarer().Owner))
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
