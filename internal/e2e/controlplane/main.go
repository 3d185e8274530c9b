package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

func main() {
	plain := flag.Bool("plain", false, "start an API server without Cluster API")
	build := flag.Bool("build", false, "build what is missing for tests too, and start nothing")
	keep := flag.Bool("keep", false, "leave logs and data in place at the end")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	context.AfterFunc(ctx, cancel) // a second interrupt ends at once
	if err := run(ctx, *plain, *build, plane.Options{Progress: progress, Keep: *keep}); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(1)
	}
}

func progress(message string) { fmt.Fprintln(os.Stderr, message) }

func run(ctx context.Context, plain, build bool, options plane.Options) error {
	if build {
		return buildAll(ctx, options)
	}
	begin, start := time.Now(), plane.Start
	if plain {
		start = plane.StartAPIServer
	}
	p, err := start(ctx, options)
	if err != nil {
		return err
	}
	progress(fmt.Sprintf("ready in %s", time.Since(begin).Round(time.Second)))
	text, err := invitation(p, plain)
	if err == nil {
		fmt.Print(text)
		err = watch(ctx, p)
	}
	return errors.Join(err, p.Stop())
}

// buildAll makes the servers, and the oracle that tests ask.
func buildAll(ctx context.Context, options plane.Options) error {
	if _, err := plane.Build(ctx, options); err != nil {
		return err
	}
	_, err := oracle.Build(ctx, oracle.Options{Cache: options.Cache, Progress: options.Progress})
	return err
}

// watch returns when the context ends, or with an error when a server does.
func watch(ctx context.Context, p *plane.Plane) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			progress("stopping")
			return nil
		case <-tick.C:
			if err := p.Err(); err != nil {
				return err
			}
		}
	}
}
