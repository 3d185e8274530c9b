package vet

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ground is what corners of one profile have in common: the profiles beside it,
// and the baseline that they differ from.
type ground struct {
	workspace *profile.Workspace
	vetted    profile.Profile
	with      []profile.Ref
	render    func(*profile.Stack) diag.Diagnostics

	base     profile.Cluster   // the baseline
	profiles []profile.Profile // of the stack, the vetted one too
	declared map[string][]profile.Variable
	fit      map[string][]sample // of variables, by name, once they were asked for
}

// grounds are those on which a profile is vetted, each with a baseline that
// resolves, where one was found.
func grounds(ws *profile.Workspace, ref profile.Ref, opts Options) []*ground {
	found := groundsOf(ws, ref, opts)
	for _, g := range found {
		g.settle()
	}
	return found
}

func groundsOf(ws *profile.Workspace, ref profile.Ref, opts Options) []*ground {
	vetted, ok := ws.Profile(ref)
	if !ok || slices.ContainsFunc(append([]profile.Ref{ref}, opts.With...), func(r profile.Ref) bool { return broken(ws, r) }) {
		return nil
	}
	switch {
	case len(opts.With) > 0:
		return []*ground{newGround(ws, vetted, opts.With, nil, opts)}
	case vetted.Spec.Kind != profile.AddOnProfile:
		return []*ground{newGround(ws, vetted, nil, firstUser(ws, ref), opts)}
	}
	if found := fleetGrounds(ws, vetted, opts); len(found) > 0 {
		return found
	}
	return libraryGround(ws, vetted, opts)
}

// broken reports whether loading found errors in a version: its declarations may
// be anything.
func broken(ws *profile.Workspace, ref profile.Ref) bool {
	r, _ := ws.Release(ref)
	return r.Broken()
}

// firstUser is the first cluster that names a profile, in this version rather
// than in another; nil where none does.
func firstUser(ws *profile.Workspace, ref profile.Ref) *profile.Cluster {
	var first *profile.Cluster
	for key := range ws.Clusters() {
		id, uses := pinned(ws, key, ref.Name)
		if !uses {
			continue
		}
		cluster, _ := ws.Cluster(key)
		if strings.Contains("\n"+id, "\n"+ref.String()+"\n") {
			return &cluster
		}
		if first == nil {
			first = &cluster
		}
	}
	return first
}

// fleetGrounds has one ground for each base that clusters combine an add-on
// with, after the first such cluster that resolves.
func fleetGrounds(ws *profile.Workspace, vetted profile.Profile, opts Options) []*ground {
	var out []*ground
	tries := map[string]int{}
	for key := range ws.Clusters() {
		id, uses := pinned(ws, key, vetted.Ref().Name)
		if !uses || tries[id] == searchLimit {
			continue
		}
		tries[id]++
		stack, _ := ws.Resolve(key)
		if stack == nil {
			continue
		}
		tries[id] = searchLimit // one is enough
		with := slices.DeleteFunc(stack.Profiles(), func(r profile.Ref) bool { return r.Name == vetted.Ref().Name })
		base := baseOf(ws, with)
		if !slices.ContainsFunc(out, func(g *ground) bool { return baseOf(ws, g.with) == base }) {
			cluster, _ := ws.Cluster(key)
			out = append(out, newGround(ws, vetted, with, &cluster, opts))
		}
	}
	return out
}

// pinned tells apart what clusters are made of, and reports whether one names
// the profile.
func pinned(ws *profile.Workspace, key profile.Key, name string) (id string, uses bool) {
	cluster, _ := ws.Cluster(key)
	entry, _ := ws.Lock().Entry(key)
	for _, text := range cluster.Spec.Profiles {
		ref, err := profile.ParseRef(text)
		uses = uses || err == nil && ref.Name == name
		if pin, ok := entry.Pin(ref.Name); ok && ref.Version == "" {
			text += "@" + pin
		}
		id += text + "\n"
	}
	return id, uses
}

func baseOf(ws *profile.Workspace, refs []profile.Ref) profile.Ref {
	for _, ref := range refs {
		if p, ok := ws.Profile(ref); ok && p.Spec.Kind != profile.AddOnProfile {
			return ref
		}
	}
	return profile.Ref{}
}

// libraryGround has the first base of the library that an add-on resolves on;
// where it resolves on none, the first base, whose findings say why.
func libraryGround(ws *profile.Workspace, vetted profile.Profile, opts Options) []*ground {
	var first []*ground
	for _, base := range bases(ws) {
		g := newGround(ws, vetted, []profile.Ref{base}, nil, opts)
		if c := g.resolve(nil); c.Stack != nil || c.Refused() {
			return []*ground{g}
		}
		if first == nil {
			first = []*ground{g}
		}
	}
	if first == nil {
		return []*ground{newGround(ws, vetted, nil, nil, opts)}
	}
	return first
}

// bases are the profiles that clusters can be made of, by name, the latest
// version first, those of -dev versions last.
func bases(ws *profile.Workspace) []profile.Ref {
	var out []profile.Ref
	for p := range ws.Profiles() {
		if p.Spec.Kind != profile.AddOnProfile && !p.Spec.Abstract && !broken(ws, p.Ref()) {
			out = append(out, p.Ref())
		}
	}
	dev := func(r profile.Ref) int {
		if v, err := profile.ParseVersion(r.Version); err == nil && v.IsDev() {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b profile.Ref) int {
		return cmp.Or(cmp.Compare(dev(a), dev(b)), cmp.Compare(a.Name, b.Name), b.Compare(a))
	})
	return out
}

