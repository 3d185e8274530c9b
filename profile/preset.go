package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Preset is a named set of patches for layers of the profile that declares it.
// Of the presets of one group at most one is chosen.
type Preset struct {
	Group       string       `json:"group"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Layers      []LayerPatch `json:"layers"`
}

// preset is a Preset of a release with its places.
type preset struct {
	Preset
	release *release
	patches []layerPatch
	layers  []*layer // of the release, with the patches over them
}

// compilePresets judges the presets of a release on the layers of the release.
func (l *loader) compilePresets(r *release) {
	items := r.whole.Get("spec", "presets").Items()
	for i, declared := range r.profile.Spec.Presets {
		p := &preset{Preset: declared, release: r}
		at := diag.Fields("spec", "presets").Join(diag.Index(i))
		l.checkPreset(r, i, at)
		for j, patch := range declared.Layers {
			where := at.Join(diag.Field("layers"), diag.Index(j))
			compiled := layerPatch{LayerPatch: patch, root: items[i].Get("layers").Items()[j], path: where, find: l.filesOf(r)}
			later := compiled
			later.find = r.filesRead
			p.patches = append(p.patches, later)
			ly, err := findLayer(r.layers, patch.Layer)
			if err != nil {
				l.reject(r, "profile.unknown-layer", where.Join(diag.Field("layer")), r.presetHint(declared, patch.Layer, err), "%v", err)
				continue
			}
			patched, found := compiled.over(ly)
			p.layers = append(p.layers, patched)
			l.add(found...)
		}
		r.presets = append(r.presets, p)
	}
}

// presetHint says what to do about a preset that names a layer that is not there:
// it may be one that the profile leaves out of what it inherits.
func (r *release) presetHint(p Preset, address string, err error) string {
	if r.parent != nil {
		if _, out := findLayer(r.parent.layers, address); out == nil {
			return fmt.Sprintf("leave the layer in, or declare the preset again without it: presets: [{group: %s, name: %s, layers: []}]", p.Group, p.Name)
		}
	}
	return layerHint(err)
}

func (l *loader) checkPreset(r *release, i int, at diag.Path) {
	presets := r.profile.Spec.Presets
	p := presets[i]
	first := slices.IndexFunc(presets, func(o Preset) bool { return o.Group == p.Group && o.Name == p.Name })
	if first < i {
		l.add(diag.Errorf("profile.duplicate", r.At(at.Join(diag.Field("name"))), "preset %s of group %s is declared twice", p.Name, p.Group).
			WithDetail("give each preset of a group a name of its own").WithPath(at).
			WithRelated(r.At(diag.Fields("spec", "presets").Join(diag.Index(first), diag.Field("name"))), "the other one is here"))
	}
}

// choice is what a document chooses of a group of presets.
type choice struct {
	group string // or profile/group
	name  string
	key   diag.Range // of the group
	at    *value.Node
}

// choices reads the field presets of a cluster or an overlay, by group.
func choices(n *value.Node) []choice {
	var out []choice
	for _, f := range n.Fields() {
		if name, ok := f.Value.Str(); ok {
			out = append(out, choice{group: f.Name, name: name, key: f.Key.Range(), at: f.Value})
		}
	}
	return out
}

// takes reports whether the choice speaks to a group of a profile.
func (c choice) takes(p *preset) bool {
	return c.group == p.Group || c.group == p.release.ref.Name+"/"+p.Group
}

// choosing finds the presets of releases that documents choose. Later documents
// win over earlier ones for the same group; profile/group wins over group.
type choosing struct {
	releases []*release
	by       map[string]choice // "profile/group"
}

// choose notes what one document chooses. unknown is called for groups that no
// profile has, wrong for names that a group does not have.
func (c *choosing) choose(list []choice, unknown, wrong func(choice, []string)) {
	slices.SortStableFunc(list, func(a, b choice) int {
		return cmp.Compare(strings.Count(a.group, "/"), strings.Count(b.group, "/"))
	})
	for _, one := range list {
		groups, names := c.known(one)
		switch {
		case len(names) == 0:
			unknown(one, groups)
		case !slices.Contains(names, one.name):
			wrong(one, names)
		default:
			c.note(one)
		}
	}
}

func (c *choosing) note(one choice) {
	for _, r := range c.releases {
		for _, p := range r.presets {
			if one.takes(p) && p.Name == one.name {
				c.by[r.ref.Name+"/"+p.Group] = one
			}
		}
	}
}

// known lists all groups, and the names that the group of a choice has.
func (c *choosing) known(one choice) (groups, names []string) {
	for _, r := range c.releases {
		for _, p := range r.presets {
			groups = append(groups, p.Group)
			if one.takes(p) {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(groups)
	slices.Sort(names)
	return slices.Compact(groups), slices.Compact(names)
}

// chosen are the presets, in the order of the releases and their declaration.
func (c *choosing) chosen() []*preset {
	var out []*preset
	for _, r := range c.releases {
		for _, p := range r.presets {
			if one, ok := c.by[r.ref.Name+"/"+p.Group]; ok && one.name == p.Name {
				out = append(out, p)
			}
		}
	}
	return out
}
