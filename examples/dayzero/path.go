package main

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

type pathCommand struct {
	workspaceFlags
	Cluster  string   `arg:"" help:"The cluster, [hub/]namespace/name."`
	To       []string `help:"Version that a profile or an overlay of the cluster is meant to reach (repeatable). Default: the latest of all." placeholder:"NAME@VERSION"`
	Older    bool     `help:"Allow profiles to go back to older versions; Kubernetes never does."`
	Together bool     `help:"Allow a profile to move in the hop of a minor version of Kubernetes although it does not accept both."`
}

type pathResult struct {
	APIVersion  string           `json:"apiVersion"`
	Cluster     string           `json:"cluster"`
	From        []profile.Ref    `json:"from"`
	To          []profile.Ref    `json:"to"`
	Kubernetes  []string         `json:"kubernetes"`
	Hops        []pathHop        `json:"hops"`
	Overrides   []upgrade.Leaf   `json:"overrides"`
	Diagnostics diag.Diagnostics `json:"diagnostics"`
}

type pathHop struct {
	From       string         `json:"from"`
	To         string         `json:"to"`
	Profiles   []profile.Ref  `json:"profiles"`
	Overlays   []profile.Ref  `json:"overlays,omitempty"`
	Moves      []upgrade.Move `json:"moves"`
	Kubernetes string         `json:"kubernetes"`
}

// Run finds the path from where the lock has the cluster to the target, and what
// becomes of the cluster's overrides there.
func (c pathCommand) Run(s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	from, err := ws.stack(s, c.formatFlag, "path", c.Cluster)
	if err != nil {
		return err
	}
	fmt.Fprint(s.errors, ws.ofLibrary().Text(ws.fsys)) // a version that was not read is on no path
	pins, err := c.pins(ws, from)
	if err != nil {
		return err
	}
	to, found := ws.ResolveAt(from.Key(), pins...)
	overrides := merged(ws, from, to, pins)
	if to == nil {
		return refuse(s, c.formatFlag, "path", append(found, overrides.Diagnostics()...), ws.fsys)
	}
	route, found := upgrade.Path(ws.Workspace, from, to, upgrade.Options{Older: c.Older, Together: c.Together})
	if found.HasErrors() {
		return refuse(s, c.formatFlag, "path", found, ws.fsys)
	}
	return c.print(s, ws, route, overrides)
}

// pins are the versions to reach: the targets, where there are any, and what the
// cluster has; else the latest versions.
func (c pathCommand) pins(ws opened, from *profile.Stack) ([]profile.Ref, error) {
	targets, err := parseTargets(c.To)
	if err != nil {
		return nil, err
	}
	pins := from.Pins()
	if len(targets) == 0 {
		latest, _ := ws.ResolveAt(from.Key())
		if latest == nil {
			return nil, nil // resolving it says why
		}
		return latest.Pins(), nil
	}
	for _, t := range targets {
		if _, isOverlay := ws.Overlay(t); isOverlay {
			pins = pinnedTo(pins, t)
			continue
		}
		if _, err := ws.release(t.String()); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(pins, func(r profile.Ref) bool { return r.Name == t.Name })
		if i < 0 {
			return nil, unknown("profile of "+from.Key().String(), t.Name, names(from.Profiles()))
		}
		if own := from.Cluster().Spec.Profiles; i < len(own) && own[i] != t.Name && pins[i] != t {
			return nil, fmt.Errorf("%s names %s itself: change its document to move it", from.Key(), own[i])
		}
		pins[i] = t
	}
	return pins, nil
}

// pinnedTo sets the version of an overlay, which may not be there yet.
func pinnedTo(pins []profile.Ref, t profile.Ref) []profile.Ref {
	if i := slices.IndexFunc(pins, func(r profile.Ref) bool { return r.Name == t.Name }); i >= 0 {
		pins[i] = t
		return pins
	}
	return append(pins, t)
}

func names(refs []profile.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.Name
	}
	return out
}

// merged is what becomes of the cluster's overrides. Where there is no stack to
// reach, which the overrides themselves may be the cause of, the presets are those
// that the cluster has.
func merged(ws opened, from, to *profile.Stack, pins []profile.Ref) upgrade.Merge {
	releases := func(refs []profile.Ref) []profile.Release {
		var out []profile.Release
		for _, ref := range refs {
			if r, ok := ws.Release(ref); ok {
				out = append(out, r)
			}
		}
		return out
	}
	between := func(chosen []profile.ChosenPreset, refs []profile.Ref) upgrade.Between {
		out := upgrade.Between{Presets: chosen}
		for _, ref := range refs {
			if o, ok := ws.Overlay(ref); ok {
				out.Overlays = append(out.Overlays, o)
			}
		}
		return out
	}
	presets := from.Presets()
	if to != nil {
		pins, presets = to.Pins(), to.Presets()
	}
	o := upgrade.MergeOptions{Old: between(from.Presets(), from.Overlays()), New: between(presets, pins)}
	return upgrade.Merge3(releases(from.Profiles()), releases(pins), from.Cluster().Spec.Overrides, o)
}

func (c pathCommand) print(s streams, ws opened, route upgrade.Route, overrides upgrade.Merge) error {
	stacks, found := route.Stacks(), overrides.Diagnostics()
	last := stacks[len(stacks)-1]
	if c.json() {
		result := pathResult{
			APIVersion: apiVersion("path"), Cluster: last.Key().String(), From: stacks[0].Pins(), To: last.Pins(),
			Kubernetes: route.Kubernetes(), Hops: []pathHop{}, Overrides: append([]upgrade.Leaf{}, overrides.Leaves...), Diagnostics: append(diag.Diagnostics{}, found...),
		}
		for _, h := range route.Hops() {
			version, _ := h.To.KubernetesVersion()
			result.Hops = append(result.Hops, pathHop{From: h.From.Digest(), To: h.To.Digest(), Profiles: h.To.Profiles(), Overlays: h.To.Overlays(), Moves: h.Moves, Kubernetes: version})
		}
		if err := printJSON(s.out, result); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.out, "%s: %s\n", last.Key(), plural(len(route.Hops()), "hop"))
		for i, h := range route.Hops() {
			fmt.Fprintf(s.out, "  %d. %s\n", i+1, h)
		}
		if len(found) > 0 {
			fmt.Fprintf(s.out, "\n%s", found.Text(ws.fsys))
		}
	}
	if found.HasErrors() {
		return errFindings
	}
	return nil
}
