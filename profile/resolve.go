package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Source names where a Cluster that was not read from a file came from:
// "ManagedCluster/fleet/store-0001". Origins and diagnostics carry it instead
// of a file.
type Source string

// Resolve resolves a cluster of the fleet: to the versions that the lock pins
// it to or that it names itself, else to the latest ones. With an error among
// the diagnostics the Stack is nil. Diagnostics are sorted; those of a broken
// library are not repeated.
func (w *Workspace) Resolve(key Key) (*Stack, diag.Diagnostics) {
	entry, _ := w.lock.Entry(key)
	return w.resolveAt(key, entry)
}

// ResolveAt resolves a cluster of the fleet as if the lock pinned it to these
// versions. Versions that the cluster names itself stay.
func (w *Workspace) ResolveAt(key Key, pins ...Ref) (*Stack, diag.Diagnostics) {
	return w.resolveAt(key, LockEntry{Key: key, Pins: pins})
}

func (w *Workspace) resolveAt(key Key, entry LockEntry) (*Stack, diag.Diagnostics) {
	m := w.member(key)
	if m == nil {
		return nil, diag.Diagnostics{diag.Errorf("profile.no-cluster", diag.Range{}, "there is no cluster %s in the fleet", key).
			WithDetail("%s", nearestOf(key.String(), w.clusterNames(), "clusters"))}
	}
	hub, _ := w.Hub(key.Hub)
	stack, found := w.Library.resolve(m, hub, entry)
	if len(found) > 0 {
		found = w.Withhold(found).Sorted()
	}
	return stack, found
}

func (w *Workspace) clusterNames() []string {
	names := make([]string, len(w.clusters))
	for i, m := range w.clusters {
		names[i] = m.key.String()
	}
	return names
}

// Resolve resolves a cluster that is given as a value, for instance by a custom
// resource. Names without a version take the latest one that is not a -dev
// version. The hub has only its name; its class namespace is the default.
func (l *Library) Resolve(c Cluster, from Source) (*Stack, diag.Diagnostics) {
	root, err := treeOf(c, from)
	if err != nil {
		return nil, diag.Diagnostics{diag.Errorf("profile.value", diag.Range{File: string(from)}, "%v", err)}
	}
	load := &loader{workspace: &Workspace{Library: l}}
	m := &member{cluster: Cluster{}}
	m.root = root
	m.broken = !load.decodeInto(root, &m.cluster)
	m.key = Key{Hub: c.Spec.Hub, Namespace: cmp.Or(c.Metadata.Namespace, "default"), Name: c.Metadata.Name}
	m.write()
	stack, diags := l.resolve(m, Hub{Metadata: ObjectMeta{Name: c.Spec.Hub}}, LockEntry{})
	return stack, append(load.diags, diags...).Sorted()
}

// write marks who wrote the parts of a cluster's document.
func (m *member) write() {
	file := m.root.Place().Range().File
	by := func(kind diag.OriginKind) *value.Writer {
		return &value.Writer{File: file, Kind: kind, Document: "cluster " + m.key.String()}
	}
	m.root = m.root.WrittenBy(by(diag.Cluster))
	if v := m.root.Get("spec", "variables"); v != nil {
		m.root = m.root.Set(v.WrittenBy(by(diag.Variable)), "spec", "variables")
	}
	if v := m.root.Get("spec", "pools", "controlPlane", "variables"); v != nil {
		m.root = m.root.Set(v.WrittenBy(by(diag.Variable)), "spec", "pools", "controlPlane", "variables")
	}
	if workers := m.root.Get("spec", "pools", "workers"); workers.Kind() == value.List {
		items := make([]*value.Node, workers.Len())
		for i, p := range workers.Items() {
			items[i] = p
			if v := p.Get("variables"); v != nil {
				items[i] = p.With("variables", v.WrittenBy(by(diag.Variable)))
			}
		}
		m.root = m.root.Set(workers.WithItems(items), "spec", "pools", "workers")
	}
	overrides := m.root.Get("spec", "overrides")
	if overrides.Kind() == value.List {
		items := make([]*value.Node, overrides.Len())
		for i, o := range overrides.Items() {
			w := by(diag.Override)
			w.Owner, _ = o.Get("owner").Str()
			w.Layer, _ = o.Get("layer").Str()
			items[i] = o.WrittenBy(w)
		}
		m.root = m.root.Set(overrides.WithItems(items), "spec", "overrides")
	}
	m.Document.root = m.root
}

// resolution is the work of resolving one cluster.
type resolution struct {
	library  *Library
	member   *member
	stack    *Stack
	comp     *composition
	disabled map[*layer]bool
	values   map[*layer]*value.Node // after overrides, before binding
	patches  map[*layer][]patch
	vars     map[string]*value.Node // by profile name: what its expressions see
	pools    boundPools
	cluster  *value.Node // what expressions see as cluster
	provided *value.Node
	unfit    map[string]bool // variables that something is wrong with
	diags    diag.Diagnostics
}

