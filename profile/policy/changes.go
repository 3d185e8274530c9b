package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Changes is what the step from have to want does, sorted by place. What a new
// cluster chooses, such as its pools and presets, is part of creating it. The lock
// is nobody's change: rollouts write it.
func Changes(have, want *profile.Workspace) []Change {
	d := derivation{have: side{have, documents(have)}, want: side{want, documents(want)}}
	d.versions()
	d.waived()
	d.settings()
	d.policies()
	d.clusters()
	slices.SortFunc(d.changes, Change.compare)
	return d.changes
}

// side is a workspace with its documents by name.
type side struct {
	*profile.Workspace
	documents map[string]profile.Document
}

func documents(w *profile.Workspace) map[string]profile.Document {
	out := map[string]profile.Document{}
	for d := range w.Documents() {
		out[d.Name] = d
	}
	return out
}

func (s side) at(document string, path diag.Path) diag.Range {
	return s.documents[document].At(path)
}

type derivation struct {
	have, want side
	changes    []Change
}

func (d *derivation) add(c Change) { d.changes = append(d.changes, c) }

// place is where a change of a document stands: in have, where want has no such
// document.
func (d *derivation) place(document string, path diag.Path) (at diag.Range, gone bool) {
	if _, ok := d.want.documents[document]; ok {
		return d.want.at(document, path), false
	}
	return d.have.at(document, path), true
}

// editions are the versions of profiles and overlays with the names of their
// documents.
func editions(w *profile.Workspace) map[profile.Ref]string {
	out := map[profile.Ref]string{}
	for p := range w.Profiles() {
		out[p.Ref()] = "profile " + p.Ref().String()
	}
	for o := range w.Overlays() {
		out[o.Ref()] = "overlay " + o.Ref().String()
	}
	return out
}

// versions are published, when they are added, changed or removed, and when their
// line of library.sum is.
func (d *derivation) versions() {
	have, want := editions(d.have.Workspace), editions(d.want.Workspace)
	all := maps.Clone(have)
	maps.Copy(all, want)
	for _, ref := range slices.Concat(d.have.Sum().Refs(), d.want.Sum().Refs()) {
		if _, ok := all[ref]; !ok {
			all[ref] = ref.String()
		}
	}
	for ref, document := range all {
		before, _ := d.have.Sum().Digest(ref)
		after, _ := d.want.Sum().Digest(ref)
		digest := d.want.Digest(ref)
		known := digest != "" || want[ref] == "" // or what it extends is missing
		if known && have[ref] == want[ref] && d.have.Digest(ref) == digest && before == after {
			continue
		}
		at, gone := d.place(document, diag.Fields("spec", "version"))
		d.add(Change{Verb: profile.PublishVerb, Document: document, Profile: ref.Name, Version: ref.Version, Range: at, Gone: gone})
	}
}

// waived are the waivers of versions that the versions before them lack.
func (d *derivation) waived() {
	have := editions(d.have.Workspace)
	at := diag.Fields("spec", "waivers")
	for ref, document := range editions(d.want.Workspace) {
		known := d.have.documents[before(have, ref)].Tree().Find(at).Items()
		for i, w := range d.want.documents[document].Tree().Find(at).Items() {
			if slices.ContainsFunc(known, w.Equal) {
				continue
			}
			place, _ := d.place(document, at.Join(diag.Index(i)))
			d.add(Change{Verb: profile.WaiveVerb, Document: document, Policy: w.Get("policy").Text(), Range: place})
		}
	}
}

// before is the document that a version is compared with: the same version as it
// was, or else the highest below it that is not a -dev version; "" for none.
func before(have map[profile.Ref]string, ref profile.Ref) string {
	if document, ok := have[ref]; ok {
		return document
	}
	var found profile.Ref
	var highest profile.Version
	version, _ := profile.ParseVersion(ref.Version)
	for _, other := range slices.SortedFunc(maps.Keys(have), profile.Ref.Compare) {
		v, err := profile.ParseVersion(other.Version)
		if other.Name == ref.Name && err == nil && !v.IsDev() && v.Compare(version) < 0 && v.Compare(highest) >= 0 {
			found, highest = other, v
		}
	}
	return have[found]
}

// settings are hubs, strategies and the Ownership document.
func (d *derivation) settings() {
	have, want := settings(d.have), settings(d.want)
	all := maps.Clone(have)
	maps.Copy(all, want)
	for document := range all {
		if (have[document] == nil) == (want[document] == nil) && have[document].Equal(want[document]) {
			continue
		}
		at, gone := d.place(document, nil)
		d.add(Change{Verb: profile.ConfigureVerb, Document: document, Range: at, Gone: gone})
	}
}

