package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/vet"
	"github.com/dayzero-sdk/dayzero/render"
)

type vetCommand struct {
	workspaceFlags
	Profiles []string          `arg:"" optional:"" name:"ref" help:"Versions to vet; a name alone means all of its versions, an abstract one those that extend it. Default: all."`
	With     []string          `help:"Version of a profile beside the vetted one (repeatable). Default: what the fleet combines it with." placeholder:"NAME@VERSION"`
	Label    map[string]string `help:"Label of the made-up clusters (repeatable). Default: those of a cluster of the fleet." placeholder:"KEY=VALUE"`
	Limit    int               `help:"Corners at most for each profile and base." default:"1000"`
}

type vetResult struct {
	APIVersion string       `json:"apiVersion"`
	Profiles   []vetProfile `json:"profiles"`
}

type vetProfile struct {
	Profile  profile.Ref    `json:"profile"`
	Corners  int            `json:"corners"`
	Refused  int            `json:"refused"`
	Findings []vetFinding   `json:"findings"`
	Unvaried []vet.Unvaried `json:"unvaried"`
}

type vetFinding struct {
	Corner     string              `json:"corner"`
	With       []profile.Ref       `json:"with"`
	More       int                 `json:"more"`
	Spec       profile.ClusterSpec `json:"spec"`
	Diagnostic diag.Diagnostic     `json:"diagnostic"`
}

// Run vets the profiles, and renders every corner that resolves.
func (c vetCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	if found := ws.ofLibrary(); len(found) > 0 {
		return refuse(s, c.formatFlag, "vet", found, ws.fsys)
	}
	refs, err := c.refs(ws)
	if err != nil {
		return err
	}
	opts := vet.Options{Labels: c.Label, Limit: c.Limit}
	if opts.With, err = c.with(ws); err != nil {
		return err
	}
	var broken error
	opts.Render = renderCorner(ctx, &broken)
	bar := newProgress(s.errors, "vetting profile", len(refs))
	var reports []vet.Report
	for _, ref := range refs {
		reports = append(reports, vet.Profile(ws.Workspace, ref, opts))
		if broken != nil {
			return broken
		}
		bar.step()
	}
	return c.print(s, ws, reports)
}

// renderCorner gives what rendering says of a stack. What is no matter of the
// input goes to broken, the first of it.
func renderCorner(ctx context.Context, broken *error) func(*profile.Stack) diag.Diagnostics {
	renderer := newRenderer()
	return func(stack *profile.Stack) diag.Diagnostics {
		if *broken != nil {
			return nil
		}
		_, err := renderer.Bundle(ctx, stack)
		var input *render.InputError
		switch {
		case errors.As(err, &input):
			return input.Diagnostics
		case err != nil:
			*broken = err
		}
		return nil
	}
}

// refs are the versions that the arguments mean.
func (c vetCommand) refs(ws opened) ([]profile.Ref, error) {
	var known, wanted []profile.Ref
	for p := range ws.Profiles() {
		known = append(known, p.Ref())
	}
	for _, text := range c.Profiles {
		ref, err := profile.ParseRef(text)
		if err != nil {
			return nil, err
		}
		found := slices.DeleteFunc(slices.Clone(known), func(k profile.Ref) bool { return k != ref && (ref.Version != "" || k.Name != ref.Name) })
		if len(found) == 0 {
			return nil, unknown("profile", text, append(names(known), refTexts(known)...))
		}
		wanted = append(wanted, found...)
	}
	return vet.Releases(ws.Workspace, wanted...), nil
}

func refTexts(refs []profile.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out
}

func (c vetCommand) with(ws opened) ([]profile.Ref, error) {
	var out []profile.Ref
	for _, text := range c.With {
		if _, err := ws.release(text); err != nil {
			return nil, err
		}
		ref, _ := profile.ParseRef(text)
		out = append(out, ref)
	}
	return out, nil
}

func (c vetCommand) print(s streams, ws opened, reports []vet.Report) error {
	var err error
	failed := false
	if c.json() {
		err = printJSON(s.out, vetResult{APIVersion: apiVersion("vet"), Profiles: vetProfiles(reports)})
	}
	for _, r := range reports {
		failed = failed || r.HasErrors()
		if !c.json() {
			fmt.Fprint(s.out, vetText(ws, r))
		}
	}
	if err == nil && failed {
		return errFindings
	}
	return err
}

func vetProfiles(reports []vet.Report) []vetProfile {
	out := []vetProfile{}
	for _, r := range reports {
		one := vetProfile{Profile: r.Profile, Corners: r.Corners, Refused: r.Refused, Findings: []vetFinding{}, Unvaried: append([]vet.Unvaried{}, r.Unvaried...)}
		for _, f := range r.Findings {
			one.Findings = append(one.Findings, vetFinding{Corner: f.Corner.Name, With: append([]profile.Ref{}, f.Corner.With...), More: f.More, Spec: f.Corner.Cluster.Spec, Diagnostic: f.Diagnostic})
		}
		out = append(out, one)
	}
	return out
}

func vetText(ws opened, r vet.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d refused by rules, %s\n", r.Profile, plural(r.Corners, "corner"), r.Refused, plural(len(r.Findings), "finding"))
	for _, u := range r.Unvaried {
		fmt.Fprintf(&b, "  %s is not varied: %s\n", u.Variable, u.Reason)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "\nat %s", f.Corner.Name)
		if len(f.Corner.With) > 0 {
			fmt.Fprintf(&b, ", with %s", strings.Join(refTexts(f.Corner.With), ", "))
		}
		if f.More > 0 {
			fmt.Fprintf(&b, ", and at %d more", f.More)
		}
		fmt.Fprintf(&b, ":\n%s", diag.Diagnostics{f.Diagnostic}.Text(ws.fsys))
	}
	if len(r.Findings) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
