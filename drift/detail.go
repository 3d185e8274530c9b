package drift

import "fmt"

// Detail says which kind of verdict it is. Those that start in upper case are
// about objects, the others about fields. Each has one [Detail.Verdict].
type Detail uint8

const (
	// None is an object without anything special; its fields tell the rest.
	None Detail = iota

	// Missing: the object is not there, though its kind was read.
	Missing
	// MissingExpected: the object is not there, and removes itself when it has
	// done its work.
	MissingExpected
	// Orphan: we applied the object, and nobody declares it any more.
	Orphan
	// Unmanaged: an object in a namespace of ours that nobody declares.
	Unmanaged
	// Conflict: another inventory or tool owns the object.
	Conflict
	// Terminating: the object is being deleted.
	Terminating
	// InvalidDesired: the server would refuse what is declared.
	InvalidDesired
	// PendingApply: what is live is what was applied last; what is declared is
	// newer.
	PendingApply
	// Recreated: what is declared is there, but is another object than before.
	Recreated
	// Uncovered: the object is not in what was read, nor is it known that its
	// kind was.
	Uncovered
	// Undefined: the cluster has no definition of the object's kind.
	Undefined
	// Unidentified: the object has no name, and no single live object fits.
	Unidentified
	// Unconverted: the live object is of another version, and how the server
	// converts between the two is not known.
	Unconverted

	// Changed: the field is live with another value.
	Changed
	// Added: the field is live and nobody declares it.
	Added
	// Removed: the field is declared and not live.
	Removed
	// Residual: the field was applied, is no longer declared, and still live.
	Residual
	// Reordered: the same elements in another order that means the same.
	Reordered
	// OwnershipLost: the value is as declared, but another manager owns it.
	OwnershipLost
	// Expected: the difference has an innocent cause, named by a rule.
	Expected
	// Equivalent: another spelling of the same value.
	Equivalent
	// Undecided: the two may be spellings of one value; no schema tells.
	Undecided
)

var details = [...]struct {
	name    string
	verdict Verdict
}{
	None:            {"", InSync},
	Missing:         {"Missing", Drift},
	MissingExpected: {"MissingExpected", InSync},
	Orphan:          {"Orphan", Drift},
	Unmanaged:       {"Unmanaged", Unknown},
	Conflict:        {"Conflict", Drift},
	Terminating:     {"Terminating", Drift},
	InvalidDesired:  {"InvalidDesired", Drift},
	PendingApply:    {"PendingApply", InSync},
	Recreated:       {"Recreated", InSync},
	Uncovered:       {"Uncovered", Unknown},
	Undefined:       {"Undefined", Unknown},
	Unidentified:    {"Unidentified", Unknown},
	Unconverted:     {"Unconverted", Unknown},
	Changed:         {"changed", Drift},
	Added:           {"added", Drift},
	Removed:         {"removed", Drift},
	Residual:        {"residual", Drift},
	Reordered:       {"reordered", InSync},
	OwnershipLost:   {"ownership-lost", InSync},
	Expected:        {"expected", InSync},
	Equivalent:      {"equivalent", InSync},
	Undecided:       {"undecided", Unknown},
}

// String gives the detail as reports write it; None is "".
func (d Detail) String() string {
	if int(d) < len(details) {
		return details[d].name
	}
	return fmt.Sprintf("detail(%d)", uint8(d))
}

// MarshalText writes the detail as String does.
func (d Detail) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the detail as String gives it.
func (d *Detail) UnmarshalText(text []byte) error {
	var known []string
	for i := range details {
		if details[i].name == string(text) {
			*d = Detail(i)
			return nil
		}
		known = append(known, details[i].name)
	}
	return fmt.Errorf("detail %q: want one of %q", text, known)
}

// Verdict is the one verdict that goes with the detail. For an object's None,
// PendingApply and Recreated it is the verdict of an object whose fields are all
// in sync: a field's Drift, then a field's Unknown, comes before it.
//
//	InSync   MissingExpected PendingApply Recreated
//	         reordered ownership-lost expected equivalent
//	Drift    Missing Orphan Conflict Terminating InvalidDesired
//	         changed added removed residual
//	Unknown  Unmanaged Uncovered Undefined Unidentified Unconverted
//	         undecided
func (d Detail) Verdict() Verdict {
	if int(d) < len(details) {
		return details[d].verdict
	}
	return 0
}
