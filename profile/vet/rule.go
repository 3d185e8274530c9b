package vet

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// rule is a rule of a profile with what it reads.
type rule struct {
	profile.Rule
	expr.Reads
}

// entangled are the variables that may matter to the rules that refuse a corner:
// those that the rules read, those that further rules about one of these read,
// and so on.
func (g *ground) entangled(c Corner) map[string]bool {
	out := map[string]bool{}
	rules := g.rules()
	for _, r := range rules {
		if r.refuses(c) {
			r.mark(out)
		}
	}
	for n := -1; n != len(out); {
		n = len(out)
		for _, r := range rules {
			if slices.ContainsFunc(r.Vars, func(name string) bool { return out[name] }) {
				r.mark(out)
			}
		}
	}
	return out
}

// mark adds the variables that the rule reads.
func (r rule) mark(names map[string]bool) {
	for _, name := range r.Vars {
		names[name] = true
	}
}

// readsMore reports whether a rule that refuses a corner reads what corners do
// not vary, such as a label: then another cluster may be allowed.
func (g *ground) readsMore(c Corner) bool {
	return slices.ContainsFunc(g.rules(), func(r rule) bool { return r.PerCluster() && r.refuses(c) })
}

func (g *ground) rules() []rule {
	var out []rule
	for _, p := range g.profiles {
		release, _ := g.workspace.Release(p.Ref())
		for i, reads := range release.RuleReads() {
			out = append(out, rule{p.Spec.Rules[i], reads})
		}
	}
	return out
}

// refuses reports whether a finding at the corner may be that the rule does not
// hold: all rules without a message may be meant by one that has none of the
// others.
func (r rule) refuses(c Corner) bool {
	return slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool {
		return d.Code == codeRule && (r.Message == "" || r.Message == d.Summary)
	})
}

// codeRule is the code of a rule that does not hold.
const codeRule = "profile.rule"