// policies are files, of which this package knows no parts: each changes as a
// whole.
func (d *derivation) policies() {
	have, want := d.have.policies(), d.want.policies()
	all := maps.Clone(have)
	maps.Copy(all, want)
	for name := range all {
		if have[name] != want[name] {
			d.add(Change{Verb: profile.ConfigureVerb, Document: name, Range: diag.Range{File: name}, Gone: want[name] == ""})
		}
	}
}

// policies are the digests of the files of policies, by name.
func (s side) policies() map[string]string {
	out := map[string]string{}
	for _, f := range s.Policies() {
		out[f.Name] = f.Digest
	}
	return out
}

func settings(s side) map[string]*value.Node {
	out := map[string]*value.Node{}
	for name, d := range s.documents {
		if d.Kind == "Hub" || d.Kind == "Strategy" || d.Kind == "Ownership" {
			out[name] = d.Tree()
		}
	}
	return out
}

func (d *derivation) clusters() {
	keys := map[profile.Key]bool{}
	for _, s := range []side{d.have, d.want} {
		for key := range s.Clusters() {
			keys[key] = true
		}
	}
	for key := range keys {
		c := clusterChange{derivation: d, key: key, name: "cluster " + key.String()}
		var existed, exists bool
		c.was, existed = d.have.Cluster(key)
		c.now, exists = d.want.Cluster(key)
		c.before, c.after = labelsOf(c.was, existed), labelsOf(c.now, exists)
		switch {
		case !exists:
			c.add(Change{Verb: profile.RemoveVerb}, nil)
			continue
		case existed && c.restDiffers():
			c.add(Change{Verb: profile.ChangeVerb}, nil)
		}
		c.profiles()
		c.variables()
		c.overrides()
		c.waivers()
	}
}

// labelsOf are the labels of a cluster, not nil where it is there.
func labelsOf(c profile.Cluster, there bool) map[string]string {
	if there && c.Metadata.Labels == nil {
		return map[string]string{}
	}
	return c.Metadata.Labels
}

// restDiffers reports a change that no other verb is about. Profiles that are
// gone, or in another order, are one.
func (c clusterChange) restDiffers() bool {
	before := names(c.was.Spec.Profiles)
	after := slices.DeleteFunc(names(c.now.Spec.Profiles), func(name string) bool { return !slices.Contains(before, name) })
	return !bytes.Equal(rest(c.was, before), rest(c.now, after))
}

// names are profiles without their versions.
func names(profiles []string) []string {
	out := make([]string, len(profiles))
	for i, text := range profiles {
		out[i], _, _ = strings.Cut(text, "@")
	}
	return out
}

// rest is a cluster without what other verbs are about.
func rest(c profile.Cluster, profiles []string) []byte {
	c.Spec.Variables, c.Spec.Overrides, c.Spec.Waivers, c.Spec.Profiles = nil, nil, nil, profiles
	c.Spec.Pools.ControlPlane.Variables = nil
	c.Spec.Pools.Workers = slices.Clone(c.Spec.Pools.Workers)
	for i := range c.Spec.Pools.Workers {
		c.Spec.Pools.Workers[i].Variables = nil
	}
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // plain structs that were read from JSON
	}
	return data
}

// clusterChange is what is done to one cluster that is in want.
type clusterChange struct {
	*derivation
	key           profile.Key
	name          string // of the document
	was, now      profile.Cluster
	before, after map[string]string
}

func (c clusterChange) add(change Change, path diag.Path) {
	change.Document, change.Cluster, change.Before, change.After = c.name, c.key, c.before, c.after
	if change.Range.IsZero() {
		change.Range, change.Gone = c.place(c.name, path)
	}
	c.derivation.add(change)
}

// profiles are those that the cluster did not have, or had at another version. A
// new cluster without any, which overlays may complete, is made all the same.
func (c clusterChange) profiles() {
	if c.before == nil && len(c.now.Spec.Profiles) == 0 {
		c.add(Change{Verb: profile.CreateVerb}, diag.Fields("spec", "profiles"))
	}
	for i, text := range c.now.Spec.Profiles {
		if !slices.Contains(c.was.Spec.Profiles, text) {
			name, version, _ := strings.Cut(text, "@")
			c.add(Change{Verb: profile.CreateVerb, Profile: name, Version: version}, diag.Fields("spec", "profiles").Join(diag.Index(i)))
		}
	}
}

// waivers are those that the cluster did not have, or had otherwise. That one is
// gone is no change that anybody has to be allowed.
func (c clusterChange) waivers() {
	for i, w := range c.now.Spec.Waivers {
		if !slices.Contains(c.was.Spec.Waivers, w) {
			c.add(Change{Verb: profile.WaiveVerb, Policy: w.Policy}, diag.Fields("spec", "waivers").Join(diag.Index(i)))
		}
	}
}