func (r *resolution) add(found ...diag.Diagnostic) { r.diags = append(r.diags, found...) }

func (l *Library) resolve(m *member, hub Hub, lock LockEntry) (*Stack, diag.Diagnostics) {
	r := &resolution{library: l, member: m, disabled: map[*layer]bool{}}
	r.stack = &Stack{key: m.key, cluster: m.cluster, hub: hub, metadata: m.root.Get("metadata"), pools: m.root.Get("spec", "pools")}
	if r.stack.hub.Spec.ClassNamespace == "" {
		r.stack.hub.Spec.ClassNamespace = DefaultClassNamespace
	}
	if r.stack.hub.Spec.Delivery == "" {
		r.stack.hub.Spec.Delivery = ManifestsDelivery
	}
	releases, usable := r.choose(lock)
	if !usable || m.broken {
		return nil, r.giveUp(releases)
	}
	r.comp = l.compose(releases)
	r.override()
	r.add(r.comp.diags...)
	r.bindVariables()
	r.bindPools()
	r.settleClasses()
	r.holdRules()
	if !r.diags.HasErrors() {
		r.finish()
	}
	if r.diags.HasErrors() {
		return nil, r.diags.Sorted()
	}
	return r.stack, r.diags.Sorted()
}

// giveUp judges what can still be judged of a cluster whose document or profiles
// are broken: its variables and pools.
func (r *resolution) giveUp(releases []*release) diag.Diagnostics {
	r.comp = &composition{releases: releases}
	r.comp.collectInputs()
	r.bindVariables()
	r.bindPools()
	if !r.diags.HasErrors() {
		r.add(r.member.notResolved())
	}
	return r.diags.Sorted()
}

// CodeNotResolved is the code of the one diagnostic that a cluster gets when it
// cannot be resolved because of errors that loading the workspace reported.
const CodeNotResolved = "profile.not-resolved"

func (m *member) notResolved() diag.Diagnostic {
	return diag.Errorf(CodeNotResolved, m.At(diag.Fields("metadata", "name")), "cluster %s is not resolved", m.key).
		WithDetail("mend the errors in its document and its profiles first")
}

// choose finds the profile versions. usable is false when one is missing or
// broken.
func (r *resolution) choose(lock LockEntry) (releases []*release, usable bool) {
	usable = true
	seen := map[string]int{}
	for i, text := range r.member.cluster.Spec.Profiles {
		path := diag.Fields("spec", "profiles").Join(diag.Index(i))
		ref, err := ParseRef(text)
		if err != nil {
			r.reject("profile.reference", path, "write the name of a profile, or name@version", "%v", err)
			usable = false
			continue
		}
		if first, twice := seen[ref.Name]; twice {
			r.add(diag.Errorf("profile.duplicate", r.member.At(path), "profile %s is named twice", ref.Name).
				WithDetail("keep one of the two").WithPath(path).
				WithRelated(r.member.At(diag.Fields("spec", "profiles").Join(diag.Index(first))), "the other one is here"))
			usable = false
			continue
		}
		seen[ref.Name] = i
		r.stack.held = r.stack.held || ref.Version != ""
		found := r.chooseOne(ref, lock, path)
		usable = usable && found != nil && !found.broken
		if found != nil {
			releases = append(releases, found)
			r.stack.profiles = append(r.stack.profiles, found.ref)
		}
	}
	return releases, usable && (r.member.broken || r.hasBase(releases))
}

func (r *resolution) hasBase(releases []*release) bool {
	if slices.ContainsFunc(releases, func(rel *release) bool { return rel.profile.Spec.Kind != AddOnProfile }) {
		return true
	}
	path := diag.Fields("spec", "profiles")
	r.add(diag.Errorf("profile.base", r.member.KeyAt(path), "no profile of the cluster defines the cluster itself").
		WithDetail("add a profile of kind Infrastructure or Full").WithPath(path))
	return false
}

func (r *resolution) chooseOne(ref Ref, lock LockEntry, path diag.Path) *release {
	all := r.library.releases[ref.Name]
	if len(all) == 0 {
		r.reject("profile.unknown-profile", path, nearestOf(ref.Name, r.library.names(), "profiles"), "there is no profile %q in the library", ref.Name)
		return nil
	}
	by := "the cluster names it"
	if ref.Version == "" {
		if pin, ok := lock.Pin(ref.Name); ok {
			ref.Version, by = pin, fmt.Sprintf("line %d of the lock pins it", lock.at.Start.Line)
		} else if latest := r.library.latest(ref.Name); latest != nil {
			return latest
		}
	}
	if found := r.library.release(ref); found != nil {
		return found
	}
	known := make([]string, len(all))
	for i, rel := range all {
		known[i] = rel.ref.Version
	}
	if ref.Version == "" {
		r.reject("profile.missing-version", path, "name a version: "+ref.Name+"@"+known[len(known)-1], "profile %s has only -dev versions", ref.Name)
		return nil
	}
	r.reject("profile.missing-version", path, by+"; "+nearestOf(ref.Version, known, "versions of "+ref.Name), "there is no version %s of profile %s in the library", ref.Version, ref.Name)
	return nil
}

