package drift

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/enumtest"
)

// TestEnumsReadBack: what a report has as text is read back, and what is not in
// the list is refused with the list.
func TestEnumsReadBack(t *testing.T) {
	for v := InSync; v <= Unknown; v++ {
		enumtest.ReadBack(t, v, "Drift")
	}
	for c := Unsure; c <= Confirmed; c++ {
		enumtest.ReadBack(t, c, "probable")
	}
	for d := None; int(d) < len(details); d++ {
		enumtest.ReadBack(t, d, "ownership-lost")
	}
	var v Verdict
	if err := v.UnmarshalText(nil); err == nil {
		t.Error("the empty text is a verdict")
	}
}
