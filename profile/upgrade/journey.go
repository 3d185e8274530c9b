package upgrade

import (
	"cmp"
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
	// kubernetes and kubelet are the versions at the start.
	kubernetes string
	kubelet    profile.Version
	// disabled are the layers, as profile/layer, that the cluster does not have.
	disabled map[string]bool
	// held are the profiles whose versions the cluster names itself.
	held     map[string]bool
	together bool
}

func newJourney(a *analysis, from, to *profile.Stack, o Options) journey {
	j := journey{from: from.Profiles(), to: to.Profiles(), kubelet: o.Kubelet, together: o.Together, disabled: map[string]bool{}, held: map[string]bool{}}
	j.kubernetes, _ = from.KubernetesVersion()
	a.disabled(j.disabled, to)
	for name := range a.missing(from) {
		if profileName, layer, _ := strings.Cut(name, "/"); !a.has(j.to, profileName, layer) {
			j.disabled[name] = true
		}
	}
	for _, text := range to.Cluster().Spec.Profiles {
		if ref, err := profile.ParseRef(text); err == nil && ref.Version != "" {
			j.held[ref.Name] = true
		}
	}
	return j
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
	b.WriteString(strings.Join(sortedKeys(j.disabled), " ") + "\n" + strings.Join(sortedKeys(j.held), " "))
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
	p := &problem{conditions: len(a.conditions), kube: -1, together: j.together, runs: a.onKubernetes(j.kubernetes)}
	p.from, _ = profile.ParseVersion(j.kubernetes)
	p.kubelet = cmp.Or(j.kubelet, p.from)
	for i, to := range j.to {
		part, carries := a.part(j, to)
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
	p.trustTarget()
	return p
}

// part makes the part for a profile of the target.
func (a *analysis) part(j journey, to profile.Ref) (_ part, carries bool) {
	from := profile.Ref{Name: to.Name}
	if i := slices.IndexFunc(j.from, func(r profile.Ref) bool { return r.Name == to.Name }); i >= 0 {
		from = j.from[i]
	}
	out := part{name: to.Name, start: -1}
	target := a.find(to)
	if target == nil {
		return out, false
	}
	_, carries = a.version(target, j)
	for _, each := range a.between(from, to) {
		v, carrier := a.version(each, j)
		if carrier != carries || j.held[to.Name] && each != target {
			continue
		}
		if v.ref == from {
			out.start = len(out.versions)
		}
		out.versions = append(out.versions, v)
	}
	return out, carries
}

// version is one version of a part without the layers that are disabled.
func (a *analysis) version(of *analysed, j journey) (_ *version, carries bool) {
	v := &version{ref: of.release.Ref(), meets: newSet(len(a.conditions))}
	for _, ly := range of.layers {
		if j.disabled[v.ref.Name+"/"+ly.Name] {
			continue
		}
		v.needs = append(v.needs, ly.needs...)
		v.meets.unite(ly.meets)
		if ly.carrier() {
			carries = true
			v.kubernetes, _ = profile.ParseVersion(ly.Component.Version)
		}
	}
	return v, carries
}

// trustTarget takes away the requirements that the target does not meet. The
// target was resolved, so they do not hold for this cluster.
func (p *problem) trustTarget() {
	met := newSet(p.conditions)
	for _, part := range p.parts {
		met.unite(part.versions[len(part.versions)-1].meets)
	}
	for _, part := range p.parts {
		target := part.versions[len(part.versions)-1]
		target.needs = slices.DeleteFunc(target.needs, func(n need) bool { return !met.has(n.condition) })
	}
}
