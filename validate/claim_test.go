package validate

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// fleetOf is a fleet whose clusters claim what is given, by key.
func fleetOf(claims map[profile.Key][]profile.Claim) *fleet {
	f := &fleet{}
	for key, list := range claims {
		f.members = append(f.members, member{key: key, claims: list})
	}
	slices.SortFunc(f.members, func(a, b member) int { return a.key.Compare(b.key) })
	return f
}

func textClaim(t profile.VariableType, text string) profile.Claim {
	return profile.Claim{Variable: "v", Type: t, Value: profile.NewValue(value.NewString(text, value.Place{})), Origin: diag.Origin{Kind: diag.Variable}}
}

// judged are the collisions as "area part value total", sorted, without the two
// that a finding names; those must not go together.
func judged(t *rapid.T, f *fleet, separate func(a, b *claim) bool) []string {
	unique, disjoint := f.claims()
	var out []string
	for _, area := range areas {
		add := func(part profile.Key, c collision) {
			if separate(c.first, c.second) || c.first.area.Compare(area) > 0 || c.second.area.Compare(area) > 0 || c.first.area != area && c.second.area != area {
				t.Fatalf("in %s %v and %v were said to collide", area, c.first, c.second)
			}
			held := c.first.form
			if c.first.prefix.IsValid() {
				held = slices.MinFunc([]netip.Prefix{c.first.prefix, c.second.prefix}, func(a, b netip.Prefix) int { return cmp.Compare(a.Bits(), b.Bits()) }).String()
			}
			out = append(out, fmt.Sprintf("%s %v %s %d", area, part, held, c.total))
		}
		for part := range parts(unique, area) {
			for _, c := range equals(part, area) {
				add(c.first.within(area), c)
			}
		}
		for part := range parts(disjoint, area) {
			for _, c := range overlaps(part, area) {
				add(c.first.within(area), c)
			}
		}
	}
	slices.Sort(out)
	return out
}

// naive is judged by its definition: of each value in each part of the fleet,
// the claims that take part in a pair with a claim that has this value.
func naive(f *fleet, separate func(a, b *claim) bool, inside func(holder, c *claim) bool) []string {
	unique, disjoint := f.claims()
	all := append(unique, disjoint...)
	taking := map[string]map[*claim]bool{}
	for i, a := range all {
		for j, b := range all {
			area := a.area
			if b.area.Compare(area) > 0 {
				area = b.area
			}
			if i == j || separate(a, b) || !inside(a, b) || a.within(area) != b.within(area) {
				continue
			}
			held := a.form
			if a.prefix.IsValid() {
				held = a.prefix.String()
			}
			id := fmt.Sprintf("%s %v %s", area, a.within(area), held)
			if taking[id] == nil {
				taking[id] = map[*claim]bool{}
			}
			taking[id][a], taking[id][b] = true, true
		}
	}
	var out []string
	for id, claims := range taking {
		out = append(out, fmt.Sprintf("%s %d", id, len(claims)))
	}
	slices.Sort(out)
	return out
}

func drawKey(t *rapid.T) profile.Key {
	return profile.Key{Hub: rapid.SampledFrom([]string{"h", "i", "j"}).Draw(t, "hub"), Namespace: "n", Name: rapid.StringMatching(`[a-d]`).Draw(t, "name")}
}

// drawRange draws a range, in any spelling, of a few addresses, so that many
// overlap.
func drawRange(t *rapid.T) string {
	low := rapid.IntRange(0, 15).Draw(t, "low")
	bits := rapid.SampledFrom([]int{0, 24, 28, 29, 30, 31, 32}).Draw(t, "bits")
	switch rapid.IntRange(0, 4).Draw(t, "family") {
	case 0:
		return fmt.Sprintf("2001:db8::%x/%d", low, 96+bits)
	case 1:
		return fmt.Sprintf("::ffff:10.0.0.%d/%d", low, 96+bits)
	case 2:
		return fmt.Sprintf("10.0.0.%d", low)
	}
	return fmt.Sprintf("10.0.0.%d/%d", low, bits)
}

// TestOverlapsAreThoseOfEachPair: the sweep finds what comparing each range with
// each other one finds.
func TestOverlapsAreThoseOfEachPair(t *testing.T) {
	separate := func(a, b *claim) bool { return !a.prefix.Overlaps(b.prefix) }
	inside := func(holder, c *claim) bool { return holder.prefix.Bits() <= c.prefix.Bits() }
	rapid.Check(t, func(t *rapid.T) {
		claims := map[profile.Key][]profile.Claim{}
		for range rapid.IntRange(0, 25).Draw(t, "claims") {
			c := textClaim(profile.CIDRVariable, drawRange(t))
			c.Disjoint = rapid.SampledFrom(areas).Draw(t, "area")
			key := drawKey(t)
			claims[key] = append(claims[key], c)
		}
		f := fleetOf(claims)
		if diff := gocmp.Diff(naive(f, separate, inside), judged(t, f, separate)); diff != "" {
			t.Fatalf("-naive +sweep:\n%s", diff)
		}
	})
}

