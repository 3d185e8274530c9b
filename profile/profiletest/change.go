package profiletest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// Change is what lies between two versions of a profile or an overlay, with
// expectations. What it does to rendered objects is for a package that renders: it
// has the Workspace and both versions to begin with.
type Change struct {
	upgrade.Difference
	Workspace *Workspace
	// Old and New are the versions of a profile. Those of an overlay are not here.
	Old, New profile.Release
}

// Change compares two versions of a profile or an overlay, NAME@VERSION. A version
// that is not there ends the test.
func (w *Workspace) Change(t testing.TB, from, to string) Change {
	t.Helper()
	c, err := w.ChangeOf(from, to)
	return must(t, c, err)
}

// ChangeOf is Change for callers without a test.
func (w *Workspace) ChangeOf(from, to string) (Change, error) {
	if old, err := w.overlay(from); err == nil {
		now, err := w.overlay(to)
		if err != nil {
			return Change{}, err
		}
		return Change{Difference: upgrade.DiffOverlay(old, now), Workspace: w}, nil
	}
	before, err := w.release(from)
	if err != nil {
		return Change{}, err
	}
	after, err := w.release(to)
	if err != nil {
		return Change{}, err
	}
	return Change{Difference: upgrade.Diff(before, after), Workspace: w, Old: before, New: after}, nil
}

// Want fails the test unless the changes need this bump (none, patch, minor or
// major), and the new version declares as much.
func (c Change) Want(t testing.TB, bump string) {
	t.Helper()
	report(t, c.Check(bump))
}

// Check is Want for callers without a test.
func (c Change) Check(bump string) error {
	var want upgrade.Bump
	if err := want.UnmarshalText([]byte(bump)); err != nil {
		return err
	}
	if c.Needed != want {
		return fmt.Errorf("want a change that needs %s:\n%s", bump, c.Text())
	}
	if found := c.Diagnostics(); len(found) > 0 {
		return errors.New(strings.TrimSpace(found.Text(c.Workspace.Files)))
	}
	return nil
}

// WantDiagnostic fails the test unless what is found has the code and the texts:
// for a version that is meant to declare too little.
func (c Change) WantDiagnostic(t testing.TB, code string, texts ...string) {
	t.Helper()
	report(t, c.CheckDiagnostic(code, texts...))
}

// CheckDiagnostic is WantDiagnostic for callers without a test.
func (c Change) CheckDiagnostic(code string, texts ...string) error {
	return wanted{code, texts}.among(c.Diagnostics(), c.Workspace.Files)
}

// WantPart fails the test unless one of the changes is about the subject
// ("variable mtu", "layer cni") and each of the texts stands in it: its bump, what
// changed, why that counts.
func (c Change) WantPart(t testing.TB, subject string, texts ...string) {
	t.Helper()
	report(t, c.CheckPart(subject, texts...))
}

// CheckPart is WantPart for callers without a test.
func (c Change) CheckPart(subject string, texts ...string) error {
	for _, part := range c.Changes {
		if part.Subject == subject && holds(fmt.Sprintf("%s (%s)", part, part.Reason), texts) {
			return nil
		}
	}
	return fmt.Errorf("no change of %s says %q:\n%s", subject, texts, c.Text())
}

func holds(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
