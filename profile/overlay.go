package profile

import (
	"cmp"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Overlay is a versioned, owned document that changes the clusters its selector
// matches. A published version never changes.
type Overlay struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta  `json:"metadata"`
	Spec     OverlaySpec `json:"spec"`
}

// OverlaySpec is the content of an Overlay.
type OverlaySpec struct {
	// Name with Version is the identity. Default: metadata.name. Profiles and
	// overlays share one set of names.
	Name        string `json:"name,omitempty"`
	Version     string `json:"version"`
	Owner       string `json:"owner"`
	Description string `json:"description,omitempty"`
	// Order says which overlay is put over which: the highest comes last and
	// wins. Overlays that match one cluster have different orders.
	Order int `json:"order"`
	// Selector matches labels of clusters. An empty one matches all.
	Selector metav1.LabelSelector `json:"selector"`
	// Profiles are added to the clusters, behind their own.
	Profiles []string `json:"profiles,omitempty"`
	// Variables are values for variables that the clusters do not set.
	Variables map[string]Value `json:"variables,omitempty"`
	// Presets are choices, by group, for clusters that do not choose.
	Presets map[string]string `json:"presets,omitempty"`
	Layers  []LayerPatch      `json:"layers,omitempty"`
	// Waivers suspend policies for what this overlay says.
	Waivers []Waiver `json:"waivers,omitempty"`
}

// Ref is the overlay's identity.
func (o Overlay) Ref() Ref {
	return Ref{Name: cmp.Or(o.Spec.Name, o.Metadata.Name), Version: o.Spec.Version}
}

// overlay is one version of an Overlay as it was read.
type overlay struct {
	edition
	overlay  Overlay
	selector labels.Selector
	patches  []layerPatch
}

// Overlays yields the overlays of the library by name and ascending version.
func (l *Library) Overlays() iter.Seq[Overlay] {
	return func(yield func(Overlay) bool) {
		for _, name := range sortedKeys(l.overlays) {
			for _, o := range l.overlays[name] {
				if !yield(o.overlay) {
					return
				}
			}
		}
	}
}

// Overlay returns one version of an overlay.
func (l *Library) Overlay(ref Ref) (Overlay, bool) {
	if o := l.overlay(ref); o != nil {
		return o.overlay, true
	}
	return Overlay{}, false
}

func (l *Library) overlay(ref Ref) *overlay {
	for _, o := range l.overlays[ref.Name] {
		if o.ref.Version == ref.Version {
			return o
		}
	}
	return nil
}

// overlayDir reads one overlay document.
func (l *loader) overlayDir(dir string) {
	before := len(l.diags)
	e, ok := l.edition(dir, "Overlay")
	if !ok {
		return
	}
	o := &overlay{edition: e}
	o.broken = l.diags[before:].HasErrors()
	l.keepOverlay(o)
}

func (l *loader) keepOverlay(o *overlay) {
	lib := l.workspace.Library
	before := len(l.diags)
	if first := lib.overlay(o.ref); first != nil {
		l.add(diag.Errorf("profile.duplicate", o.At(diag.Fields("metadata", "name")), "overlay %s is defined twice", o.ref).
			WithDetail("a library has each version once").
			WithRelated(first.At(diag.Fields("metadata", "name")), "the other one is here"))
		return
	}
	o.root = o.root.EachItem(func(patch *value.Node) *value.Node {
		w := *o.root.Place().Writer
		w.Layer, _ = patch.Get("layer").Str()
		return patch.WrittenBy(&w)
	}, "spec", "layers")
	l.decodeInto(o.root, &o.overlay)
	l.checkOverlay(o)
	l.readPatches(o)
	o.broken = o.broken || o.refused || l.diags[before:].HasErrors()
	o.digest = o.contentDigest(nil)
	lib.overlays[o.ref.Name] = append(lib.overlays[o.ref.Name], o)
}

func (l *loader) checkOverlay(o *overlay) {
	selector, err := metav1.LabelSelectorAsSelector(&o.overlay.Spec.Selector)
	at := diag.Fields("spec", "selector")
	if err != nil {
		l.add(diag.Errorf("profile.selector", o.At(at), "%v", err).
			WithDetail("write matchLabels: {name: value}, or matchExpressions: [{key, operator, values}]; operators are In, NotIn, Exists and DoesNotExist").WithPath(at))
		selector = labels.Nothing()
	}
	o.selector = selector
	seen := map[string]int{}
	for i, text := range o.overlay.Spec.Profiles {
		path := diag.Fields("spec", "profiles").Join(diag.Index(i))
		ref, err := ParseRef(text)
		if err != nil {
			l.add(diag.Errorf("profile.reference", o.At(path), "%v", err).WithDetail("write the name of a profile, or name@version").WithPath(path))
		}
		if first, twice := seen[ref.Name]; twice && err == nil {
			l.add(diag.Errorf("profile.duplicate", o.At(path), "profile %s is named twice", ref.Name).
				WithDetail("keep one of the two").WithPath(path).
				WithRelated(o.At(diag.Fields("spec", "profiles").Join(diag.Index(first))), "the other one is here"))
		}
		seen[ref.Name] = i
	}
}

