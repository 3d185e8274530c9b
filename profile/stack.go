package profile

import (
	"slices"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Stack is what resolving one cluster gives: its layers in install order with
// values merged and variables bound, an Origin on every leaf, and one digest. It
// never changes and may be used by many goroutines.
type Stack struct {
	key      Key
	cluster  Cluster
	hub      Hub
	profiles []Ref
	overlays []Ref
	waiting  []Ref
	held     bool
	layers   []StackLayer
	capi     CapiSlots
	version  *value.Node // of the component kubernetes, as written
	bound    bound
	metadata *value.Node // of the cluster's document
	pools    *value.Node // of the cluster's document, as written

	idle   []OverlayFindings
	comp   *composition
	once   sync.Once
	digest string
}

// StackLayer is one layer of a Stack.
type StackLayer struct {
	Name      string
	Profile   Ref
	Kind      LayerKind
	Owner     string
	Component Component
	// Values are merged and bound. Null fields are tombstones.
	Values Value
	// Helm is the chart of a layer whose content is one.
	Helm *HelmChart
	// Manifests are the files of the content, sorted within each pattern. The list
	// and its data are shared by all stacks with the layer: nobody changes them.
	Manifests []File
	// Patches change the content's objects, in order. The list is shared likewise.
	Patches []StackPatch
	// Origin is the place of the layer.
	Origin diag.Origin

	layer *layer
}

// StackPatch is a patch with its expressions evaluated. Exactly one of Merge
// and JSON is present.
type StackPatch struct {
	Target PatchTarget
	Merge  Value
	// JSON is the list of operations.
	JSON  Value
	Range diag.Range
}

// CapiSlots are the capi slots of a Stack: what all layers contribute, merged
// and bound. Parts that are equal for many clusters are shared between their
// stacks.
type CapiSlots struct {
	Cluster        Value
	Infrastructure Value
	// ControlPlane and ControlPlaneNodes are the slots controlPlane and nodes as
	// the control plane sees them.
	ControlPlane      Value
	ControlPlaneNodes Value
	// Classes are the worker classes, sorted by name.
	Classes []WorkerClass
}

// WorkerClass is the slots that make a worker class.
type WorkerClass struct {
	Name string
	// Nodes, Workers and Class are the slots nodes, workers and classes.<name>.
	Nodes, Workers, Class Value
	// Pool is the pool that the class is for, where its content depends on the
	// pool; else empty.
	Pool string
}

// Key is the cluster's identity.
func (s *Stack) Key() Key { return s.key }

// Cluster is the cluster's document.
func (s *Stack) Cluster() Cluster { return s.cluster }

// Hub is the cluster's hub.
func (s *Stack) Hub() Hub { return s.hub }

// Profiles are the profile versions, in the order of the cluster's document, and
// then those that overlays add.
func (s *Stack) Profiles() []Ref { return slices.Clone(s.profiles) }

// Overlays are the versions of the overlays that match the cluster, in the order
// in which they are put over each other.
func (s *Stack) Overlays() []Ref { return slices.Clone(s.overlays) }

// WaitingOverlays are overlays that match the cluster but are not part of the
// stack, because the cluster's line in the lock does not name them: they come
// with a rollout.
func (s *Stack) WaitingOverlays() []Ref { return slices.Clone(s.waiting) }

// Pins are Profiles and Overlays: what a lock holds of the stack.
func (s *Stack) Pins() []Ref { return slices.Concat(s.profiles, s.overlays) }

// ChosenPreset is a preset of a stack.
type ChosenPreset struct {
	Profile     Ref
	Group, Name string
}

// Presets are the chosen presets, in the order in which they are put over the
// layers.
func (s *Stack) Presets() []ChosenPreset {
	var out []ChosenPreset
	for _, p := range s.comp.recipe.presets {
		out = append(out, ChosenPreset{Profile: p.release.ref, Group: p.Group, Name: p.Name})
	}
	return out
}

// OverlayFindings are what an overlay says of layers, variables and groups of
// presets that a stack does not have. It matters where it holds for every
// cluster that the overlay matches.
type OverlayFindings struct {
	Overlay  Ref
	Findings diag.Diagnostics
}

// OverlayFindings are those of the overlays that match the cluster.
func (s *Stack) OverlayFindings() []OverlayFindings { return slices.Clone(s.idle) }

// LostValue is a value that another one was put over, as it is written:
// expressions are not computed.
type LostValue struct {
	Value  Value
	Origin diag.Origin
}

// Lost are the values that were set at a path of a layer and did not come to
// stand, the latest first: also a value above the path that gave way to the
// mapping or list that stands there. Items that only their index names may be
// others in each document: of those it is lists as a whole that are lost. There
// are none of mappings and lists that are part of what stands.
func (s *Stack) Lost(l StackLayer, path diag.Path) []LostValue {
	parts, table := l.layer.parts, l.layer.table()
	switch name, _ := firstField(path); name {
	case "values":
	case "capi":
		parts, table = s.comp.capiParts(), merge.Capi
	default:
		return nil
	}
	tree := s.tree(l)
	path = shared(tree, path, table)
	var out []LostValue
	for _, p := range slices.Backward(parts) {
		p.values, p.capi = p.root.Get("values"), p.root.Get("capi") // as written
		said := value.NewMap([]value.Entry{{Name: "values", Value: foldValues([]part{p}, l.layer)}, {Name: "capi", Value: foldCapi([]part{p})}}, value.Place{})
		at := saidAt(said, path)
		n, now := said.Find(at), tree.Find(at)
		inside := len(at) < len(path) && n.Kind() == now.Kind() // which says nothing of the path
		if n != nil && !inside && !mergedInto(now, n) && n.Place().Range() != now.Origin().Range {
			out = append(out, LostValue{Value: Value{node: n}, Origin: n.Origin()})
		}
	}
	return out
}

// shared is the path as every document can follow it: items by their keys, and up
// to the first list whose items have none.
func shared(tree *value.Node, path diag.Path, table merge.Table) diag.Path {
	var out diag.Path
	for _, step := range path {
		_, field := step.IsField()
		_, index := step.IsIndex()
		if index || field && tree.Find(out).Kind() == value.List {
			key, ok := table.KeyOf(out[1:], tree.Find(out.Join(step)))
			if !ok {
				return out
			}
			step = key
		}
		out = out.Join(step)
	}
	return out
}

// saidAt is how far a document follows the path.
func saidAt(said *value.Node, path diag.Path) diag.Path {
	for i := range path {
		if said.Find(path[:i+1]) == nil {
			return path[:i]
		}
	}
	return path
}

// mergedInto reports whether n is part of now: a mapping that others were put
// over, or a list that some were added to.
func mergedInto(now, n *value.Node) bool {
	if now.Kind() == value.Map {
		return n.Kind() == value.Map
	}
	return slices.ContainsFunc(n.Items(), func(item *value.Node) bool {
		return slices.ContainsFunc(now.Items(), func(o *value.Node) bool { return o.Place() == item.Place() })
	})
}

// Held reports whether the cluster names a version itself, so that no rollout
// moves it.
func (s *Stack) Held() bool { return s.held }

// Layers are the enabled layers in install order.
func (s *Stack) Layers() []StackLayer {
	out := slices.Clone(s.layers)
	for i, l := range out {
		out[i] = l.clone()
	}
	return out
}

// clone is the layer for a caller. Its chart is easily changed for all stacks that
// have the layer; lists are left to the contract, for rendering reads many.
func (l StackLayer) clone() StackLayer {
	if l.Helm != nil {
		chart := *l.Helm
		l.Helm = &chart
	}
	return l
}

// Layer returns the layer with this address: a bare name when it is unique in
// the stack, else profile/layer.
func (s *Stack) Layer(address string) (StackLayer, bool) {
	var found []StackLayer
	for _, l := range s.layers {
		if l.Name == address || l.Profile.Name+"/"+l.Name == address {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return StackLayer{}, false
	}
	return found[0].clone(), true
}

// Capi are the slots for Cluster API objects.
func (s *Stack) Capi() CapiSlots { return s.capi }

// KubernetesVersion is the version of the component kubernetes as written, and
// where it is written.
func (s *Stack) KubernetesVersion() (string, diag.Origin) {
	return s.version.Text(), s.version.Origin()
}

// PoolPlaces are the pools of the cluster's document as written, with their
// places, in the order of Cluster().Spec.Pools.
func (s *Stack) PoolPlaces() (controlPlane Value, workers []Value) {
	for _, n := range s.pools.Get("workers").Items() {
		workers = append(workers, Value{node: n})
	}
	return Value{node: s.pools.Get("controlPlane")}, workers
}

// Metadata is the metadata of the cluster's document as written, with its
// places.
func (s *Stack) Metadata() Value { return Value{node: s.metadata} }

// Find returns the value at a path of a layer and where it came from. The path
// starts with /values, for the layer's own values, or with /capi, for the slots
// that all layers make together (nodes as the control plane sees them). List
// elements may be named by key or index.
func (s *Stack) Find(l StackLayer, path diag.Path) (Value, diag.Origin, bool) {
	n := s.tree(l).Find(path)
	return Value{node: n}, n.Origin(), n != nil
}

// Paths are the paths of all leaves that Find knows for a layer, in order.
func (s *Stack) Paths(l StackLayer) []diag.Path {
	var out []diag.Path
	for path := range s.tree(l).Leaves(merge.Table(merge.Capi).KeyOf) {
		out = append(out, path)
	}
	return out
}

func (s *Stack) tree(l StackLayer) *value.Node {
	classes := make([]value.Entry, 0, len(s.capi.Classes))
	for _, c := range s.capi.Classes {
		if c.Class.node != nil {
			classes = append(classes, value.Entry{Name: c.Name, Value: c.Class.node})
		}
	}
	var capi []value.Entry
	add := func(name string, n *value.Node) {
		if n != nil {
			capi = append(capi, value.Entry{Name: name, Value: n})
		}
	}
	add("cluster", s.capi.Cluster.node)
	add("infrastructure", s.capi.Infrastructure.node)
	add("controlPlane", s.capi.ControlPlane.node)
	add("nodes", s.capi.ControlPlaneNodes.node)
	if len(s.capi.Classes) > 0 {
		add("workers", s.capi.Classes[0].Workers.node)
	}
	if len(classes) > 0 {
		add("classes", value.NewMap(classes, value.Place{}))
	}
	var fields []value.Entry
	if len(capi) > 0 {
		fields = append(fields, value.Entry{Name: "capi", Value: value.NewMap(capi, value.Place{})})
	}
	if l.Values.node != nil {
		fields = append(fields, value.Entry{Name: "values", Value: l.Values.node})
	}
	return value.NewMap(fields, value.Place{})
}

// Digest is "sha256:" and the SHA-256 of everything that the stack says,
// whatever the order and place it was written in. A rollout is a change of this
// digest.
func (s *Stack) Digest() string {
	s.once.Do(func() {
		buffer, ok := s.comp.buffers.Get().(*[]byte)
		if !ok {
			buffer = new([]byte)
		}
		*buffer = s.canonical((*buffer)[:0])
		s.digest = value.DigestBytes(*buffer)
		s.comp.buffers.Put(buffer)
	})
	return s.digest
}
