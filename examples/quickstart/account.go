package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// count says what the workspace holds.
func count(w io.Writer, ws *profile.Workspace) {
	versions, overrides := 0, 0
	for range ws.Profiles() {
		versions++
	}
	for key := range ws.Clusters() {
		c, _ := ws.Cluster(key)
		overrides += len(c.Spec.Overrides)
	}
	fmt.Fprintf(w, "Loaded %d profile versions and %d clusters with %d overrides on %d hub: no errors.\n", versions, ws.Len(), overrides, len(ws.Hubs()))
}

// renderFleet renders every cluster below out and returns the bundles.
func renderFleet(ctx context.Context, w io.Writer, ws *profile.Workspace, renderer *render.Renderer, out string) (map[profile.Key]render.Bundle, error) {
	if out == "" {
		var err error
		if out, err = os.MkdirTemp("", "dayzero-"); err != nil {
			return nil, err
		}
	}
	tree, err := render.NewTree(out)
	if err != nil {
		return nil, err
	}
	defer tree.Abort()
	bundles := map[profile.Key]render.Bundle{}
	for key := range ws.Clusters() {
		stack, diags := ws.Resolve(key)
		if err := diags.Err(); err != nil {
			return nil, err
		}
		bundle, err := renderer.Bundle(ctx, stack)
		if err != nil {
			return nil, err
		}
		if err := tree.Add(bundle); err != nil {
			return nil, err
		}
		bundles[key] = bundle
	}
	if err := tree.Commit(true); err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "Rendered %d objects; all clusters share %d class sets. Written to %s\n", tree.Files(), tree.Sets(), out)
	return bundles, nil
}

// readLive reads what was recorded of a cluster.
func readLive(name string) (drift.Live, error) {
	dir := "live/" + name
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return drift.Live{}, err
	}
	var objects []render.Object
	var diags diag.Diagnostics
	for _, entry := range entries {
		data, err := fs.ReadFile(files, dir+"/"+entry.Name())
		if err != nil {
			return drift.Live{}, err
		}
		read, found := render.Objects(dir+"/"+entry.Name(), data)
		objects, diags = append(objects, read...), append(diags, found...)
	}
	live, found := drift.NewLive(objects)
	return live, append(diags, found...).Err()
}

// finding is a difference in one cluster.
type finding struct {
	cluster string
	object  drift.Finding
	field   drift.Field // zero when the whole object is the finding
}

// telling lists what drifted.
func telling(cluster string, report drift.Report) []finding {
	var out []finding
	for _, o := range report.Objects {
		if o.Verdict != drift.Drift {
			continue
		}
		drifted := slices.DeleteFunc(slices.Clone(o.Fields), func(f drift.Field) bool { return f.Verdict != drift.Drift })
		if len(drifted) == 0 {
			out = append(out, finding{cluster: cluster, object: o})
		}
		for _, f := range drifted {
			out = append(out, finding{cluster: cluster, object: o, field: f})
		}
	}
	return out
}

// tell prints the n findings that say most: risky ones first, then those of
// which the actor is known.
func tell(w io.Writer, findings []finding, n int) {
	weight := func(f finding) int {
		switch {
		case f.field.Risk == drift.High:
			return 0
		case !f.field.Actor.IsZero():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(findings, func(a, b finding) int { return cmp.Compare(weight(a), weight(b)) })
	for _, f := range findings[:min(n, len(findings))] {
		fmt.Fprintf(w, "  - %s: %s", f.cluster, f.object.Key)
		if len(f.field.Path) == 0 {
			fmt.Fprintf(w, " is %s\n    declared by %s\n", f.object.Detail, f.object.Declared)
			continue
		}
		fmt.Fprintf(w, " %s %s: want %s, live %s\n", f.field.Path, f.field.Detail, f.field.Want, f.field.Live)
		fmt.Fprintf(w, "    declared by %s\n", f.field.Declared)
		for _, cause := range f.field.Declared.Causes {
			fmt.Fprintf(w, "    with the value of %s\n", cause)
		}
		if a := f.field.Actor; !a.IsZero() {
			fmt.Fprintf(w, "    changed by %s, at %s or before\n", cmp.Or(a.Tool, a.Manager), a.Time)
		}
	}
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	if other == nil {
		return errors.New("unknown")
	}
	return other
}
