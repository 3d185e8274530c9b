package upgrade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// way names the start and the target by the profiles that differ.
func (q *quest) way() string {
	var from, to []string
	for _, m := range moves(q.from, q.to) {
		if m.From != "" {
			from = append(from, m.Name()+"@"+m.From)
		}
		if m.To != "" {
			to = append(to, m.Name()+"@"+m.To)
		}
	}
	if len(from) == 0 || len(to) == 0 {
		from, to = texts(q.from.Pins()), texts(q.to.Pins())
	}
	return fmt.Sprintf("there is no path from %s to %s", strings.Join(from, ", "), strings.Join(to, ", "))
}

func texts(refs []profile.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out
}

// backwards refuses what would go back to an older version.
func (q *quest) backwards() diag.Diagnostics {
	var out diag.Diagnostics
	old, was := q.from.KubernetesVersion()
	now, is := q.to.KubernetesVersion()
	a, errA := profile.ParseVersion(old)
	b, errB := profile.ParseVersion(now)
	switch {
	case errA != nil || errB != nil:
		if old != now {
			out = append(out, diag.Errorf("upgrade.no-path", is.Range, "%s: the Kubernetes versions %q and %q have no order", q.way(), old, now).
				WithDetail("write versions of three numbers: major.minor.patch"))
		}
	case b.Compare(a) < 0:
		out = append(out, diag.Errorf("upgrade.downgrade", is.Range, "%s: Kubernetes would go back from %s to %s", q.way(), old, now).
			WithDetail("Kubernetes cannot be downgraded; Cluster API refuses it").
			WithRelated(was.Range, "the cluster is at %s", old))
	}
	if q.options.Older || len(out) > 0 {
		return out
	}
	for _, m := range moves(q.from, q.to) {
		a, errA := profile.ParseVersion(m.From)
		b, errB := profile.ParseVersion(m.To)
		if errA != nil || errB != nil || b.Compare(a) >= 0 {
			continue
		}
		out = append(out, diag.Errorf("upgrade.downgrade", q.declared(m), "%s: %s would go back from %s to %s", q.way(), m.what(), m.From, m.To).
			WithDetail("a path leads to newer versions; publish what is wanted as a newer one, or allow older ones where going back is meant"))
	}
	return out
}

// declared is where the version is written that a move leads to.
func (q *quest) declared(m Move) diag.Range {
	ref := profile.Ref{Name: m.Name(), Version: m.To}
	release, _ := q.workspace.Release(ref)
	document := release.Document
	if m.Overlay != "" {
		overlay, _ := q.workspace.OverlayRelease(ref)
		document = overlay.Document
	}
	return document.At(diag.Fields("spec", "version"))
}

func (q *quest) illegalTarget(found diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range found {
		if d.Severity == diag.Error {
			out = append(out, q.illegal(q.to.Pins(), d))
		}
	}
	return out.Sorted()
}

// illegal is a finding about a stack as the reason why there is no path.
func (q *quest) illegal(at []profile.Ref, why diag.Diagnostic) diag.Diagnostic {
	why.Detail = strings.TrimPrefix(why.Detail+"\nthis is "+why.Code, "\n")
	why.Code = "upgrade.no-path"
	why.Summary = fmt.Sprintf("%s: at %s, %s", q.way(), strings.Join(texts(at), ", "), why.Summary)
	return why
}

func (q *quest) tooLarge(err error) diag.Diagnostic {
	_, at := q.to.KubernetesVersion()
	return diag.Errorf("upgrade.too-large", at.Range, "%s was found: %v", strings.Replace(q.way(), "there is no", "no", 1), err).
		WithDetail("choose a target that is nearer")
}

