package upgrade

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Outcome is what becomes of a leaf of an override.
type Outcome uint8

const (
	// Undecided is no outcome.
	Undecided Outcome = iota
	// Kept: what lies under it says what it said before, so the override stays.
	Kept
	// Equal: what lies under it says now what the override says. The leaf is
	// dropped.
	Equal
	// Unjudged: a patch of rendered objects, whose content changed. The override
	// stays; rendering says whether it still fits.
	Unjudged
	// Obsolete: the layer or the path that it overrides is gone. Blocking.
	Obsolete
	// Conflict: the profile changed the leaf too, to another value. Blocking,
	// unless it is resolved.
	Conflict
	// Resolved: a conflict or an obsolete leaf that the caller decided.
	Resolved
)

var outcomes = [...]string{"undecided", "kept", "equal", "unjudged", "obsolete", "conflict", "resolved"}

// String gives the outcome in lower case.
func (o Outcome) String() string {
	if int(o) < len(outcomes) {
		return outcomes[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// MarshalText writes the outcome as String does.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the outcome as String gives it.
func (o *Outcome) UnmarshalText(text []byte) error {
	i := slices.Index(outcomes[:], string(text))
	if i < 0 {
		return fmt.Errorf("outcome %q: want one of %v", text, outcomes)
	}
	*o = Outcome(i)
	return nil
}

// Choice is how a caller resolves a leaf that blocks.
type Choice uint8

const (
	// Open leaves it blocking.
	Open Choice = iota
	// Mine keeps the override.
	Mine
	// Theirs drops the leaf of the override.
	Theirs
)

// Leaf is one leaf of an override and what becomes of it.
type Leaf struct {
	// Override is the position of the override in the cluster's document.
	Override int `json:"override"`
	// Layer is the layer as the override names it.
	Layer string `json:"layer"`
	// Path is the leaf: /values/..., /capi/..., /enabled or /patches/....
	Path    string  `json:"path"`
	Outcome Outcome `json:"outcome"`
	// Base is the value under the override at the old versions, Mine in the
	// override, Theirs under it at the new versions. A value that is computed
	// stands as its expression.
	Base   Side `json:"base"`
	Mine   Side `json:"mine"`
	Theirs Side `json:"theirs"`
	// Choice is how the caller resolved it.
	Choice Choice `json:"-"`

	path diag.Path // below the override
	gone bool      // the layer is gone
}

// Blocking reports whether the cluster must not move before somebody decides.
func (l Leaf) Blocking() bool { return l.Outcome == Obsolete || l.Outcome == Conflict }

// judge decides on one leaf. Absent and null are different things: a null takes
// a field away that a chart, not the profile, may set.
func judge(base, mine, theirs *value.Node) Outcome {
	switch {
	case same(mine, theirs):
		return Equal
	case same(base, theirs):
		return Kept
	case theirs == nil && isDeletion(mine):
		return Kept
	case theirs == nil:
		return Obsolete
	}
	return Conflict
}

func same(a, b *value.Node) bool { return (a == nil) == (b == nil) && a.Equal(b) }

// isDeletion reports whether a leaf of an override takes something away.
func isDeletion(n *value.Node) bool {
	remove, _ := n.Get("$delete").Boolean()
	return n != nil && n.IsNull() || remove
}
