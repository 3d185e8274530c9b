package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/rollout/members"
)

type lockCommand struct {
	workspaceFlags
	At []string `help:"Move every follower of a profile, or every cluster that an overlay matches, to this version (repeatable)." placeholder:"NAME@VERSION"`
}

type lockResult struct {
	APIVersion string   `json:"apiVersion"`
	Written    []string `json:"written"`
	Clusters   int      `json:"clusters"`
}

// Run writes a line for each cluster that has none, for each that --at moves, and
// for each that pins what is not there. Other lines stay as they are.
func (c lockCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	targets, err := parseTargets(c.At)
	if err != nil {
		return err
	}
	moved, found := members.Target(withoutLost(ws.Workspace), targets...)
	if found.HasErrors() {
		return refuse(s, c.formatFlag, "lock", append(ws.errorsOnly(), found...), ws.fsys)
	}
	there := opened{Workspace: moved, fsys: ws.fsys, diags: ws.diags} // the lock that was is not judged
	wrong, err := there.unrendered(ctx, s)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return refuse(s, c.formatFlag, "lock", wrong, ws.fsys)
	}
	entries, found := newEntries(ws.Workspace, moved)
	if found.HasErrors() {
		return refuse(s, c.formatFlag, "lock", found, ws.fsys)
	}
	if err := writeLock(c.Workspace, ws.Lock().WithAll(entries)); err != nil {
		return err
	}
	result := lockResult{APIVersion: apiVersion("lock"), Written: []string{}, Clusters: ws.Len()}
	for _, e := range entries {
		result.Written = append(result.Written, e.String())
	}
	if c.json() {
		return printJSON(s.out, result)
	}
	for _, line := range result.Written {
		fmt.Fprintln(s.out, line)
	}
	fmt.Fprintf(s.out, "%s written, %s in the workspace\n", plural(len(entries), "line"), plural(ws.Len(), "cluster"))
	return nil
}

func parseTargets(texts []string) ([]profile.Ref, error) {
	var out []profile.Ref
	for _, text := range texts {
		ref, err := profile.ParseRef(text)
		if err != nil {
			return nil, err
		}
		if ref.Version == "" {
			return nil, fmt.Errorf("target %q names no version: want NAME@VERSION", text)
		}
		out = append(out, ref)
	}
	return out, nil
}

// withoutLost is the workspace without the pins of versions that its library does
// not have.
func withoutLost(ws *profile.Workspace) *profile.Workspace {
	var entries []profile.LockEntry
	for _, e := range ws.Lock().Entries() {
		has := slices.DeleteFunc(slices.Clone(e.Pins), func(pin profile.Ref) bool { return ws.Digest(pin) == "" })
		if len(has) < len(e.Pins) {
			e.Pins = has
			entries = append(entries, e)
		}
	}
	return ws.WithLock(ws.Lock().WithAll(entries))
}

// newEntries are the lines that the lock lacks, that moved has pinned anew, or
// that pin more than the stack has that they were written for.
func newEntries(have, moved *profile.Workspace) ([]profile.LockEntry, diag.Diagnostics) {
	var entries []profile.LockEntry
	var diags diag.Diagnostics
	for key := range have.Clusters() {
		old, locked := have.Lock().Entry(key)
		pinned, _ := moved.Lock().Entry(key)
		stack, found := moved.Resolve(key)
		diags = append(diags, found...)
		same := locked && old.String() == pinned.String()
		if stack == nil || same && (stack.Digest() != old.Digest || slices.Equal(stack.Pins(), old.Pins)) {
			continue
		}
		for _, ref := range stack.Pins() {
			if v, err := profile.ParseVersion(ref.Version); err == nil && v.IsDev() {
				diags = append(diags, diag.Errorf("profile.lock-dev", diag.Range{}, "cluster %s is at %s, and a -dev version is never locked", key, ref).
					WithDetail("publish the version without -dev first"))
			}
		}
		entries = append(entries, profile.LockEntry{Key: key, Pins: stack.Pins(), Digest: stack.Digest()})
	}
	return entries, diags.Sorted()
}

// writeLock replaces the lock file in one step.
func writeLock(dir string, lock profile.Lock) error {
	if err := replaceFile(dir, "fleet.lock", []byte(lock.String())); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}