// blocked explains why the problem has no path: one finding for each of a
// minimal set of rules.
func (q *quest) blocked() diag.Diagnostics {
	blamed, err := q.problem.blockers()
	if err != nil {
		return diag.Diagnostics{q.tooLarge(err)}
	}
	rows, err := newSearch(q.problem, without(blamed, nil)).shortest()
	if err != nil {
		return diag.Diagnostics{q.tooLarge(err)}
	}
	var out diag.Diagnostics
	for _, b := range blamed {
		switch b.kind {
		case skewBlocker:
			out = append(out, q.gap())
		case kubeletBlocker:
			out = append(out, q.lagging(rows))
		case ruleBlocker:
			out = append(out, q.broken(q.analysis.rules[b.index], rows))
		case rejectionBlocker:
			out = append(out, q.rejected(b.index))
		}
	}
	return out.Sorted()
}

// gap is about minor versions of Kubernetes that no version of the profile has.
func (q *quest) gap() diag.Diagnostic {
	_, was := q.from.KubernetesVersion()
	now, is := q.to.KubernetesVersion()
	part := q.problem.parts[q.problem.kube]
	found := diag.Errorf("upgrade.no-path", is.Range, "%s: a hop raises Kubernetes by one minor version at most, from %s to %s", q.way(), q.journey.kubernetes, now).
		WithRelated(was.Range, "the cluster is at %s", q.journey.kubernetes)
	if missing := q.missingMinors(); len(missing) > 0 {
		found.Summary = fmt.Sprintf("%s: no version of %s in between has Kubernetes %s, and a hop raises it by one minor version at most", q.way(), part.name, strings.Join(missing, ", "))
	}
	if q.journey.held[part.name] {
		return found.WithDetail("the cluster names the version of %s itself, so it cannot pass through others; name the profile alone", part.name)
	}
	return found.WithDetail("publish a version of %s for each minor version of Kubernetes in between", part.name)
}

// maxMissing is how many minor versions a finding names.
const maxMissing = 10

// missingMinors are the first minor versions on the way that nothing brings, and
// how many more there are.
func (q *quest) missingMinors() []string {
	versions := q.problem.parts[q.problem.kube].versions
	target := versions[len(versions)-1].kubernetes
	rise, ok := minorsTo(q.problem.from, target)
	if !ok {
		return nil
	}
	major, first := q.problem.from.Minor()
	brought := map[uint64]bool{}
	for _, v := range versions {
		if n, _ := minorsTo(q.problem.from, v.kubernetes); 0 < n && n < rise {
			brought[first+uint64(n)] = true
		}
	}
	var out []string
	left := rise - 1 - len(brought)
	for minor := first + 1; left > 0 && len(out) < maxMissing; minor++ {
		if !brought[minor] {
			out = append(out, fmt.Sprintf("%d.%d", major, minor))
			left--
		}
	}
	if left > 0 {
		out = append(out, fmt.Sprintf("and %d more", left))
	}
	return out
}

func (q *quest) lagging(rows []row) diag.Diagnostic {
	next := q.problem.parts[q.problem.kube].versions[rows[len(rows)-1][q.problem.kube]]
	for _, r := range rows {
		if v := q.problem.parts[q.problem.kube].versions[r[q.problem.kube]]; v.kubernetes.Compare(q.problem.from) != 0 {
			next = v
			break
		}
	}
	_, is := q.to.KubernetesVersion()
	if carrier := q.carrier(next.ref); carrier != nil {
		is.Range = carrier.at
	}
	found := diag.Errorf("upgrade.no-path", is.Range, "%s: a kubelet is at %s, and next to Kubernetes %s it may be %d minor versions older at most and never newer",
		q.way(), q.problem.kubelet, next.kubernetes, maxKubeletSkew)
	if behind, ok := minorsTo(q.problem.kubelet, q.problem.from); ok && 0 <= behind && behind < maxKubeletSkew { // only a gap asks for more
		return found.WithDetail("close the gap between the versions of Kubernetes: workers follow the control plane hop by hop")
	}
	return found.WithDetail("bring the workers of the cluster to the version of its control plane first")
}

