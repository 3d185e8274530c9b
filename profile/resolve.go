package profile

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

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
			WithDetail("%s", w.clusterHint(key))}
	}
	r, ok := w.resolve(m, entry)
	found := r.found()
	if len(found) > 0 {
		found = w.Withhold(found).Sorted()
	}
	if !ok {
		return nil, found
	}
	return r.stack, found
}

// resolve does the work for a cluster of the fleet.
func (w *Workspace) resolve(m *member, entry LockEntry) (r *resolution, ok bool) {
	hub, _ := w.Hub(m.key.Hub)
	return w.Library.resolve(m, hub, entry)
}

// maxCompared is among how many clusters the one with the nearest name is looked
// for: a program may ask for any number that are not there.
const maxCompared = 1000

func (w *Workspace) clusterHint(key Key) string {
	if len(w.clusters) > maxCompared {
		return fmt.Sprintf("the fleet has %d others", len(w.clusters))
	}
	names := make([]string, len(w.clusters))
	for i, m := range w.clusters {
		names[i] = m.key.String()
	}
	return nearestOf(key.String(), names, "clusters")
}

// Resolve resolves a cluster that is given as a value, for instance by a custom
// resource. Names without a version take the latest one that is not a -dev
// version. The hub has only its name, which the cluster says; see
// [Library.ResolveOn] for one whose class namespace and feature gates count.
func (l *Library) Resolve(c Cluster, from Source) (*Stack, diag.Diagnostics) {
	return l.ResolveOn(Hub{Metadata: ObjectMeta{Name: c.Spec.Hub}}, c, from)
}

// ResolveOn resolves a cluster of a hub, as [Library.Resolve] does. A workspace
// with the same hub, cluster and versions gives the same stack, with the same
// digest. A cluster that names another hub is an error.
func (l *Library) ResolveOn(hub Hub, c Cluster, from Source) (*Stack, diag.Diagnostics) {
	c.TypeMeta = TypeMeta{APIVersion: cmp.Or(c.APIVersion, APIVersion), Kind: cmp.Or(c.Kind, "Cluster")} // which clients of an API server leave out
	root, err := treeOf(c, from)
	if err != nil {
		return nil, diag.Diagnostics{diag.Errorf("profile.value", diag.Range{File: string(from)}, "%v", err)}
	}
	load := &loader{workspace: &Workspace{Library: l}}
	m := &member{}
	m.decode(load, root)
	m.cluster.Spec.Hub, m.cluster.Metadata.Namespace = cmp.Or(c.Spec.Hub, hub.Metadata.Name), cmp.Or(c.Metadata.Namespace, "default")
	m.key = Key{Hub: m.cluster.Spec.Hub, Namespace: m.cluster.Metadata.Namespace, Name: c.Metadata.Name}
	if named := load.checkKey(m); m.broken || !named {
		return nil, load.diags.Sorted()
	}
	m.write()
	r, ok := l.resolve(m, hub, LockEntry{})
	if m.key.Hub != hub.Metadata.Name {
		r.reject("profile.hub", diag.Fields("spec", "hub"), "resolve it on the hub that it names", "the cluster is of hub %q, not of %q", m.key.Hub, hub.Metadata.Name)
		ok = false
	}
	diags := l.overlayLines().withhold(append(load.diags, r.found()...)).Sorted()
	if !ok {
		return nil, diags
	}
	return r.stack, diags
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
	m.root = m.root.EachItem(func(pool *value.Node) *value.Node {
		if v := pool.Get("variables"); v != nil {
			return pool.With("variables", v.WrittenBy(by(diag.Variable)))
		}
		return pool
	}, "spec", "pools", "workers")
	m.root = m.root.EachItem(func(override *value.Node) *value.Node {
		w := by(diag.Override)
		w.Owner, _ = override.Get("owner").Str()
		w.Layer, _ = override.Get("layer").Str()
		return override.WrittenBy(w)
	}, "spec", "overrides")
	m.Document.root = m.root
}

