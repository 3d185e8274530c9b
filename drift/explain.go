package drift

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// pendingRule marks what was not applied yet.
const pendingRule = "pending-apply"

// explain turns a difference into a finding about a field: first what is known
// about the server and its controllers, then what was applied last, then who
// owns the field.
func (p *pair) explain(d difference) Field {
	f := Field{
		Path: p.shown(d.path), Detail: d.detail, Confidence: Probable, Rule: d.rule,
		Want: p.display(d, d.want), Live: p.display(d, d.live),
		Declared: p.declared.Origin(d.path), Risk: p.risk(d),
	}
	if d.guess || p.apart {
		f.Confidence = Possible
	}
	switch d.detail {
	case Changed, Added, Removed:
		p.excuse(&f, d)
	case Undecided:
		f.Confidence = Unsure
	case Equivalent, Reordered:
		f.raise(Confirmed)
	}
	f.Verdict = f.Detail.Verdict()
	if f.Verdict != Drift && f.Rule != "admission" {
		f.Risk = Normal
	}
	f.Recreate = f.Verdict == Drift && p.isImmutable(d)
	if f.Verdict == Drift && f.Rule == "" && isWhitespace(d) && !p.hides(d) {
		f.Rule = "whitespace"
	}
	return f
}

// excuse looks for an innocent cause, and for whom to name if there is none.
func (p *pair) excuse(f *Field, d difference) {
	if id, ok := p.rule(d); ok {
		f.expect(id)
		return
	}
	if id, ok := p.scaled(d); ok {
		f.expect(id)
		return
	}
	owners := p.managed.owners(d.path)
	switch d.detail {
	case Changed:
		p.changed(f, d, owners)
	case Added:
		p.added(f, d, owners)
	default:
		p.removed(f, d)
	}
}

func (f *Field) expect(rule string) { f.Detail, f.Rule = Expected, rule }

// changed judges a field that is live with another value.
func (p *pair) changed(f *Field, d difference, owners []manager) {
	before := p.before(d.path)
	foreign := slices.DeleteFunc(slices.Clone(owners), func(m manager) bool { return m.ours || m.isDeployer() })
	switch {
	case len(foreign) > 0:
		f.Actor = latest(foreign).actor
		f.raise(Confirmed)
	case before != nil && before.Equal(d.live) && !before.Equal(d.want):
		f.expect(pendingRule)
	case p.isAccounted() && onlyOurs(owners) && (f.Risk == Normal || isImage(d)):
		f.expect("admission")
		if before == nil {
			f.Confidence = Possible // or it was not applied yet
		}
	case p.isAccounted() && onlyOurs(owners):
		f.Confidence = Possible
	case len(owners) > 0:
		f.Actor = latest(owners).actor
	case before != nil && before.Equal(d.want):
		f.raise(Confirmed)
	}
}

// added judges a field that nobody declares.
func (p *pair) added(f *Field, d difference, owners []manager) {
	if len(owners) == 0 && p.isAccounted() {
		if f.Risk == Normal || p.key.Kind == "Pod" && p.key.Group == "" {
			f.expect("admission")
		} else {
			f.Confidence = Possible
		}
		return
	}
	applied := p.before(d.path) != nil
	if len(owners) == 0 {
		f.Confidence = Possible
		if applied {
			f.Detail, f.Confidence = Residual, Probable
		}
		return
	}
	p.blame(f, owners, applied)
}

// blame judges a field that nobody declares by its owners. Another owner counts
// more than we do: we have let go of the field.
func (p *pair) blame(f *Field, owners []manager, applied bool) {
	others := slices.DeleteFunc(slices.Clone(owners), func(m manager) bool { return m.ours })
	if len(others) == 0 {
		f.Actor, f.Detail = latest(owners).actor, Residual
		f.raise(Confirmed)
		return
	}
	who := latest(others)
	f.Actor = who.actor
	switch {
	case who.isDeployer():
		f.Detail = Residual
		if applied {
			f.raise(Confirmed)
		}
	case who.isUnnamed():
		f.Actor, f.Confidence = Actor{}, Possible
	case who.isTrusted() && f.Risk == Normal:
		f.expect("controller")
	case who.isHuman():
		f.raise(Confirmed)
	}
}

// removed judges a declared field that is not live.
func (p *pair) removed(f *Field, d difference) {
	if p.previous() == nil {
		return
	}
	if p.before(d.path) == nil {
		f.expect(pendingRule)
		return
	}
	f.raise(Confirmed)
}

// raise makes the field as sure as the evidence, unless the comparison itself
// was a guess.
func (f *Field) raise(c Confidence) {
	if f.Confidence >= Probable {
		f.Confidence = c
	}
}

func onlyOurs(owners []manager) bool {
	return len(owners) > 0 && !slices.ContainsFunc(owners, func(m manager) bool { return !m.ours })
}

// lostOwnership lists declared fields that are live as declared, but belong to
// another manager though we apply the object.
func (p *pair) lostOwnership(differs []difference) []Field {
	if !p.managed.applied() || !p.isAccounted() {
		return nil
	}
	var out []Field
	for path, who := range p.managed.taken() {
		want := p.want.Find(path)
		if want == nil || want.Kind() >= value.List && want.Len() > 0 || !want.Equal(p.live.Find(path)) {
			continue
		}
		if slices.ContainsFunc(differs, func(d difference) bool { return d.path.Compare(path) == 0 }) {
			continue
		}
		out = append(out, Field{
			Path: p.shown(path), Verdict: InSync, Detail: OwnershipLost, Confidence: Confirmed, Actor: who.actor,
			Declared: p.declared.Origin(path), Rule: "ownership-lost",
		})
	}
	return out
}

// isWhitespace reports whether two texts differ in white space only.
func isWhitespace(d difference) bool {
	a, okA := d.want.Str()
	b, okB := d.live.Str()
	return okA && okB && strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