// reject adds an error about the value at path of the cluster's document.
func (r *resolution) reject(code string, path diag.Path, hint, format string, args ...any) {
	r.add(diag.Errorf(code, r.member.At(path), format, args...).WithDetail("%s", hint).WithPath(path))
}

// compose gives the composition of whole releases, made once.
func (l *Library) compose(releases []*release) *composition {
	var key strings.Builder
	var layers []*layer
	for _, r := range releases {
		key.WriteString(r.ref.String() + "\n")
		layers = append(layers, r.layers...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.composed[key.String()]
	if !ok {
		c = compose(releases, layers)
		l.composed[key.String()] = c
	}
	return c
}

// finish evaluates everything and fills the stack.
func (r *resolution) finish() {
	s, c := r.stack, r.comp
	s.comp = c
	s.bound = bound{variables: r.member.root.Get("spec", "variables"), vars: r.vars, pools: r.pools}
	k := c.kubernetes
	writer := &value.Writer{File: k.at().File, Kind: diag.Profile, Document: k.release.ref.String(), Layer: k.Name, Owner: k.owner()}
	s.version = k.component().Get("version").WrittenBy(writer)
	s.layers = make([]StackLayer, 0, len(c.layers))
	for _, ly := range c.layers {
		s.layers = append(s.layers, r.bindLayer(ly))
	}
	s.capi = r.bindCapi()
}

func (r *resolution) bindLayer(ly *layer) StackLayer {
	writer := &value.Writer{File: ly.at().File, Kind: diag.Profile, Document: ly.release.ref.String(), Layer: ly.Name, Owner: ly.owner()}
	at := ly.release.root.Find(ly.path()).Place()
	at.Writer = writer
	out := StackLayer{
		Name: ly.Name, Profile: ly.release.ref, Kind: ly.Kind, Owner: ly.owner(), Component: ly.Component,
		Origin: at.Origin(),
	}
	values := r.bind(r.values[ly], nil, nil)
	out.Values = Value{node: values}
	if ly.Content != nil {
		out.Helm = ly.Content.Helm
	}
	for _, f := range ly.manifests {
		if f.Expand {
			objects := make([]*value.Node, len(f.objects))
			for i, o := range f.objects {
				objects[i] = r.bind(o, nil, values)
			}
			f.objects = objects
		}
		out.Manifests = append(out.Manifests, f)
	}
	for _, p := range r.patches[ly] {
		out.Patches = append(out.Patches, StackPatch{
			Target: p.target, Range: p.at,
			Merge: Value{node: r.bind(p.merge, nil, values)},
			JSON:  Value{node: r.bind(p.json, nil, values)},
		})
	}
	return out
}

// bind computes the expressions of a tree. pool and values are what expressions
// see by these names, where they may.
func (r *resolution) bind(n *value.Node, pool *boundPool, values *value.Node) *value.Node {
	return n.Bind(func(e *value.Node) *value.Node {
		p := e.Program().(*program)
		in := expr.Inputs{
			Vars:      r.vars[p.layer.release.ref.Name],
			Cluster:   r.cluster,
			Component: p.layer.component(),
			Provided:  r.provided,
			Values:    values,
		}
		if pool != nil {
			in.Pool, in.Vars = pool.node, pool.vars[p.layer.release.ref.Name]
		}
		out, err := p.template.Eval(&in, e.Place())
		if err != nil {
			r.add(r.notComputed(e, p, err))
			return value.NewNull(e.Place())
		}
		return out
	})
}

func (r *resolution) notComputed(e *value.Node, p *program, err error) diag.Diagnostic {
	wrong, ok := err.(*expr.Error)
	if !ok {
		return diag.Errorf("expr.evaluation", e.Place().Range(), "cluster %s: the expression cannot be computed", r.member.key)
	}
	found := expressionDiagnostic(wrong, e, e.Text())
	if r.readsSensitive(p.template.Reads()) && wrong.Code != expr.CodeNoValue {
		found.Summary, found.Detail = "the expression cannot be computed: "+unshown, ""
	}
	found.Summary = fmt.Sprintf("cluster %s: %s", r.member.key, found.Summary)
	return found.WithRelated(r.member.At(diag.Fields("metadata", "name")), "the cluster is here")
}

// component is what expressions of the layer see as component.
func (l *layer) component() *value.Node {
	return l.release.root.Find(l.path(diag.Field("component")))
}
