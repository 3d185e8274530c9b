package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

type renderCommand struct {
	workspaceFlags
	Cluster string `help:"Only this cluster, [hub/]namespace/name." placeholder:"KEY"`
	Out     string `help:"Directory to write to; without it the objects go to standard output." type:"path" placeholder:"DIR"`
}

type renderResult struct {
	APIVersion string `json:"apiVersion"`
	Clusters   int    `json:"clusters"`
	Sets       int    `json:"sets"`
	Objects    int    `json:"objects"`
	Out        string `json:"out,omitempty"`
	// Items are the objects, where they are not written to files.
	Items []render.Item `json:"items,omitempty"`
}

func newRenderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

// Run renders the clusters. One wrong cluster refuses the whole rendering and
// nothing is written.
func (c renderCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	if found := ws.refused(); len(found) > 0 {
		return refuse(s, c.formatFlag, "render", found, ws.fsys)
	}
	keys, err := ws.keys(c.Cluster)
	if err != nil {
		return err
	}
	if c.Out == "" {
		return c.stream(ctx, s, ws, keys)
	}
	return c.tree(ctx, s, ws, keys)
}

func (c renderCommand) tree(ctx context.Context, s streams, ws opened, keys []profile.Key) error {
	tree, err := render.NewTree(c.Out)
	if err != nil {
		return err
	}
	defer tree.Abort()
	found, err := renderKeys(ctx, s, ws, keys, tree.Add)
	if err != nil {
		return err
	}
	if found.HasErrors() {
		return refuse(s, c.formatFlag, "render", found, ws.fsys)
	}
	if err := tree.Commit(c.Cluster == ""); err != nil {
		return err
	}
	result := renderResult{APIVersion: apiVersion("render"), Clusters: len(keys), Sets: tree.Sets(), Objects: tree.Files(), Out: c.Out}
	if c.json() {
		return printJSON(s.out, result)
	}
	fmt.Fprintf(s.out, "%s in %s, sharing %s, written to %s\n", plural(result.Objects, "object"), plural(result.Clusters, "cluster"), plural(result.Sets, "class set"), c.Out)
	return nil
}

// stream writes all bundles to standard output once all of them are rendered.
func (c renderCommand) stream(ctx context.Context, s streams, ws opened, keys []profile.Key) error {
	var bundles []render.Bundle
	found, err := renderKeys(ctx, s, ws, keys, func(b render.Bundle) error {
		bundles = append(bundles, b)
		return nil
	})
	if err != nil {
		return err
	}
	if found.HasErrors() {
		return refuse(s, c.formatFlag, "render", found, ws.fsys)
	}
	if c.json() {
		return printJSON(s.out, listed(bundles))
	}
	return render.WriteYAML(s.out, bundles...)
}

// listed are bundles as one result, the shared sets each once.
func listed(bundles []render.Bundle) renderResult {
	out := renderResult{APIVersion: apiVersion("render"), Clusters: len(bundles)}
	seen := map[string]bool{}
	for _, b := range bundles {
		for _, set := range b.Shared() {
			if id := b.Key().Hub + "/" + set.Digest; !seen[id] {
				seen[id] = true
				out.Items = append(out.Items, set.Items...)
			}
		}
	}
	for _, b := range bundles {
		out.Items = append(out.Items, b.Own()...)
	}
	out.Sets, out.Objects = len(seen), len(out.Items)
	return out
}

// renderKeys resolves and renders clusters on all processors and hands the
// bundles to each in the order of the keys.
func renderKeys(ctx context.Context, s streams, ws opened, keys []profile.Key, each func(render.Bundle) error) (diag.Diagnostics, error) {
	renderer := newRenderer()
	var diags diag.Diagnostics
	bar := newProgress(s.errors, "rendering cluster", len(keys))
	const batch = 256
	for start := 0; start < len(keys); start += batch {
		part := keys[start:min(start+batch, len(keys))]
		for _, r := range renderBatch(ctx, renderer, ws, part) {
			bar.step()
			diags = append(diags, r.diags...)
			var input *render.InputError
			switch {
			case errors.As(r.err, &input):
				diags = append(diags, input.Diagnostics...)
			case r.err != nil:
				return nil, r.err
			case each != nil && r.bundle != nil && !diags.HasErrors():
				if err := each(*r.bundle); err != nil {
					return nil, err
				}
			}
		}
	}
	return diags.Sorted(), nil
}

type rendered struct {
	bundle *render.Bundle
	diags  diag.Diagnostics
	err    error
}

func renderBatch(ctx context.Context, renderer *render.Renderer, ws opened, keys []profile.Key) []rendered {
	out := make([]rendered, len(keys))
	work := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range work {
				out[i] = renderOne(ctx, renderer, ws, keys[i])
			}
		})
	}
	for i := range keys {
		work <- i
	}
	close(work)
	wg.Wait()
	return out
}

func renderOne(ctx context.Context, renderer *render.Renderer, ws opened, key profile.Key) rendered {
	stack, diags := ws.Resolve(key)
	if stack == nil {
		return rendered{diags: diags}
	}
	b, err := renderer.Bundle(ctx, stack)
	if err != nil {
		return rendered{diags: diags, err: err}
	}
	return rendered{bundle: &b, diags: diags}
}