// resolution is the work of resolving one cluster.
type resolution struct {
	library  *Library
	member   *member
	stack    *Stack
	comp     *composition
	trees    *slotTrees // of the bound slots
	idle     []idleFinding
	own      map[*layer]*layer      // layers of the composition with the cluster's values over them
	removals []removal              // by those values
	vars     map[string]*value.Node // by profile name: what its expressions see
	pools    boundPools
	cluster  *value.Node // what expressions see as cluster
	provided *value.Node
	unfit    map[string]bool // variables that something is wrong with
	room     int             // for the values of expressions
	judging  int             // what may still be matched with patterns
	diags    diag.Diagnostics
	// whole: all that sets variables was found and read.
	whole bool
}

// maxFindings bounds what is said of one cluster: all the names that it sets may
// be misspelt.
const maxFindings = 1000

// found are the findings in their order, of very many the first.
func (r *resolution) found() diag.Diagnostics {
	r.leadThroughDocument()
	found := r.diags.Sorted()
	if len(found) <= maxFindings {
		return found
	}
	rest := found[maxFindings:]
	more := diag.Warningf("source.more", withoutExcerpt(r.member.At(nil)), "%d more things are wrong with cluster %s; they are not shown", len(rest), r.member.key).
		WithDetail("mend those that are, and read it again")
	if rest.HasErrors() {
		more.Severity = diag.Error
	}
	return append(found[:maxFindings:maxFindings], more).Sorted()
}

// leadThroughDocument gives findings about pools the paths that these have in the
// cluster's document, which lists them without the defaults of profiles.
func (r *resolution) leadThroughDocument() {
	if r.member.written == nil {
		return
	}
	own := r.member.written.Find(workersPath).Items()
	for i, d := range r.diags {
		path, err := diag.ParsePath(d.Path)
		if err != nil || len(path) <= len(workersPath) || !path.Under(workersPath) {
			continue
		}
		name := r.member.root.Find(path[:len(workersPath)+1]).Get("name")
		at := workersPath[:1] // of a pool that only profiles have
		if j := slices.IndexFunc(own, func(n *value.Node) bool { return n.Get("name").Equal(name) }); j >= 0 {
			at = workersPath.Join(diag.Index(j)).Join(path[len(workersPath)+1:]...)
		}
		r.diags[i] = d.WithPath(at)
	}
}

func (r *resolution) add(found ...diag.Diagnostic) { r.diags = append(r.diags, found...) }

// resolve does the work for a cluster. Where it is not ok, the stack of the
// resolution is not whole.
func (l *Library) resolve(m *member, hub Hub, lock LockEntry) (r *resolution, ok bool) {
	r = &resolution{library: l, member: m, judging: maxMatching}
	r.stack = &Stack{key: m.key, cluster: m.cluster, hub: hub, metadata: m.root.Get("metadata"), pools: m.root.Get("spec", "pools")}
	if r.stack.hub.Spec.ClassNamespace == "" {
		r.stack.hub.Spec.ClassNamespace = DefaultClassNamespace
	}
	if r.stack.hub.Spec.Delivery == "" {
		r.stack.hub.Spec.Delivery = ManifestsDelivery
	}
	made, composable := r.choose(lock)
	r.whole = composable && !m.broken
	if composable {
		r.compose(made)
	} else { // its variables and pools can still be judged
		r.comp = &composition{recipe: made, idle: map[*overlay]diag.Diagnostics{}}
		r.comp.collectInputs()
		r.comp.giveValues()
	}
	r.bindVariables()
	r.bindPools()
	if composable {
		if m.poolsRead && (r.comp.kubernetes != nil || !made.broken()) { // else the profile lacks what is likely to define the classes
			r.settleClasses()
		}
		if m.inputsRead {
			r.holdRules()
		}
		if !m.broken && !made.broken() && !r.diags.HasErrors() {
			r.finish()
			return r, !r.diags.HasErrors()
		}
		r.judgeWritten()
	}
	if !r.diags.HasErrors() {
		r.add(m.notResolved())
	}
	return r, false
}

// compose puts the layers together, with what the cluster changes of them.
func (r *resolution) compose(made recipe) {
	r.comp = r.library.compose(made)
	r.defaultPools()
	r.override()
	r.add(r.comp.diags...)
}

// CodeNotResolved is the code of the one diagnostic that a cluster gets when it
// cannot be resolved because of errors that loading the workspace reported.
const CodeNotResolved = "profile.not-resolved"

