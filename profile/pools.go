package profile

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// boundPool is what the expressions of a pool's machines see.
type boundPool struct {
	name  string                 // controlPlane, or the name of the worker pool
	set   *value.Node            // what the cluster sets for the pool
	class string                 // as the profiles call it
	node  *value.Node            // pool
	vars  map[string]*value.Node // by profile name
}

// bindCapi evaluates the capi slots: cluster and infrastructure once, the
// control plane as its pool, and each worker class once, or for each of its
// pools where its content reads the pool or a variable of pool scope.
func (r *resolution) bindCapi() CapiSlots {
	capi := r.comp.capi
	controlPlane := r.pools.controlPlane
	out := CapiSlots{
		Cluster:           Value{node: r.bind(capi.Get("cluster"), nil, nil)},
		Infrastructure:    Value{node: r.bindSlot(capi.Get("infrastructure"), nil)},
		ControlPlane:      Value{node: r.bindSlot(capi.Get("controlPlane"), controlPlane)},
		ControlPlaneNodes: Value{node: r.bindSlot(capi.Get("nodes"), controlPlane)},
	}
	for _, name := range r.comp.classes {
		out.Classes = append(out.Classes, r.bindClass(name)...)
	}
	return out
}

// poolTable is how the pools of a cluster merge with the defaults of a profile.
func poolTable(path diag.Path) merge.Rule {
	if path.String() == "/workers" {
		return merge.Rule{Keys: []string{"name"}}
	}
	return merge.Rule{}
}

// defaultPools puts the cluster's pools over those of its profiles.
func (r *resolution) defaultPools() {
	var below *value.Node
	for _, rel := range r.comp.recipe.releases {
		below = merge.Over(below, rel.whole.Get("spec", "pools"), poolTable)
	}
	if below == nil || !r.member.poolsRead {
		return
	}
	m := *r.member
	m.written = m.root
	own := m.root.Get("spec", "pools")
	pools := merge.Over(yielding(below, own), own, poolTable)
	m.root = m.root.Set(pools, "spec", "pools")
	m.cluster.Spec.Pools = Pools{}
	r.add(decode.Into(pools, &m.cluster.Spec.Pools, decoding)...)
	m.emptyPools()
	r.member = &m
	r.stack.cluster, r.stack.pools = m.cluster, pools
}

// emptyPools keeps a null for all workers, which for Go is no nil: that would have
// the defaults.
func (m *member) emptyPools() {
	if workers, ok := m.root.Get("spec", "pools").Entry("workers"); ok && workers.Value.IsNull() {
		m.cluster.Spec.Pools.Workers = []Pool{}
	}
}

// yielding are default pools without what those over them stand instead of: an
// empty list instead of all workers, and one way of scaling a worker instead of
// the other, which no Go value could take away.
func yielding(below, own *value.Node) *value.Node {
	workers := own.Get("workers")
	if workers.Kind() == value.List && workers.Len() == 0 {
		return below.Without("workers")
	}
	over := make(map[string][]*value.Node, workers.Len())
	for _, pool := range workers.Items() {
		over[pool.Get("name").Text()] = append(over[pool.Get("name").Text()], pool)
	}
	return below.EachItem(func(pool *value.Node) *value.Node {
		for _, over := range over[pool.Get("name").Text()] {
			pool = scaledBy(over, pool)
		}
		return pool
	}, "workers")
}

func scaledBy(over, pool *value.Node) *value.Node {
	if !over.Get("replicas").IsNull() {
		pool = pool.Without("autoscale")
	}
	if !over.Get("autoscale").IsNull() {
		pool = pool.Without("replicas")
	}
	return pool
}

// boundPools are the pools of the cluster with what their expressions see.
type boundPools struct {
	controlPlane *boundPool
	workers      []*boundPool // as in the cluster's document
}

// all yields the pools, the control plane first, workers by name.
func (b boundPools) all() iter.Seq[*boundPool] {
	workers := slices.SortedFunc(slices.Values(b.workers), func(x, y *boundPool) int { return cmp.Compare(x.name, y.name) })
	return slices.Values(append([]*boundPool{b.controlPlane}, workers...))
}

var (
	controlPlanePath = diag.Fields("spec", "pools", "controlPlane")
	workersPath      = diag.Fields("spec", "pools", "workers")
)

