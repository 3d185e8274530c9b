package profiletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// Path is the way of a cluster to other versions, with expectations.
type Path struct {
	upgrade.Route
	// Findings say what is in the way, where there is no path.
	Findings diag.Diagnostics
	ws       *Workspace
	key      profile.Key
}

// Path is the shortest legal path of a cluster from where the lock has it to these
// versions of profiles and overlays, NAME@VERSION; what is not named stays. Without
// versions it leads to the latest of all. A cluster or a version that is not there ends the
// test; that there is no path does not.
func (w *Workspace) Path(t testing.TB, cluster string, to ...string) Path {
	t.Helper()
	p, err := w.PathOf(upgrade.Options{}, cluster, to...)
	return must(t, p, err)
}

// PathOf is Path for callers without a test, and for those with rules of their
// own.
func (w *Workspace) PathOf(o upgrade.Options, cluster string, to ...string) (Path, error) {
	from, err := w.StackOf(cluster)
	if err != nil {
		return Path{}, err
	}
	pins, err := w.pins(from, to)
	if err != nil {
		return Path{}, err
	}
	out := Path{ws: w, key: from.Key()}
	target, found := w.ResolveAt(out.key, pins...)
	if target == nil {
		out.Findings = found
		return out, nil
	}
	out.Route, out.Findings = upgrade.Path(w.Workspace, from.Stack, target, o)
	return out, nil
}

// pins are the versions to reach; none for the latest.
func (w *Workspace) pins(from Stack, to []string) ([]profile.Ref, error) {
	if len(to) == 0 {
		return nil, nil
	}
	pins := from.Pins()
	for _, text := range to {
		ref, err := w.target(from, text)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(pins, func(p profile.Ref) bool { return p.Name == ref.Name }); i >= 0 {
			pins[i] = ref
		} else {
			pins = append(pins, ref)
		}
	}
	return pins, nil
}

// target is a version that a cluster can be moved to: of a profile that it uses and
// does not hold, or of any overlay.
func (w *Workspace) target(from Stack, text string) (profile.Ref, error) {
	if ref, err := profile.ParseRef(text); err == nil {
		if _, ok := w.Overlay(ref); ok {
			return ref, nil
		}
	}
	r, err := w.release(text)
	if err != nil {
		return profile.Ref{}, err
	}
	ref := r.Ref()
	i := slices.IndexFunc(from.Profiles(), func(p profile.Ref) bool { return p.Name == ref.Name })
	if i < 0 {
		return profile.Ref{}, fmt.Errorf("cluster %s does not use %s", from.Key(), ref.Name)
	}
	if own := from.Cluster().Spec.Profiles; i < len(own) && own[i] != ref.Name && own[i] != text {
		return profile.Ref{}, fmt.Errorf("cluster %s names %s itself: change its document to move it", from.Key(), own[i])
	}
	return ref, nil
}

// Want fails the test unless the path has exactly these hops, each as
// [upgrade.Hop] prints: "base 1.0.0 -> 1.1.0, kubernetes 1.33.4 -> 1.34.2". No hop
// means that the cluster is there already.
func (p Path) Want(t testing.TB, hops ...string) {
	t.Helper()
	report(t, p.Check(hops...))
}

// Check is Want for callers without a test.
func (p Path) Check(hops ...string) error {
	if p.Findings.HasErrors() {
		return fmt.Errorf("cluster %s has no path:\n%s", p.key, strings.TrimSpace(p.Findings.Text(p.ws.Files)))
	}
	var got []string
	for _, h := range p.Hops() {
		got = append(got, h.String())
	}
	if diff := cmp.Diff(hops, got); diff != "" {
		return fmt.Errorf("hops of %s (-want +got):\n%s", p.key, diff)
	}
	return nil
}

// WantBlocked fails the test when there is a path, or when what is in its way has
// not the code and the texts.
func (p Path) WantBlocked(t testing.TB, code string, texts ...string) {
	t.Helper()
	report(t, p.CheckBlocked(code, texts...))
}

// CheckBlocked is WantBlocked for callers without a test.
func (p Path) CheckBlocked(code string, texts ...string) error {
	if !p.Findings.HasErrors() {
		var b strings.Builder
		for _, h := range p.Hops() {
			fmt.Fprintf(&b, "\n  %s", h)
		}
		return fmt.Errorf("cluster %s has a path, want it blocked by %s%s", p.key, wanted{code, texts}, b.String())
	}
	return wanted{code, texts}.among(p.Findings, p.ws.Files)
}
