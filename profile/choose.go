package profile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// choose finds what the cluster's stack is made of: the profile versions it
// names, the overlays that match it with what they add, and the presets.
// composable is false when one is missing, or so broken that the layers cannot be
// judged together.
func (r *resolution) choose(lock LockEntry) (made recipe, composable bool) {
	releases, composable := r.chooseProfiles(lock)
	made = recipe{releases: releases, own: len(releases), rules: r.library.rules}
	overlays, all := r.matching(lock)
	made.overlays, composable = overlays, composable && all
	for _, o := range made.overlays {
		composable = r.addProfiles(o, &made, lock) && composable && !o.broken
		r.stack.overlays = append(r.stack.overlays, o.ref)
	}
	made.presets = r.choosePresets(made)
	return made, composable && r.member.composable && r.hasBase(made.releases) && r.hasFewLayers(made.releases)
}

// chooseProfiles finds the versions of the profiles that the cluster names.
func (r *resolution) chooseProfiles(lock LockEntry) (releases []*release, composable bool) {
	composable = true
	seen := map[string]int{}
	for i, text := range r.member.cluster.Spec.Profiles {
		path := func() diag.Path { return diag.Fields("spec", "profiles").Join(diag.Index(i)) }
		ref, err := ParseRef(text)
		if err != nil {
			r.reject("profile.reference", path(), "write the name of a profile, or name@version", "%v", err)
			composable = false
			continue
		}
		if first, twice := seen[ref.Name]; twice {
			r.add(diag.Errorf("profile.duplicate", r.member.At(path()), "profile %s is named twice", ref.Name).
				WithDetail("keep one of the two").WithPath(path()).
				WithRelated(r.member.At(diag.Fields("spec", "profiles").Join(diag.Index(first))), "the other one is here"))
			composable = false
			continue
		}
		seen[ref.Name] = i
		r.stack.held = r.stack.held || ref.Version != ""
		found := r.chooseOne(ref, lock, path)
		composable = composable && found != nil && found.composable
		if found != nil {
			if found.profile.Spec.Abstract {
				r.add(found.abstract(r.member.At(path())).WithPath(path()))
			}
			releases = append(releases, found)
			r.stack.profiles = append(r.stack.profiles, found.ref)
		}
	}
	return releases, composable
}

func (r *resolution) hasBase(releases []*release) bool {
	if slices.ContainsFunc(releases, func(rel *release) bool { return rel.profile.Spec.Kind != AddOnProfile }) {
		return true
	}
	path := diag.Fields("spec", "profiles")
	r.add(diag.Errorf("profile.base", r.member.KeyAt(path), "no profile of the cluster defines the cluster itself").
		WithDetail("add a profile of kind Infrastructure or Full").WithPath(path))
	return false
}

func (r *resolution) hasFewLayers(releases []*release) bool {
	n := 0
	for _, rel := range releases {
		n += len(rel.layers)
	}
	if n > maxLayers {
		r.reject("profile.value", diag.Fields("spec", "profiles"), "take profiles out, or put what is installed together into one layer", "the profiles have %d layers; %d are allowed in a stack", n, maxLayers)
	}
	return n <= maxLayers
}

func (r *resolution) chooseOne(ref Ref, lock LockEntry, path func() diag.Path) *release {
	all := r.library.releases[ref.Name]
	if len(all) == 0 {
		r.reject("profile.unknown-profile", path(), nearestOf(ref.Name, r.library.names(), "profiles"), "there is no profile %q in the library", ref.Name)
		return nil
	}
	by := "the cluster names it"
	if ref.Version == "" {
		if pin, ok := lock.Pin(ref.Name); ok {
			ref.Version, by = pin, fmt.Sprintf("line %d of the lock pins it", lock.at.Start.Line)
		} else if latest := r.library.latest(ref.Name); latest != nil {
			return latest
		}
	}
	if found := r.library.release(ref); found != nil {
		return found
	}
	known := versionsOf(all)
	if ref.Version == "" {
		r.reject("profile.missing-version", path(), "name a version: "+ref.Name+"@"+last(known), "profile %s has only -dev versions", ref.Name)
		return nil
	}
	r.reject("profile.missing-version", path(), by+"; "+nearestOf(ref.Version, known, "versions of "+ref.Name), "there is no version %s of profile %s in the library", ref.Version, ref.Name)
	return nil
}

