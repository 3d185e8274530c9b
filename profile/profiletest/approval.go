package profiletest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// WantApprovals fails the test unless the change from the workspace have to this
// one needs the consent of exactly these owners, sorted; none for a change that
// asks nobody.
func (w *Workspace) WantApprovals(t testing.TB, have *Workspace, owners ...string) {
	t.Helper()
	report(t, w.CheckApprovals(have, owners...))
}

// CheckApprovals is WantApprovals for callers without a test.
func (w *Workspace) CheckApprovals(have *Workspace, owners ...string) error {
	approvals := profile.Approvals(have.Workspace, w.Workspace)
	var got []string
	for _, a := range approvals {
		got = append(got, a.Owner)
	}
	diff := cmp.Diff(owners, got)
	if diff == "" {
		return nil
	}
	var b strings.Builder
	for _, a := range approvals {
		for _, r := range a.Reasons {
			b.WriteString(failure(w.reason(have, a.Owner, r)).Error() + "\n")
		}
	}
	return fmt.Errorf("approvals (-want +got):\n%s%s", diff, strings.TrimSuffix(b.String(), "\n"))
}

// reason shows why an owner is asked, on the side of the change where it stands.
func (w *Workspace) reason(have *Workspace, owner string, r profile.Reason) string {
	found := diag.Diagnostics{diag.Informationf(unexpected, r.Range, "%s: %s", owner, r.Summary)}
	side := w
	if r.Gone {
		side = have
	}
	return side.Withhold(found).Text(side.Files)
}
