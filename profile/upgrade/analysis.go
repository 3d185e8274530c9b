package upgrade

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// analysis is what the search needs to know of the profiles of a library. It
// never changes once it is made.
type analysis struct {
	conditions []condition
	rules      []rule
	profiles   map[string][]*analysed        // versions ascending
	overlays   map[string][]*analysedOverlay // likewise
}

// condition is what a requirement asks for, wherever it is asked.
type condition struct {
	profile.Requirement
	met func(profile string, l *profile.Layer) bool
}

// rule is one requirement or conflict of one layer.
type rule struct {
	layer     *analysedLayer
	condition int
	// conflict: no other layer may meet the condition.
	conflict bool
	at       diag.Range
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
	// forbids are the conditions that no other layer may meet.
	forbids []need
	meets   set
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
	a := &analysis{profiles: map[string][]*analysed{}, overlays: map[string][]*analysedOverlay{}}
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
	for o := range library.Overlays() {
		a.readOverlay(o)
	}
	return a
}

// readOverlay notes an overlay whose selector and version can be read.
func (a *analysis) readOverlay(o profile.Overlay) {
	version, errVersion := profile.ParseVersion(o.Spec.Version)
	selector, errSelector := metav1.LabelSelectorAsSelector(&o.Spec.Selector)
	if errVersion != nil || errSelector != nil {
		return
	}
	read := &analysedOverlay{Overlay: o, version: version, selector: selector}
	for _, text := range o.Spec.Profiles {
		if ref, err := profile.ParseRef(text); err == nil {
			read.adds = append(read.adds, ref)
		}
	}
	a.overlays[o.Ref().Name] = append(a.overlays[o.Ref().Name], read)
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
		ly.needs = a.stated(ly, decoded.Requires, false, path.Join(diag.Field("requires")), ids)
		ly.forbids = a.stated(ly, decoded.Conflicts, true, path.Join(diag.Field("conflicts")), ids)
		v.layers = append(v.layers, ly)
	}
}

// stated reads the conditions that a layer lists at a path of its profile.
func (a *analysis) stated(ly *analysedLayer, list []profile.Requirement, conflict bool, path diag.Path, ids map[profile.Requirement]int) []need {
	var out []need
	for i, r := range list {
		id, known := ids[r]
		if !known {
			met, _ := r.MetBy() // checked when the library was loaded
			id = len(a.conditions)
			ids[r] = id
			a.conditions = append(a.conditions, condition{Requirement: r, met: met})
		}
		out = append(out, need{rule: len(a.rules), condition: id, kubernetes: r.Component == kubernetes})
		a.rules = append(a.rules, rule{layer: ly, condition: id, conflict: conflict, at: ly.of.release.Document.At(path.Join(diag.Index(i)))})
	}
	return out
}

// meet finds the conditions that each layer meets.
func (a *analysis) meet() {
	for v := range a.all {
		for _, ly := range v.layers {
			ly.meets = newSet(len(a.conditions))
			for id, c := range a.conditions {
				if c.met(v.release.Ref().Name, &ly.Layer) {
					ly.meets.add(id)
				}
			}
		}
	}
}

// onKubernetes are the conditions, of so many, that a version of Kubernetes
// meets.
func (a *analysis) onKubernetes(version string, of int) set {
	out := newSet(of)
	carrier := profile.Layer{Component: profile.Component{Name: kubernetes, Version: version}}
	for id, c := range a.conditions {
		if c.Component == kubernetes && c.met("", &carrier) {
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

// way are the versions of a profile from one to another.
func (a *analysis) way(from, to profile.Ref) []*analysed {
	all := a.profiles[to.Name]
	target := slices.IndexFunc(all, func(v *analysed) bool { return v.release.Ref() == to })
	if target < 0 {
		return nil
	}
	if from == to {
		return []*analysed{all[target]}
	}
	versions := make([]profile.Version, len(all))
	for i, v := range all {
		versions[i] = v.version
	}
	var out []*analysed
	for _, i := range between(versions, from.Version, target) {
		out = append(out, all[i])
	}
	return out
}
