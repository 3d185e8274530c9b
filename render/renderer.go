package render

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options of a Renderer. The zero Options are good for most.
type Options struct {
	// Cache is shared with other renderers. Default: one of its own.
	Cache *Cache
}

// Renderer makes bundles of stacks. It may be used by many goroutines.
type Renderer struct {
	engines []Engine
	cache   *Cache
}

// New makes a renderer that asks each engine for its part.
func New(options Options, engines ...Engine) *Renderer {
	if options.Cache == nil {
		options.Cache = &Cache{}
	}
	return &Renderer{engines: slices.Clone(engines), cache: options.Cache}
}

// InputError is the error of a stack that cannot be rendered because of what it
// says.
type InputError struct{ Diagnostics diag.Diagnostics }

// Error lists the findings, one a line.
func (e *InputError) Error() string {
	if err := e.Diagnostics.Err(); err != nil {
		return err.Error()
	}
	return "rendering: bad input"
}

// Bundle renders a stack. It fails with an [InputError] when the stack says
// something that cannot be rendered: content without an engine, two layers that
// make different objects of one identity, a field of an object that another
// owner fixes, what an engine refuses. Other errors come from the engines or the
// context.
func (r *Renderer) Bundle(ctx context.Context, stack *profile.Stack) (Bundle, error) {
	b := Bundle{key: stack.Key(), stack: stack.Digest()}
	var diags diag.Diagnostics
	rendered := map[string]bool{}
	for _, engine := range r.engines {
		if err := ctx.Err(); err != nil {
			return Bundle{}, fmt.Errorf("rendering %s: %w", stack.Key(), err)
		}
		part, err := engine.Render(ctx, Request{Stack: stack, Cache: r.cache})
		if err != nil {
			return Bundle{}, fmt.Errorf("rendering %s: %w", stack.Key(), err)
		}
		b.shared = append(b.shared, part.Shared...)
		b.own = append(b.own, part.Own...)
		diags = append(diags, part.Diagnostics...)
		for _, layer := range part.Layers {
			rendered[layer] = true
		}
	}
	diags = append(diags, withoutEngine(stack, rendered)...)
	slices.SortStableFunc(b.own, compareItems)
	slices.SortFunc(b.shared, func(x, y Set) int { return strings.Compare(x.Name, y.Name) })
	b.own, diags = unique(b.own, diags)
	diags = append(diags, judgeFixed(FixedOf(stack), b, !diags.HasErrors())...)
	if diags.HasErrors() {
		return Bundle{}, &InputError{Diagnostics: diags.Sorted()}
	}
	return b, nil
}

// judgeFixed holds the objects of a bundle to what the layers fix. complete says
// that all objects are there.
func judgeFixed(f Fixed, b Bundle, complete bool) diag.Diagnostics {
	if f.IsZero() {
		return nil
	}
	items := b.items()
	diags := f.judgeHub(items)
	if complete && !diags.HasErrors() {
		diags = append(diags, f.unmatched(items)...)
	}
	return diags
}

func withoutEngine(stack *profile.Stack, rendered map[string]bool) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, l := range stack.Layers() {
		if len(l.Manifests) == 0 && l.Helm == nil {
			diags = append(diags, withoutObjects(l)...)
			continue
		}
		if rendered[LayerID(l)] {
			continue
		}
		what := "manifests"
		if l.Helm != nil {
			what = "helm"
		}
		diags = append(diags, diag.Errorf("render.no-engine", l.Origin.Range, "no engine renders the %s content of layer %s of %s", what, l.Name, l.Profile).
			WithDetail("give the renderer an engine for %s, or use content of another kind", what))
	}
	return diags
}

// withoutObjects refuses the patches of a layer that no engine is asked about.
func withoutObjects(l profile.StackLayer) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, p := range l.Patches {
		diags = append(diags, diag.Errorf("render.patch-target", p.Range, "the patch matches no object of layer %s", l.Name).
			WithDetail("the layer has no content; patches change objects of manifests and charts, capi: what Cluster API gets"))
	}
	return diags
}

// LayerID names a layer uniquely in a stack: "profile/layer".
func LayerID(l profile.StackLayer) string { return l.Profile.Name + "/" + l.Name }

// unique keeps one of equal objects and reports different ones of one identity.
func unique(items []Item, diags diag.Diagnostics) ([]Item, diag.Diagnostics) {
	type identity struct {
		target Target
		key    Key
	}
	first := make(map[identity]Item, len(items))
	kept := items[:0:0]
	for _, item := range items {
		id := identity{item.Phase.Target, item.Key()}
		other, twice := first[id]
		switch {
		case !twice || item.Key().Name == "":
			first[id] = item
			kept = append(kept, item)
		case !item.Tree().Equal(other.Tree()):
			diags = append(diags, duplicate(other, item))
		}
	}
	return kept, diags
}

func duplicate(a, b Item) diag.Diagnostic {
	at, other := b.Origin(nil), a.Origin(nil)
	return diag.Errorf("render.duplicate-object", at.Range, "layers %s and %s both make %s, with different content", a.Phase.Layer, b.Phase.Layer, b.Key()).
		WithDetail("let one layer own the object, or make both the same").
		WithRelated(other.Range, "layer %s, owner %s, makes it here", a.Phase.Layer, other.Owner)
}
