package upgrade

import (
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/dayzero-sdk/dayzero/profile"
)

// line is the versions at which a profile or an overlay may rest on a journey,
// in the order of the way, the target last. A Ref without a version stands for
// its not being there.
type line struct {
	name     string
	versions []profile.Ref
	// start is the version at the start, -1 for one at which it cannot rest.
	start int
}

// constant reports whether a line stays where it is.
func (l line) constant() bool { return len(l.versions) == 1 && l.start == 0 }

// between are the positions on the way from one version to another, both
// included, in the order of the way; versions ascend. Versions in between that
// are -dev versions are left out: no cluster is ever locked to one. From what is
// not there, or has no order, all lower versions are on the way.
func between(versions []profile.Version, from string, target int) []int {
	first, err := profile.ParseVersion(from)
	known := err == nil
	descending := known && first.Compare(versions[target]) > 0
	low, high := first, versions[target]
	if descending {
		low, high = high, low
	}
	var out []int
	for i, v := range versions {
		inside := v.Compare(high) <= 0 && (!known || v.Compare(low) >= 0)
		if i == target || v.String() == from || inside && !v.IsDev() {
			out = append(out, i)
		}
	}
	if descending {
		slices.Reverse(out)
	}
	return out
}

// analysedOverlay is one version of an overlay.
type analysedOverlay struct {
	profile.Overlay
	version  profile.Version
	selector labels.Selector
	// adds are the profiles that it adds.
	adds []profile.Ref
}

// overlay returns a version of an overlay, nil for none.
func (a *analysis) overlay(ref profile.Ref) *analysedOverlay {
	i := slices.IndexFunc(a.overlays[ref.Name], func(o *analysedOverlay) bool { return o.Ref() == ref })
	if i < 0 {
		return nil
	}
	return a.overlays[ref.Name][i]
}

// overlayLines are the lines of the overlays of a journey: those of the target
// in their order, then those that vanish.
func (a *analysis) overlayLines(from, to *profile.Stack, j journey) []line {
	matching := labels.Set(to.Cluster().Metadata.Labels)
	rests := func(o *analysedOverlay) bool {
		return o.selector.Matches(matching) && !slices.ContainsFunc(o.adds, func(r profile.Ref) bool { return !a.stays(j, r.Name) })
	}
	var out []line
	for _, target := range to.Overlays() {
		out = append(out, a.overlayLine(pinned(from.Overlays(), target.Name), target, rests))
	}
	for _, start := range from.Overlays() {
		if pinned(to.Overlays(), start.Name).Version != "" {
			continue
		}
		if o := a.overlay(start); o != nil && rests(o) {
			out = append(out, line{name: start.Name, versions: []profile.Ref{start, {Name: start.Name}}})
		}
	}
	return out
}

// overlayLine is the line of an overlay of the target.
func (a *analysis) overlayLine(from, to profile.Ref, rests func(*analysedOverlay) bool) line {
	out := line{name: to.Name, start: -1}
	if from.Version == "" {
		out.versions, out.start = []profile.Ref{{Name: to.Name}}, 0
	}
	all := a.overlays[to.Name]
	versions := make([]profile.Version, len(all))
	for i, o := range all {
		versions[i] = o.version
	}
	target := slices.IndexFunc(all, func(o *analysedOverlay) bool { return o.Ref() == to })
	if target < 0 {
		return line{name: to.Name, versions: []profile.Ref{to}, start: -1}
	}
	for _, i := range between(versions, from.Version, target) {
		if i != target && !rests(all[i]) {
			continue
		}
		if all[i].Ref() == from {
			out.start = len(out.versions)
		}
		out.versions = append(out.versions, all[i].Ref())
	}
	return out
}

// stays reports whether a profile is at the target, or at the start in a version
// that is still there: none comes only to go.
func (a *analysis) stays(j journey, name string) bool {
	if pinned(j.to, name).Version != "" {
		return true
	}
	start := pinned(j.from, name)
	return start.Version != "" && a.find(start) != nil
}

// pinned is the version of a profile or an overlay among refs; without a version
// when there is none.
func pinned(refs []profile.Ref, name string) profile.Ref {
	if i := slices.IndexFunc(refs, func(r profile.Ref) bool { return r.Name == name }); i >= 0 {
		return refs[i]
	}
	return profile.Ref{Name: name}
}
