package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/dump"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

type options struct {
	in, out, setup string
	edit           string
	manager        string
	clusterAPI     bool
	settle         time.Duration
}

func main() {
	var opts options
	flag.StringVar(&opts.in, "in", "", "folder of manifests to apply and record")
	flag.StringVar(&opts.out, "out", "", "folder to write to")
	flag.StringVar(&opts.setup, "setup", "", "folder of manifests to apply before")
	flag.StringVar(&opts.edit, "edit", "", "shell command that changes the server after applying")
	flag.StringVar(&opts.manager, "manager", "dayzero", "field manager")
	flag.BoolVar(&opts.clusterAPI, "clusterapi", false, "run Cluster API on the server")
	flag.DurationVar(&opts.settle, "settle", 0, "time for controllers to work before reading")
	flag.Parse()
	if opts.in == "" || opts.out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, opts options) error {
	start := plane.StartAPIServer
	if opts.clusterAPI {
		start = plane.Start
	}
	p, err := start(ctx, plane.Options{Progress: func(message string) { fmt.Fprintln(os.Stderr, message) }})
	if err != nil {
		return err
	}
	return errors.Join(record(ctx, p, opts), p.Stop())
}

func record(ctx context.Context, p *plane.Plane, opts options) error {
	c, err := client.New(p.Config(), client.Options{})
	if err != nil {
		return err
	}
	if opts.setup != "" {
		if _, err := apply(ctx, c, "setup", opts.setup); err != nil {
			return err
		}
	}
	all, err := apply(ctx, c, client.FieldOwner(opts.manager), opts.in)
	if err != nil {
		return err
	}
	if err := edit(ctx, opts.edit, p.Kubeconfig()); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(opts.settle):
	}
	if err := dump.Refresh(ctx, c, all); err != nil {
		return err
	}
	return dump.Write(opts.out, all)
}

func apply(ctx context.Context, c client.Client, owner client.FieldOwner, dir string) ([]dump.File, error) {
	all, err := dump.Read(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	return all, dump.Apply(ctx, c, owner, all)
}

// edit lets somebody else change the server: command finds it through KUBECONFIG.
func edit(ctx context.Context, command, kubeconfig string) error {
	if command == "" {
		return nil
	}
	shell := exec.CommandContext(ctx, "sh", "-ec", command)
	shell.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	shell.Stdout, shell.Stderr = os.Stderr, os.Stderr
	if err := shell.Run(); err != nil {
		return fmt.Errorf("editing the server: %w", err)
	}
	return nil
}
