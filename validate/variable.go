package validate

import (
	"cmp"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// fleetInput is what a cluster has for a variable of fleet scope.
type fleetInput struct {
	of      variableOf
	cluster profile.Key
	// value is the canonical text, "null" where the cluster has none.
	value string
	at    diag.Range
	// sensitive: the value is not shown.
	sensitive bool
}

func (in fleetInput) shown() string {
	if in.sensitive {
		return "a sensitive value"
	}
	return in.value
}

// variableOf is a variable of one version of a profile.
type variableOf struct {
	profile profile.Ref
	name    string
}

func (v variableOf) compare(o variableOf) int {
	return cmp.Or(v.profile.Compare(o.profile), cmp.Compare(v.name, o.name))
}

// fleetVariables lists the variables of fleet scope of every profile version
// that has some.
func fleetVariables(ws *profile.Workspace) map[profile.Ref][]string {
	out := map[profile.Ref][]string{}
	for p := range ws.Profiles() {
		for _, v := range p.Spec.Variables {
			if v.Scope == profile.FleetScope {
				out[p.Ref()] = append(out[p.Ref()], v.Name)
			}
		}
	}
	return out
}

func fleetInputs(stack *profile.Stack, scoped map[profile.Ref][]string) []fleetInput {
	var out []fleetInput
	var inputs []profile.Input // only where they are needed: most fleets have no such variable
	for _, ref := range stack.Profiles() {
		for _, name := range scoped[ref] {
			if inputs == nil {
				inputs = stack.Inputs()
			}
			out = append(out, fleetInputOf(stack, inputs, variableOf{ref, name}))
		}
	}
	return out
}

// fleetInputOf finds the value for one profile: its own, else the common one.
func fleetInputOf(stack *profile.Stack, inputs []profile.Input, of variableOf) fleetInput {
	out := fleetInput{of: of, cluster: stack.Key(), value: "null", at: stack.Metadata().Tree().Get("name").Place().Range()}
	for _, in := range inputs {
		if in.Name == of.name && (in.Profile == "" || in.Profile == of.profile.Name) {
			out.value, out.at, out.sensitive = in.Value.String(), in.Origin.Range, in.Sensitive
		}
	}
	return out
}

// variables holds clusters of one profile version to one value of each variable
// of fleet scope. The first cluster says which; each other value is one finding,
// at the first cluster that has it.
func (f *fleet) variables() diag.Diagnostics {
	sets := map[variableOf][]fleetInput{}
	for _, m := range f.members {
		for _, in := range m.inputs {
			sets[in.of] = append(sets[in.of], in)
		}
	}
	var out diag.Diagnostics
	for _, of := range slices.SortedFunc(maps.Keys(sets), variableOf.compare) {
		out = append(out, differing(sets[of])...)
	}
	return out
}

func differing(set []fleetInput) diag.Diagnostics {
	users := map[string][]profile.Key{}
	for _, in := range set {
		users[in.value] = append(users[in.value], in.cluster)
	}
	first, seen := set[0], map[string]bool{set[0].value: true}
	var out diag.Diagnostics
	for _, in := range set {
		if seen[in.value] {
			continue
		}
		seen[in.value] = true
		out = append(out, diag.Errorf("validate.fleet-variable", in.at, "variable %s of %s has scope fleet, but %s for %s, and %s for %s",
			in.of.name, in.of.profile, in.shown(), someOf(users[in.value]), first.shown(), someOf(users[first.value])).
			WithDetail("give all clusters of this version the same value, or declare the variable with scope: cluster").
			WithPath(diag.Fields("spec", "variables", in.of.name)).
			WithRelated(first.at, "the other value is here"))
	}
	return out
}
