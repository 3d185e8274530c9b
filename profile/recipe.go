package profile

import (
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// recipe is what a stack is made of, before the cluster itself: clusters of one
// recipe share a composition.
type recipe struct {
	releases []*release // of the cluster, then those that overlays add
	own      int        // how many the cluster names itself
	presets  []*preset
	overlays []*overlay // by ascending order
	rules    *ownership // of the library, nil for none
}

// broken reports whether something is wrong with one of the releases, which is
// told.
func (r recipe) broken() bool {
	return slices.ContainsFunc(r.releases, func(rel *release) bool { return rel.broken })
}

// key tells recipes apart.
func (r recipe) key() string {
	var b strings.Builder
	for i, rel := range r.releases {
		if i == r.own {
			b.WriteString("+")
		}
		b.WriteString(rel.ref.String() + "\n")
	}
	for _, p := range r.presets {
		b.WriteString("/" + p.release.ref.Name + "/" + p.Group + "/" + p.Name + "\n")
	}
	for _, o := range r.overlays {
		b.WriteString("@" + o.ref.String() + "\n")
	}
	return b.String()
}

// compose puts presets and overlays over the layers of the releases, and these
// together.
func (r recipe) compose() *composition {
	var layers layering
	for _, rel := range r.releases {
		layers.enabled = append(layers.enabled, rel.layers...)
	}
	c := &composition{recipe: r, idle: map[*overlay]diag.Diagnostics{}}
	for _, p := range r.presets {
		for _, patch := range p.patches {
			ly, err := findLayer(p.release.layersIn(layers.all()), patch.Layer)
			if err == nil { // else it was reported for the profile
				layers.put(ly, patch, c)
			}
		}
	}
	for _, o := range r.overlays {
		c.overlay(o, &layers)
	}
	c.patched = patchFindings{idle: maps.Clone(c.idle), diags: slices.Clip(c.diags)}
	c.compose(layers)
	return c
}

// said is what tells findings apart; hints may differ by the stack.
type said struct {
	at                  diag.Range
	code, path, summary string
}

func saidBy(d diag.Diagnostic) said { return said{d.Range, d.Code, d.Path, d.Summary} }

// without leaves out findings that were reported before.
func without(found, before diag.Diagnostics) diag.Diagnostics {
	if len(found) == 0 || len(before) == 0 {
		return found
	}
	known := make(map[said]bool, len(before))
	for _, d := range before {
		known[saidBy(d)] = true
	}
	return slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return known[saidBy(d)] })
}

// layersIn are those of the layers that belong to the release.
func (r *release) layersIn(layers []*layer) []*layer {
	return slices.DeleteFunc(slices.Clone(layers), func(ly *layer) bool { return ly.release != r })
}

// overlay puts an overlay over the layers. What it says of layers that the stack
// does not have is idle: it may be meant for other clusters.
func (c *composition) overlay(o *overlay, layers *layering) {
	for i, patch := range o.patches {
		ly, err := findLayer(layers.all(), patch.Layer)
		if err != nil {
			at := diag.Fields("spec", "layers").Join(diag.Index(i), diag.Field("layer"))
			found := diag.Errorf("profile.unknown-layer", o.At(at), "%v", err).WithDetail("%s", layerHint(err)).WithPath(at)
			if !isUnknownLayer(err) {
				c.add(found)
				continue
			}
			c.idle[o] = append(c.idle[o], found)
			continue
		}
		layers.put(ly, patch, c)
	}
}

// layering is the layers of a stack while patches are put over them.
type layering struct{ enabled, disabled []*layer }

func (l *layering) all() []*layer { return slices.Concat(l.enabled, l.disabled) }

// put puts a patch over one of the layers. Findings go to c.
func (l *layering) put(ly *layer, p layerPatch, c *composition) *layer {
	patched, found := p.over(ly)
	c.diags = append(c.diags, found...)
	enabled := slices.Contains(l.enabled, ly)
	if p.Enabled != nil {
		enabled, patched.off = *p.Enabled, p.root.Get("enabled")
	}
	if !enabled {
		c.checkDisabled(ly, p)
	}
	i := slices.Index(l.enabled, ly)
	l.disabled = slices.DeleteFunc(l.disabled, func(o *layer) bool { return o == ly })
	switch {
	case i >= 0 && enabled:
		l.enabled[i] = patched
	case i >= 0:
		l.enabled = slices.Delete(l.enabled, i, i+1)
		l.disabled = append(l.disabled, patched)
	case enabled:
		l.enabled = append(l.enabled, patched)
	default:
		l.disabled = append(l.disabled, patched)
	}
	return patched
}

// giveValues gives the values that defaults and overlays give to the variables of
// each release, what expressions see as vars where a cluster sets nothing.
func (c *composition) giveValues() {
	c.given, c.unfit = make(map[string]*value.Node, len(c.recipe.releases)), map[string]bool{}
	c.judgeOverlays()
	for _, rel := range c.recipe.releases {
		var fields []value.Entry
		for _, in := range rel.inputs {
			if in == nil {
				continue // whose declaration has mistakes
			}
			if n := c.givenValue(in); n != nil {
				fields = append(fields, value.Entry{Name: in.Name, Key: n.Place(), Value: c.marked(in, n)})
			}
		}
		c.given[rel.ref.Name] = value.NewMap(fields, value.Place{})
	}
}

// givenValue is the strongest value that an overlay or a default gives, with the
// defaults of the properties it lacks.
func (c *composition) givenValue(in *input) *value.Node {
	for n := range c.written(in.Name, []string{in.release.ref.Name}) {
		if n == in.preset {
			return n
		}
		return in.form.filled(n)
	}
	return nil
}

// judgeOverlays judges the values that overlays set. Variables that no profile
// of the stack declares are idle.
func (c *composition) judgeOverlays() {
	known, left := c.variables, maxMatching
	for _, o := range c.recipe.overlays {
		at := diag.Fields("spec", "variables")
		var idle diag.Diagnostics
		for _, f := range o.root.Find(at).Fields() {
			inputs := c.inputsNamed(f.Name)
			if len(inputs) == 0 {
				near := ""
				if len(idle) < maxSlips {
					near, _ = diag.Nearest(f.Name, known)
				}
				idle = append(idle, diag.Errorf("profile.undeclared-variable", f.Key.Range(), "no profile declares variable %q", f.Name).
					WithDetail("%s", meantHint(near, known, "variables")).WithPath(at.Join(diag.Field(f.Name))))
				continue
			}
			if inputs[0].Scope == PoolScope {
				c.add(wrongScope(f, at, inputs[0], "pools of clusters set it: pools.workers[].variables"))
				c.unfit[inputs[0].Name] = true
				continue
			}
			if found := c.judged(inputs, f, at, &left); !f.Value.IsNull() && len(found) > 0 {
				c.diags = append(c.diags, found...)
				c.unfit[inputs[0].Name] = true
			}
		}
		c.idle[o] = slices.Concat(c.idle[o], idle)
	}
}
