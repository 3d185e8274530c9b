package upgrade

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// requirements compares what a layer asks of others, each by the component, layer
// or capability that it names.
func (d *differ) requirements(s subject, from, to *value.Node) {
	old, now := slices.Clone(from.Items()), slices.Clone(to.Items())
	old, now = lacking(old, now), lacking(now, old)
	for _, n := range now {
		i := slices.IndexFunc(old, func(o *value.Node) bool { return requirementOf(o).of() == requirementOf(n).of() })
		if i < 0 {
			d.addedRequirement(s, n)
			continue
		}
		d.changedRequirement(s, old[i], n)
		old = slices.Delete(old, i, i+1)
	}
	for _, o := range old {
		r := requirementOf(o)
		d.add(s, r.path(), o, nil, verdict{RequirementRemoved, Minor, "it runs in more stacks"}, "no longer requires %s", r.Requirement)
	}
}

// lacking are the items of a list that another one lacks.
func lacking(list, other []*value.Node) []*value.Node {
	return slices.DeleteFunc(slices.Clone(list), func(n *value.Node) bool { return slices.ContainsFunc(other, n.Equal) })
}

type requirement struct{ profile.Requirement }

func requirementOf(n *value.Node) requirement {
	return requirement{profile.Requirement{
		Component: textOf(n.Get("component")), Version: textOf(n.Get("version")),
		Layer: textOf(n.Get("layer")), Capability: textOf(n.Get("capability")),
	}}
}

// of is the requirement without its range.
func (r requirement) of() profile.Requirement {
	out := r.Requirement
	out.Version = ""
	return out
}

func (r requirement) path() diag.Path {
	parts := map[string]string{"component": r.Component, "layer": r.Layer, "capability": r.Capability}
	for _, name := range sortedKeys(parts) {
		if parts[name] != "" {
			return diag.Fields("requires").Join(diag.Key(diag.KeyValue{Name: name, Value: parts[name]}))
		}
	}
	return diag.Fields("requires")
}

func (d *differ) addedRequirement(s subject, n *value.Node) {
	r := requirementOf(n)
	v := verdict{RequirementAdded, Major, "a cluster that runs the old version may lack it"}
	if d.to.meets(r.Requirement) {
		v = verdict{RequirementAdded, Patch, "the profile itself meets it"}
	}
	d.add(s, r.path(), nil, n, v, "requires %s", r.Requirement)
}

func (d *differ) changedRequirement(s subject, from, to *value.Node) {
	old, now := requirementOf(from), requirementOf(to)
	v := verdict{RequirementNarrowed, Major, "versions that were good enough are refused"}
	switch {
	case alike(now.Version, old.Version):
		v = respelt
	case admits(now.Version, old.Version):
		v = verdict{RequirementWidened, Minor, "it runs in more stacks"}
	case d.to.meets(now.Requirement):
		v = verdict{RequirementNarrowed, Patch, "the profile itself meets it"}
	}
	d.add(s, now.path(), from, to, v, "requires %s, it was %s", now.Requirement, old.Requirement)
}

// respelt is the verdict on a range that holds the versions that it held.
var respelt = verdict{LayerChanged, Patch, "the same versions, written in another way"}

// admits reports whether what a requirement says of versions holds all that
// another one does: ranges, or names of opaque versions.
func admits(wide, narrow string) bool {
	b, errB := profile.ParseVersionRange(wide)
	a, errA := profile.ParseVersionRange(narrow)
	switch {
	case wide == "":
		return true
	case errA == nil:
		return errB == nil && within(a, b, narrow+" "+wide)
	}
	allowed := namesIn(wide)
	return !slices.ContainsFunc(namesIn(narrow), func(name string) bool { return !slices.Contains(allowed, name) })
}

// alike reports whether what two requirements say of versions holds the same ones.
// That is more than that each admits the other: pre-releases around a border, which
// are no matter there, tell 1.34.x from <1.35. So is any version at all more than
// any that has an order.
func alike(first, second string) bool {
	if !admits(first, second) || !admits(second, first) || (first == "") != (second == "") {
		return false
	}
	a, errA := profile.ParseVersionRange(first)
	b, errB := profile.ParseVersionRange(second)
	return errA != nil || errB != nil || !slices.ContainsFunc(probes(first+" "+second), func(v profile.Version) bool {
		pre, err := profile.ParseVersion(v.String() + "-ALPHA")
		return err == nil && a.Has(pre) != b.Has(pre)
	})
}

// namesIn are the opaque versions that a requirement names.
func namesIn(version string) []string {
	names := strings.Split(version, "||")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
	}
	return names
}

// conflictsRule compares what a layer refuses, each by the component, layer or
// capability that it names. A wider range refuses more.
func conflictsRule(d *differ, f field) {
	old, now := lacking(f.from.Items(), f.to.Items()), lacking(f.to.Items(), f.from.Items())
	for _, n := range now {
		r := requirementOf(n)
		path := diag.Fields("conflicts").Join(r.path()[1:]...)
		i := slices.IndexFunc(old, func(o *value.Node) bool { return requirementOf(o).of() == r.of() })
		if i < 0 {
			d.add(f.subject, path, nil, n, verdict{ConflictAdded, Major, "a cluster that runs the old version may have what it refuses"}, "conflicts with %s", r.Requirement)
			continue
		}
		was := requirementOf(old[i])
		v := verdict{ConflictWidened, Major, "a cluster that runs the old version may have what it refuses"}
		switch {
		case alike(was.Version, r.Version):
			v = respelt
		case admits(was.Version, r.Version):
			v = verdict{ConflictNarrowed, Minor, "it runs in more stacks"}
		}
		d.add(f.subject, path, old[i], n, v, "conflicts with %s, it was %s", r.Requirement, was.Requirement)
		old = slices.Delete(old, i, i+1)
	}
	for _, o := range old {
		r := requirementOf(o)
		d.add(f.subject, diag.Fields("conflicts").Join(r.path()[1:]...), o, nil, verdict{ConflictRemoved, Minor, "it runs in more stacks"}, "no longer conflicts with %s", r.Requirement)
	}
}

// meets reports whether a layer of the profile itself meets a requirement.
func (h half) meets(r profile.Requirement) bool {
	met, _ := r.MetBy() // a range that cannot be read is met by nothing
	return slices.ContainsFunc(h.release.Profile.Spec.Layers, func(l profile.Layer) bool { return met(h.release.Ref().Name, &l) })
}
