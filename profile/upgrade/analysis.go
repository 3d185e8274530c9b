package upgrade

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// analysis is what the search needs to know of the profiles of a library. It
// never changes once it is made.
type analysis struct {
	conditions []condition
	rules      []rule
	profiles   map[string][]*analysed // versions ascending
}

// condition is what a requirement asks for, wherever it is asked.
type condition struct {
	profile.Requirement
	versions profile.VersionRange
}

// rule is one requirement of one layer.
type rule struct {
	layer     *analysedLayer
	condition int
	at        diag.Range
}

// analysed is one version of a profile.
type analysed struct {
	release profile.Release
	version profile.Version
	layers  []*analysedLayer
}

type analysedLayer struct {
	profile.Layer
	of    *analysed
	needs []need
	meets set
	// at is the place of the component.
	at diag.Range
}

func (l *analysedLayer) owner() string {
	if l.Owner != "" {
		return l.Owner
	}
	return l.of.release.Profile.Spec.Owner
}

const kubernetes = "kubernetes"

// carrier reports whether the layer says which Kubernetes version runs.
func (l *analysedLayer) carrier() bool {
	return l.Kind == profile.KubernetesLayer && l.Component.Name == kubernetes
}

// analyse reads a library.
func analyse(library *profile.Library) *analysis {
	a := &analysis{profiles: map[string][]*analysed{}}
	for p := range library.Profiles() {
		release, _ := library.Release(p.Ref())
		version, err := profile.ParseVersion(p.Spec.Version)
		if err != nil || release.Broken() {
			continue
		}
		a.profiles[p.Ref().Name] = append(a.profiles[p.Ref().Name], &analysed{release: release, version: version})
	}
	ids := map[profile.Requirement]int{}
	for v := range a.all {
		a.layers(v, ids)
	}
	a.meet()
	return a
}

func (a *analysis) all(yield func(*analysed) bool) {
	for _, name := range sortedKeys(a.profiles) {
		for _, v := range a.profiles[name] {
			if !yield(v) {
				return
			}
		}
	}
}

func (a *analysis) layers(v *analysed, ids map[profile.Requirement]int) {
	for i, decoded := range v.release.Profile.Spec.Layers {
		path := diag.Fields("spec", "layers").Join(diag.Index(i))
		ly := &analysedLayer{Layer: decoded, of: v, at: v.release.Document.At(path.Join(diag.Field("component")))}
		for j, r := range decoded.Requires {
			id, known := ids[r]
			if !known {
				versions, _ := profile.ParseVersionRange(r.Version) // checked when the library was loaded
				id = len(a.conditions)
				ids[r] = id
				a.conditions = append(a.conditions, condition{Requirement: r, versions: versions})
			}
			ly.needs = append(ly.needs, need{rule: len(a.rules), condition: id, kubernetes: r.Component == kubernetes})
			a.rules = append(a.rules, rule{layer: ly, condition: id, at: v.release.Document.At(path.Join(diag.Field("requires"), diag.Index(j)))})
		}
		v.layers = append(v.layers, ly)
	}
}

// meet finds the conditions that each layer meets.
func (a *analysis) meet() {
	byName := map[string][]int{}
	for id, c := range a.conditions {
		name := c.Component + "\n" + c.Layer + "\n" + c.Capability
		byName[name] = append(byName[name], id)
	}
	for v := range a.all {
		for _, ly := range v.layers {
			ly.meets = newSet(len(a.conditions))
			names := []string{ly.Component.Name + "\n\n", "\n" + ly.Name + "\n", "\n" + v.release.Ref().Name + "/" + ly.Name + "\n"}
			for capability := range ly.Provides {
				names = append(names, "\n\n"+capability)
			}
			for _, name := range names {
				for _, id := range byName[name] {
					if a.conditions[id].Component == "" || a.conditions[id].met(ly.Component) {
						ly.meets.add(id)
					}
				}
			}
		}
	}
}

// met reports whether a component of the name is in the range.
func (c condition) met(by profile.Component) bool {
	if c.versions.String() == "" {
		return true
	}
	if by.Scheme == "opaque" {
		return by.Version == c.versions.String()
	}
	v, err := profile.ParseVersion(by.Version)
	return err == nil && c.versions.Has(v)
}

// onKubernetes are the conditions that a version of Kubernetes meets.
func (a *analysis) onKubernetes(version string) set {
	out := newSet(len(a.conditions))
	for id, c := range a.conditions {
		if c.Component == kubernetes && c.met(profile.Component{Name: kubernetes, Version: version}) {
			out.add(id)
		}
	}
	return out
}

// find returns a version of a profile, nil for none.
func (a *analysis) find(ref profile.Ref) *analysed {
	versions := a.profiles[ref.Name]
	i := slices.IndexFunc(versions, func(v *analysed) bool { return v.release.Ref() == ref })
	if i < 0 {
		return nil
	}
	return versions[i]
}

// between are the versions on the way from one version to another, both
// included, in the order of the way. Versions in between that are -dev versions
// are left out: no cluster is ever locked to one.
func (a *analysis) between(from, to profile.Ref) []*analysed {
	target := a.find(to)
	start := a.find(from)
	if target == nil || start == target {
		return []*analysed{target}
	}
	first, err := profile.ParseVersion(from.Version)
	descending := err == nil && first.Compare(target.version) > 0
	var out []*analysed
	for _, v := range a.profiles[to.Name] {
		low, high := first, target.version
		if descending {
			low, high = high, low
		}
		inside := v.version.Compare(high) <= 0 && (err != nil || v.version.Compare(low) >= 0)
		if v == target || v == start || inside && !v.version.IsDev() {
			out = append(out, v)
		}
	}
	if descending {
		slices.Reverse(out)
	}
	return out
}
