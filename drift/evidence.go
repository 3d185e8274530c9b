package drift

import "github.com/dayzero-sdk/dayzero/render"

// Evidence is what is known besides what is declared and what is live. All of
// it is optional. Less evidence lowers confidence; it never turns Drift into
// InSync, nor InSync into confirmed Drift.
type Evidence struct {
	// Previous are the objects as they were applied last. With them a report
	// tells leftovers (residual, Orphan) and what was not applied yet
	// (PendingApply) from changes that somebody made. nil means not known;
	// kubectl's last-applied annotation is then used where there is one.
	Previous []render.Object
	// FieldManager is the name we apply under. Empty means "dayzero".
	FieldManager string
}

// DefaultFieldManager is the name we apply under when nothing else is said.
const DefaultFieldManager = "dayzero"
