package profiletest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/vet"
)

// Profile is one version of a profile, with expectations.
type Profile struct {
	profile.Release
	ws *Workspace
}

// Profile is one version of a profile, NAME@VERSION. A version that is not there
// ends the test.
func (w *Workspace) Profile(t testing.TB, ref string) Profile {
	t.Helper()
	p, err := w.ProfileOf(ref)
	return must(t, p, err)
}

// ProfileOf is Profile for callers without a test.
func (w *Workspace) ProfileOf(ref string) (Profile, error) {
	r, err := w.release(ref)
	return Profile{Release: r, ws: w}, err
}

// Corners fails the test when the profile does not resolve at a corner of its
// variables: each value of an enum, minima and maxima, absent and present; see
// package vet. An abstract profile is tried in those that extend it.
func (p Profile) Corners(t testing.TB) {
	t.Helper()
	report(t, p.CheckCorners(vet.Options{}))
}

// CheckCorners is Corners for callers without a test, and for those who say where
// the profile is tried.
func (p Profile) CheckCorners(o vet.Options) error {
	if p.Broken() {
		return fmt.Errorf("%s is broken:\n%w", p.Ref(), p.ws.refused(nil))
	}
	var problems []string
	corners := 0
	for _, ref := range vet.Releases(p.ws.Workspace, p.Ref()) {
		r := vet.Profile(p.ws.Workspace, ref, o)
		corners += r.Corners
		for _, f := range r.Findings {
			if f.Diagnostic.Severity == diag.Error {
				problems = append(problems, fmt.Sprintf("%s at %s, and at %d more corners:\n%s", ref, f.Corner.Name, f.More, strings.TrimSpace(diag.Diagnostics{f.Diagnostic}.Text(p.ws.Files))))
			}
		}
	}
	switch {
	case len(problems) > 0:
		return fmt.Errorf("%s of %d corners\n%s", plural(len(problems), "mistake"), corners, strings.Join(problems, "\n"))
	case corners == 0:
		return fmt.Errorf("%s has no corner that could be tried", p.Ref())
	}
	return nil
}
