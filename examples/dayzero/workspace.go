package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/validate"
)

// directory decodes a flag. Kong would take the empty text, mostly a variable of
// a shell that is not set, for the current directory.
func directory(ctx *kong.DecodeContext, target reflect.Value) error {
	var name string
	if err := ctx.Scan.PopValueInto("directory", &name); err != nil {
		return err
	}
	if name == "" {
		return errors.New("an empty text names no directory; write . for the current one")
	}
	target.SetString(kong.ExpandPath(name))
	return nil
}

// workspaceFlags choose a workspace and how results are printed.
type workspaceFlags struct {
	Workspace string `help:"Directory of the workspace." default:"." type:"path" placeholder:"DIR"`
	formatFlag
}

// opened is a loaded workspace.
type opened struct {
	*profile.Workspace
	fsys  fs.FS
	diags diag.Diagnostics // of loading
}

// open loads the workspace. The directory is opened so that nothing outside it
// can be read.
func (f workspaceFlags) open() (opened, error) {
	fsys, err := f.files()
	if err != nil {
		return opened{}, err
	}
	return load(fsys), nil
}

func (f workspaceFlags) files() (fs.FS, error) {
	root, err := os.OpenRoot(f.Workspace)
	if err != nil {
		return nil, fmt.Errorf("opening the workspace: %w", err)
	}
	return root.FS(), nil
}

func load(fsys fs.FS) opened {
	ws, diags := profile.Load(fsys, profile.Layout{})
	return opened{Workspace: ws, fsys: fsys, diags: diags}
}

// errorsOnly are the findings of loading that stop a command which is not about
// them: warnings stay with validate.
func (o opened) errorsOnly() diag.Diagnostics { return errorsOf(o.diags) }

// ofLibrary are those of them that stop a command about the library: a broken
// cluster does not.
func (o opened) ofLibrary() diag.Diagnostics {
	return slices.DeleteFunc(o.errorsOnly(), func(d diag.Diagnostic) bool { return inFleet(d.Range.File) })
}

// refused are the errors that validate finds, for commands that make or write
// something: what is not supported must not be ignored on the way.
func (o opened) refused() diag.Diagnostics {
	return errorsOf(validate.Workspace(o.Workspace, validate.Options{Loaded: o.diags}))
}

// judged are the findings of validate, those of rendering among them: of the
// clusters that resolve, whatever is wrong with others.
func (o opened) judged(ctx context.Context, s streams, opts validate.Options) (diag.Diagnostics, error) {
	ds := validate.Workspace(o.Workspace, opts)
	found, err := renderKeys(ctx, s, o, resolving(o, ds), nil)
	noEngine := func(d diag.Diagnostic) bool { return d.Code == "render.no-engine" } // an information already
	return append(ds, slices.DeleteFunc(found, noEngine)...).Sorted(), err
}

// unrendered are the errors among them, for commands that do not render what they
// are about.
func (o opened) unrendered(ctx context.Context, s streams) (diag.Diagnostics, error) {
	ds, err := o.judged(ctx, s, validate.Options{Loaded: o.diags})
	return errorsOf(ds), err
}

// resolving are the clusters that can be rendered, to find what is wrong with that
// in the same run.
func resolving(ws opened, found diag.Diagnostics) []profile.Key {
	keys := slices.Collect(ws.Clusters())
	if !found.HasErrors() {
		return keys
	}
	return slices.DeleteFunc(keys, func(key profile.Key) bool {
		stack, _ := ws.Resolve(key)
		return stack == nil
	})
}

func errorsOf(ds diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range ds {
		if d.Severity == diag.Error {
			out = append(out, d)
		}
	}
	return out
}

// key finds a cluster by [hub/]namespace/name, or by name alone where only one
// cluster has it.
func (o opened) key(text string) (profile.Key, error) {
	var found []profile.Key
	var known []string
	for k := range o.Clusters() {
		known = append(known, k.String())
		if k.String() == text || k.Namespace+"/"+k.Name == text || k.Name == text {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		message := fmt.Sprintf("there is no cluster %q in the workspace", text)
		if near, ok := diag.Nearest(text, withParts(known)); ok {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		return profile.Key{}, errors.New(message)
	}
	return profile.Key{}, fmt.Errorf("%q names %d clusters; write hub/namespace/name, for instance %s", text, len(found), found[0])
}

// stack resolves the cluster that a command is about, and prints what is wrong
// with it. One that is not there may be in a document that could not be read.
func (o opened) stack(s streams, f formatFlag, command, cluster string) (*profile.Stack, error) {
	broken := o.errorsOnly()
	key, err := o.key(cluster)
	if err != nil && len(broken) > 0 {
		fmt.Fprintln(s.errors, "dayzero:", err)
		return nil, refuse(s, f, command, broken, o.fsys)
	}
	if err != nil {
		return nil, err
	}
	stack, found := o.Resolve(key)
	if stack == nil {
		return nil, refuse(s, f, command, append(broken, found...), o.fsys)
	}
	return stack, nil
}

// withParts adds to each key the shorter forms that name it.
func withParts(keys []string) []string {
	var out []string
	for _, k := range keys {
		_, rest, _ := strings.Cut(k, "/")
		_, name, _ := strings.Cut(rest, "/")
		out = append(out, k, rest, name)
	}
	return out
}

// keys are the clusters a command is about: the one that is named, or all.
func (o opened) keys(cluster string) ([]profile.Key, error) {
	if cluster == "" {
		var all []profile.Key
		for k := range o.Clusters() {
			all = append(all, k)
		}
		return all, nil
	}
	k, err := o.key(cluster)
	return []profile.Key{k}, err
}