// matching finds the overlays whose selectors match the cluster, by ascending
// order. A cluster with a line in the lock has those that the line names: an
// overlay that is published later comes with a rollout, as a profile does. all is
// false when one that is named is missing.
func (r *resolution) matching(lock LockEntry) (out []*overlay, all bool) {
	all = true
	for _, name := range sortedKeys(r.library.overlays) {
		o := r.library.latestOverlay(name)
		if len(lock.Pins) > 0 {
			pin, named := lock.Pin(name)
			if !named {
				if o != nil && o.selector.Matches(labelSet(r.member.cluster.Metadata.Labels)) {
					r.stack.waiting = append(r.stack.waiting, o.ref)
				}
				continue
			}
			if o = r.library.overlay(Ref{Name: name, Version: pin}); o == nil {
				r.add(diag.Errorf("profile.missing-version", lock.at, "there is no version %s of overlay %s in the library", pin, name).
					WithDetail("the lock pins it for %s; bring the version back, or lock the cluster again", r.member.key))
				all = false
				continue
			}
		}
		if o != nil && o.selector.Matches(labelSet(r.member.cluster.Metadata.Labels)) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *overlay) int { return cmp.Compare(a.overlay.Spec.Order, b.overlay.Spec.Order) })
	r.checkOrders(out)
	return out, all
}

// labelSet are labels as selectors read them.
type labelSet map[string]string

// Has reports whether the label is there.
func (l labelSet) Has(label string) bool { _, ok := l[label]; return ok }

// Get gives the label's value.
func (l labelSet) Get(label string) string { return l[label] }

// Lookup gives both.
func (l labelSet) Lookup(label string) (string, bool) { v, ok := l[label]; return v, ok }

func (r *resolution) checkOrders(overlays []*overlay) {
	at := diag.Fields("spec", "order")
	for i := 1; i < len(overlays); i++ {
		a, b := overlays[i-1], overlays[i]
		if a.overlay.Spec.Order != b.overlay.Spec.Order {
			continue
		}
		r.add(diag.Errorf("profile.overlay-order", b.At(at), "overlays %s and %s have the same order %d and both match a cluster", a.ref, b.ref, b.overlay.Spec.Order).
			WithDetail("the order says which of the two wins; give them different numbers").WithPath(at).
			WithRelated(a.At(at), "the order of %s, owner %s", a.ref, a.overlay.Spec.Owner).
			WithRelated(r.member.At(diag.Fields("metadata", "labels")), "cluster %s has these labels", r.member.key))
	}
}

// addProfiles adds the profiles that an overlay names. ok is false when one is
// missing or cannot be composed.
func (r *resolution) addProfiles(o *overlay, made *recipe, lock LockEntry) (ok bool) {
	ok = true
	for i, text := range o.overlay.Spec.Profiles {
		ref, err := ParseRef(text)
		if err != nil || r.library.checkReference(text) != nil {
			ok = false // reported for the overlay
			continue
		}
		path := diag.Fields("spec", "profiles").Join(diag.Index(i))
		have := slices.IndexFunc(made.releases, func(rel *release) bool { return rel.ref.Name == ref.Name })
		if have >= 0 {
			r.checkSameVersion(o, path, ref, made, made.releases[have])
			continue
		}
		found := r.library.release(ref)
		if ref.Version == "" {
			found = r.library.pinnedOrLatest(ref.Name, lock)
		}
		if found == nil {
			r.add(diag.Errorf("profile.missing-version", o.At(path), "profile %s has no version that overlay %s can add", ref.Name, o.ref).
				WithDetail("%s; name one: %s@version", nearestOf("", versionsOf(r.library.releases[ref.Name]), "versions of "+ref.Name), ref.Name).WithPath(path))
			ok = false
			continue
		}
		made.releases = append(made.releases, found)
		r.stack.profiles = append(r.stack.profiles, found.ref)
		ok = ok && found.composable
	}
	return ok
}