// bindPools judges the pools and gathers what their expressions see.
func (r *resolution) bindPools() {
	pools := r.member.cluster.Spec.Pools
	r.checkPool(pools.ControlPlane, controlPlanePath, false)
	r.pools.controlPlane = r.boundPool(controlPlanePath, "control-plane", "")
	r.pools.controlPlane.name = ControlPlanePool
	seen := map[string]int{}
	for i, p := range pools.Workers {
		path := workersPath.Join(diag.Index(i))
		if first, twice := seen[p.Name]; twice && p.Name != "" {
			r.add(diag.Errorf("profile.duplicate", r.member.At(path.Join(diag.Field("name"))), "pool %q is defined twice", p.Name).
				WithDetail("give each pool a name of its own").WithPath(path).
				WithRelated(r.member.At(workersPath.Join(diag.Index(first))), "the other one is here"))
		}
		seen[p.Name] = i
		r.checkPool(p, path, true)
		r.pools.workers = append(r.pools.workers, r.boundPool(path, p.Name, cmp.Or(p.Class, r.comp.onlyClass())))
	}
	r.checkUpgradeOrder()
}

// onlyClass is the class of pools that name none; empty where there are several.
func (c *composition) onlyClass() string {
	if len(c.classes) != 1 {
		return ""
	}
	return c.classes[0]
}

// settleClasses gives pools that name no class the only one there is, and gives
// each pool of a class that reads its pool a class of its own.
func (r *resolution) settleClasses() {
	known := r.comp.classes
	workers := slices.Clone(r.stack.cluster.Spec.Pools.Workers)
	r.stack.cluster.Spec.Pools.Workers = workers
	taken := map[string]int{}
	for i := range workers {
		path := workersPath.Join(diag.Index(i))
		class := cmp.Or(workers[i].Class, r.comp.onlyClass())
		workers[i].Class = class
		if !slices.Contains(known, class) {
			r.reject("profile.unknown-class", path.Join(diag.Field("class")), nearestOf(class, known, "classes"), "there is no worker class %q in the stack", class)
		}
		r.pools.workers[i].class = class
		if !r.comp.pooled[class] {
			continue
		}
		workers[i].Class = class + "-" + workers[i].Name
		if first, twice := taken[workers[i].Class]; twice || slices.Contains(known, workers[i].Class) {
			found := diag.Errorf("profile.class-name", r.member.At(path.Join(diag.Field("name"))), "the class of pool %s would be called %s, as another class is", workers[i].Name, workers[i].Class).
				WithDetail("class %s depends on its pool, so each pool has one called <class>-<pool>; give the pool another name", class).WithPath(path)
			if twice {
				found = found.WithRelated(r.member.At(diag.Fields("spec", "pools", "workers").Join(diag.Index(first))), "the other pool is here")
			}
			r.add(found)
		}
		taken[workers[i].Class] = i
	}
}

// nameClasses lists the worker classes, and which of them depend on their pool.
func (c *composition) nameClasses() {
	c.classes = classesOf(c.capi)
	c.pooled = make(map[string]bool, len(c.classes))
	for _, name := range c.classes {
		c.pooled[name] = c.perPool(name)
	}
}

func (r *resolution) checkPool(p Pool, path diag.Path, worker bool) {
	switch a := p.Autoscale; {
	case worker && p.Name == "":
		r.reject("profile.pool", path.Join(diag.Field("name")), "add name:", "a worker pool has a name")
	case !worker && a != nil:
		r.reject("profile.pool", path.Join(diag.Field("autoscale")), "write replicas: 1, 3 or 5", "the control plane cannot be scaled automatically")
	case a != nil && p.Replicas != nil:
		r.reject("profile.pool", path, "keep one of the two; with both, the autoscaler and the blueprint fight", "a pool has either replicas or autoscale")
	case a != nil && (a.Min < 0 || a.Min > a.Max):
		r.reject("profile.pool", path.Join(diag.Field("autoscale")), "min is at least 0 and at most max", "autoscale has min %d and max %d", a.Min, a.Max)
	case p.Replicas != nil && *p.Replicas < 0:
		r.reject("profile.pool", path.Join(diag.Field("replicas")), "write 0 or more", "replicas is %d", *p.Replicas)
	}
}

