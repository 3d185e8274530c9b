package validate

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that the test needs no files of the system
)

// TestZones holds the list of time zones to the database of the Go release that
// runs the tests, which may be older or newer than the list by a few names.
func TestZones(t *testing.T) {
	list := zones()
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error("the list is not sorted, or names a zone twice")
	}
	if strings.Contains(zoneNames, "Local") || !slices.Contains(list, "UTC") {
		t.Error("UTC is a time zone everywhere, Local is another one on each machine")
	}
	unknown := 0
	for _, name := range list {
		if _, err := time.LoadLocation(name); err != nil {
			unknown++
		}
	}
	if len(list) < 500 || unknown > 5 {
		t.Errorf("of %d names %d are not known to Go", len(list), unknown)
	}
}
