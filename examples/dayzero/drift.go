package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

type driftCommand struct {
	workspaceFlags
	Cluster  string   `help:"Compare what this cluster of the workspace renders to, [hub/]namespace/name." placeholder:"KEY"`
	Desired  []string `help:"Desired objects: a file or directory of YAML, - for standard input (repeatable)." placeholder:"PATH" sep:"none"`
	Live     []string `help:"What was read from the cluster, in the same forms (repeatable)." placeholder:"PATH" required:"" sep:"none"`
	Previous []string `help:"What was applied last, in the same forms (repeatable)." placeholder:"PATH" sep:"none"`
	Manager  string   `help:"Field manager that the desired objects are applied with." default:"dayzero"`
}

// Run compares. Drift gives exit status 1; what could not be judged does not.
func (c driftCommand) Run(ctx context.Context, s streams) error {
	if (c.Cluster == "") == (len(c.Desired) == 0) {
		return errors.New("drift takes either --desired or --cluster")
	}
	desired, previous := c.Desired, c.Previous
	r := reader{in: s.in}
	liveObjects := r.all(c.Live)
	want := r.all(desired)
	evidence := drift.Evidence{FieldManager: c.Manager}
	if len(previous) > 0 {
		evidence.Previous = r.all(previous)
	}
	if r.err != nil {
		return r.err
	}
	live, found := drift.NewLive(liveObjects)
	if r.diags = append(r.diags, found...); r.diags.HasErrors() {
		return refuse(s, c.formatFlag, "drift", r.diags, r.excerpts())
	}
	if c.Cluster != "" {
		var err error
		if want, err = c.rendered(ctx, s); err != nil {
			return err
		}
		live.Objects = withoutNeighbours(live.Objects, want)
	}
	report := drift.Compare(want, live, evidence)
	if err := c.print(s, report); err != nil {
		return err
	}
	if report.Drifted() {
		return errFindings
	}
	return nil
}

func (c driftCommand) print(s streams, report drift.Report) error {
	if c.json() {
		return printJSON(s.out, report)
	}
	_, err := io.WriteString(s.out, report.Text())
	return err
}

// rendered are the objects that the cluster renders to.
func (c driftCommand) rendered(ctx context.Context, s streams) ([]render.Object, error) {
	ws, err := c.open()
	if err != nil {
		return nil, err
	}
	if found := ws.errorsOnly(); len(found) > 0 {
		return nil, refuse(s, c.formatFlag, "drift", found, ws.fsys)
	}
	stack, err := ws.stack(s, c.formatFlag, "drift", c.Cluster)
	if err != nil {
		return nil, err
	}
	bundle, err := newRenderer().Bundle(ctx, stack)
	var input *render.InputError
	if errors.As(err, &input) {
		return nil, refuse(s, c.formatFlag, "drift", input.Diagnostics, ws.fsys)
	}
	if err != nil {
		return nil, err
	}
	var objects []render.Object
	for item := range bundle.All() {
		objects = append(objects, item.Object)
	}
	return objects, nil
}

// withoutNeighbours leaves out what a hub holds for other clusters: Cluster API
// objects that this cluster does not declare.
func withoutNeighbours(live, want []render.Object) []render.Object {
	declared := map[render.Key]bool{}
	for _, o := range want {
		declared[o.Key()] = true
	}
	return slices.DeleteFunc(slices.Clone(live), func(o render.Object) bool {
		group := o.Key().Group
		return (group == "cluster.x-k8s.io" || strings.HasSuffix(group, ".cluster.x-k8s.io")) && !declared[o.Key()]
	})
}

// reader reads manifests from files, directories and standard input, and keeps
// the texts for excerpts.
type reader struct {
	in    io.Reader
	texts map[string][]byte
	diags diag.Diagnostics
	err   error
}

func (r *reader) all(paths []string) []render.Object {
	var out []render.Object
	for _, p := range paths {
		if p == "-" {
			data, err := io.ReadAll(r.in)
			out = append(out, r.objects("standard input", data, err)...)
			continue
		}
		out = append(out, r.tree(p)...)
	}
	return out
}

func (r *reader) tree(root string) []render.Object {
	var out []render.Object
	err := filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if p != root && !isManifest(p) {
			return nil
		}
		data, err := os.ReadFile(p)
		out = append(out, r.objects(filepath.ToSlash(p), data, err)...)
		return nil
	})
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("reading %s: %w", root, err)
	}
	return out
}

func isManifest(p string) bool {
	switch strings.ToLower(filepath.Ext(p)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func (r *reader) objects(name string, data []byte, err error) []render.Object {
	if err != nil {
		if r.err == nil {
			r.err = fmt.Errorf("reading %s: %w", name, err)
		}
		return nil
	}
	if r.texts == nil {
		r.texts = map[string][]byte{}
	}
	r.texts[name] = data
	objects, diags := render.Objects(name, data)
	r.diags = append(r.diags, diags...)
	return objects
}

// excerpts finds the lines that diagnostics point to, by the names of the texts.
func (r *reader) excerpts() fs.FS { return textFiles(r.texts) }
