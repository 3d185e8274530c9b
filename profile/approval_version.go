package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// versioned is what versions of profiles and overlays have in common.
type versioned interface{ of() *edition }

func (e *edition) of() *edition { return e }

// changedVersion is a version that one side has, or that differs.
type changedVersion[T versioned] struct {
	// base is what the version is compared with: the one before it in have, or
	// itself as it was. The zero value for none.
	base T
	// this is the version, in want unless it is gone.
	this T
	verb string
	gone bool
}

// changedVersions pairs the versions of have and want, by name and version.
func changedVersions[T versioned](have, want map[string][]T) []changedVersion[T] {
	var out []changedVersion[T]
	for _, name := range namesOf(have, want) {
		for _, now := range want[name] {
			was, existed := find(have[name], now.of().ref)
			switch {
			case !existed:
				out = append(out, changedVersion[T]{base: before(have[name], now.of()), this: now, verb: "adds"})
			case was.of().digest != now.of().digest:
				out = append(out, changedVersion[T]{base: was, this: now, verb: "changes"})
			}
		}
		for _, was := range have[name] {
			if _, there := find(want[name], was.of().ref); !there {
				out = append(out, changedVersion[T]{base: before(have[name], was.of()), this: was, verb: "removes", gone: true})
			}
		}
	}
	return out
}

func find[T versioned](list []T, ref Ref) (found T, ok bool) {
	for _, v := range list {
		if v.of().ref == ref {
			return v, true
		}
	}
	return found, false
}

// before is the version that one follows: the highest below it that is not a -dev
// version, else the highest below it, else the lowest one there is. Versions
// ascend.
func before[T versioned](list []T, e *edition) (found T) {
	var released, dev, other []T
	for _, v := range list {
		switch below := v.of().version.Compare(e.version) < 0; {
		case v.of().ref == e.ref:
		case below && !v.of().version.IsDev():
			released = append(released, v)
		case below:
			dev = append(dev, v)
		default:
			other = append(other, v)
		}
	}
	switch {
	case len(released) > 0:
		return last(released)
	case len(dev) > 0:
		return last(dev)
	case len(other) > 0:
		return other[0]
	}
	return found
}

// statedOwner is the owner that the document says.
func (e *edition) statedOwner() string { return e.root.Get("spec", "owner").Text() }

// edited is a version beside what it is compared with, and whom that concerns.
type edited struct {
	*consent
	this  *edition
	owner string // of the version, as have says where it can
	gone  bool   // the version is removed
}

// did are the verbs of reasons as one says them of a version that is removed.
var did = map[string]string{"adds": "added", "changes": "changed", "drops": "dropped", "leaves": "left", "lets": "let"}

func (e edited) says(what string) string {
	if verb, rest, _ := strings.Cut(what, " "); e.gone {
		return e.this.Name + ", which is removed, " + did[verb] + " " + rest
	}
	return e.this.Name + " " + what
}

// head asks the owner of the version for it as a whole.
func (e edited) head(verb string) {
	at := diag.Fields("spec", "version")
	e.ask(e.owner, Reason{Summary: verb + " " + e.this.Name, Document: e.this.Name, Path: at.String(), Range: e.this.At(at), Gone: e.gone})
}

// reason is a difference as a reason.
func (e edited) reason(d difference, what string) Reason {
	at, gone := d.place()
	return Reason{Summary: e.says(what), Document: e.this.Name, Path: d.path.String(), Range: at, Gone: gone || e.gone}
}

// ruled asks the owners who fix something in a layer of others that is no longer
// what it was.
func (e edited) ruled(profile, layer string, was, now *value.Node) {
	for _, rule := range e.rules {
		before, after := standingAt(was, rule.path), standingAt(now, rule.path)
		if !rule.about(profile, layer) || sameNodes(before, after) {
			continue
		}
		d := difference{path: rule.path, have: was, want: now}
		for _, n := range slices.Concat(before, after) {
			if n != nil {
				d.want = n // the last one is the newest
			}
		}
		r := e.reason(d, fmt.Sprintf("changes %s of layer %s, which %s of %s fixes", rule.path, layer, rule.by.Name, rule.by.release.Name))
		if !slices.ContainsFunc(after, func(n *value.Node) bool { return n != nil }) {
			r.Gone = true
		}
		e.ask(rule.owner, r)
	}
}

// standingAt is what a layer, or patches of one, have at a path of its values or
// of the capi slots.
func standingAt(n *value.Node, path diag.Path) []*value.Node {
	if n.Kind() == value.List {
		var out []*value.Node
		for _, patch := range n.Items() {
			out = append(out, standingAt(patch, path)...)
		}
		return out
	}
	if name, _ := firstField(path); name == "capi" {
		return slotsAt(n.Get("capi"), n.Get("capi"), path[1:])
	}
	return []*value.Node{n.Find(path)}
}

