package manifests

import (
	"context"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Engine renders the manifests of layers. The zero Engine is ready.
type Engine struct{}

var _ render.Engine = Engine{}

// Render implements [render.Engine].
func (Engine) Render(_ context.Context, request render.Request) (render.Part, error) {
	var part render.Part
	fixed := render.FixedOf(request.Stack)
	for i, l := range request.Stack.Layers() {
		if len(l.Manifests) == 0 {
			continue
		}
		w := &work{layer: l, cache: request.Cache, fixed: fixed}
		w.read()
		w.judge()
		w.patch()
		part.Layers = append(part.Layers, render.LayerID(l))
		part.Diagnostics = append(part.Diagnostics, w.diags...)
		for _, o := range w.objects {
			part.Own = append(part.Own, render.Item{
				Object: o,
				Phase:  render.Phase{Target: render.Workload, Position: i + 1, Layer: render.LayerID(l), Step: render.StepOf(o.Key())},
			})
		}
	}
	return part, nil
}

// work is the rendering of one layer.
type work struct {
	layer   profile.StackLayer
	cache   *render.Cache
	fixed   render.Fixed
	objects []render.Object
	diags   diag.Diagnostics
}

func (w *work) add(found diag.Diagnostic) { w.diags = append(w.diags, found) }

// judge holds the objects as they were read to what the stack fixes. That
// depends on the stack and is not kept with the content, which stacks share.
func (w *work) judge() {
	if w.fixed.IsZero() {
		return
	}
	for _, o := range w.objects {
		w.diags = append(w.diags, w.fixed.Made(render.LayerID(w.layer), o)...)
	}
}

func (w *work) read() {
	for _, f := range w.layer.Manifests {
		if f.Expand {
			w.expanded(f)
			continue
		}
		parsed := w.parse(f)
		w.objects = append(w.objects, parsed.objects...)
		w.diags = append(w.diags, parsed.diags...)
	}
}

func (w *work) expanded(f profile.File) {
	for _, v := range f.Objects() {
		o, err := render.FromTree(v.Tree())
		if err != nil {
			w.add(diag.Errorf("render.object", v.Tree().Place().Range(), "%v", err).WithDetail("every object has apiVersion, kind and metadata.name"))
			continue
		}
		w.objects = append(w.objects, o)
	}
}

// content is what one file holds; clusters share it.
type content struct {
	objects []render.Object
	diags   diag.Diagnostics
}

// contentKey identifies a file by what it holds and by who wrote it, because
// origins name the layer.
type contentKey struct {
	ref                 profile.Ref
	layer, file, digest string
}

func (w *work) parse(f profile.File) content {
	key := contentKey{ref: w.layer.Profile, layer: w.layer.Name, file: f.Name, digest: f.Digest}
	v, err := w.cache.Do(key, func() (any, error) { return w.parseNow(f), nil })
	if err != nil {
		return content{}
	}
	return v.(content)
}

func (w *work) parseNow(f profile.File) content {
	writer := &value.Writer{File: f.Name, Kind: diag.Manifest, Document: w.layer.Profile.String(), Layer: w.layer.Name, Owner: f.Owner}
	trees, diags := source.Manifests(writer, f.Data, source.ManifestLimits)
	c := content{diags: diags}
	for _, tree := range trees {
		o, err := render.FromTree(tree)
		if err != nil {
			c.diags = append(c.diags, diag.Errorf("render.object", tree.Place().Range(), "%v", err).WithDetail("every object has apiVersion, kind and metadata.name"))
			continue
		}
		c.objects = append(c.objects, o)
	}
	return c
}