// readPatches reads the files that patches of an overlay refer to; expressions
// are compiled for each layer that a patch meets.
func (l *loader) readPatches(o *overlay) {
	items := o.root.Get("spec", "layers").Items()
	for i, p := range o.overlay.Spec.Layers {
		at := diag.Fields("spec", "layers").Join(diag.Index(i))
		for path, n := range items[i].Mappings() {
			if pattern, ok := n.Get("$file").Str(); ok {
				l.beside(&o.edition, pattern, n.Get("$file").Place().Range(), at.Join(path...))
			}
		}
		o.patches = append(o.patches, layerPatch{LayerPatch: p, root: items[i], path: at, find: o.known})
	}
}

// checkOverlays holds the overlays to the rest of the library.
func (l *loader) checkOverlays() {
	lib := l.workspace.Library
	for _, name := range sortedKeys(lib.overlays) {
		for _, o := range lib.overlays[name] {
			if l.published[o.ref] {
				continue
			}
			for i, text := range o.overlay.Spec.Profiles {
				if err := lib.checkReference(text); err != nil {
					at := diag.Fields("spec", "profiles").Join(diag.Index(i))
					l.add(diag.Errorf(err.code, o.At(at), "%s", err.summary).WithDetail("%s", err.hint).WithPath(at))
					o.broken = true
				}
			}
		}
	}
}

// checkNames finds names that a profile and an overlay share: at the overlay,
// unless that one is published elsewhere.
func (l *loader) checkNames() {
	lib := l.workspace.Library
	for _, e := range lib.editions() {
		other := lib.namesake(e)
		if other == nil || l.published[e.ref] || e.Kind == "Profile" && !l.published[other.ref] {
			continue
		}
		l.add(sameName(other, e))
		e.broken = true
	}
}

// namesake is a version of the other kind with the name of e; nil for none.
func (l *Library) namesake(e *edition) *edition {
	releases, overlays := l.releases[e.ref.Name], l.overlays[e.ref.Name]
	switch {
	case e.Kind == "Overlay" && len(releases) > 0:
		return &releases[0].edition
	case e.Kind == "Profile" && len(overlays) > 0:
		return &overlays[0].edition
	}
	return nil
}

// sameName says that a profile and an overlay share a name.
func sameName(first, second *edition) diag.Diagnostic {
	at := diag.Fields("metadata", "name")
	return diag.Errorf("profile.duplicate", second.At(at), "%s is called %s, too", articles[first.Kind], first.ref.Name).
		WithDetail("the lock and library.sum name profiles and overlays alike; give the %s another name", strings.ToLower(second.Kind)).WithPath(at).
		WithRelated(first.At(at), "the %s is here", strings.ToLower(first.Kind))
}

// referenceError says why a reference to a profile leads nowhere.
type referenceError struct{ code, summary, hint string }

// checkReference looks up a reference that was read already.
func (l *Library) checkReference(text string) *referenceError {
	ref, err := ParseRef(text)
	if err != nil {
		return nil
	}
	all := l.releases[ref.Name]
	switch {
	case len(all) == 0:
		return &referenceError{"profile.unknown-profile", fmt.Sprintf("there is no profile %q in the library", ref.Name), nearestOf(ref.Name, l.names(), "profiles")}
	case ref.Version != "" && l.release(ref) == nil:
		return &referenceError{"profile.missing-version", fmt.Sprintf("there is no version %s of profile %s in the library", ref.Version, ref.Name), nearestOf(ref.Version, versionsOf(all), "versions of "+ref.Name)}
	}
	return nil
}

// overlayDirs reads library/overlays.
func (l *loader) overlayDirs(dir string) {
	for _, name := range l.dirs(dir) {
		for _, version := range l.dirs(path.Join(dir, name)) {
			l.overlayDir(path.Join(dir, name, version))
		}
	}
}

// latestOverlay is the highest version that is not a -dev version.
func (l *Library) latestOverlay(name string) *overlay {
	for _, o := range slices.Backward(l.overlays[name]) {
		if !o.version.IsDev() {
			return o
		}
	}
	return nil
}
