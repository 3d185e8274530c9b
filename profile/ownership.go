package profile

import (
	"cmp"
	"path"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Ownership is the one document of a library that says who may reach beyond what
// they own: which owners may bind layers of others, and who may do what to the
// fleet. It lies in library/ownership.yaml.
type Ownership struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta    `json:"metadata"`
	Spec     OwnershipSpec `json:"spec"`
}

// OwnershipSpec is the content of an Ownership.
type OwnershipSpec struct {
	// Owner answers for this document, and for hubs and strategies that say no
	// owner.
	Owner string `json:"owner"`
	// Entitlements say who may fix and constrain paths of other owners' layers.
	// Where a library has this document, they alone decide; without it, layers of
	// kind Security may.
	Entitlements []Entitlement `json:"entitlements,omitempty"`
	// Grants say who may do what. Without any, everybody may do everything; with
	// the first one, only what is granted is allowed. Package policy decides.
	Grants []Grant `json:"grants,omitempty"`
}

// Entitlement lets an owner fix and constrain paths of layers of others.
type Entitlement struct {
	Owner string `json:"owner"`
	// Layers are names, or profile/layer; * stands for any part of a name, and
	// alone for every layer.
	Layers []string `json:"layers"`
	// Paths are the paths with all below them: /capi, /values/replicas.
	Paths []string `json:"paths"`
}

// Verb is something that people do to a workspace.
type Verb string

const (
	// CreateVerb: make a cluster of a profile, or of none, or add the profile, or
	// another version of it, to a cluster. Limited by profiles and clusters.
	CreateVerb Verb = "create"
	// ChangeVerb: change labels, pools, presets and all else of a cluster that no
	// other verb is about. Limited by clusters.
	ChangeVerb Verb = "change"
	// RemoveVerb: take a cluster out of the fleet. Limited by clusters.
	RemoveVerb Verb = "remove"
	// SetVerb: set a variable of a cluster, or cease to. Limited by variables and
	// clusters.
	SetVerb Verb = "set"
	// OverrideVerb: override a layer for a cluster. Limited by layers, paths and
	// clusters.
	OverrideVerb Verb = "override"
	// WaiveVerb: waive a policy in a cluster, or in a version of a profile or
	// overlay. Limited by policies and clusters; what is in a version is about no
	// cluster, so that a limit to clusters does not cover it.
	WaiveVerb Verb = "waive"
	// PublishVerb: add, change and remove versions of a profile or an overlay.
	// Limited by profiles.
	PublishVerb Verb = "publish"
	// ConfigureVerb: change hubs, strategies, files of policies and the Ownership
	// document.
	ConfigureVerb Verb = "configure"
)

// Limits are the fields of a [Grant] that limit the verb, as documents name them,
// sorted. A verb that is not known has none.
func (v Verb) Limits() []string { return slices.Clone(limits[v]) }

var limits = map[Verb][]string{
	CreateVerb:    {"clusters", "profiles"},
	ChangeVerb:    {"clusters"},
	RemoveVerb:    {"clusters"},
	SetVerb:       {"clusters", "variables"},
	OverrideVerb:  {"clusters", "layers", "paths"},
	WaiveVerb:     {"clusters", "policies"},
	PublishVerb:   {"profiles"},
	ConfigureVerb: nil,
}

// Grant allows people to do something. A field that is absent does not limit; one
// that is there limits the verbs that it is about.
type Grant struct {
	// Users and Groups are who may; * among the users stands for everybody.
	Users  []string `json:"users,omitempty"`
	Groups []string `json:"groups,omitempty"`
	Verbs  []Verb   `json:"verbs"`
	// Profiles are names of profiles, and for publish of overlays, in which * stands
	// for any part.
	Profiles []string `json:"profiles,omitempty"`
	// Clusters selects by the labels that a cluster has before the change, and by
	// those that it has after it.
	Clusters *metav1.LabelSelector `json:"clusters,omitempty"`
	// Variables are names, or profile/name, with * as in Profiles.
	Variables []string `json:"variables,omitempty"`
	// Layers are names, or profile/layer, with * likewise.
	Layers []string `json:"layers,omitempty"`
	// Paths are paths of a layer with all below them.
	Paths []string `json:"paths,omitempty"`
	// Policies are codes of policies, with * as in Profiles.
	Policies []string `json:"policies,omitempty"`

	at diag.Range
}

