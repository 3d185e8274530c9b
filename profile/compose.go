package profile

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// composition is what a recipe gives, before any cluster.
type composition struct {
	recipe      recipe
	layers      []*layer // in install order
	disabled    []*layer
	capi        *value.Node
	computed    bool                        // whether keys of items in capi are
	inputs      map[string][]*input         // by name; several when profiles share one
	variables   []string                    // the names of inputs, sorted
	unjudged    map[string]bool             // names whose declarations have mistakes
	unsuited    map[*input]diag.Diagnostics // what is wrong with a default that another profile gives
	unfit       map[string]bool             // names that overlays set to what is not allowed
	changed     []diag.Path                 // fixed paths that somebody changes
	sensitive   map[string]bool             // names of which a declaration is sensitive
	given       map[string]*value.Node      // by profile name: values that need no cluster
	provided    map[string]string
	offered     *value.Node // provided, as expressions see it
	kubernetes  *layer
	classes     []string        // worker classes, sorted
	pooled      map[string]bool // by class: its content depends on the pool
	fixed       []fixed
	fields      []FixedField // of objects
	constrained []constrained
	removals    []removal
	doubtful    []doubt
	idle        map[*overlay]diag.Diagnostics
	diags       diag.Diagnostics
	patched     patchFindings

	shared  sync.Map // bound trees of slots, where they are equal for all clusters
	digests sync.Map // of trees that clusters share; empty before they are computed
	room    int      // what the values of expressions may take
	buffers sync.Pool
	once    sync.Once
	same    map[*layer]unchanging
}

// patchFindings is what was wrong with presets and overlays, and idle in them, when
// they were put over the layers: before those were put together.
type patchFindings struct {
	idle  map[*overlay]diag.Diagnostics
	diags diag.Diagnostics
}

// unchanging is a layer that is the same in all stacks of a composition: it holds
// no expression.
type unchanging struct {
	bound     StackLayer
	canonical []byte
}

// unchanging gives those layers, bound once.
func (c *composition) unchanging() map[*layer]unchanging {
	c.once.Do(func() {
		c.same = make(map[*layer]unchanging, len(c.layers))
		for _, ly := range c.layers {
			if !ly.dynamic() {
				bound := (&resolution{}).bindLayer(ly)
				c.same[ly] = unchanging{bound: bound, canonical: bound.appendCanonical(nil)}
			}
		}
	})
	return c.same
}

// dynamic reports whether the layer holds an expression.
func (l *layer) dynamic() bool {
	return slices.ContainsFunc(l.trees(), (*value.Node).Dynamic)
}

// trees is all that a layer holds for itself.
func (l *layer) trees() []*value.Node {
	out := []*value.Node{l.values}
	for _, p := range l.patches {
		out = append(out, p.merge, p.json)
	}
	for _, f := range l.manifests {
		out = append(out, f.objects...)
	}
	return out
}

// compose puts layers together.
func (c *composition) compose(layers layering) {
	c.disabled = layers.disabled
	c.collectInputs()
	c.checkKinds()
	c.checkInputs()
	c.checkDefaults()
	c.giveValues()
	c.provide(layers.enabled)
	c.offered, _ = value.FromAny(c.provided, value.Place{})
	c.findKubernetes(layers.enabled)
	c.layers = c.order(layers.enabled)
	c.collectFixed()
	c.checkDeclared(layers.all())
	conflicts := c.joinCapi()
	c.computed = merge.Computed(c.capi, merge.Capi)
	c.measure()
	c.shareSlots()
	c.judgeFixed()
	c.addConflicts(conflicts)
	c.judgeRemoved()
	c.nameClasses()
	for _, rel := range c.recipe.releases {
		c.diags = without(c.diags, rel.alone)
	}
}

func (c *composition) add(found diag.Diagnostic) { c.diags = append(c.diags, found) }

