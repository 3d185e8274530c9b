package validate_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// TestApprovalsOfPolicies: waivers and policies ask the owners of policies, as
// the workspace is before the change.
func TestApprovalsOfPolicies(t *testing.T) {
	const policy = "policies: \"machines\": {severity: \"error\", message: \"three machines\", owner: \"%s\", on: \"Cluster\", reads: [\"/metadata/labels/tier\"], require: {metadata: labels: tier: string}}\n"
	const cluster = "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: a}\nspec: {hub: eu-1, profiles: [p]%s}\n"
	const waiver = ", waivers: [{policy: %s, reason: r, owner: o, expires: \"2030-01-01\"}]"
	ws := func(policies, waivers string) *profile.Workspace {
		files := fstest.MapFS{"fleet/a.yaml": {Data: []byte(fmt.Sprintf(cluster, waivers))}}
		if policies != "" {
			files["policies/p.cue"] = &fstest.MapFile{Data: []byte(policies)}
		}
		w, _ := profile.Load(files, profile.Layout{})
		return w
	}
	guarded, other := fmt.Sprintf(policy, "guards"), fmt.Sprintf(policy, "others")
	both := guarded + strings.Replace(other, "machines", "zones", 1)
	for name, c := range map[string]struct {
		have, want *profile.Workspace
		asked      string
	}{
		"nothing":                     {ws(guarded, ""), ws(guarded, ""), ""},
		"a waiver":                    {ws(guarded, ""), ws(guarded, fmt.Sprintf(waiver, "policy.machines")), "guards: cluster eu-1/default/a waives policy.machines"},
		"the same waiver":             {ws(guarded, fmt.Sprintf(waiver, "policy.machines")), ws(guarded, fmt.Sprintf(waiver, "policy.machines")), ""},
		"a waiver of no policy":       {ws("", ""), ws("", fmt.Sprintf(waiver, "policy.nobody")), "policy.nobody: cluster eu-1/default/a waives policy.nobody"},
		"another owner in one change": {ws(guarded, ""), ws(other, fmt.Sprintf(waiver, "policy.machines")), "guards: cluster eu-1/default/a waives policy.machines; changes policies/p.cue"},
		"a new policy":                {ws("", ""), ws(guarded, ""), "guards: adds policies/p.cue"},
		"a policy is gone":            {ws(guarded, ""), ws("", ""), "guards: removes policies/p.cue"},
		"one more in a file":          {ws(guarded, ""), ws(both, ""), "guards: changes policies/p.cue\nothers: changes policies/p.cue"},
		"one less in a file":          {ws(both, ""), ws(guarded, ""), "guards: changes policies/p.cue\nothers: changes policies/p.cue"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range validate.Approvals(c.have, c.want) {
				var reasons []string
				for _, r := range a.Reasons {
					reasons = append(reasons, r.Summary)
					if r.Range.Start.Line < 1 || r.Range.Start.Column < 1 {
						t.Errorf("%s has no place: %v", r.Summary, r.Range)
					}
				}
				got = append(got, a.Owner+": "+strings.Join(reasons, "; "))
			}
			if diff := cmp.Diff(c.asked, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