// Range is the place that the grant was read from; zero for none.
func (g Grant) Range() diag.Range { return g.at }

// ownership is the Ownership of a library as it was read.
type ownership struct {
	Document
	ownership Ownership
}

// Ownership returns the document that says who may do what; ok is false for a
// library without one.
func (l *Library) Ownership() (o Ownership, ok bool) {
	if l.rules == nil {
		return Ownership{}, false
	}
	return l.rules.ownership, true
}

// entitles reports whether rules let an owner bind a path of a layer that
// belongs to another one. Without rules, layers of kind Security may.
func (o *ownership) entitles(f fixed) bool {
	if o == nil {
		return f.by.Kind == SecurityLayer
	}
	return slices.ContainsFunc(o.ownership.Spec.Entitlements, func(e Entitlement) bool {
		return e.Owner == f.owner && slices.ContainsFunc(e.Layers, f.target.named) && slices.ContainsFunc(e.Paths, f.within)
	})
}

// hint says what an owner needs who binds a layer of another one.
func (o *ownership) hint(f fixed) string {
	if o == nil {
		return "only layers of kind Security bind paths of other owners' layers, unless " + ownershipFile + " says otherwise; ask " + f.target.owner() + " to do it"
	}
	return "no entitlement of " + ownershipFile + " gives it to " + f.owner + "; ask " + cmp.Or(o.ownership.Spec.Owner, "its owner") + " for one, or ask " + f.target.owner() + " to do it"
}

// named reports whether a pattern names the layer.
func (l *layer) named(pattern string) bool {
	name, _ := path.Match(pattern, l.Name)
	id, _ := path.Match(pattern, l.id())
	return name || id
}

// within reports whether the path of the rule lies at or below the one that is
// written.
func (f fixed) within(top string) bool {
	p, err := diag.ParsePath(top)
	return err == nil && len(p) > 0 && f.path.Under(p)
}

// ownership reads library/ownership.yaml. Of a document with mistakes, what could
// be read counts, and nothing else is allowed.
func (l *loader) ownership() {
	if !l.tree.Exists(ownershipFile) {
		return
	}
	elsewhere := l.workspace.Library.rules
	var own *ownership
	for _, root := range l.read(ownershipFile) {
		if _, ok := l.kindOf(root, "Ownership"); !ok {
			continue
		}
		if own != nil {
			l.add(diag.Errorf("profile.duplicate", root.Place().Range(), "a second document in %s", ownershipFile).
				WithDetail("a library has one Ownership; move its rules into the first one").
				WithRelated(own.At(nil), "the first one is here"))
			continue
		}
		own = l.keepOwnership(root)
	}
	switch {
	case own != nil && elsewhere != nil && !own.root.Equal(elsewhere.root):
		l.workspace.documents = append(l.workspace.documents, own.Document) // the library has the other one
		l.add(twoOwnerships(elsewhere, own))
	case own != nil || elsewhere == nil:
		l.workspace.Library.rules = l.strict(own)
	}
}

// strict is what was read of the document, nil for nothing; after a mistake with
// nobody among the grants. The document is read first: all mistakes are its own.
func (l *loader) strict(own *ownership) *ownership {
	if !l.diags.HasErrors() && !l.tree.Diags.HasErrors() {
		return own
	}
	if own == nil {
		own = &ownership{Document: Document{Kind: "Ownership", Name: "ownership"}}
	}
	own.ownership.Spec.Grants = append(own.ownership.Spec.Grants, nobody)
	return own
}

// twoOwnerships says that two libraries that count as one have rules of their
// own.
func twoOwnerships(first, second *ownership) diag.Diagnostic {
	return diag.Errorf("profile.ownership", second.At(nil), "another library has an Ownership that says something else").
		WithDetail("who may do what is decided in one place: keep the document of one library").
		WithRelated(first.At(nil), "the other one, which counts, owner %s", first.ownership.Spec.Owner)
}