func (m *member) notResolved() diag.Diagnostic {
	return diag.Errorf(CodeNotResolved, m.At(diag.Fields("metadata", "name")), "cluster %s is not resolved", m.key).
		WithDetail("mend the errors in its document and its profiles first")
}

// reject adds an error about the value at path of the cluster's document.
func (r *resolution) reject(code string, path diag.Path, hint, format string, args ...any) {
	r.add(diag.Errorf(code, r.member.At(path), format, args...).WithDetail("%s", hint).WithPath(path))
}

// maxComposed is how many compositions a library keeps: a program may ask for
// any combination of versions and presets, for as long as it runs.
const maxComposed = 4096

// compose gives the composition of a recipe, made once while it is kept. Nobody
// waits for that of another one.
func (l *Library) compose(made recipe) *composition {
	key := made.key()
	l.mu.Lock()
	composed, ok := l.composed[key]
	if !ok {
		composed = sync.OnceValue(made.compose)
		if len(l.composed) >= maxComposed {
			clear(l.composed)
		}
		l.composed[key] = composed
	}
	l.mu.Unlock()
	return composed()
}

// finish evaluates everything and fills the stack.
func (r *resolution) finish() {
	s, c := r.stack, r.comp
	r.room = c.room
	r.giveInputs()
	r.settleDoubts()
	s.version = c.kubernetes.product.Get("version")
	s.layers = make([]StackLayer, 0, len(c.layers))
	same := c.unchanging()
	for _, ly := range c.layers {
		if own, ok := r.own[ly]; ok {
			ly = own
		}
		if bound, ok := same[ly]; ok {
			s.layers = append(s.layers, bound.bound)
		} else {
			s.layers = append(s.layers, r.bindLayer(ly))
		}
	}
	s.capi = r.bindCapi()
	r.judgeConstrained()
	before := len(r.diags)
	r.judgeDoubles()
	if len(r.diags) == before { // or that is why keys are equal
		r.rejoin()
	}
	r.judgeOwnMetadata()
	s.idle = r.collectIdle()
}

// giveInputs gives the stack the values of variables.
func (r *resolution) giveInputs() {
	r.stack.comp = r.comp
	r.stack.bound = bound{variables: r.member.root.Get("spec", "variables"), vars: r.vars, pools: r.pools}
}

func (r *resolution) bindLayer(ly *layer) StackLayer {
	out := StackLayer{
		Name: ly.Name, Profile: ly.release.ref, Kind: ly.Kind, Owner: ly.owner(), Component: ly.Component,
		Origin: ly.root.Origin(), layer: ly,
	}
	values := r.bind(ly.values, nil, nil)
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
	for _, p := range ly.patches {
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
		if r.room < 0 { // which is reported
			return value.NewNull(e.Place())
		}
		p := e.Program().(*program)
		in := expr.Inputs{
			Vars:      r.vars[p.layer.release.ref.Name],
			Cluster:   r.cluster,
			Component: p.layer.product,
			Provided:  r.provided,
			Values:    values,
		}
		if pool != nil {
			in.Pool, in.Vars = pool.node, pool.vars[p.layer.release.ref.Name]
		}
		out, err := p.template.Eval(&in, e.Place())
		if err != nil {
			r.add(r.notComputed(e, p, values, err))
			return value.NewNull(e.Place())
		}
		if out.Outgrows(&r.room) != nil {
			r.add(r.tooLarge(e))
			return value.NewNull(e.Place())
		}
		return out
	})
}

func (r *resolution) notComputed(e *value.Node, p *program, values *value.Node, err error) diag.Diagnostic {
	wrong, ok := err.(*expr.Error)
	if !ok {
		return diag.Errorf("expr.evaluation", e.Place().Range(), "cluster %s: the expression cannot be computed", r.member.key)
	}
	found := expressionDiagnostic(wrong, e, e.Text())
	if r.readsSensitive(p.template.Reads(), values) && wrong.Code != expr.CodeNoValue {
		found.Summary, found.Detail = "the expression cannot be computed: "+unshown, ""
	}
	found.Summary = fmt.Sprintf("cluster %s: %s", r.member.key, found.Summary)
	return found.WithRelated(r.member.At(diag.Fields("metadata", "name")), "the cluster is here")
}