// variables are those of the cluster and of its pools.
func (c clusterChange) variables() {
	c.set(c.was.Spec.Variables, c.now.Spec.Variables, diag.Fields("spec", "variables"))
	at := diag.Fields("spec", "pools")
	c.set(c.was.Spec.Pools.ControlPlane.Variables, c.now.Spec.Pools.ControlPlane.Variables, at.Join(diag.Field("controlPlane"), diag.Field("variables")))
	was := map[string]profile.Pool{}
	for _, p := range c.was.Spec.Pools.Workers {
		was[p.Name] = p
	}
	for i, p := range c.now.Spec.Pools.Workers {
		c.set(was[p.Name].Variables, p.Variables, at.Join(diag.Field("workers"), diag.Index(i), diag.Field("variables")))
	}
}

func (c clusterChange) set(was, now map[string]profile.Value, at diag.Path) {
	all := maps.Clone(was)
	if all == nil {
		all = map[string]profile.Value{}
	}
	maps.Copy(all, now)
	for name := range all {
		before, existed := was[name]
		after, exists := now[name]
		if existed != exists || !before.Tree().Equal(after.Tree()) {
			c.add(Change{Verb: profile.SetVerb, Variable: name}, at.Join(diag.Field(name)))
		}
	}
}

// overrides are those of each path of each layer.
func (c clusterChange) overrides() {
	before, after := overridesOf(c.have.documents[c.name]), overridesOf(c.want.documents[c.name])
	if slices.EqualFunc(before, after, (*value.Node).Equal) {
		return
	}
	layers := map[string]string{}
	for _, o := range slices.Concat(before, after) {
		if address := o.Get("layer").Text(); layers[address] == "" {
			layers[address] = c.layer(address)
		}
	}
	was, now := overridden(before, layers), overridden(after, layers)
	all := maps.Clone(was)
	maps.Copy(all, now)
	for where := range all {
		if slices.Equal(was[where].said, now[where].said) {
			continue
		}
		change := Change{Verb: profile.OverrideVerb, Layer: where.layer, Path: where.path, Range: now[where].at}
		if _, exists := now[where]; !exists {
			change.Range, change.Gone = was[where].at, true
		}
		c.add(change, nil)
	}
}

// layer is profile/layer, as have says where it can.
func (c clusterChange) layer(address string) string {
	for _, s := range []side{c.have, c.want} {
		if ref, l, ok := s.LayerOf(c.key, address); ok {
			return ref.Name + "/" + l.Name
		}
	}
	return address
}

// overriddenPath is a path of a layer.
type overriddenPath struct{ layer, path string }

// overriddenValue is what overrides say of a path, one after the other, with who
// wants it and why, and after how much that they say of it and of what is above it:
// the last one counts.
type overriddenValue struct {
	said []string
	at   diag.Range
}

func overridesOf(d profile.Document) []*value.Node {
	return d.Tree().Get("spec", "overrides").Items()
}

// overridden has the layers by what overrides address them as.
func overridden(overrides []*value.Node, layers map[string]string) overriding {
	out := overriding{}
	for _, o := range overrides {
		var about []string
		for _, field := range []string{"reason", "owner", "expires"} {
			about = append(about, o.Get(field).Text())
		}
		for _, field := range []string{"enabled", "values", "capi", "patches"} {
			for path, n := range leaves(diag.Fields(field), o.Get(field)) {
				out.add(overriddenPath{layers[o.Get("layer").Text()], path}, about, n)
			}
		}
	}
	return out
}

type overriding map[overriddenPath]overriddenValue

func (o overriding) add(where overriddenPath, about []string, n *value.Node) {
	earlier := 0
	for above := where; above.path != ""; above.path = above.path[:strings.LastIndex(above.path, "/")] {
		earlier += len(o[above].said)
	}
	said := fmt.Sprintf("%d %q %s", earlier, about, n.AppendJSON(nil))
	o[where] = overriddenValue{said: append(o[where].said, said), at: n.Place().Range()}
}

// leaves are the values of a tree by path. Lists are leaves: who changes one item
// of a list writes the list.
func leaves(at diag.Path, n *value.Node) map[string]*value.Node {
	out := map[string]*value.Node{}
	switch {
	case n == nil:
	case n.Len() == 0 || n.Kind() != value.Map:
		out[at.String()] = n
	default:
		for _, f := range n.Fields() {
			maps.Copy(out, leaves(at.Join(diag.Field(f.Name)), f.Value))
		}
	}
	return out
}