// nobody is a grant that allows nothing. It stands in a document with mistakes, so
// that grants that could not be read are not as if there were none.
var nobody = Grant{}

func (l *loader) keepOwnership(root *value.Node) *ownership {
	o := &ownership{}
	l.decodeInto(root, &o.ownership)
	o.Document = Document{Kind: "Ownership", Name: "ownership " + o.ownership.Metadata.Name, root: root}
	for i := range o.ownership.Spec.Entitlements {
		l.checkEntitlement(o, i)
	}
	for i := range o.ownership.Spec.Grants {
		at := diag.Fields("spec", "grants").Join(diag.Index(i))
		o.ownership.Spec.Grants[i].at = o.At(at)
		l.checkGrant(o, o.ownership.Spec.Grants[i], at)
	}
	return o
}

func (l *loader) checkEntitlement(o *ownership, i int) {
	e, at := o.ownership.Spec.Entitlements[i], diag.Fields("spec", "entitlements").Join(diag.Index(i))
	l.checkPatterns(o, at, map[string][]string{"layers": e.Layers})
	l.checkPrefixes(o, at.Join(diag.Field("paths")), e.Paths, "values", "capi", "objects")
}

// checkPatterns holds names with * in them to the form of patterns.
func (l *loader) checkPatterns(o *ownership, at diag.Path, fields map[string][]string) {
	for _, field := range sortedKeys(fields) {
		for i, pattern := range fields[field] {
			if _, err := path.Match(pattern, ""); err != nil {
				l.rejectOwnership(o, at.Join(diag.Field(field), diag.Index(i)), "write a name; * stands for any part of one", "%q is not a pattern", clipped(pattern))
			}
		}
	}
}

// checkPrefixes holds paths to those that start with one of the fields.
func (l *loader) checkPrefixes(o *ownership, at diag.Path, paths []string, fields ...string) {
	for i, text := range paths {
		p, err := diag.ParsePath(text)
		name, _ := firstField(p)
		switch {
		case err != nil:
			l.rejectOwnership(o, at.Join(diag.Index(i)), "write for instance /capi/controlPlane", "%v", err)
		case !slices.Contains(fields, name):
			l.rejectOwnership(o, at.Join(diag.Index(i)), startsWith(fields), "the path %q leads nowhere", text)
		}
	}
}

func (l *loader) checkGrant(o *ownership, g Grant, at diag.Path) {
	if len(g.Users)+len(g.Groups) == 0 {
		l.rejectOwnership(o, at, `name users or groups; "*" among the users stands for everybody`, "the grant is for nobody")
	}
	l.checkPatterns(o, at, map[string][]string{"profiles": g.Profiles, "variables": g.Variables, "layers": g.Layers, "policies": g.Policies})
	l.checkPrefixes(o, at.Join(diag.Field("paths")), g.Paths, "values", "capi", "enabled", "patches")
	if _, err := metav1.LabelSelectorAsSelector(g.Clusters); err != nil {
		l.rejectOwnership(o, at.Join(diag.Field("clusters")), "write matchLabels: {name: value}, or matchExpressions: [{key, operator, values}]", "%v", err)
	}
	var limited []string
	known := true
	for i, v := range g.Verbs {
		fields, ok := limits[v]
		if known = known && ok; !ok {
			l.rejectOwnership(o, at.Join(diag.Field("verbs"), diag.Index(i)), nearestOf(string(v), verbNames(), "verbs"), "unknown verb %q", v)
		}
		limited = append(limited, fields...)
	}
	for _, field := range []string{"profiles", "clusters", "variables", "layers", "paths", "policies"} {
		if where := at.Join(diag.Field(field)); known && o.root.Find(where) != nil && !slices.Contains(limited, field) {
			l.rejectOwnership(o, where, "take it out, or add the verb that it is about", "%s limits none of the grant's verbs", field)
		}
	}
}

func verbNames() []string {
	var out []string
	for _, v := range sortedKeys(limits) {
		out = append(out, string(v))
	}
	return out
}

func (l *loader) rejectOwnership(o *ownership, path diag.Path, hint, format string, args ...any) {
	l.add(diag.Errorf("profile.ownership", o.At(path), format, args...).WithDetail("%s", hint).WithPath(path))
}
