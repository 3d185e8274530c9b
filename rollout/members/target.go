package members

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Target returns the workspace in which every cluster that follows one of the
// profiles is meant to be at the given version. A target that is an overlay is
// for the clusters that it matches, those that wait for it too; where its new
// version no longer matches, it goes. Clusters that name a version themselves stay
// where they are. A target that is not in the library, or is a -dev version, is an
// error.
func Target(have *profile.Workspace, targets ...profile.Ref) (*profile.Workspace, diag.Diagnostics) {
	var diags diag.Diagnostics
	for _, t := range targets {
		diags = append(diags, checkTarget(have, t)...)
	}
	if diags.HasErrors() {
		return have, diags
	}
	lock := have.Lock()
	var entries []profile.LockEntry
	for key := range have.Clusters() {
		stack, _ := have.Resolve(key)
		if stack == nil || stack.Held() {
			continue
		}
		if entry, moved := move(have, stack, targets); moved {
			entries = append(entries, entry)
		}
	}
	return have.WithLock(lock.WithAll(entries)), diags
}

// move gives the line of a cluster at the targets. It names what the stack there
// has, which is not what was asked where an overlay does not match the cluster or
// adds profiles of its own.
func move(ws *profile.Workspace, stack *profile.Stack, targets []profile.Ref) (entry profile.LockEntry, moved bool) {
	entry = profile.LockEntry{Key: stack.Key(), Pins: stack.Pins()}
	for _, t := range targets {
		entry.Pins, moved = pinned(ws, entry.Pins, t, moved)
	}
	if !moved {
		return entry, false
	}
	there, _ := ws.ResolveAt(entry.Key, entry.Pins...)
	if there == nil {
		return entry, true
	}
	entry.Pins, entry.Digest = there.Pins(), there.Digest()
	return entry, !slices.Equal(entry.Pins, stack.Pins())
}

// pinned sets the version of one target among the pins of a cluster. Profiles
// that the cluster's document does not follow, and overlays add, move too.
func pinned(ws *profile.Workspace, pins []profile.Ref, t profile.Ref, before bool) (_ []profile.Ref, moved bool) {
	i := slices.IndexFunc(pins, func(pin profile.Ref) bool { return pin.Name == t.Name })
	_, overlay := ws.Overlay(t)
	switch {
	case i >= 0 && pins[i] == t:
		return pins, before
	case i >= 0:
		pins[i] = t
	case overlay:
		pins = append(pins, t)
	default:
		return pins, before
	}
	return pins, true
}

func checkTarget(ws *profile.Workspace, t profile.Ref) diag.Diagnostics {
	v, err := profile.ParseVersion(t.Version)
	if err != nil || t.Name == "" {
		return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "target %q names no version", t).WithDetail("write name@version, for instance mem-base@1.2.0")}
	}
	if v.IsDev() {
		return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "target %s is a -dev version", t).WithDetail("-dev versions can be resolved but never locked; publish the version first")}
	}
	_, isProfile := ws.Profile(t)
	_, isOverlay := ws.Overlay(t)
	if isProfile || isOverlay {
		return nil
	}
	var names, versions []string
	what := "profile"
	for o := range ws.Overlays() {
		if o.Ref().Name == t.Name {
			what, versions = "overlay", append(versions, o.Ref().Version)
		}
	}
	for p := range ws.Profiles() {
		names = append(names, p.Ref().Name)
		if p.Ref().Name == t.Name {
			versions = append(versions, p.Ref().Version)
		}
	}
	if len(versions) == 0 {
		names = slices.Compact(names)
		return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "there is no profile %q in the library", t.Name).WithDetail("%s", hint(t.Name, names, "profiles"))}
	}
	return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "there is no version %s of %s %s in the library", t.Version, what, t.Name).WithDetail("%s", hint(t.Version, versions, "versions"))}
}

func hint(name string, known []string, what string) string {
	if len(known) == 0 {
		return "there are no " + what
	}
	listed := strings.Join(known[:min(len(known), 12)], ", ")
	if len(known) > 12 {
		listed += ", ..."
	}
	if near, ok := diag.Nearest(name, known); ok {
		return fmt.Sprintf("did you mean %q? known %s are %s", near, what, listed)
	}
	return fmt.Sprintf("known %s are %s", what, listed)
}