// profiles asks the owners of versions of profiles, and of their layers.
func (c *consent) profiles() {
	for _, v := range changedVersions(c.have.releases, c.want.releases) {
		p := profileChange{edited: edited{consent: c, this: &v.this.edition, owner: v.this.statedOwner(), gone: v.gone}, now: v.this, base: v.base}
		if v.base != nil {
			p.owner = v.base.statedOwner()
			p.rest()
		} else {
			p.base = c.parentOf(v.this)
		}
		p.head(v.verb)
		p.layers()
		p.presets()
	}
}

// parentOf is what a profile extends, as have knows it where it does.
func (c *consent) parentOf(r *release) *release {
	if r.parent == nil {
		return nil
	}
	return cmp.Or(c.have.release(r.parent.ref), r.parent)
}

// profileChange is a version of a profile beside what it is compared with.
type profileChange struct {
	edited
	now  *release
	base *release // nil for none
}

// rest asks the profile's owner for all that belongs to no layer.
func (p profileChange) rest() {
	table := func(path diag.Path) merge.Rule { return specTable(path[min(1, len(path)):]) }
	for _, d := range differences(p.base.withoutLayers(), p.now.withoutLayers(), table) {
		p.ask(p.owner, p.reason(d, "changes "+d.path.String()))
	}
}

// withoutLayers is the document without what belongs to layers, and its version.
func (r *release) withoutLayers() *value.Node {
	spec := r.whole.Get("spec")
	for _, name := range []string{"version", "layers", "presets"} {
		spec = spec.Without(name)
	}
	if constants := spec.Get("constants"); constants != nil {
		spec = spec.With("constants", r.withFiles(constants))
	}
	return value.NewMap([]value.Entry{{Name: "metadata", Value: r.whole.Get("metadata")}, {Name: "spec", Value: spec}}, spec.Place())
}

// layerNodes are the layers of a release by name, as written and inherited, each
// with its owner.
func (r *release) layerNodes() map[string]*value.Node {
	out := map[string]*value.Node{}
	if r == nil {
		return out
	}
	for _, n := range ownedBy(r.whole.Get("spec", "layers"), r.root.Get("spec", "owner")).Items() {
		out[n.Get("name").Text()] = r.withFiles(n)
	}
	return out
}

// layers asks the owner of each layer that differs.
func (p profileChange) layers() {
	have, want := p.base.layerNodes(), p.now.layerNodes()
	for _, name := range namesOf(have, want) {
		was, now := have[name], want[name]
		p.overridden(name, was, now)
		switch {
		case was == nil:
			p.ask(p.ownerOfNew(now), p.reason(difference{want: now}, "adds layer "+name))
			continue
		case now == nil:
			p.ask(ownerOfLayer(was), p.reason(difference{have: was}, "leaves out layer "+name))
		default:
			for _, d := range differences(was, now, layerTable(was)) {
				p.ask(ownerOfLayer(was), p.reason(d, "changes "+d.path.String()+" of layer "+name))
			}
		}
		p.rulesDropped(name, was, now)
		p.ruled(p.this.ref.Name, name, was, now)
	}
}

// overridden asks the owners of the layers of which a layer says from now on that
// it sets what they set.
func (p profileChange) overridden(name string, was, now *value.Node) {
	for i, o := range now.Get("overrides").Items() {
		if slices.ContainsFunc(was.Get("overrides").Items(), o.Equal) {
			continue
		}
		d := difference{path: diag.Fields("overrides").Join(diag.Index(i)), want: o}
		for _, ly := range p.addressed(o.Get("layer").Text()) {
			p.ask(ly.owner(), p.reason(d, fmt.Sprintf("lets layer %s override %s of layer %s", name, o.Get("path").Text(), ly.id())))
		}
	}
}

// namesOf are the names of two sets, sorted.
func namesOf[K ~string, V any](a, b map[K]V) []K {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(sortedKeys(a), sortedKeys(b)))))
}

func ownerOfLayer(layer *value.Node) string { return layer.Get("owner").Text() }

// ownerOfNew is the owner of a layer that was not there. What belongs to the
// profile belongs to its owner as have says.
func (p profileChange) ownerOfNew(layer *value.Node) string {
	if owner := ownerOfLayer(layer); owner != p.this.statedOwner() {
		return owner
	}
	return p.owner
}

