package upgrade

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestAlike: what holds the same versions is the same range, however it is written.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{">=1.31 <1.35", "<1.35 >=1.31", true},
		{">=1.31 <1.35", ">=1.31.0 <1.35.0", true},
		{">=1.31 <=1.34", ">=1.31.0 <1.35.0", false}, // 1.35.0-alpha.1
		{"1.34.x", "1.34", true},
		{"1.34.x", ">=1.34 <1.35", false}, // 1.35.0-alpha.1
		{"1.31.x || 1.32.x", "1.32.x || 1.31.x", true},
		{">=1.31 <1.35", ">=1.31 <1.36", false},
		{"", ">=0", false}, // opaque ones
		{"rel-a || rel-b", "rel-b||rel-a", true},
		{"rel-a", "rel-a || rel-b", false},
	} {
		if alike(c.a, c.b) != c.want || alike(c.b, c.a) != c.want {
			t.Errorf("%q and %q: %v, want %v", c.a, c.b, alike(c.a, c.b), c.want)
		}
	}
}

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
