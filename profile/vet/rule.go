package vet

import (
	"regexp"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// entangled are the variables that may matter to the rules that refuse a corner:
// those that the rules read, those that further rules about one of these read,
// and so on.
func (g *ground) entangled(c Corner) map[string]bool {
	out := map[string]bool{}
	for _, rule := range g.rules() {
		if slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool { return says(rule, d) }) {
			for _, name := range reads(rule) {
				out[name] = true
			}
		}
	}
	for n := -1; n != len(out); {
		n = len(out)
		for _, rule := range g.rules() {
			names := reads(rule)
			if !slices.ContainsFunc(names, func(name string) bool { return out[name] }) {
				continue
			}
			for _, name := range names {
				out[name] = true
			}
		}
	}
	return out
}

// readsMore reports whether a rule that refuses a corner may read what corners do
// not vary, such as a label: then another cluster may be allowed.
func (g *ground) readsMore(c Corner) bool {
	return slices.ContainsFunc(g.rules(), func(rule profile.Rule) bool {
		return more.MatchString(rule.Rule) && slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool { return says(rule, d) })
	})
}

// more is what rules read besides variables and constants.
var more = regexp.MustCompile(`\b(cluster|pool|provided)\b`)

func (g *ground) rules() []profile.Rule {
	var out []profile.Rule
	for _, p := range g.profiles {
		out = append(out, p.Spec.Rules...)
	}
	return out
}

// says reports whether a finding may be that the rule does not hold: all rules
// without a message may be meant by one that has none of the others.
func says(rule profile.Rule, d diag.Diagnostic) bool {
	return d.Code == codeRule && (rule.Message == "" || rule.Message == d.Summary)
}

// codeRule is the code of a rule that does not hold.
const codeRule = "profile.rule"

// variable is how an expression names a variable.
var variable = regexp.MustCompile(`\bvars\s*(?:\.\s*\??|\[\s*\??\s*["'])\s*([A-Za-z_][A-Za-z0-9_]*)`)

// reads are the variables that a rule names.
func reads(rule profile.Rule) []string {
	var out []string
	for _, found := range variable.FindAllStringSubmatch(rule.Rule, -1) {
		out = append(out, found[1])
	}
	return out
}