// name lists the profiles, for messages.
func (c *composition) name() string {
	names := make([]string, len(c.recipe.releases))
	for i, r := range c.recipe.releases {
		names[i] = r.ref.String()
	}
	return strings.Join(names, ", ")
}

func (c *composition) checkKinds() {
	var bases []*release
	for i, r := range c.recipe.releases {
		if r.profile.Spec.Kind != AddOnProfile {
			bases = append(bases, r)
		}
		if i >= c.recipe.own && r.profile.Spec.Abstract {
			c.add(r.abstract(r.At(diag.Fields("spec", "abstract")))) // an overlay adds it
		}
	}
	if len(bases) > 1 {
		c.add(diag.Errorf("profile.base", bases[1].At(diag.Fields("spec", "kind")), "%s and %s both define the whole cluster", bases[0].ref, bases[1].ref).
			WithDetail("a stack has one profile of kind Infrastructure or Full; the others are AddOns").
			WithRelated(bases[0].At(diag.Fields("spec", "kind")), "the other one is here"))
	}
}

// abstract is the finding about a cluster, at its place, that uses the release.
func (r *release) abstract(at diag.Range) diag.Diagnostic {
	return diag.Errorf("profile.abstract", at, "the abstract profile %s is used by a cluster", r.ref).
		WithDetail("abstract profiles are only extended; choose another profile").
		WithRelated(r.At(diag.Fields("spec", "abstract")), "it is abstract here")
}

func (c *composition) provide(layers []*layer) {
	c.provided = map[string]string{}
	by := map[string]*layer{}
	for _, ly := range layers {
		for capability, v := range ly.Provides {
			if other, ok := by[capability]; ok && c.provided[capability] != v {
				at := diag.Fields("provides", capability)
				c.add(diag.Errorf("profile.conflict", ly.at(at...), "layers %s and %s both provide %s, with different values", ly.id(), other.id(), capability).
					WithDetail("one stack has one value for a capability; disable one of the layers").
					WithRelated(other.at(at...), "layer %s of %s, owner %s", other.Name, other.release.ref, other.owner()))
			}
			by[capability], c.provided[capability] = ly, v
		}
	}
}

// findKubernetes finds the one layer that says which Kubernetes version runs.
func (c *composition) findKubernetes(layers []*layer) {
	for _, ly := range layers {
		if ly.Kind != KubernetesLayer || ly.Component.Name != "kubernetes" {
			continue
		}
		if c.kubernetes != nil {
			c.add(diag.Errorf("profile.kubernetes", ly.at(diag.Field("component")), "two layers carry the component kubernetes").
				WithDetail("exactly one layer of kind Kubernetes does").
				WithRelated(c.kubernetes.at(diag.Field("component")), "the other one is here"))
			continue
		}
		c.kubernetes = ly
	}
	base := slices.IndexFunc(c.recipe.releases, func(r *release) bool { return r.profile.Spec.Kind != AddOnProfile })
	if base >= 0 && c.kubernetes == nil && !c.recipe.releases[base].broken { // which may be why
		r := c.recipe.releases[base]
		c.add(diag.Errorf("profile.kubernetes", r.KeyAt(diag.Fields("spec", "layers")), "no layer carries the component kubernetes").
			WithDetail("a layer of kind Kubernetes has component: {name: kubernetes, version: ...}"))
	}
}

// joinCapi merges what the layers contribute to the Cluster API objects. The
// layers are equals: two different values for one leaf are a conflict, unless
// one of the layers declares that it overrides the other.
func (c *composition) joinCapi() (conflicts []disagreement) {
	for _, ly := range c.layers {
		if ly.capi == nil {
			continue
		}
		joined, found := merge.Join(c.capi, ly.capi, merge.Capi, ly.declares)
		c.capi = joined
		for _, f := range found {
			conflicts = append(conflicts, disagreement{ly, f})
		}
	}
	return conflicts
}

// disagreement is what a layer says differently from those before it.
type disagreement struct {
	layer *layer
	merge.Conflict
}