// rulesDropped asks those whose rules in a layer of others are no longer there.
func (p profileChange) rulesDropped(name string, was, now *value.Node) {
	for _, list := range []string{"fixed", "constrained"} {
		for _, rule := range was.Get(list).Items() {
			if rule.Place().Writer.Owner != ownerOfLayer(was) && !slices.ContainsFunc(now.Get(list).Items(), rule.Equal) {
				p.ask(rule.Place().Writer.Owner, p.reason(difference{path: diag.Fields(list), have: rule}, "drops a "+list+" path of layer "+name))
			}
		}
	}
}

// presets asks the owners of the layers that presets patch otherwise.
func (p profileChange) presets() {
	have, want := p.base.presetPatches(), p.now.presetPatches()
	layers := p.now.layerNodes()
	maps.Copy(layers, p.base.layerNodes())
	for _, key := range namesOf(have, want) {
		was, now := have[key], want[key]
		preset, address, _ := strings.Cut(string(key), " for ")
		name := address[strings.LastIndex(address, "/")+1:]
		for _, d := range differences(was, now, layerTable(layers[name])) {
			what := "changes preset " + preset + " for layer " + name
			p.ask(p.owner, p.reason(d, what))
			p.ask(ownerOfLayer(layers[name]), p.reason(d, what))
		}
		p.ruled(p.this.ref.Name, name, was, now)
	}
}

// presetPatches are the patches of presets by "group/name for layer".
func (r *release) presetPatches() map[string]*value.Node {
	out := map[string]*value.Node{}
	if r == nil {
		return out
	}
	for _, preset := range r.whole.Get("spec", "presets").Items() {
		for _, patch := range preset.Get("layers").Items() {
			key := fmt.Sprintf("%s/%s for %s", preset.Get("group").Text(), preset.Get("name").Text(), patch.Get("layer").Text())
			out[key] = stacked(out[key], r.withFiles(patch))
		}
	}
	return out
}

// stacked is several patches of one layer: a list, where there are more than one.
func stacked(first, next *value.Node) *value.Node {
	switch {
	case first == nil:
		return next
	case first.Kind() == value.List:
		return first.WithItems(append(slices.Clone(first.Items()), next))
	}
	return value.NewList([]*value.Node{first, next}, first.Place())
}

// overlays asks the owners of versions of overlays, and of the layers that they
// patch.
func (c *consent) overlays() {
	for _, v := range changedVersions(c.have.Library.overlays, c.want.Library.overlays) {
		e := edited{consent: c, this: &v.this.edition, owner: v.this.statedOwner(), gone: v.gone}
		var have, want map[string]*value.Node
		want = v.this.patchNodes()
		if v.base != nil {
			e.owner, have = v.base.statedOwner(), v.base.patchNodes()
			for _, d := range differences(v.base.withoutLayers(), v.this.withoutLayers(), merge.Replace) {
				e.ask(e.owner, e.reason(d, "changes "+d.path.String()))
			}
		}
		e.head(v.verb)
		for _, address := range namesOf(have, want) {
			c.patched(e, address, have[address], want[address])
		}
	}
}

// patched asks the owners of the layers that an overlay patches otherwise.
func (c *consent) patched(e edited, address string, was, now *value.Node) {
	found := differences(was, now, merge.Replace)
	for _, ly := range c.addressed(address) {
		for _, d := range found {
			e.ask(ly.owner(), e.reason(d, "changes its patch of layer "+ly.id()))
		}
		e.ruled(ly.release.ref.Name, ly.Name, was, now)
	}
}

// addressed are the layers that an address may mean: those of the latest versions
// of have, or where it has none, of want.
func (c *consent) addressed(address string) []*layer {
	for _, w := range []*Workspace{c.have, c.want} {
		var out []*layer
		for _, name := range w.names() {
			r := cmp.Or(w.latest(name), last(w.releases[name]))
			for _, ly := range r.layers {
				if ly.Name == address || ly.id() == address {
					out = append(out, ly)
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// patchNodes are the patches of an overlay by the layer that they address.
func (o *overlay) patchNodes() map[string]*value.Node {
	out := map[string]*value.Node{}
	for _, patch := range o.root.Get("spec", "layers").Items() {
		address := patch.Get("layer").Text()
		out[address] = stacked(out[address], digested(patch, func(pattern string, at diag.Range) []File { return o.known(pattern, at, nil) }))
	}
	return out
}

// withoutLayers is the document without what belongs to layers, and its version.
func (o *overlay) withoutLayers() *value.Node {
	spec := o.root.Get("spec").Without("version").Without("layers")
	return value.NewMap([]value.Entry{{Name: "metadata", Value: o.root.Get("metadata")}, {Name: "spec", Value: spec}}, spec.Place())
}
