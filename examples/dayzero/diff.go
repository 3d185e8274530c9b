package main

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

type diffCommand struct {
	Workspace string `help:"Directory of the workspace." default:"." type:"path" placeholder:"DIR"`
	Format    string `help:"Output: ${enum}." enum:"text,json,markdown" default:"text"`
	From      string `arg:"" help:"The old version, NAME@VERSION."`
	To        string `arg:"" help:"The new version, NAME@VERSION."`
}

type diffResult struct {
	APIVersion string `json:"apiVersion"`
	upgrade.Difference
	Diagnostics diag.Diagnostics `json:"diagnostics"`
}

// Run prints the difference. A version that declares less than what changed is a
// finding.
func (c diffCommand) Run(s streams) error {
	flags := workspaceFlags{Workspace: c.Workspace, formatFlag: formatFlag{Format: c.Format}}
	ws, err := flags.open()
	if err != nil {
		return err
	}
	if found := ws.ofLibrary(); len(found) > 0 {
		return refuse(s, flags.formatFlag, "diff", found, ws.fsys)
	}
	d, err := c.difference(ws)
	if err != nil {
		return err
	}
	found := ws.Withhold(d.Diagnostics())
	if err := c.print(s, ws, d, found); err != nil {
		return err
	}
	if found.HasErrors() {
		return errFindings
	}
	return nil
}

// difference compares two versions of a profile, or of an overlay.
func (c diffCommand) difference(ws opened) (upgrade.Difference, error) {
	if from, ok := ws.overlay(c.From); ok {
		if to, ok := ws.overlay(c.To); ok {
			return upgrade.DiffOverlay(from, to), nil
		}
	}
	from, err := ws.release(c.From)
	if err != nil {
		return upgrade.Difference{}, err
	}
	to, err := ws.release(c.To)
	if err != nil {
		return upgrade.Difference{}, err
	}
	return upgrade.Diff(from, to), nil
}

func (c diffCommand) print(s streams, ws opened, d upgrade.Difference, found diag.Diagnostics) error {
	switch c.Format {
	case "json":
		if d.Changes == nil {
			d.Changes = []upgrade.Change{}
		}
		if found == nil {
			found = diag.Diagnostics{}
		}
		return printJSON(s.out, diffResult{APIVersion: apiVersion("diff"), Difference: d, Diagnostics: found})
	case "markdown":
		fmt.Fprint(s.out, d.Markdown())
		fmt.Fprint(s.errors, found.Text(ws.fsys))
		return nil
	}
	fmt.Fprint(s.out, d.Text())
	if len(found) > 0 {
		fmt.Fprintf(s.out, "\n%s", found.Text(ws.fsys))
	}
	return nil
}

// release finds one version of a profile by NAME@VERSION.
func (o opened) release(text string) (profile.Release, error) {
	ref, err := profile.ParseRef(text)
	if err != nil {
		return profile.Release{}, err
	}
	if ref.Version == "" {
		return profile.Release{}, fmt.Errorf("%q names no version: want NAME@VERSION", text)
	}
	r, ok := o.Release(ref)
	if !ok {
		var known []string
		for p := range o.Profiles() {
			known = append(known, p.Ref().String())
		}
		for l := range o.Overlays() {
			known = append(known, l.Ref().String())
		}
		return profile.Release{}, unknown("version", text, known)
	}
	return r, nil
}

// overlay finds one version of an overlay by NAME@VERSION.
func (o opened) overlay(text string) (profile.OverlayRelease, bool) {
	ref, err := profile.ParseRef(text)
	if err != nil {
		return profile.OverlayRelease{}, false
	}
	return o.OverlayRelease(ref)
}
