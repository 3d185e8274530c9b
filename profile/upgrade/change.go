package upgrade

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Kind says what a Change is.
type Kind string

const (
	ProfileChanged     Kind = "profile-changed"
	OwnerChanged       Kind = "owner-changed"
	DescriptionChanged Kind = "description-changed"

	VariableAdded    Kind = "variable-added"
	VariableRemoved  Kind = "variable-removed"
	VariableRequired Kind = "variable-required"
	VariableOptional Kind = "variable-optional"
	VariableNarrowed Kind = "variable-narrowed"
	VariableWidened  Kind = "variable-widened"
	VariableChanged  Kind = "variable-changed"
	TypeChanged      Kind = "type-changed"
	DefaultChanged   Kind = "default-changed"

	RuleAdded   Kind = "rule-added"
	RuleRemoved Kind = "rule-removed"
	RuleChanged Kind = "rule-changed"

	PresetAdded   Kind = "preset-added"
	PresetRemoved Kind = "preset-removed"
	PresetChanged Kind = "preset-changed"

	PoolChanged   Kind = "pool-changed"
	WaiverChanged Kind = "waiver-changed"

	SelectorChanged Kind = "selector-changed"
	OrderChanged    Kind = "order-changed"
	ChoiceChanged   Kind = "choice-changed"
	AddsProfile     Kind = "adds-profile"
	DropsProfile    Kind = "drops-profile"
	MovesProfile    Kind = "moves-profile"

	LayerAdded   Kind = "layer-added"
	LayerRemoved Kind = "layer-removed"
	LayerMoved   Kind = "layer-moved"
	LayerChanged Kind = "layer-changed"

	ComponentUp       Kind = "component-up"
	ComponentDown     Kind = "component-down"
	ComponentReplaced Kind = "component-replaced"
	ComponentChanged  Kind = "component-changed"

	ConflictAdded    Kind = "conflict-added"
	ConflictRemoved  Kind = "conflict-removed"
	ConflictNarrowed Kind = "conflict-narrowed"
	ConflictWidened  Kind = "conflict-widened"

	RequirementAdded    Kind = "requirement-added"
	RequirementRemoved  Kind = "requirement-removed"
	RequirementNarrowed Kind = "requirement-narrowed"
	RequirementWidened  Kind = "requirement-widened"

	CapabilityAdded   Kind = "capability-added"
	CapabilityRemoved Kind = "capability-removed"
	CapabilityChanged Kind = "capability-changed"

	ContentChanged Kind = "content-changed"
	ValueAdded     Kind = "value-added"
	ValueRemoved   Kind = "value-removed"
	ValueChanged   Kind = "value-changed"
)

// Change is one difference between two versions of a profile.
type Change struct {
	Kind Kind `json:"kind"`
	// Bump is by how much the version must rise because of it.
	Bump Bump `json:"bump"`
	// Subject is what changed: "profile", "variable mtu", "constants", "files",
	// "layer cni".
	Subject string `json:"subject"`
	// Path is the place below the subject, in the text form of [diag.Path]; list
	// elements are named by key where they have one.
	Path string `json:"path,omitempty"`
	// Summary says what changed, without the subject.
	Summary string `json:"summary"`
	// Reason says why the bump is needed.
	Reason string `json:"reason"`
	From   Side   `json:"from"`
	To     Side   `json:"to"`

	order subjectOrder
	path  diag.Path
}

// Side is a value in one of the two versions, absent when it is not there, and
// where it is written. The Origin of what is absent is the place that lacks it.
type Side struct {
	Value  profile.Value `json:"value,omitzero"`
	Origin diag.Origin   `json:"origin"`
}

// subjectOrder is the order of subjects, see [Difference].
type subjectOrder uint8

const (
	ofProfile subjectOrder = iota
	ofVariable
	ofConstants
	ofFiles
	ofLayer
)

// Compare orders changes: the profile's own, those of variables, of constants,
// of files, of layers; then by subject, path and kind.
func (c Change) Compare(o Change) int {
	return cmp.Or(
		cmp.Compare(c.order, o.order),
		cmp.Compare(c.Subject, o.Subject),
		c.path.Compare(o.path),
		cmp.Compare(c.Kind, o.Kind),
		cmp.Compare(c.Summary, o.Summary),
	)
}

// String is the change in one line: "minor: variable mtu: is added".
func (c Change) String() string {
	return fmt.Sprintf("%s: %s: %s", c.Bump, c.Subject, c.Summary)
}

// place is where to look: in the new version, or in the old one for what is
// gone.
func (c Change) place() diag.Range {
	if c.To.Value.IsZero() && !c.From.Origin.Range.IsZero() {
		return c.From.Origin.Range
	}
	if !c.To.Origin.Range.IsZero() {
		return c.To.Origin.Range
	}
	return c.From.Origin.Range
}

const maxShown = 60

// shown is a value for a line of text.
func shown(n *value.Node) string {
	text := n.Text()
	switch {
	case n == nil:
		return "nothing"
	case n.Kind() == value.List || n.Kind() == value.Map:
		text = string(n.AppendJSON(nil))
	case n.Kind() == value.String && (text == "" || strings.ContainsAny(text, " \n\t")):
		text = fmt.Sprintf("%q", text)
	}
	return value.Short(text, maxShown)
}