// TestEqualsAreThoseOfEachPair does the same for unique values.
func TestEqualsAreThoseOfEachPair(t *testing.T) {
	separate := func(a, b *claim) bool { return a.form != b.form || a.Variable != b.Variable }
	rapid.Check(t, func(t *rapid.T) {
		claims := map[profile.Key][]profile.Claim{}
		for range rapid.IntRange(0, 25).Draw(t, "claims") {
			c := textClaim(profile.QuantityVariable, rapid.SampledFrom([]string{"1Gi", "1024Mi", "1", "1000m", "2"}).Draw(t, "value"))
			c.Unique = rapid.SampledFrom(areas[1:]).Draw(t, "area")
			key := drawKey(t)
			claims[key] = append(claims[key], c)
		}
		f := fleetOf(claims)
		if diff := gocmp.Diff(naive(f, separate, func(_, _ *claim) bool { return true }), judged(t, f, separate)); diff != "" {
			t.Fatalf("-naive +sorted:\n%s", diff)
		}
	})
}

// TestOneFindingForManyClusters: ten thousand clusters with one default are one
// finding, not one for each pair; and 0.0.0.0/0 holds all of IPv4, not IPv6.
func TestOneFindingForManyClusters(t *testing.T) {
	claims := map[profile.Key][]profile.Claim{}
	for i := range 10_000 {
		c := textClaim(profile.CIDRVariable, "10.244.0.0/16")
		c.Disjoint, c.Origin = profile.FleetArea, diag.Origin{Kind: diag.Default}
		claims[profile.Key{Hub: "h", Namespace: "n", Name: fmt.Sprintf("%05d", i)}] = []profile.Claim{c}
	}
	for key, text := range map[string]string{"v6": "2001:db8::/32", "whole": "0.0.0.0/0"} {
		c := textClaim(profile.CIDRVariable, text)
		c.Disjoint = profile.FleetArea
		claims[profile.Key{Hub: "h", Namespace: "n", Name: key}] = []profile.Claim{c}
	}
	var got []string
	for _, d := range fleetOf(claims).apart() {
		got = append(got, d.Summary)
	}
	want := []string{
		"v 10.244.0.0/16 of h/n/00000 overlaps v 0.0.0.0/0 of h/n/whole, and 9999 more",
		"v 10.244.0.0/16 of h/n/00000 overlaps v 10.244.0.0/16 of h/n/00001, and 9998 more: they have the default",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// written is the value that a document has where it says text.
func written(t *testing.T, of profile.VariableType, text string) *value.Node {
	t.Helper()
	if of != profile.IntegerVariable && of != profile.NumberVariable {
		return value.NewString(text, value.Place{})
	}
	docs, diags := source.Documents(&value.Writer{File: "f.yaml"}, []byte(text), source.Limits{})
	if len(docs) != 1 || diags.HasErrors() {
		t.Fatalf("%s: %s", text, diags.Text(nil))
	}
	return docs[0]
}

func TestFormOf(t *testing.T) {
	for _, c := range []struct {
		of   profile.VariableType
		same [][]string
	}{
		{profile.QuantityVariable, [][]string{{"1Gi", "1024Mi", "1073741824"}, {"1G", "1e9"}, {"0.1", "100m"}}},
		{profile.DurationVariable, [][]string{{"1h", "60m", "3600s"}, {"1m"}}},
		{profile.IPv6Variable, [][]string{{"2001:db8::1", "2001:DB8:0:0::1"}, {"::1"}}},
		{profile.CIDRVariable, [][]string{{"10.0.0.0/8", "10.1.2.3/8", "::ffff:10.0.0.0/104"}, {"::/0"}, {"0.0.0.0/0"}}},
		{profile.StringVariable, [][]string{{"1"}, {"1.0"}, {"A"}, {"a"}}},
		{profile.IntegerVariable, [][]string{{"10", "0xA", "+10", "0o12"}, {"-10"}, {"0", "-0"}}},
		{profile.NumberVariable, [][]string{{"1", "1.0", "1e0", "+1", "0x1"}, {"0", "-0.0"}, {"0.1", "1e-1"}, {"100", "1e2"}}},
	} {
		seen := map[string]int{}
		for i, group := range c.same {
			for _, text := range group {
				form := formOf(c.of, written(t, c.of, text))
				if other, known := seen[form]; known && other != i || !known && len(group) > 1 && text != group[0] {
					t.Errorf("%s: %s has the form %s", c.of, text, form)
				}
				seen[form] = i
			}
		}
	}
}

// BenchmarkDisjoint10k judges 10,000 ranges of as many clusters, of which a
// hundred overlap another one.
func BenchmarkDisjoint10k(b *testing.B) {
	claims := map[profile.Key][]profile.Claim{}
	for i := range 10_000 {
		text := fmt.Sprintf("10.%d.%d.0/24", i/256, i%256)
		if i%100 == 99 {
			text = strings.Replace(text, ".0/24", ".0/23", 1)
		}
		c := textClaim(profile.CIDRVariable, text)
		c.Disjoint = areas[i%3]
		claims[profile.Key{Hub: fmt.Sprint("hub-", i%7), Namespace: "n", Name: fmt.Sprint(i)}] = []profile.Claim{c}
	}
	f := fleetOf(claims)
	b.ReportAllocs()
	for b.Loop() {
		f.apart()
	}
}
