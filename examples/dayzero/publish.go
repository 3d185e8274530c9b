package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

type publishCommand struct {
	workspaceFlags
	Versions []string `arg:"" optional:"" help:"Versions of profiles and overlays. Default: all that are not published, without -dev versions." name:"name@version"`
	DryRun   bool     `help:"Print the lines and write nothing."`
}

type publishResult struct {
	APIVersion string   `json:"apiVersion"`
	Published  []string `json:"published"`
	// Unpublished are versions that have no line yet.
	Unpublished []string `json:"unpublished"`
	DryRun      bool     `json:"dryRun,omitempty"`
}

// Run adds a line to library.sum for each version, after which it never changes.
func (c publishCommand) Run(s streams) error {
	fsys, err := c.files()
	if err != nil {
		return err
	}
	ws := load(libraryOnly{fsys})
	unpublished := func(d diag.Diagnostic) bool { return d.Code == "profile.unpublished" }
	if found := slices.DeleteFunc(ws.refused(), unpublished); len(found) > 0 {
		return refuse(s, c.formatFlag, "publish", found, ws.fsys)
	}
	refs, err := parseTargets(c.Versions)
	if err != nil {
		return err
	}
	if len(refs) == 0 {
		refs = ws.Unpublished(ws.Sum())
	}
	sum, err := ws.Publish(ws.Sum(), refs...)
	if errors.Is(err, profile.ErrImmutable) {
		return refuse(s, c.formatFlag, "publish", diag.Diagnostics{diag.Errorf("profile.immutable", diag.Range{File: "library.sum"}, "%v", err)}, ws.fsys)
	}
	if err != nil {
		return err
	}
	result := publishResult{APIVersion: apiVersion("publish"), Published: newLines(ws.Sum(), sum), Unpublished: []string{}, DryRun: c.DryRun}
	for _, ref := range ws.Unpublished(sum) {
		result.Unpublished = append(result.Unpublished, ref.String())
	}
	if !c.DryRun && len(result.Published) > 0 {
		if err := appendSum(c.Workspace, result.Published); err != nil {
			return err
		}
	}
	return c.print(s, result)
}

// libraryOnly is a workspace without its fleet, so that a broken cluster hinders
// no publishing, and what a cluster makes of a profile is not the profile's.
type libraryOnly struct{ fs.FS }

func (l libraryOnly) Open(name string) (fs.File, error) {
	if inFleet(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return l.FS.Open(name)
}

func (l libraryOnly) ReadLink(name string) (string, error) { return fs.ReadLink(l.FS, name) }

// Lstat makes links seen, which are refused.
func (l libraryOnly) Lstat(name string) (fs.FileInfo, error) {
	if inFleet(name) {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	return fs.Lstat(l.FS, name)
}

// inFleet reports whether a file is no part of the library.
func inFleet(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"fleet", "fleet.lock", "hubs", "strategies"}, top)
}

func (c publishCommand) print(s streams, result publishResult) error {
	if c.json() {
		return printJSON(s.out, result)
	}
	for _, line := range result.Published {
		fmt.Fprintln(s.out, line)
	}
	verb := "published"
	if c.DryRun {
		verb = "to publish"
	}
	fmt.Fprintf(s.out, "%s %s\n", plural(len(result.Published), "version"), verb)
	if len(result.Unpublished) > 0 {
		fmt.Fprintf(s.out, "without a line: %s\n", strings.Join(result.Unpublished, ", "))
	}
	return nil
}

// newLines are the lines of sum that have lacks.
func newLines(have, sum profile.Sum) []string {
	out := []string{}
	for _, ref := range sum.Refs() {
		if _, published := have.Digest(ref); !published {
			digest, _ := sum.Digest(ref)
			out = append(out, ref.String()+" "+digest)
		}
	}
	return out
}

// appendSum adds lines to library.sum in one step. What is there stays byte for
// byte.
func appendSum(dir string, lines []string) error {
	text, err := os.ReadFile(filepath.Join(dir, "library.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading library.sum: %w", err)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	text = append(text, strings.Join(lines, "\n")+"\n"...)
	if err := replaceFile(dir, "library.sum", text); err != nil {
		return fmt.Errorf("writing library.sum: %w", err)
	}
	return nil
}

// replaceFile writes a file of a directory in one step.
func replaceFile(dir, name string, text []byte) error {
	file, err := os.CreateTemp(dir, "."+name+"-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(file.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, name))
	}
	return err
}