// addConflicts reports layers that say different things. Where one of the two
// says it of what is fixed for it, that is the mistake, and it is said once.
func (c *composition) addConflicts(conflicts []disagreement) {
	for _, d := range conflicts {
		path := diag.Fields("capi").Join(d.Path...)
		if c.brokenAt(path) {
			continue
		}
		found := conflict(d.layer.Name, d.Conflict)
		f, by, bound := c.bound(path, d.Upper.Origin(), d.Lower.Origin())
		if bound {
			found, path = f.brokenBy(by), f.path
		}
		if c.doubts(path, []*value.Node{d.Lower}, []*value.Node{d.Upper}, found) {
			continue
		}
		if bound {
			c.changed = append(c.changed, f.path)
		}
		c.add(found)
	}
}

func conflict(layer string, found merge.Conflict) diag.Diagnostic {
	lower, upper := found.Lower.Origin(), found.Upper.Origin()
	path := diag.Fields("capi").Join(found.Path...)
	sets := clipped(found.Lower.Text())
	if lower.Sensitive {
		sets = unshownValue
	}
	hint := fmt.Sprintf("agree on one value, or declare in layer %s: overrides: [{layer: %s, path: %s}]", layer, lower.Layer, path)
	if lower.Layer == upper.Layer && lower.Document == upper.Document { // which overrides no part of itself
		hint = "give the two variables different values: the keys that are computed from them are equal"
	}
	return diag.Errorf("profile.conflict", upper.Range, "layers %s of %s and %s of %s set %s to different values",
		lower.Layer, lower.Document, upper.Layer, upper.Document, path).
		WithDetail("%s", hint).
		WithPath(path).
		WithRelated(lower.Range, "layer %s, owner %s, sets %s", lower.Layer, lower.Owner, sets)
}

// checkDeclared warns of declared overrides of layers that the stack does not
// have: they do nothing, and are misspelt or meant for another stack.
func (c *composition) checkDeclared(all []*layer) {
	for _, ly := range c.layers {
		for i, o := range ly.Overrides {
			_, err := findLayer(all, o.Layer)
			if isUnknownLayer(err) {
				c.add(diag.Warningf("profile.unknown-layer", ly.at(diag.Field("overrides"), diag.Index(i), diag.Field("layer")), "%v", err).WithDetail("%s", layerHint(err)))
			}
		}
	}
}

// declares reports whether the layer says that it overrides the layer that set
// the lower value at the path of a capi slot.
func (l *layer) declares(at diag.Path, lower *value.Node) bool {
	by := lower.Origin()
	layer := by.Layer[strings.LastIndex(by.Layer, "/")+1:] // patches may say profile/layer
	name, _, _ := strings.Cut(by.Document, "@")
	if l.release.inherits(by.Document) {
		name = l.release.ref.Name
	}
	return slices.ContainsFunc(l.Overrides, func(o OverridesLayer) bool {
		path, err := diag.ParsePath(o.Path)
		return err == nil && diag.Fields("capi").Join(at...).Under(path) && slices.Contains([]string{layer, by.Layer, name + "/" + layer}, o.Layer)
	})
}

// findLayer resolves the address of a layer: a bare name when it is unique in the
// stack, else profile/layer.
func findLayer(layers []*layer, address string) (*layer, error) {
	var found []*layer
	var known []string
	for _, ly := range layers {
		known = append(known, ly.Name)
		if ly.Name == address || ly.id() == address {
			found = append(found, ly)
		}
	}
	switch len(found) {
	case 0:
		return nil, &unknownLayerError{address: address, known: known}
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("layer %q is in %s and %s; write %s", address, found[0].release.ref, found[1].release.ref, found[0].id())
}

type unknownLayerError struct {
	address string
	known   []string
}

func (e *unknownLayerError) Error() string {
	return fmt.Sprintf("there is no layer %q in the stack", e.address)
}