func (q *quest) rejected(n int) diag.Diagnostic {
	r := q.problem.rejected[n]
	at := []profile.Ref{q.problem.parts[q.problem.kube].versions[r.kubernetes].ref}
	for _, c := range r.others {
		if ref := q.problem.parts[c.part].versions[c.version].ref; ref.Version != "" {
			at = append(at, ref)
		}
	}
	slices.SortFunc(at, profile.Ref.Compare)
	i := slices.IndexFunc(q.found[n], func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	return q.illegal(at, q.found[n][i])
}

// carrier is the layer that carries Kubernetes in a version of a profile.
func (q *quest) carrier(ref profile.Ref) *analysedLayer {
	v := q.analysis.find(ref)
	if v == nil {
		return nil
	}
	i := slices.IndexFunc(v.layers, (*analysedLayer).carrier)
	if i < 0 {
		return nil
	}
	return v.layers[i]
}

// broken is about a rule of a layer, and about what stands against it on the way
// that there would be without it.
func (q *quest) broken(r rule, rows []row) diag.Diagnostic {
	c := q.analysis.conditions[r.condition]
	against := q.against(r, rows)
	verb := "requires"
	if r.conflict {
		verb = "conflicts with"
	}
	name := r.layer.of.release.Ref().Name
	found := diag.Errorf("upgrade.no-path", r.at, "%s: layer %s of %s %s %s", q.way(), r.layer.Name, r.layer.of.release.Ref(), verb, c.Requirement)
	switch {
	case against == nil && r.conflict:
		return found.WithDetail("publish a version of %s that does without the conflict", name)
	case against == nil:
		found.Summary += ", which nothing on the way has"
		return found.WithDetail("publish a version of %s that can do without, or add a profile that brings it", name)
	case r.conflict:
		found = found.WithDetail("publish a version of %s, or of %s, that fits beside the other", name, against.of.release.Ref().Name)
	default:
		found = found.WithDetail("publish a version of %s that accepts %s, or widen the range", name, against.Component)
	}
	found.Summary += fmt.Sprintf(", and %s has %s", against.of.release.Ref(), against.offers(c))
	return found.WithRelated(against.at, "layer %s of %s, owner %s, has %s", against.Name, against.of.release.Ref(), against.owner(), against.offers(c))
}

// offers is what a layer has of what a condition is about.
func (l *analysedLayer) offers(c condition) string {
	switch {
	case c.Layer != "":
		return "layer " + l.Name
	case c.Capability != "":
		return "capability " + c.Capability
	}
	return l.Component.String()
}

// against is the layer that breaks the rule first on a way: at a stack that has
// the rule's version, or in the hop by which it comes or goes.
func (q *quest) against(r rule, rows []row) *analysedLayer {
	before := q.from.Profiles()
	for _, each := range rows {
		after := q.problem.pins(each)
		near := after
		if q.analysis.conditions[r.condition].Component == kubernetes {
			near = slices.Concat(after, before)
		}
		if slices.Contains(near, r.layer.of.release.Ref()) {
			if ly := q.breaking(r, near); ly != nil {
				return ly
			}
		}
		before = after
	}
	return nil
}

// breaks reports whether the layer is what a rule is about: it has the component
// outside the range, or what must not be there.
func (l *analysedLayer) breaks(r rule, c condition) bool {
	if r.conflict {
		return l != r.layer && l.meets.has(r.condition)
	}
	return c.Component != "" && l.Component.Name == c.Component && !l.meets.has(r.condition)
}

// breaking is the first layer that breaks the rule.
func (q *quest) breaking(r rule, in []profile.Ref) *analysedLayer {
	for _, ref := range in {
		v := q.analysis.find(ref)
		if v == nil {
			continue
		}
		for _, ly := range v.layers {
			if ly.breaks(r, q.analysis.conditions[r.condition]) && !q.journey.disabled[ref.Name+"/"+ly.Name] {
				return ly
			}
		}
	}
	return nil
}
