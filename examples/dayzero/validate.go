package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/validate"
)

type validateCommand struct {
	workspaceFlags
	nowFlag
	againstFlag
}

// nowFlag is the time at which dates are judged; without it none are.
type nowFlag struct {
	Now moment `help:"Time at which dates are judged: RFC 3339, or a date, which begins in UTC." placeholder:"TIME"`
}

// moment is a time as people write it in a flag.
type moment struct{ time.Time }

// UnmarshalText reads a time, or a date.
func (m *moment) UnmarshalText(text []byte) error {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, string(text)); err == nil {
			m.Time = t
			return nil
		}
	}
	return fmt.Errorf("%q is no time: want for instance 2026-12-01T08:00:00Z, or 2026-12-01", text)
}

// Run prints every finding. Warnings and information alone are fine.
func (c validateCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	opts := validate.Options{Loaded: ws.diags, Now: c.Now.Time}
	if c.Against != "" {
		have, err := c.before()
		if err != nil {
			return err
		}
		opts.Against = have.Workspace
		opts.Loaded = append(opts.Loaded, notCompared(c.Against, have.diags)...)
	}
	ds, err := ws.judged(ctx, s, opts)
	if err != nil {
		return err
	}
	counts := countDiagnostics(ds)
	for range ws.Profiles() {
		counts.Profiles++
	}
	counts.Clusters = ws.Len()
	if c.json() {
		if ds == nil {
			ds = diag.Diagnostics{}
		}
		err = printJSON(s.out, diagnosticsResult{APIVersion: apiVersion("validate"), Diagnostics: ds, Summary: counts})
	} else {
		fmt.Fprint(s.out, ds.Text(ws.fsys))
		if len(ds) > 0 {
			fmt.Fprintln(s.out)
		}
		if counts.Profiles == 0 && counts.Clusters == 0 {
			fmt.Fprintf(s.errors, "%s has no profile version in library/ and no cluster in fleet/: is it the workspace?\n", c.Workspace)
		}
		fmt.Fprintf(s.out, "%s, %s: %s, %s\n", plural(counts.Profiles, "profile version"), plural(counts.Clusters, "cluster"), plural(counts.Errors, "error"), plural(counts.Warnings, "warning"))
	}
	if err == nil && counts.Errors > 0 {
		err = errFindings
	}
	return err
}

// notCompared warns that the workspace to compare with could not be read whole:
// what was not read holds nothing.
func notCompared(dir string, found diag.Diagnostics) diag.Diagnostics {
	for _, d := range found {
		if d.Severity == diag.Error {
			return diag.Diagnostics{diag.Warningf("validate.not-compared", diag.Range{}, "%s has errors, so that not all of it is compared with: %v", dir, d).
				WithDetail("mend it first; until then see to it yourself that clusters keep their immutable variables")}
		}
	}
	return nil
}
