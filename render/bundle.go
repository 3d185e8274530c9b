package render

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Item is an object with the phase in which it is applied.
type Item struct {
	Object
	Phase Phase
}

func compareItems(a, b Item) int {
	if c := a.Phase.Compare(b.Phase); c != 0 {
		return c
	}
	return a.Key().Compare(b.Key())
}

// Set is a group of objects that clusters share: a class set. Its name is made
// from its content, so two sets with one digest are the same set.
type Set struct {
	// Digest is "sha256:" and 64 hexadecimal digits.
	Digest string
	// Name is the name of the set's main object.
	Name  string
	Items []Item // in the order of application
}

// Bundle is what rendering a stack gives: the shared sets it needs on its hub
// and its own objects. It never changes and may be used by many goroutines.
type Bundle struct {
	key    profile.Key
	stack  string
	shared []Set
	own    []Item
}

// Key is the cluster's identity.
func (b Bundle) Key() profile.Key { return b.key }

// StackDigest is the digest of the stack that was rendered.
func (b Bundle) StackDigest() string { return b.stack }

// Shared are the sets that the cluster shares with others, sorted by name.
func (b Bundle) Shared() []Set {
	out := slices.Clone(b.shared)
	for i := range out {
		out[i].Items = slices.Clone(out[i].Items)
	}
	return out
}

// Own are the objects of the cluster alone, in the order of application.
func (b Bundle) Own() []Item { return slices.Clone(b.own) }

// All yields every object, shared ones included, in the order of application.
func (b Bundle) All() iter.Seq[Item] { return slices.Values(b.items()) }

func (b Bundle) items() []Item {
	var all []Item
	for _, s := range b.shared {
		all = append(all, s.Items...)
	}
	all = append(all, b.own...)
	slices.SortStableFunc(all, compareItems)
	return all
}

// Phases yields the objects in groups that can be applied together.
func (b Bundle) Phases() iter.Seq2[Phase, []Object] {
	return func(yield func(Phase, []Object) bool) {
		items := b.items()
		for start := 0; start < len(items); {
			end := start
			var objects []Object
			for end < len(items) && items[end].Phase.Compare(items[start].Phase) == 0 {
				objects = append(objects, items[end].Object)
				end++
			}
			if !yield(items[start].Phase, objects) {
				return
			}
			start = end
		}
	}
}

// Objects are all objects bound for target, in the order of application.
func (b Bundle) Objects(target Target) []Object {
	var out []Object
	for _, item := range b.items() {
		if item.Phase.Target == target {
			out = append(out, item.Object)
		}
	}
	return out
}

// Digest is "sha256:" and the SHA-256 over the digests and targets of all
// objects in order. It says nothing about origins.
func (b Bundle) Digest() string {
	h := sha256.New()
	for _, item := range b.items() {
		h.Write([]byte(item.Phase.Target.String() + " " + item.Object.Digest() + "\n"))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
