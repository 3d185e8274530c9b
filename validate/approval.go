package validate

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Approvals is [profile.Approvals] with what policies add: a waiver needs the
// owner of its policy, and a file of policies that changes needs the owners of
// all policies in it. Who owns a policy is judged by have; a policy that is new
// belongs to whom want says. A waiver of a policy that neither has is listed
// under the code.
func Approvals(have, want *profile.Workspace) []profile.Approval {
	owners := PolicyOwners(want)
	for code, owner := range PolicyOwners(have) {
		owners[code] = owner
	}
	by := map[string][]profile.Reason{}
	for _, a := range profile.Approvals(have, want) {
		owner := cmp.Or(owners[a.Owner], a.Owner)
		by[owner] = append(by[owner], a.Reasons...)
	}
	for _, changed := range changedPolicies(have, want, owners) {
		by[changed.owner] = append(by[changed.owner], changed.reason)
	}
	var out []profile.Approval
	for owner, reasons := range by {
		slices.SortStableFunc(reasons, func(a, b profile.Reason) int {
			return cmp.Or(a.Range.Compare(b.Range), cmp.Compare(a.Summary, b.Summary))
		})
		out = append(out, profile.Approval{Owner: owner, Reasons: reasons})
	}
	slices.SortFunc(out, func(a, b profile.Approval) int { return cmp.Compare(a.Owner, b.Owner) })
	return out
}

type changedPolicy struct {
	owner  string
	reason profile.Reason
}

// changedPolicies are the files of policies that differ, for each owner of what
// they declared before and declare now.
func changedPolicies(have, want *profile.Workspace, owners map[string]string) []changedPolicy {
	before, after := policyFiles(have), policyFiles(want)
	var out []changedPolicy
	for _, name := range unionOf(before, after) {
		was, existed := before[name]
		now, exists := after[name]
		if existed && exists && bytes.Equal(was.Data, now.Data) {
			continue
		}
		first := diag.Position{Line: 1, Column: 1}
		reason := profile.Reason{Summary: "changes " + name, Document: name, Range: diag.Range{File: name, Start: first, End: first}}
		switch {
		case !existed:
			reason.Summary = "adds " + name
		case !exists:
			reason.Summary, reason.Gone = "removes "+name, true
		}
		for _, owner := range ownersIn(owners, was, now) {
			out = append(out, changedPolicy{owner, reason})
		}
	}
	return out
}

func policyFiles(ws *profile.Workspace) map[string]profile.File {
	out := map[string]profile.File{}
	for _, f := range ws.Policies() {
		out[f.Name] = f
	}
	return out
}

func unionOf[V any](a, b map[string]V) []string {
	var out []string
	for name := range a {
		out = append(out, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// ownersIn are the owners of the policies that files declare, sorted. Known, by
// code, has the last word: declaring a policy anew does not take it over.
func ownersIn(known map[string]string, files ...profile.File) []string {
	var out []string
	for _, file := range files {
		read := readPolicyFile(file)
		for _, p := range read.policies {
			out = append(out, cmp.Or(known[p.code], p.owner))
		}
		if read.sources != nil {
			out = append(out, cmp.Or(known[sourceCode], read.sources.owner))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