func (l *Library) pinnedOrLatest(name string, lock LockEntry) *release {
	if pin, ok := lock.Pin(name); ok {
		return l.release(Ref{Name: name, Version: pin})
	}
	return l.latest(name)
}

// checkSameVersion: a profile that several name is there once, so they have to
// agree on its version.
func (r *resolution) checkSameVersion(o *overlay, path diag.Path, want Ref, made *recipe, have *release) {
	if want.Version == "" || want.Version == have.ref.Version {
		return
	}
	says, at, by := "", diag.Range{}, ""
	if i := nameOf(want.Name, r.member.cluster.Spec.Profiles); i >= 0 {
		at, by = r.member.At(diag.Fields("spec", "profiles").Join(diag.Index(i))), "the cluster names it here"
	}
	for _, other := range made.overlays {
		if i := nameOf(want.Name, other.overlay.Spec.Profiles); by == "" && i >= 0 {
			at, by = other.At(diag.Fields("spec", "profiles").Join(diag.Index(i))), "the other overlay adds it here, owner "+other.overlay.Spec.Owner
			says = " of overlay " + other.ref.String()
		}
	}
	r.add(diag.Errorf("profile.overlay-version", o.At(path), "overlay %s adds %s, but cluster %s has %s%s", o.ref, want, r.member.key, have.ref, says).
		WithDetail("a stack has one version of a profile: agree on one, or name the profile without a version in one of the places").WithPath(path).
		WithRelated(at, "%s", by))
}

// nameOf is where references name a profile; -1 for nowhere.
func nameOf(profile string, references []string) int {
	return slices.IndexFunc(references, func(text string) bool { ref, _ := ParseRef(text); return ref.Name == profile })
}

// choosePresets finds the presets that overlays and the cluster choose.
func (r *resolution) choosePresets(made recipe) []*preset {
	c := choosing{releases: made.releases, by: map[string]choice{}}
	wrong := func(one choice, names []string) {
		r.add(diag.Errorf("profile.unknown-preset", one.at.Place().Range(), "group %s has no preset %q", one.group, one.name).
			WithDetail("%s", nearestOf(one.name, names, "presets")).WithPath(diag.Fields("spec", "presets", one.group)))
	}
	for _, o := range made.overlays {
		c.choose(choices(o.root.Get("spec", "presets")), func(one choice, groups []string) {
			r.idle = append(r.idle, idleFinding{o, unknownGroup(one, groups)})
		}, wrong)
	}
	c.choose(choices(r.member.root.Get("spec", "presets")), func(one choice, groups []string) {
		if !r.lacks(made) {
			r.add(unknownGroup(one, groups))
		}
	}, wrong)
	return c.chosen()
}

// lacks reports whether a profile of the cluster was not found, or is without what
// it inherits: what nobody declares may be declared there.
func (r *resolution) lacks(made recipe) bool {
	return made.own < max(1, len(r.member.cluster.Spec.Profiles)) || slices.ContainsFunc(made.releases, func(rel *release) bool { return rel.orphan })
}

// idleFinding is a finding about a part of an overlay that does nothing in this
// stack.
type idleFinding struct {
	overlay *overlay
	found   diag.Diagnostic
}

// collectIdle gathers what the overlays say of what the stack does not have.
func (r *resolution) collectIdle() []OverlayFindings {
	var out []OverlayFindings
	for _, o := range r.comp.recipe.overlays {
		found := slices.Clone(r.comp.idle[o])
		for _, f := range r.idle {
			if f.overlay == o {
				found = append(found, f.found)
			}
		}
		out = append(out, OverlayFindings{Overlay: o.ref, Findings: found.Sorted()})
	}
	return out
}

func unknownGroup(one choice, groups []string) diag.Diagnostic {
	return diag.Errorf("profile.unknown-preset", one.key, "no profile of the cluster has a group of presets %q", one.group).
		WithDetail("%s", nearestOf(one.group, groups, "groups")).WithPath(diag.Fields("spec", "presets", one.group))
}
