package upgrade

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// journey is what the problem of a cluster depends on: clusters of one journey
// have one problem.
type journey struct {
	from, to []profile.Ref
	// overlays are the ways of the overlays.
	overlays []line
	// added are the profiles that are not in the cluster's document: overlays add
	// them.
	added []string
	// kubernetes and kubelet are the versions at the start.
	kubernetes string
	kubelet    profile.Version
	// disabled are the layers, as profile/layer, that the cluster does not have.
	disabled map[string]bool
	// settled are the layers, by their addresses, that the cluster's document
	// enables or disables, whatever else does.
	settled map[string]bool
	// presets: the cluster's document chooses some.
	presets bool
	// held are the profiles whose versions the cluster names itself.
	held     map[string]bool
	together bool
}

func newJourney(a *analysis, from, to *profile.Stack, o Options) journey {
	j := journey{
		from: from.Profiles(), to: to.Profiles(), kubelet: o.Kubelet, together: o.Together,
		disabled: map[string]bool{}, settled: map[string]bool{}, held: map[string]bool{},
	}
	j.kubernetes, _ = from.KubernetesVersion()
	a.disabled(j.disabled, to)
	for name := range a.missing(from) {
		if profileName, layer, _ := strings.Cut(name, "/"); !a.has(j.to, profileName, layer) {
			j.disabled[name] = true
		}
	}
	j.read(to.Cluster())
	j.overlays = a.overlayLines(from, to, j)
	for _, ref := range slices.Concat(j.to, j.from) {
		if !slices.Contains(to.Cluster().Spec.Profiles, ref.Name) && !j.held[ref.Name] && !slices.Contains(j.added, ref.Name) && a.addedOnTheWay(j, ref.Name) {
			j.added = append(j.added, ref.Name)
		}
	}
	return j
}

// addedOnTheWay reports whether an overlay of a journey adds the profile.
func (a *analysis) addedOnTheWay(j journey, name string) bool {
	return slices.ContainsFunc(j.overlays, func(l line) bool {
		return slices.ContainsFunc(l.versions, func(ref profile.Ref) bool {
			return slices.ContainsFunc(a.adds(ref), func(added profile.Ref) bool { return added.Name == name })
		})
	})
}

// read notes what the cluster's document says for the whole way.
func (j *journey) read(c profile.Cluster) {
	for _, text := range c.Spec.Profiles {
		if ref, err := profile.ParseRef(text); err == nil && ref.Version != "" {
			j.held[ref.Name] = true
		}
	}
	for _, o := range c.Spec.Overrides {
		if o.Enabled != nil {
			j.settled[o.Layer] = true
		}
	}
	j.presets = len(c.Spec.Presets) > 0
}

// key is equal for equal journeys.
func (j journey) key() string {
	var b strings.Builder
	refs := func(refs []profile.Ref) {
		for _, r := range refs {
			b.WriteString(r.String() + " ")
		}
		b.WriteByte('\n')
	}
	refs(j.from)
	refs(j.to)
	b.WriteString(j.kubernetes + " " + j.kubelet.String() + "\n")
	for _, l := range j.overlays {
		fmt.Fprintf(&b, "%s %d: ", l.name, l.start)
		refs(l.versions)
	}
	for _, names := range [][]string{j.added, sortedKeys(j.disabled), sortedKeys(j.settled), sortedKeys(j.held)} {
		b.WriteString(strings.Join(names, " ") + "\n")
	}
	fmt.Fprint(&b, j.presets)
	if j.together {
		b.WriteString("\ntogether")
	}
	return b.String()
}

// disabled adds the layers that a stack does not have although its profiles do.
func (a *analysis) disabled(out map[string]bool, s *profile.Stack) {
	for name := range a.missing(s) {
		out[name] = true
	}
}

func (a *analysis) missing(s *profile.Stack) map[string]bool {
	out := map[string]bool{}
	for _, ref := range s.Profiles() {
		if v := a.find(ref); v != nil {
			for _, ly := range v.layers {
				out[ref.Name+"/"+ly.Name] = true
			}
		}
	}
	for _, ly := range s.Layers() {
		delete(out, ly.Profile.Name+"/"+ly.Name)
	}
	return out
}

// has reports whether a profile among refs has the layer.
func (a *analysis) has(refs []profile.Ref, profileName, layer string) bool {
	for _, ref := range refs {
		if v := a.find(ref); v != nil && ref.Name == profileName {
			return slices.ContainsFunc(v.layers, func(l *analysedLayer) bool { return l.Name == layer })
		}
	}
	return false
}

