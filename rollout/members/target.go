package members

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Target returns the workspace in which every cluster that follows one of the
// profiles is meant to be at the given version. Clusters that name a version
// themselves stay where they are. A target that is not in the library, or is a
// -dev version, is an error.
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
		if pins, moved := move(have, stack, targets); moved {
			digest := ""
			if there, _ := have.ResolveAt(key, pins...); there != nil {
				digest = there.Digest()
			}
			entries = append(entries, profile.LockEntry{Key: key, Pins: pins, Digest: digest})
		}
	}
	return have.WithLock(lock.WithAll(entries)), diags
}

// move gives the pins of a cluster at the targets; profiles that the cluster
// holds at a version stay there.
func move(ws *profile.Workspace, stack *profile.Stack, targets []profile.Ref) (pins []profile.Ref, moved bool) {
	cluster, _ := ws.Cluster(stack.Key())
	pins = stack.Profiles()
	for i, pin := range pins {
		for _, t := range targets {
			if pin.Name == t.Name && pin != t && slices.Contains(cluster.Spec.Profiles, pin.Name) {
				pins[i], moved = t, true
			}
		}
	}
	return pins, moved
}

func checkTarget(ws *profile.Workspace, t profile.Ref) diag.Diagnostics {
	v, err := profile.ParseVersion(t.Version)
	if err != nil || t.Name == "" {
		return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "target %q names no version", t).WithDetail("write name@version, for instance mem-base@1.2.0")}
	}
	if v.IsDev() {
		return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "target %s is a -dev version", t).WithDetail("-dev versions can be resolved but never locked; publish the version first")}
	}
	if _, ok := ws.Profile(t); ok {
		return nil
	}
	var names, versions []string
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
	return diag.Diagnostics{diag.Errorf("members.target", diag.Range{}, "there is no version %s of profile %s in the library", t.Version, t.Name).WithDetail("%s", hint(t.Version, versions, "versions"))}
}

func hint(name string, known []string, what string) string {
	if near, ok := diag.Nearest(name, known); ok {
		return fmt.Sprintf("did you mean %q? known %s are %v", near, what, known)
	}
	return fmt.Sprintf("known %s are %v", what, known)
}
