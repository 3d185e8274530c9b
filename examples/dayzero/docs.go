package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/handbook"
)

type docsCommand struct {
	workspaceFlags
	Ref string `arg:"" optional:"" help:"The profile, NAME or NAME@VERSION. Default: the whole workspace."`
	Out string `help:"Directory to write the pages to, one file each." type:"path" placeholder:"DIR"`
}

type docsResult struct {
	APIVersion string     `json:"apiVersion"`
	Pages      []docsPage `json:"pages"`
	Out        string     `json:"out,omitempty"`
}

// docsPage is a page, whose text may be in a file instead.
type docsPage struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
}

// Run writes the handbook. Findings do not stop it: its pages say which versions
// are broken.
func (c docsCommand) Run(s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	pages, err := c.pages(ws)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writePages(c.Out, pages); err != nil {
			return fmt.Errorf("writing the handbook: %w", err)
		}
	}
	return c.print(s, pages)
}

func (c docsCommand) pages(ws opened) ([]handbook.Page, error) {
	book := handbook.Of(ws.Workspace)
	if c.Ref == "" {
		return book.Pages(), nil
	}
	ref, err := profile.ParseRef(c.Ref)
	if err != nil {
		return nil, err
	}
	page, ok := book.Page(ref)
	if !ok {
		var known []string
		for p := range ws.Profiles() {
			known = append(known, p.Ref().Name, p.Ref().String())
		}
		return nil, unknown("profile", c.Ref, known)
	}
	return []handbook.Page{page}, nil
}

// writePages writes below dir, and nowhere else, whatever profiles are called. The
// pages are staged there and then moved into place, so that what cannot be written
// leaves no half of a handbook.
func writePages(dir string, pages []handbook.Page) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(dir, ".staging-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return movePages(root, filepath.Base(staging), pages)
}

// movePages stages the pages and moves them into place, when nothing is in the
// way of any.
func movePages(root *os.Root, staging string, pages []handbook.Page) error {
	for _, p := range pages {
		for _, name := range []string{p.Name, path.Join(staging, p.Name)} {
			if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
				return err
			}
		}
		if info, err := root.Lstat(p.Name); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory", filepath.Join(root.Name(), p.Name))
		}
		if err := root.WriteFile(path.Join(staging, p.Name), []byte(p.Text), 0o644); err != nil {
			return err
		}
	}
	for _, p := range pages {
		if err := root.Rename(path.Join(staging, p.Name), p.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c docsCommand) print(s streams, pages []handbook.Page) error {
	if c.json() {
		result := docsResult{APIVersion: apiVersion("docs"), Pages: []docsPage{}, Out: c.Out}
		for _, p := range pages {
			page := docsPage(p)
			if c.Out != "" {
				page.Text = ""
			}
			result.Pages = append(result.Pages, page)
		}
		return printJSON(s.out, result)
	}
	if c.Out != "" {
		_, err := fmt.Fprintf(s.out, "%s written to %s\n", plural(len(pages), "page"), c.Out)
		return err
	}
	for i, p := range pages {
		if i > 0 {
			fmt.Fprintln(s.out)
		}
		if _, err := io.WriteString(s.out, p.Text); err != nil {
			return fmt.Errorf("writing the handbook: %w", err)
		}
	}
	return nil
}
