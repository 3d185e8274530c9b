package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ImmutableChanges holds an existing cluster to its immutable variables: have is
// the cluster as it is, want as it is meant to be. A variable is immutable where
// either side declares it so, so that no version can drop the rule and break it
// at once. Each that has another value, none any more, or one for the first time
// is an error at the new value, with the old one; a default counts as a value.
// What only one side declares, and pools that only one side has, are free. The
// ranges are those of want; the old place is in a related range without a
// column, since it lies in another workspace.
func ImmutableChanges(have, want *Stack) diag.Diagnostics {
	var out diag.Diagnostics
	for _, now := range want.comp.declared() {
		was := have.comp.declaration(now)
		if was == nil || !was.Immutable && !now.Immutable {
			continue
		}
		c := immutable{have: have, want: want, was: was, now: now}
		if now.Scope != PoolScope || was.Scope != PoolScope {
			out = append(out, c.compare("", have.bound.vars, want.bound.vars)...)
			continue
		}
		before := map[string]*boundPool{}
		for pool := range have.bound.pools.all() {
			before[pool.name] = pool
		}
		for pool := range want.bound.pools.all() {
			if old := before[pool.name]; old != nil {
				out = append(out, c.compare(pool.name, old.vars, pool.vars)...)
			}
		}
	}
	return together(out)
}

// immutable is a variable that must not change, as both sides declare it.
type immutable struct {
	have, want *Stack
	was, now   *input
}

func (c immutable) compare(pool string, before, after map[string]*value.Node) diag.Diagnostics {
	old, now := before[c.was.release.ref.Name].Get(c.was.Name), after[c.now.release.ref.Name].Get(c.now.Name)
	if c.now.form.same(old, now) {
		return nil
	}
	closed := c.have.comp.sensitive[c.now.Name] || c.want.comp.sensitive[c.now.Name]
	said := func(n *value.Node) string {
		switch {
		case n == nil:
			return "no value"
		case closed:
			return "a value that is sensitive and not shown"
		}
		return clipped(string(n.AppendJSON(nil)))
	}
	path, at := c.place(pool, now)
	if closed {
		at = withoutExcerpt(at)
	}
	of := ""
	if pool != "" {
		of = " of pool " + pool
	}
	found := diag.Errorf("profile.immutable-variable", at, "variable %s%s is immutable: it has %s and would get %s", c.now.Name, of, said(old), said(now)).
		WithDetail("keep the old value; only a new cluster can have another one").WithPath(path)
	if now != nil && !c.isSet(now) {
		found = found.WithRelated(now.Place().Range(), "the new value is the default here")
	}
	if old != nil {
		found = found.WithRelated(withoutExcerpt(old.Place().Range()), "the old value is here")
	}
	declared := c.now
	if !declared.Immutable {
		return diag.Diagnostics{found.WithRelated(withoutExcerpt(c.was.at()), "it was declared immutable here, owner %s", c.was.release.profile.Spec.Owner)}
	}
	return diag.Diagnostics{found.WithRelated(declared.at(), "it is declared immutable here, owner %s", declared.release.profile.Spec.Owner)}
}

// same compares two values as the type does: 60m is 1h, wherever it stands.
func (f *form) same(a, b *value.Node) bool {
	switch {
	case a.Equal(b):
		return true
	case f.items != nil && a.Kind() == value.List && b.Kind() == value.List:
		return slices.EqualFunc(a.Items(), b.Items(), f.items.same)
	case a.Kind() == value.Map && b.Kind() == value.Map:
		return slices.EqualFunc(a.Fields(), b.Fields(), f.sameField) // sorted by name
	}
	order, ok := f.Type.Compare(Value{node: a}, Value{node: b})
	return ok && order == 0
}

func (f *form) sameField(a, b value.Entry) bool {
	inner := f.items
	if p := f.property(a.Name); p != nil {
		inner = p.form
	}
	return a.Name == b.Name && (a.Value.Equal(b.Value) || inner != nil && inner.same(a.Value, b.Value))
}

// isSet reports whether the cluster says the value itself.
func (c immutable) isSet(now *value.Node) bool {
	return now != nil && now.Origin().Kind != diag.Default
}

// place is where the cluster sets the new value; where it does not, its name.
func (c immutable) place(pool string, now *value.Node) (diag.Path, diag.Range) {
	at := diag.Fields("spec")
	switch pool {
	case "":
	case ControlPlanePool:
		at = controlPlanePath
	default:
		at = workersPath.Join(diag.Key(diag.KeyValue{Name: "name", Value: pool}))
	}
	path := at.Join(diag.Field("variables"), diag.Field(c.now.Name))
	if c.isSet(now) {
		return path, now.Place().Range()
	}
	return path, c.want.metadata.Get("name").Place().Range()
}

// declared are all declarations, in the order of the profiles.
func (c *composition) declared() []*input {
	var out []*input
	for _, r := range c.recipe.releases {
		for _, in := range r.inputs {
			if in != nil {
				out = append(out, in)
			}
		}
	}
	return out
}

// declaration is the one that corresponds to in: that of the same profile, else
// the first of the same name.
func (c *composition) declaration(in *input) *input {
	all := c.inputs[in.Name]
	i := slices.IndexFunc(all, func(o *input) bool { return o.release.ref.Name == in.release.ref.Name })
	if i < 0 && len(all) == 0 {
		return nil
	}
	return all[max(i, 0)]
}
