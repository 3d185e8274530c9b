package profile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)

// checkProfile judges what one profile document says, on its own. composable is
// false when its layers could not be judged together.
func (l *loader) checkProfile(r *release) (composable bool) {
	before := len(l.diags)
	l.checkShape(r)
	composable = !l.diags[before:].HasErrors()
	l.checkVariables(r)
	for i, ly := range r.profile.Spec.Layers {
		l.checkInside(r, ly, diag.Fields("spec", "layers").Join(diag.Index(i)))
	}
	l.checkRequiredLayers(r)
	l.checkReferences(r)
	return composable
}

// checkShape judges what other layers see of the layers: names, kinds,
// components, what they ask for and how many rules they make.
func (l *loader) checkShape(r *release) {
	spec := r.profile.Spec
	kinds := []string{InfrastructureProfile, AddOnProfile, FullProfile}
	if spec.Kind != "" && !slices.Contains(kinds, spec.Kind) {
		l.reject(r, "profile.kind", diag.Fields("spec", "kind"), nearestOf(spec.Kind, kinds, "kinds of profiles"), "unknown kind of profile %q", spec.Kind)
	}
	names := map[string]int{}
	for i := range spec.Layers {
		l.checkLayer(r, i, names)
	}
	if at := diag.Fields("spec", "pools"); spec.Kind == AddOnProfile && r.whole.Find(at) != nil {
		l.add(diag.Errorf("profile.kind", r.KeyAt(at), "an AddOn profile cannot have pools").
			WithDetail("move them into a profile of kind Infrastructure or Full").WithPath(at))
	}
}

// maxLayers bounds the layers of a profile, and of a stack: each is held against
// all others.
const maxLayers = 200

// checkLayerCount judges whether a profile has so few layers that work on them
// may begin.
func (l *loader) checkLayerCount(r *release) (ok bool) {
	at := diag.Fields("spec", "layers")
	n := len(r.whole.Find(at).Items())
	if n > maxLayers {
		l.reject(r, "profile.value", at, "split the profile, or put what is installed together into one layer", "the profile has %d layers; %d are allowed", n, maxLayers)
	}
	return n <= maxLayers
}

// reject adds an error about the value at path of the profile's document.
func (l *loader) reject(r *release, code string, path diag.Path, hint, format string, args ...any) {
	l.add(diag.Errorf(code, r.At(path), format, args...).WithDetail("%s", hint).WithPath(path))
}

func (l *loader) checkLayer(r *release, i int, names map[string]int) {
	ly := r.profile.Spec.Layers[i]
	at := diag.Fields("spec", "layers").Join(diag.Index(i))
	if first, twice := names[ly.Name]; twice && ly.Name != "" {
		l.add(diag.Errorf("profile.duplicate", r.At(at.Join(diag.Field("name"))), "layer %q is defined twice", ly.Name).
			WithDetail("give each layer a name of its own").WithPath(at).
			WithRelated(r.At(diag.Fields("spec", "layers").Join(diag.Index(first), diag.Field("name"))), "the other one is here"))
	}
	names[ly.Name] = i
	l.checkLayerKind(r, ly, at)
	l.checkComponent(r, ly.Component, at.Join(diag.Field("component")))
	for j, req := range ly.Requires {
		l.checkRequirement(r, req, at.Join(diag.Field("requires"), diag.Index(j)))
	}
	for j, req := range ly.Conflicts {
		l.checkRequirement(r, req, at.Join(diag.Field("conflicts"), diag.Index(j)))
	}
	l.checkRules(r, ly, at)
}

// maxRules bounds each list of rules that a layer makes about others: every rule
// is looked for in all that stacks are made of.
const maxRules = 1000

// checkRules judges how many rules a layer makes.
func (l *loader) checkRules(r *release, ly Layer, at diag.Path) {
	const paths = "name what holds them, such as /values/proxy, or split the layer"
	for _, rules := range []struct {
		field, code, hint string
		n                 int
	}{
		{"fixed", "profile.fixed-path", paths, len(ly.Fixed)},
		{"constrained", "profile.constrained-path", paths, len(ly.Constrained)},
		{"requires", "profile.requirement", "ask for a capability that the others provide", len(ly.Requires)},
		{"conflicts", "profile.requirement", "name a capability that the others provide", len(ly.Conflicts)},
	} {
		if rules.n > maxRules {
			l.reject(r, rules.code, at.Join(diag.Field(rules.field)), rules.hint, "layer %s has %d items in %s; %d are allowed", ly.Name, rules.n, rules.field, maxRules)
		}
	}
}

// checkInside judges what a layer says of its own contents.
func (l *loader) checkInside(r *release, ly Layer, at diag.Path) {
	// a change of an inherited layer has become part of it
	for field, wrong := range map[string]struct {
		said bool
		hint string
	}{
		"enabled": {ly.Enabled != nil, "a layer of the profile's own is there or not; presets and overlays can disable it"},
		"patches": {ly.Patches != nil, "write content: {patches: [...]}"},
	} {
		if where := at.Join(diag.Field(field)); wrong.said {
			l.add(diag.Errorf("profile.unknown-layer", r.KeyAt(where), "%s changes an inherited layer, and the profile inherits no layer %q", field, ly.Name).
				WithDetail("%s", wrong.hint).WithPath(where))
		}
	}
	l.checkFixed(r, ly, at)
	l.checkConstrained(r, ly, at)
	if c := ly.Content; c != nil && (len(c.Manifests) > 0) == (c.Helm != nil) {
		l.reject(r, "profile.content", at.Join(diag.Field("content")), "write manifests: [...] or helm: {...}; use two layers for both", "content has exactly one of manifests and helm")
	}
}

