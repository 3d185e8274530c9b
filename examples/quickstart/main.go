// Command quickstart tells the story of a fleet in one run, from files alone:
// load and validate a workspace, resolve and render its hundred clusters,
// compare three of them with what was read from live ones, and plan the move to
// the next version.
//
//	go run ./examples/quickstart [--out DIR]
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"time"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
	"github.com/dayzero-sdk/dayzero/rollout"
	"github.com/dayzero-sdk/dayzero/rollout/members"
	"github.com/dayzero-sdk/dayzero/validate"
)

//go:embed workspace live
var files embed.FS

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "directory to render to (default: a new temporary one)")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unknown argument %q; usage: quickstart [--out DIR]", flag.Arg(0))
	}
	if err := run(context.Background(), os.Stdout, *out); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, out string) error {
	workspace, err := fs.Sub(files, "workspace")
	if err != nil {
		return err
	}

	// 1. Load and validate: every finding in one pass, with file and line.
	ws, diags := profile.Load(workspace, profile.Layout{})
	diags = validate.Workspace(ws, validate.Options{Loaded: diags})
	if diags.HasErrors() {
		return fmt.Errorf("%s", diags.Text(workspace))
	}
	count(w, ws)

	// 2. Resolve and render every cluster into a directory tree.
	renderer := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
	bundles, err := renderFleet(ctx, w, ws, renderer, out)
	if err != nil {
		return err
	}

	// 3. Compare three clusters with what was read from them.
	fmt.Fprintln(w, "\nCompared with what was read from three clusters:")
	var findings []finding
	for _, name := range []string{"store-0001", "store-0005", "store-0008"} {
		bundle := bundles[profile.Key{Hub: "eu-1", Namespace: "fleet", Name: name}]
		live, err := readLive(name)
		if err != nil {
			return err
		}
		report := drift.Compare(bundle.Objects(render.Workload), live, drift.Evidence{})
		sum := report.Summary()
		fmt.Fprintf(w, "  %s: %d in sync, %d drifted, %d unknown\n", name, sum.InSync, sum.Drift, sum.Unknown)
		findings = append(findings, telling(name, report)...)
	}
	tell(w, findings, 2)

	// 4. Plan the move to the next version, and say when it is done.
	next, diags := members.Target(ws, profile.Ref{Name: "mem-base", Version: "1.2.0"})
	if diags.HasErrors() {
		return diags.Err()
	}
	fleet, diags, err := members.Between(ctx, renderer, ws, next)
	if err != nil || diags.HasErrors() {
		return fmt.Errorf("comparing versions: %w", orElse(err, diags.Err()))
	}
	strategy, _ := ws.Strategy("standard")
	plan, diags := rollout.Compile(fleet, strategy, rollout.Options{})
	if diags.HasErrors() {
		return diags.Err()
	}
	start := time.Date(2026, time.December, 1, 8, 0, 0, 0, time.UTC)
	fmt.Fprintf(w, "\nThe move to mem-base 1.2.0 (kubernetes 1.34 -> 1.35):\n%s\n%s", plan.Text(), rollout.Forecast(plan, rollout.ByImpact(durations), start))
	return nil
}

// durations are how long hops take here, by what they do to a cluster.
var durations = map[profile.Impact]time.Duration{
	profile.InPlace:  5 * time.Minute,
	profile.Restart:  10 * time.Minute,
	profile.NodeRoll: 45 * time.Minute,
}
