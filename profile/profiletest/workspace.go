package profiletest

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Workspace is a workspace with what was found wrong with it.
type Workspace struct {
	*profile.Workspace
	// Files are what it was loaded from.
	Files fs.FS
	// Findings are those of loading it and of resolving each of its clusters,
	// sorted.
	Findings diag.Diagnostics
}

// Load loads a workspace that is meant to be fine: any finding ends the test,
// but for information and for warnings whose codes are allowed.
func Load(t testing.TB, fsys fs.FS, allowed ...string) *Workspace {
	t.Helper()
	w := Open(fsys)
	if err := w.CheckClean(allowed...); err != nil {
		t.Fatalf("loading the workspace: %v", err)
	}
	return w
}

// Open loads a workspace that may be broken, and resolves each of its clusters.
func Open(fsys fs.FS) *Workspace {
	ws, found := profile.Load(fsys, profile.Layout{})
	for key := range ws.Clusters() {
		_, more := ws.Resolve(key)
		found = append(found, more...)
	}
	return &Workspace{Workspace: ws, Files: fsys, Findings: found.Sorted()}
}

// WantClean fails the test on any finding, but for information and for warnings
// whose codes are allowed.
func (w *Workspace) WantClean(t testing.TB, allowed ...string) {
	t.Helper()
	report(t, w.CheckClean(allowed...))
}

// CheckClean is WantClean for callers without a test.
func (w *Workspace) CheckClean(allowed ...string) error {
	var found diag.Diagnostics
	for _, d := range w.Findings {
		if d.Severity == diag.Error || d.Severity == diag.Warning && !slices.Contains(allowed, d.Code) {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return fmt.Errorf("%s, want none\n%s", plural(len(found), "finding"), found.Text(w.Files))
}

// WantDiagnostic fails the test unless one finding has the code, and each of the
// texts stands in it: in what it says, in its hint, its notes or their places.
func (w *Workspace) WantDiagnostic(t testing.TB, code string, texts ...string) {
	t.Helper()
	report(t, w.CheckDiagnostic(code, texts...))
}

// CheckDiagnostic is WantDiagnostic for callers without a test.
func (w *Workspace) CheckDiagnostic(code string, texts ...string) error {
	return wanted{code, texts}.among(w.Findings, w.Files)
}

// wanted is a finding that a test expects.
type wanted struct {
	code  string
	texts []string
}

func (e wanted) String() string {
	out := e.code
	for _, text := range e.texts {
		out += fmt.Sprintf(" %q", text)
	}
	return out
}

func (e wanted) matches(d diag.Diagnostic) bool {
	if d.Code != e.code {
		return false
	}
	said := diag.Diagnostics{d}.Text(nil) + d.Path
	return !slices.ContainsFunc(e.texts, func(text string) bool { return !strings.Contains(said, text) })
}

// among explains why no finding is the one that is expected: by those of its
// code, else by all.
func (e wanted) among(found diag.Diagnostics, files fs.FS) error {
	if slices.ContainsFunc(found, e.matches) {
		return nil
	}
	var near diag.Diagnostics
	for _, d := range found {
		if d.Code == e.code {
			near = append(near, d)
		}
	}
	switch {
	case len(near) > 0:
		return fmt.Errorf("no finding is %s; of this code there is\n%s", e, near.Text(files))
	case len(found) > 0:
		return fmt.Errorf("no finding is %s; there is\n%s", e, found.Text(files))
	}
	return fmt.Errorf("nothing is found, want %s", e)
}

// find is the key of a cluster by [hub/]namespace/name, or by name alone where
// only one cluster has it.
func (w *Workspace) find(cluster string) (profile.Key, error) {
	var found []profile.Key
	var known []string
	for k := range w.Clusters() {
		forms := []string{k.String(), k.Namespace + "/" + k.Name, k.Name}
		if slices.Contains(forms, cluster) {
			found = append(found, k)
		}
		known = append(known, forms...)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return profile.Key{}, unknown("cluster", cluster, known)
	}
	return profile.Key{}, fmt.Errorf("%q names %d clusters: write hub/namespace/name", cluster, len(found))
}

// release is one version of a profile by name@version.
func (w *Workspace) release(text string) (profile.Release, error) {
	ref, err := profile.ParseRef(text)
	if err != nil {
		return profile.Release{}, err
	}
	r, ok := w.Release(ref)
	if !ok {
		var known []string
		for p := range w.Profiles() {
			known = append(known, p.Ref().String())
		}
		for o := range w.Overlays() {
			known = append(known, o.Ref().String())
		}
		return profile.Release{}, unknown("version", text, known)
	}
	return r, nil
}

// overlay is one version of an overlay, NAME@VERSION.
func (w *Workspace) overlay(text string) (profile.OverlayRelease, error) {
	ref, err := profile.ParseRef(text)
	if err != nil {
		return profile.OverlayRelease{}, err
	}
	r, ok := w.OverlayRelease(ref)
	if !ok {
		var known []string
		for o := range w.Overlays() {
			known = append(known, o.Ref().String())
		}
		return profile.OverlayRelease{}, unknown("overlay", text, known)
	}
	return r, nil
}

func unknown(what, name string, known []string) error {
	if near, ok := diag.Nearest(name, known); ok {
		return fmt.Errorf("there is no %s %q; did you mean %q?", what, name, near)
	}
	return fmt.Errorf("there is no %s %q", what, name)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// report lets a test fail and go on.
func report(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// must ends a test that cannot go on.
func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refused is what a cluster gets that does not resolve. Where loading found the
// reason, it is told, since resolving does not repeat it.
func (w *Workspace) refused(found diag.Diagnostics) error {
	for _, d := range w.Findings {
		if d.Severity == diag.Error && d.Code != profile.CodeNotResolved {
			found = append(found, d)
		}
	}
	return errors.New(strings.TrimSpace(found.Sorted().Text(w.Files)))
}
