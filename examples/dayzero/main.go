// Command dayzero is the SDK embedded in a command-line tool: it validates,
// explains, renders, compares, locks, publishes and plans a workspace of profiles and
// clusters, from files alone.
//
// Exit status: 0 when all is well, 1 when there are findings (errors in the
// input, or drift), 2 for wrong usage and for files that cannot be read or
// written.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Validate  validateCommand  `cmd:"" help:"Check every document of a workspace and resolve every cluster."`
	Explain   explainCommand   `cmd:"" help:"Say what a value is, where it was written and by whom."`
	Render    renderCommand    `cmd:"" help:"Write the Cluster API objects and add-on manifests of the clusters."`
	Drift     driftCommand     `cmd:"" help:"Compare what is desired with what was read from a cluster."`
	Lock      lockCommand      `cmd:"" help:"Write the lines that the lock lacks, or move clusters to a version."`
	Approvals approvalsCommand `cmd:"" help:"List who has to approve the change from one workspace to another."`
	Publish   publishCommand   `cmd:"" help:"Add versions to library.sum, after which they never change."`
	Diff      diffCommand      `cmd:"" help:"Compare two versions of a profile and judge the version that is declared."`
	Path      pathCommand      `cmd:"" help:"Say through which versions a cluster gets to its target."`
	Vet       vetCommand       `cmd:"" help:"Prove profiles at the corners of their variables."`
	Docs      docsCommand      `cmd:"" help:"Write a handbook of the profiles in Markdown."`
	Plan      planCommand      `cmd:"" help:"Compile and forecast the rollout of a change."`
	Schema    schemaCommand    `cmd:"" help:"Print the JSON Schema of documents, for editors."`
}

// errFindings ends a command with exit status 1 after it has printed what it
// found.
var errFindings = errors.New("findings")

// streams are where a command reads and writes.
type streams struct {
	in          io.Reader
	out, errors io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, errors: os.Stderr}))
}

// run is main without the process: it returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	out := &keptWriter{Writer: s.out}
	s.out = out
	var cli commands
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("dayzero"),
		kong.Description("Day-0 blueprints of Kubernetes clusters: validate, explain, render, compare, plan."),
		kong.Writers(s.out, s.errors),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
		kong.NamedMapper("path", kong.MapperFunc(directory)),
	)
	if err != nil {
		fmt.Fprintln(s.errors, "dayzero:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.errors, "dayzero: %v\nTry: dayzero --help\n", err)
		return 2
	}
	err = command.Run()
	if out.err != nil {
		err = fmt.Errorf("writing the result: %w", out.err)
	}
	switch {
	case errors.Is(err, errFindings):
		return 1
	case err != nil:
		fmt.Fprintln(s.errors, "dayzero:", err)
		return 2
	}
	return 0
}