// problem is the problem of a journey; nil when a version of the target is not
// in the library or no profile carries Kubernetes.
func (a *analysis) problem(j journey) *problem {
	m := &model{analysis: a, journey: j, coupling: a.couple(j)}
	m.switched = m.switches()
	p := &problem{conditions: m.coupling.size(), kube: -1, together: j.together, runs: a.onKubernetes(j.kubernetes, m.coupling.size())}
	p.from, _ = profile.ParseVersion(j.kubernetes)
	p.kubelet = cmp.Or(j.kubelet, p.from)
	for i, to := range j.to {
		part, carries := m.part(to)
		if len(part.versions) == 0 {
			return nil
		}
		if carries {
			p.kube = i
		}
		p.parts = append(p.parts, part)
	}
	if p.kube < 0 {
		return nil
	}
	for _, name := range j.added {
		if pinned(j.to, name).Version == "" {
			p.parts = append(p.parts, m.leaving(name))
		}
	}
	for _, l := range j.overlays {
		p.parts = append(p.parts, m.overlay(l))
	}
	p.trustTarget()
	return p
}

// model makes the parts of a problem.
type model struct {
	analysis *analysis
	journey  journey
	coupling *coupling
	// switched are the layers, by their addresses, that are there or not
	// depending on versions along the way.
	switched map[string]bool
}

// part makes the part for a profile of the target.
func (m *model) part(to profile.Ref) (_ part, carries bool) {
	from := pinned(m.journey.from, to.Name)
	out := part{name: to.Name, start: -1}
	target := m.analysis.find(to)
	if target == nil {
		return out, false
	}
	_, carries = m.version(target)
	if from.Version == "" && !carries && slices.Contains(m.journey.added, to.Name) {
		out.start, out.comes, out.versions = 0, true, []*version{m.journey.absent(to.Name, m.coupling)}
	}
	for _, each := range m.analysis.way(from, to) {
		v, carrier := m.version(each)
		if carrier != carries || m.journey.held[to.Name] && each != target {
			continue
		}
		if v.ref == from {
			out.start = len(out.versions)
		}
		out.versions = append(out.versions, v)
	}
	return out, carries
}

// leaving makes the part for a profile that leaves with an overlay.
func (m *model) leaving(name string) part {
	v, _ := m.version(m.analysis.find(pinned(m.journey.from, name)))
	return part{name: name, versions: []*version{v, m.journey.absent(name, m.coupling)}}
}

func (m *model) overlay(l line) part {
	out := part{name: l.name, start: l.start, overlay: true, comes: l.start == 0 && l.versions[0].Version == ""}
	for _, ref := range l.versions {
		out.versions = append(out.versions, m.analysis.overlayVersion(ref, m.journey, m.coupling))
	}
	return out
}

// version is one version of a profile without the layers that are disabled.
func (m *model) version(of *analysed) (_ *version, carries bool) {
	v := &version{ref: of.release.Ref(), meets: newSet(m.coupling.size()), certain: newSet(m.coupling.size())}
	for _, ly := range of.layers {
		loose := m.loose(v.ref.Name, ly.Name)
		if !loose && m.journey.disabled[v.ref.Name+"/"+ly.Name] {
			continue
		}
		v.needs = append(v.needs, loosened(ly.needs, loose)...)
		v.forbids = append(v.forbids, loosened(ly.forbids, loose)...)
		v.meets.unite(ly.meets)
		if !loose {
			v.certain.unite(ly.meets)
			v.needs = append(v.needs, m.within(of, ly)...)
		}
		if ly.carrier() {
			carries = true
			v.kubernetes, _ = profile.ParseVersion(ly.Component.Version)
		}
	}
	m.journey.brought(v, m.coupling)
	return v, carries
}

func loosened(needs []need, loose bool) []need {
	out := slices.Clone(needs)
	for i := range out {
		out[i].loose = loose
	}
	return out
}

// within are the conflicts of a layer with others of its own profile, as needs
// that nothing meets.
func (m *model) within(of *analysed, ly *analysedLayer) []need {
	var out []need
	for _, f := range ly.forbids {
		if slices.ContainsFunc(of.layers, func(other *analysedLayer) bool {
			return other != ly && other.meets.has(f.condition) && !m.journey.disabled[of.release.Ref().Name+"/"+other.Name] && !m.loose(of.release.Ref().Name, other.Name)
		}) {
			out = append(out, need{rule: f.rule, condition: m.coupling.never()})
		}
	}
	return out
}

// trustTarget takes away the rules that the target breaks. The target was
// resolved, so they do not hold for this cluster.
func (p *problem) trustTarget() {
	met := newSet(p.conditions)
	for _, part := range p.parts {
		met.unite(part.target().meets)
	}
	for i := range p.parts {
		target := p.parts[i].target()
		target.needs = slices.DeleteFunc(target.needs, func(n need) bool { return !n.loose && !met.has(n.condition) })
		target.forbids = slices.DeleteFunc(target.forbids, func(n need) bool {
			return !n.loose && slices.ContainsFunc(p.parts, func(other part) bool { return other.target() != target && other.target().certain.has(n.condition) })
		})
	}
}
