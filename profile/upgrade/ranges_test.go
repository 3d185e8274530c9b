package upgrade

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestWithin: what lies in one range and not in another is found between
// pre-releases, too, where a range names one.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{">=1.31 <1.35", ">=1.31 <1.36", true},
		{">=1.31 <1.35", ">=1.32 <1.36", false},
		{">=1.34.0-rc.1", ">=1.34.0-rc.2", false},
		{">=1.34.0-rc.2", ">=1.34.0-rc.1", true},
		{"1.34.0-rc.1", "1.34.0-rc.2", false},
		{"1.34.0-rc.1", "<=1.34.0-rc.1", true},
		{">1.34.0-rc.1", ">=1.34.0-rc.2", false}, // rc.1.1
		{"<1.34.0-rc.2", "<1.34.0-rc.1", false},
		{"<1.34.0-rc.1", "<1.34.0-rc.2", true},
		{"<1.34.0-rc.1", "<1.34.0-rc.2 !=1.34.0-rc.1", true},
		{"<1.34.0-rc.1", "<1.33 || 1.33.x", false}, // alpha.1
		{">=1.34.0-rc.1", ">=1.34.0", false},
		{">=1.34.0", ">=1.34.0-rc.1", true},
		{">=1.34-rc.1", ">=1.34-rc.2", false},
		{">=1.34.2-gke.100", ">=1.34.2-gke.200", true}, // both hold all releases from 1.34.2 on
	} {
		a, errA := profile.ParseVersionRange(c.a)
		b, errB := profile.ParseVersionRange(c.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := within(a, b, c.a+" "+c.b); got != c.want {
			t.Errorf("%s within %s: %v", c.a, c.b, got)
		}
	}
}
