package profile

import (
	"cmp"
	"iter"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Workspace is a library, hubs, a fleet, strategies and a lock, loaded
// together. It never changes and may be used by many goroutines.
type Workspace struct {
	*Library
	documents  []Document // but those of the library
	hubs       []Hub      // sorted by name
	clusters   []*member
	strategies []Strategy
	policies   []File // sorted by name
	lock       Lock
	sum        Sum
	withheld   lines // of documents, that findings must not quote
}

// member is a cluster of the fleet as it was loaded.
type member struct {
	source
	key     Key
	cluster Cluster
	// composable: what the layers of the stack depend on was read; what is wrong
	// stands elsewhere in the document.
	composable bool
	poolsRead  bool
	inputsRead bool // all that rules read
	// written is the root before the defaults of profiles lay under its pools; nil
	// for a document without such.
	written *value.Node
}

// whole is the workspace with a library: the zero Workspace is an empty one.
func (w *Workspace) whole() *Workspace {
	if w.Library != nil {
		return w
	}
	c := *w
	c.Library = newLibrary()
	return &c
}

// Clusters yields the keys of the fleet, sorted.
func (w *Workspace) Clusters() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		for _, m := range w.clusters {
			if !yield(m.key) {
				return
			}
		}
	}
}

// Len is the number of clusters.
func (w *Workspace) Len() int { return len(w.clusters) }

// Cluster returns the document of a cluster. A field that the document gives as
// null, to do without a default of a profile, is zero in it: resolved as a value,
// the cluster has the default. Workers are the exception: null is an empty list.
func (w *Workspace) Cluster(key Key) (Cluster, bool) {
	if m := w.member(key); m != nil {
		return m.cluster, true
	}
	return Cluster{}, false
}

func (w *Workspace) member(key Key) *member {
	i, ok := slices.BinarySearchFunc(w.clusters, key, func(m *member, k Key) int { return m.key.Compare(k) })
	if !ok {
		return nil
	}
	return w.clusters[i]
}

// LayerOf finds the layer that an address means for a cluster of the fleet, also
// one that the cluster disables.
func (w *Workspace) LayerOf(key Key, address string) (of Ref, found Layer, ok bool) {
	m := w.member(key)
	if m == nil {
		return Ref{}, Layer{}, false
	}
	entry, _ := w.lock.Entry(key)
	ly := w.layerOf(m, entry, address)
	if ly == nil {
		return Ref{}, Layer{}, false
	}
	found = ly.Layer
	found.Owner = ly.owner()
	return ly.release.ref, found, true
}

// layerOf finds a layer of the profiles of a cluster, whether or not the cluster
// disables it; nil for none.
func (l *Library) layerOf(m *member, lock LockEntry, address string) *layer {
	made, _ := (&resolution{library: l, member: m, stack: &Stack{}}).choose(lock)
	var layers []*layer
	for _, r := range made.releases {
		layers = append(layers, r.layers...)
	}
	ly, err := findLayer(layers, address)
	if err != nil {
		return nil
	}
	return ly
}

// Hubs are the hubs, sorted by name.
func (w *Workspace) Hubs() []Hub { return slices.Clone(w.hubs) }

// Hub returns the hub called name.
func (w *Workspace) Hub(name string) (Hub, bool) {
	i, ok := slices.BinarySearchFunc(w.hubs, name, func(h Hub, n string) int { return cmp.Compare(h.Metadata.Name, n) })
	if !ok {
		return Hub{}, false
	}
	return w.hubs[i], true
}

// Strategies are the strategies, sorted by name.
func (w *Workspace) Strategies() []Strategy { return slices.Clone(w.strategies) }

// Strategy returns the strategy called name.
func (w *Workspace) Strategy(name string) (Strategy, bool) {
	i := slices.IndexFunc(w.strategies, func(s Strategy) bool { return s.Metadata.Name == name })
	if i < 0 {
		return Strategy{}, false
	}
	return w.strategies[i], true
}

// Policies are the files policies/**.cue as they were read, sorted by name.
// Package validate understands them.
func (w *Workspace) Policies() []File { return slices.Clone(w.policies) }

// Lock is the lock of the workspace.
func (w *Workspace) Lock() Lock { return w.lock }

// Sum holds the digests of the published versions; empty where the workspace has
// no library.sum.
func (w *Workspace) Sum() Sum { return w.sum }

// WithLock returns the workspace with another lock: what the fleet would be if
// it were meant to be at these versions.
func (w *Workspace) WithLock(lock Lock) *Workspace {
	c := *w
	c.lock = lock
	return &c
}
