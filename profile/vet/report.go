package vet

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Report is what vetting one version of a profile found.
type Report struct {
	Profile profile.Ref
	// Corners is how many were resolved, Refused how many of them a rule refused.
	Corners, Refused int
	// Findings are the mistakes, each once, in the order of the corners.
	Findings []Finding
	// Unvaried are the variables of which no value was found, or not every property
	// is varied, by name.
	Unvaried []Unvaried
}

// Finding is a mistake, and the smallest corner that shows it.
type Finding struct {
	Corner     Corner
	Diagnostic diag.Diagnostic
	// More is how many other corners of the plan show it.
	More int
}

// HasErrors reports whether a finding has severity error.
func (r Report) HasErrors() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Diagnostic.Severity == diag.Error })
}

// CodeAlwaysRefused is the code of a value, or an absence, that a declaration
// allows and a rule refuses whatever else is set. It is a warning where the rule
// reads variables of which not every value was tried.
const CodeAlwaysRefused = "vet.always-refused"

// Profile vets one version of a profile. A version that the workspace lacks, and
// one that loading found errors in or that is vetted with such a one, has an empty
// report.
func Profile(ws *profile.Workspace, ref profile.Ref, opts Options) Report {
	out := Report{Profile: ref}
	unvaried, seen := map[Unvaried]bool{}, map[mistake]int{}
	for _, g := range grounds(ws, ref, opts) {
		v := &vetting{ground: g, report: &out, seen: seen}
		v.dims, v.unvaried = g.dimensions()
		for picks := range plan(v.dims, opts.limit()) {
			v.visit(g.resolve(picks))
		}
		for _, u := range v.unvaried {
			unvaried[u] = true
		}
	}
	out.Unvaried = slices.SortedFunc(maps.Keys(unvaried), func(a, b Unvaried) int {
		return cmp.Or(cmp.Compare(a.Variable, b.Variable), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// Releases are the versions to vet, sorted: of the given ones those that
// clusters can use, and for an abstract one those that extend it; of none, all.
func Releases(ws *profile.Workspace, refs ...profile.Ref) []profile.Ref {
	var out []profile.Ref
	for p := range ws.Profiles() {
		if !p.Spec.Abstract && !broken(ws, p.Ref()) && (len(refs) == 0 || slices.ContainsFunc(refs, func(r profile.Ref) bool { return descends(ws, p, r) })) {
			out = append(out, p.Ref())
		}
	}
	slices.SortFunc(out, profile.Ref.Compare)
	return out
}

// descends reports whether a profile is a version, or extends it where that is
// abstract, directly or not.
func descends(ws *profile.Workspace, p profile.Profile, of profile.Ref) bool {
	if p.Ref() == of {
		return true
	}
	for p.Spec.Extends != "" {
		ref, err := profile.ParseRef(p.Spec.Extends)
		if err != nil {
			return false
		}
		parent, ok := ws.Profile(ref)
		if !ok {
			return false
		}
		if ref == of {
			return parent.Spec.Abstract
		}
		p = parent
	}
	return false
}

// vetting is the work on one ground.
type vetting struct {
	*ground
	dims     []dimension
	unvaried []Unvaried
	report   *Report
	seen     map[mistake]int // in the findings of the report
	nowhere  bool            // no baseline was found that rules allow
}

// mistake tells diagnostics apart, whatever cluster they are about.
type mistake struct {
	code, summary, path string
	at, related         diag.Range
}

func (v *vetting) mistake(d diag.Diagnostic) mistake {
	m := mistake{code: d.Code, summary: strings.ReplaceAll(d.Summary, v.base.Spec.Hub+"/", ""), path: d.Path, at: d.Range}
	if len(d.Related) > 0 {
		m.related = d.Related[0].Range
	}
	return m
}

// visit notes what is wrong at a corner.
func (v *vetting) visit(c Corner) {
	v.report.Corners++
	if c.Refused() {
		v.report.Refused++
		v.refused(c)
		return
	}
	for _, d := range c.Diagnostics {
		if d.Severity == diag.Error && d.Code != codeRule {
			v.note(c, d)
		}
	}
}

// note adds a mistake, or counts it.
func (v *vetting) note(c Corner, d diag.Diagnostic) {
	m := v.mistake(d)
	if i, known := v.seen[m]; known {
		v.report.Findings[i].More++
		return
	}
	v.seen[m] = len(v.report.Findings)
	v.report.Findings = append(v.report.Findings, Finding{Corner: v.smallest(c, m), Diagnostic: d})
}

// smallest takes differences away that the mistake does not need.
func (v *vetting) smallest(c Corner, m mistake) Corner {
	for i := 0; i < len(c.picks); {
		fewer := v.resolve(slices.Delete(slices.Clone(c.picks), i, i+1))
		if v.shows(fewer, m) {
			c = fewer
			continue
		}
		i++
	}
	return c
}

func (v *vetting) shows(c Corner, m mistake) bool {
	return slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && v.mistake(d) == m })
}

// refused judges a corner that rules refuse. The baseline is a mistake, because
// no corner was found that they allow; so is a single difference that the
// declaration allows and that they refuse with everything else.
func (v *vetting) refused(c Corner) {
	switch {
	case len(c.picks) == 0:
		v.nowhere = true
		v.alwaysRefused(c, "no corner was found that the rules allow", false)
	case len(c.picks) == 1 && c.picks[0].declared && !v.nowhere:
		if rescued, all := v.rescued(c); !rescued {
			v.alwaysRefused(c, c.Name+" is allowed by the declaration and refused by a rule, whatever else is set", all)
		}
	}
}

// rescued reports whether some corner with the one difference of c is allowed;
// all, that the corners that matter were all tried and hold every value that
// there is.
func (v *vetting) rescued(c Corner) (rescued, all bool) {
	if v.readsMore(c) {
		return true, false
	}
	entangled := v.entangled(c)
	var others []dimension
	all = true
	for i, d := range v.dims {
		if i != c.picks[0].dimension && entangled[d.name] {
			others = append(others, d)
			all = all && d.finite
		}
	}
	for picks := range nearest(others, searchLimit) {
		if other := v.resolve(append(picks, c.picks[0])); !other.Refused() {
			return true, false
		}
	}
	return false, all && product(others, searchLimit) <= searchLimit
}

func (v *vetting) alwaysRefused(c Corner, says string, all bool) {
	for _, rule := range c.Diagnostics {
		if rule.Severity != diag.Error || len(rule.Related) == 0 {
			continue
		}
		found := diag.Warningf(CodeAlwaysRefused, rule.Related[0].Range, "%s: %s", says, rule.Summary).
			WithDetail("make the declaration say what the rule says: required, min, max, enum or length; or loosen the rule")
		if all {
			found.Severity = diag.Error
		}
		found.Related = rule.Related[1:]
		v.note(c, found)
	}
}
