package upgrade

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/enumtest"
)

// TestEnumsReadBack: what output has as text is read back, and what is not in
// the list is refused with the list.
func TestEnumsReadBack(t *testing.T) {
	for b := NoBump; b <= Major; b++ {
		enumtest.ReadBack(t, b, "minor")
	}
	for o := Undecided; o <= Resolved; o++ {
		enumtest.ReadBack(t, o, "obsolete")
	}
}