func (r *resolution) bindClass(name string) []WorkerClass {
	capi := r.comp.capi
	slots := []*value.Node{capi.Get("nodes"), capi.Get("workers"), capi.Get("classes", name)}
	if !r.comp.pooled[name] {
		class := WorkerClass{Name: name}
		nobody := &boundPool{vars: r.vars}
		class.Nodes, class.Workers, class.Class = r.bindSlots(slots, nobody)
		return []WorkerClass{class}
	}
	var out []WorkerClass
	for i, pool := range r.stack.cluster.Spec.Pools.Workers {
		if r.pools.workers[i].class != name {
			continue
		}
		class := WorkerClass{Name: pool.Class, Pool: pool.Name}
		class.Nodes, class.Workers, class.Class = r.bindSlots(slots, r.pools.workers[i])
		out = append(out, class)
	}
	slices.SortFunc(out, func(a, b WorkerClass) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (r *resolution) bindSlots(slots []*value.Node, pool *boundPool) (nodes, workers, class Value) {
	return Value{node: r.bindSlot(slots[0], pool)}, Value{node: r.bindSlot(slots[1], pool)}, Value{node: r.bindSlot(slots[2], pool)}
}

// sharedSlot is a bound slot, with the room that its expressions take.
type sharedSlot struct {
	bound *value.Node
	room  int
}

// bindSlot is bind for slots of a class set. What comes out the same for every
// cluster of the composition, because nothing is read but defaults, is evaluated
// once and shared, so that class sets are shared too.
func (r *resolution) bindSlot(slot *value.Node, pool *boundPool) *value.Node {
	if !slot.Dynamic() || !r.onlyDefaults(slot) {
		return r.bind(slot, pool, nil)
	}
	if known, ok := r.comp.shared.Load(slot); ok && known.(sharedSlot).room <= r.room {
		r.room -= known.(sharedSlot).room
		return known.(sharedSlot).bound
	}
	findings, room := len(r.diags), r.room
	bound := r.bind(slot, pool, nil)
	if len(r.diags) > findings || r.room < 0 { // it is not what others would compute
		return bound
	}
	first, _ := r.comp.shared.LoadOrStore(slot, sharedSlot{bound, room - r.room})
	bound = first.(sharedSlot).bound
	r.comp.digests.LoadOrStore(bound, "")
	return bound
}

// onlyDefaults reports whether the expressions of a slot read nothing of the
// cluster: no variable but such as have the values that the composition gives.
func (r *resolution) onlyDefaults(slot *value.Node) bool {
	for e := range slot.Expressions() {
		p := e.Program().(*program)
		reads := p.reads()
		if reads.Cluster || reads.Pool || reads.Values {
			return false
		}
		vars := r.vars[p.layer.release.ref.Name]
		for _, name := range reads.Vars {
			if n := vars.Get(name); n == nil || r.comp.poolScoped(name) || n != r.comp.given[p.layer.release.ref.Name].Get(name) {
				return false
			}
		}
	}
	return true
}

// perPool reports whether the content of a worker class depends on its pool: an
// expression reads the pool, or a variable of pool scope. It is decided from the
// profiles alone, so that a class keeps its name whatever a cluster sets.
func (c *composition) perPool(class string) bool {
	for _, slot := range []*value.Node{c.capi.Get("nodes"), c.capi.Get("workers"), c.capi.Get("classes", class)} {
		for e := range slot.Expressions() {
			if reads := e.Program().(*program).reads(); reads.Pool || slices.ContainsFunc(reads.Vars, c.poolScoped) {
				return true
			}
		}
	}
	return false
}

func (c *composition) poolScoped(name string) bool {
	return slices.ContainsFunc(c.inputs[name], func(in *input) bool { return in.Scope == PoolScope })
}

// boundPool gathers what the expressions of a pool see: path is where the pool
// stands in the cluster's document.
func (r *resolution) boundPool(path diag.Path, name, class string) *boundPool {
	root := r.member.root.Find(path)
	at := root.Place()
	labels := root.Get("labels")
	if labels.Kind() != value.Map {
		labels = value.NewMap(nil, at)
	}
	set := root.Get("variables")
	var meant map[string]bool
	if set.Len() > 0 {
		meant = r.checkSet(set, path.Join(diag.Field("variables")), func(in *input) bool { return in.Scope == PoolScope },
			"set it in spec.variables, or declare it with scope: pool")
	}
	out := &boundPool{name: name, set: set, vars: maps.Clone(r.vars), node: value.NewMap([]value.Entry{
		{Name: "class", Value: value.NewString(class, at)},
		{Name: "labels", Value: labels},
		{Name: "name", Value: value.NewString(name, at)},
	}, at)}
	for _, rel := range r.comp.recipe.releases {
		vars := r.vars[rel.ref.Name]
		for _, in := range rel.inputs {
			if in == nil || in.Scope != PoolScope {
				continue
			}
			if n := in.setIn(set); n != nil {
				vars = vars.With(in.Name, r.comp.marked(in, n))
			} else if in.Required && !r.comp.unjudged[in.Name] && !meant[in.Name] {
				r.distrust(in.Name)
				r.reject("profile.required-variable", path, "set it in the variables of the pool", "variable %s has no value in this pool", in.Name)
			} else {
				r.unsuited(in)
			}
		}
		out.vars[rel.ref.Name] = vars
	}
	return out
}
