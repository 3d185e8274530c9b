package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/policy"
	"github.com/dayzero-sdk/dayzero/validate"
)

type approvalsCommand struct {
	workspaceFlags
	againstFlag
	Actor string   `help:"Who makes the change: says which of it the grants allow." placeholder:"NAME"`
	Group []string `help:"Group of the actor (repeatable)." placeholder:"NAME"`
}

// againstFlag is the workspace that another one is compared with.
type againstFlag struct {
	Against string `help:"Workspace as it is now: what may not change is judged by it." type:"path" placeholder:"DIR"`
}

type approvalsResult struct {
	APIVersion string            `json:"apiVersion"`
	Approvals  []neededApproval  `json:"approvals"`
	Changes    []decidedChange   `json:"changes,omitempty"`
	Summary    approvalsCounters `json:"summary"`
}

type neededApproval struct {
	profile.Approval
	// Author: the actor is the owner, or in the owner's group.
	Author bool `json:"author,omitempty"`
}

type decidedChange struct {
	policy.Change
	Decision policy.Decision `json:"decision"`
}

type approvalsCounters struct {
	Approvals int `json:"approvals"`
	Changes   int `json:"changes,omitempty"`
	Refused   int `json:"refused,omitempty"`
}

// Run lists whom the change from one workspace to another has to ask, and with an
// actor what of it he may not do.
func (c approvalsCommand) Run(ctx context.Context, s streams) error {
	if c.Against == "" {
		return fmt.Errorf("--against DIR is missing: the workspace as it is now")
	}
	want, err := c.open()
	if err != nil {
		return err
	}
	have, err := c.before()
	if err != nil {
		return err
	}
	if found := have.errorsOnly(); len(found) > 0 { // what is wrong there may be what the change mends
		return refuse(s, c.formatFlag, "approvals", found, have.fsys)
	}
	wrong, err := want.unrendered(ctx, s)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return refuse(s, c.formatFlag, "approvals", wrong, want.fsys)
	}
	result := c.result(have.Workspace, want.Workspace)
	if c.json() {
		err = printJSON(s.out, result)
	} else {
		result.write(s.out)
	}
	if err == nil && result.Summary.Refused > 0 {
		err = errFindings
	}
	return err
}

// before loads the workspace that is compared with.
func (f againstFlag) before() (opened, error) { return workspaceFlags{Workspace: f.Against}.open() }

func (c approvalsCommand) result(have, want *profile.Workspace) approvalsResult {
	out := approvalsResult{APIVersion: apiVersion("approvals"), Approvals: []neededApproval{}}
	for _, a := range validate.Approvals(have, want) {
		out.Approvals = append(out.Approvals, neededApproval{Approval: a, Author: a.Owner == c.Actor || slices.Contains(c.Group, a.Owner)})
	}
	if c.Actor != "" || len(c.Group) > 0 {
		rules, actor := policy.Of(have.Library), policy.Actor{Name: c.Actor, Groups: c.Group}
		for _, change := range policy.Changes(have, want) {
			decided := decidedChange{Change: change, Decision: rules.Decide(actor, change)}
			out.Changes = append(out.Changes, decided)
			if !decided.Decision.Allowed {
				out.Summary.Refused++
			}
		}
	}
	out.Summary.Approvals, out.Summary.Changes = len(out.Approvals), len(out.Changes)
	return out
}

func (r approvalsResult) write(w io.Writer) {
	var owners []string
	for _, a := range r.Approvals {
		note := ""
		if a.Author {
			note = " (the author)"
		}
		owners = append(owners, a.Owner+note)
		fmt.Fprintf(w, "%s%s\n", a.Owner, note)
		for _, reason := range a.Reasons {
			fmt.Fprintf(w, "  %s: %s\n", placed(reason.Range, reason.Gone), reason.Summary)
		}
	}
	if len(owners) > 0 {
		fmt.Fprintf(w, "\n%s: %s\n", plural(len(owners), "approval"), strings.Join(owners, ", "))
	} else {
		fmt.Fprintln(w, "nobody has to approve")
	}
	if len(r.Changes) == 0 {
		return
	}
	fmt.Fprintln(w)
	for _, c := range r.Changes {
		word := "allowed"
		if !c.Decision.Allowed {
			word = "refused"
		}
		fmt.Fprintf(w, "%s: %s: %s\n", word, placed(c.Range, c.Gone), c.Decision.Reason)
	}
	fmt.Fprintf(w, "\n%s, %d refused\n", plural(len(r.Changes), "change"), r.Summary.Refused)
}

// placed is a place; one that the change removes is in the other workspace.
func placed(at diag.Range, gone bool) string {
	if gone {
		return at.String() + " (removed)"
	}
	return at.String()
}