func (l *loader) checkLayerKind(r *release, ly Layer, at diag.Path) {
	at = at.Join(diag.Field("kind"))
	var known []string
	for _, k := range layerKinds {
		known = append(known, string(k))
	}
	if ly.Kind != "" && ly.Kind.rank() < 0 {
		l.reject(r, "profile.kind", at, nearestOf(string(ly.Kind), known, "kinds of layers"), "unknown kind of layer %q", ly.Kind)
	}
	base := []LayerKind{InfrastructureLayer, OSLayer, KubernetesLayer}
	if r.profile.Spec.Kind == AddOnProfile && slices.Contains(base, ly.Kind) {
		l.reject(r, "profile.kind", at, "move the layer into a profile of kind Infrastructure or Full", "an AddOn profile cannot have a layer of kind %s", ly.Kind)
	}
}

func (l *loader) checkComponent(r *release, c Component, at diag.Path) {
	switch {
	case r.whole.Find(at) == nil: // reading it said so
	case c.None != "" && (c.Name != "" || c.Version != ""):
		l.reject(r, "profile.component", at, "write name and version, or the reason for none", "a component has either a name or none")
	case c.None == "" && (c.Name == "" && r.whole.Find(at.Join(diag.Field("name"))) == nil || c.Version == "" && r.whole.Find(at.Join(diag.Field("version"))) == nil):
		l.reject(r, "profile.component", at, "write component: {name: cilium, version: 1.18.2}, or component: {none: reason}", "a component needs a name and a version")
	case c.Scheme != "" && c.Scheme != "semver" && c.Scheme != "opaque":
		l.reject(r, "profile.component", at.Join(diag.Field("scheme")), nearestOf(c.Scheme, []string{"semver", "opaque"}, "schemes"), "unknown version scheme %q", c.Scheme)
	case c.None == "" && c.Scheme != "opaque" && c.Version != "":
		if _, err := ParseVersion(c.Version); err != nil {
			l.reject(r, "profile.version", at.Join(diag.Field("version")), "write three numbers; for versions of another form add scheme: opaque", "%v", err)
		}
	}
}

func (l *loader) checkRequirement(r *release, req Requirement, at diag.Path) {
	given := 0
	for _, s := range []string{req.Component, req.Layer, req.Capability} {
		if s != "" {
			given++
		}
	}
	if given != 1 || req.Version != "" && req.Component == "" {
		l.reject(r, "profile.requirement", at, `write {component: kubernetes, version: ">=1.31"}, {layer: name} or {capability: name}`, "a requirement names one component, layer or capability")
	}
}

// checkRequiredLayers holds a profile to the layers that a whole cluster needs.
func (l *loader) checkRequiredLayers(r *release) {
	spec := r.profile.Spec
	if spec.Abstract || spec.Kind != InfrastructureProfile && spec.Kind != FullProfile {
		return
	}
	have := map[LayerKind]bool{}
	for _, ly := range spec.Layers {
		have[ly.Kind] = true
	}
	var missing []string
	for _, k := range []LayerKind{OSLayer, KubernetesLayer, NetworkLayer, StorageLayer} {
		if !have[k] {
			missing = append(missing, string(k))
		}
	}
	if len(missing) == 0 {
		return
	}
	path := diag.Fields("spec", "layers")
	if r.parent != nil && r.root.Find(path).IsNull() {
		path = diag.Fields("spec", "extends") // the layers stand in the parent, which may lack some
	}
	l.add(diag.Errorf("profile.required-layer", r.Document.KeyAt(path), "profile %s has no layer of kind %s", r.ref, strings.Join(missing, ", ")).
		WithDetail("add the layer; if there is nothing to install, say why: component: {none: reason}").WithPath(path))
}

// checkReferences holds before and after to layers of the same profile.
func (l *loader) checkReferences(r *release) {
	var known []string
	for _, ly := range r.profile.Spec.Layers {
		known = append(known, ly.Name)
	}
	for i, ly := range r.profile.Spec.Layers {
		at := diag.Fields("spec", "layers").Join(diag.Index(i))
		for field, refs := range map[string][]LayerRef{"before": ly.Before, "after": ly.After} {
			for j, ref := range refs {
				if ref.Optional || slices.Contains(known, strings.TrimPrefix(ref.Layer, r.ref.Name+"/")) {
					continue
				}
				l.reject(r, "profile.unknown-layer", at.Join(diag.Field(field), diag.Index(j)),
					nearestOf(ref.Layer, known, "layers of this profile")+"; for a layer of another profile write {layer: "+ref.Layer+", optional: true}",
					"there is no layer %q in this profile", ref.Layer)
			}
		}
	}
}