// newGround finds the baseline: after a cluster, where there is one.
func newGround(ws *profile.Workspace, vetted profile.Profile, with []profile.Ref, like *profile.Cluster, opts Options) *ground {
	g := &ground{workspace: ws, vetted: vetted, with: with, render: opts.Render, declared: map[string][]profile.Variable{}, fit: map[string][]sample{}}
	g.base.TypeMeta = profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Cluster"}
	g.base.Metadata = profile.ObjectMeta{Name: "corner", Namespace: "vet", Labels: maps.Clone(opts.Labels)}
	g.base.Spec.Hub = hubOf(ws)
	for _, ref := range append([]profile.Ref{vetted.Ref()}, with...) {
		g.base.Spec.Profiles = append(g.base.Spec.Profiles, ref.String())
		if p, ok := ws.Profile(ref); ok {
			g.profiles = append(g.profiles, p)
		}
	}
	for _, p := range g.profiles {
		for _, v := range p.Spec.Variables {
			g.declared[v.Name] = append(g.declared[v.Name], v)
		}
	}
	if like != nil {
		g.follow(*like)
	}
	g.addPools()
	g.fill(opts.Variables)
	return g
}

func hubOf(ws *profile.Workspace) string {
	for _, h := range ws.Hubs() {
		return h.Metadata.Name
	}
	return ""
}

// follow takes over from a cluster what is not of one cluster alone: no
// overrides and waivers.
func (g *ground) follow(cluster profile.Cluster) {
	if g.base.Metadata.Labels == nil {
		g.base.Metadata.Labels = maps.Clone(cluster.Metadata.Labels)
	}
	g.base.Spec.Hub, g.base.Spec.TimeZone = cmp.Or(cluster.Spec.Hub, g.base.Spec.Hub), cluster.Spec.TimeZone
	g.base.Spec.Variables = g.known(cluster.Spec.Variables)
	for group, name := range cluster.Spec.Presets {
		g.follows(group, name)
	}
	g.base.Spec.Pools = cluster.Spec.Pools
	g.base.Spec.Pools.ControlPlane.Variables = g.known(g.base.Spec.Pools.ControlPlane.Variables)
	g.base.Spec.Pools.Workers = slices.Clone(g.base.Spec.Pools.Workers)
	for i := range g.base.Spec.Pools.Workers {
		g.base.Spec.Pools.Workers[i].Variables = g.known(g.base.Spec.Pools.Workers[i].Variables)
	}
}

// known are the values of variables that the profiles of the ground declare and
// allow.
func (g *ground) known(set map[string]profile.Value) map[string]profile.Value {
	out := map[string]profile.Value{}
	for name, value := range set {
		if len(g.declared[name]) > 0 && g.allows(name, value) {
			out[name] = value
		}
	}
	return out
}

// follows chooses a preset for each profile that has it.
func (g *ground) follows(group, name string) {
	for _, p := range g.profiles {
		for _, preset := range p.Spec.Presets {
			key := p.Ref().Name + "/" + preset.Group
			if preset.Name == name && (group == preset.Group || group == key) {
				if g.base.Spec.Presets == nil {
					g.base.Spec.Presets = map[string]string{}
				}
				g.base.Spec.Presets[key] = name
			}
		}
	}
}

// addPools adds the pools that profiles give by default, so that their variables
// can be set, and one pool for each worker class that has none. They are like
// the first pool there is.
func (g *ground) addPools() {
	pools := slices.Clone(g.base.Spec.Pools.Workers)
	var like map[string]profile.Value
	if len(pools) > 0 {
		like = pools[0].Variables
	}
	has := map[string]bool{}
	for _, pool := range pools {
		has["pool "+pool.Name], has["class "+pool.Class] = true, true
	}
	for _, p := range g.profiles {
		for _, pool := range p.Spec.Pools.Workers {
			if !has["pool "+pool.Name] {
				pools = append(pools, profile.Pool{Name: pool.Name, Variables: like})
			}
			has["pool "+pool.Name], has["class "+pool.Class] = true, true
		}
	}
	for _, class := range g.classes() {
		if !has["class "+class] && !has["class "] && !has["pool "+class] {
			pools = append(pools, profile.Pool{Name: class, Class: class, Variables: like})
		}
	}
	if len(pools) == 0 {
		pools = []profile.Pool{{Name: "workers"}}
	}
	g.base.Spec.Pools.Workers = pools
}

// classes are the worker classes that layers name, sorted.
func (g *ground) classes() []string {
	var out []string
	for _, p := range g.profiles {
		for _, layer := range p.Spec.Layers {
			if layer.Capi != nil {
				out = slices.AppendSeq(out, maps.Keys(layer.Capi.Classes))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fill sets what the caller gives, and what is required and has no value.
func (g *ground) fill(given map[string]profile.Value) {
	for _, name := range slices.Sorted(maps.Keys(g.declared)) {
		v := g.declared[name][0]
		value := given[name]
		if _, set := g.value(v); value.IsZero() && (set || !g.required(name)) {
			continue
		}
		if value.IsZero() {
			found := g.fitting(v)
			if len(found) == 0 {
				continue // that it is missing will be said
			}
			value, _ = profile.ValueOf(found[0].data)
		}
		g.setter(v, value)(&g.base)
	}
}

// settle moves a baseline that does not resolve to the nearest corner that does:
// what is wrong with the baseline shows as a difference from there.
func (g *ground) settle() {
	if g.resolve(nil).Stack != nil {
		return
	}
	var dims []dimension
	for _, name := range slices.Sorted(maps.Keys(g.declared)) {
		if d := g.variableChoices(g.declared[name][0]); len(d.choices) > 0 {
			dims = append(dims, d)
		}
	}
	dims = append(dims, g.presetChoices()...)
	for picks := range nearest(dims, searchLimit) {
		if c := g.resolve(picks); c.Stack != nil {
			g.base = c.Cluster
			return
		}
	}
}
