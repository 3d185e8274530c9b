package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
)

// stopper is what tests and properties have in common.
type stopper interface {
	Helper()
	Fatal(args ...any)
}

func version(t stopper, text string) profile.Version {
	t.Helper()
	v, err := profile.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVersionOrder: numbers by value, what comes before the release before it,
// what a vendor builds from it behind it.
func TestVersionOrder(t *testing.T) {
	want := []string{
		"0.0.1", "1.9.0", "1.9.10", "1.10.0-alpha.1", "1.10.0-alpha.2", "1.10.0-alpha.10", "1.10.0-beta.0", "1.10.0-dev", "1.10.0-rc.1", "1.10.0-rc.2", "1.10.0-rc.10",
		"1.10.0", "1.10.0-eks-4dfc4f8", "1.10.0-gke.99", "1.10.0-gke.100", "1.10.0-gke.1000", "1.10.0+k3s1", "1.10.0+k3s2", "1.10.0+k3s10", "1.10.0+rke2r1", "1.10.1", "2.0.0-rc1", "2.0.0",
	}
	var versions []profile.Version
	for _, text := range want {
		versions = append(versions, version(t, text))
	}
	slices.Reverse(versions)
	slices.SortFunc(versions, profile.Version.Compare)
	var got []string
	for _, v := range versions {
		got = append(got, v.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVersionKinds(t *testing.T) {
	for text, want := range map[string]struct{ pre, dev bool }{
		"1.0.0": {}, "1.0.0-rc.1": {pre: true}, "1.0.0-rc1": {pre: true}, "1.0.0-dev": {true, true}, "1.0.0-dev.3": {true, true}, "1.0.0-dev-x": {true, true},
		"1.0.0-alpha": {pre: true}, "1.0.0-beta-2": {pre: true}, "1.0.0-rc.1+k3s1": {pre: true}, "1.0.0-gke.100": {}, "1.0.0+dev": {}, "1.0.0-eks-1": {}, "1.0.0-0": {},
		"1.0.0-DEV": {true, true}, "1.0.0-Dev.1": {true, true}, "1.0.0-dev1": {true, true}, "1.0.0-dev-": {true, true}, "1.0.0-develop": {true, true}, "1.0.0-development.2": {true, true},
		"1.0.0-devops.1": {}, "1.0.0-prefix.1": {}, "1.0.0-rcs": {}, "1.0.0-nextgen": {}, "1.0.0-pre1": {pre: true}, "1.0.0-prerelease.1": {pre: true}, "1.0.0-preview": {pre: true}, "1.0.0-beta-": {pre: true},
	} {
		v := version(t, text)
		if got := (struct{ pre, dev bool }{v.IsPrerelease(), v.IsDev()}); got != want || v.String() != text {
			t.Errorf("%s: pre-release and dev are %v, want %v; prints %s", text, got, want, v)
		}
	}
	if major, minor := version(t, "1.34.2-gke.1").Minor(); major != 1 || minor != 34 {
		t.Errorf("minor is %d.%d", major, minor)
	}
	for _, bad := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3+", "1.2.-3", " 1.2.3", "1.2.3-01", "1.2.3-é", "99999999999999999999.0.0", "1.2.3-" + strings.Repeat("a", 130)} {
		if v, err := profile.ParseVersion(bad); err == nil {
			t.Errorf("%q is version %v", bad, v)
		}
	}
}

// TestShoutedPrerelease: release candidates and snapshots come before their
// release however their makers spell them.
func TestShoutedPrerelease(t *testing.T) {
	for _, text := range []string{"1.0.0-RC1", "1.0.0-SNAPSHOT", "1.0.0-Beta.2"} {
		if v := version(t, text); !v.IsPrerelease() || v.Compare(version(t, "1.0.0")) > 0 {
			t.Errorf("%s is above 1.0.0", text)
		}
	}
}

// versions draws versions whose parts are near each other, so that ties and
// mixed runs of digits and letters come up. digits bounds the length of numbers
// in suffixes.
func versions(digits int) *rapid.Generator[string] {
	number := rapid.OneOf(rapid.StringMatching(`[1-9]?[0-9]`), rapid.StringMatching(strings.Replace(`[1-9][0-9]{0,N}`, "N", string(rune('0'+digits%10)), 1)))
	if digits > 9 {
		number = rapid.OneOf(number, rapid.StringMatching(`[1-9][0-9]{18,21}`))
	}
	word := rapid.SampledFrom([]string{"rc", "alpha", "dev", "DEV", "develop", "pre", "prefix", "gke", "eks", "k3s", "a"})
	suffix := rapid.Custom(func(t *rapid.T) string {
		parts := make([]string, rapid.IntRange(1, 3).Draw(t, "parts"))
		for i := range parts {
			if parts[i] = number.Draw(t, "number"); rapid.Bool().Draw(t, "word") {
				parts[i] = word.Draw(t, "word") + parts[i]
			}
		}
		return strings.Join(parts, rapid.SampledFrom([]string{".", "-"}).Draw(t, "between"))
	})
	return rapid.Custom(func(t *rapid.T) string {
		text := rapid.SampledFrom([]string{"1.2.3", "1.2.10", "1.10.0"}).Draw(t, "core")
		if rapid.Bool().Draw(t, "pre") {
			text += "-" + suffix.Draw(t, "pre")
		}
		if rapid.Bool().Draw(t, "build") {
			text += "+" + suffix.Draw(t, "build")
		}
		return text
	}).Filter(func(s string) bool { _, err := profile.ParseVersion(s); return err == nil })
}

func holdTotalOrder(t *rapid.T, digits int) {
	a, b, c := versions(digits).Draw(t, "a"), versions(digits).Draw(t, "b"), versions(digits).Draw(t, "c")
	x, y, z := version(t, a), version(t, b), version(t, c)
	if x.Compare(y) != -y.Compare(x) || (x.Compare(y) == 0) != (a == b) {
		t.Fatalf("%s and %s compare as %d and %d", a, b, x.Compare(y), y.Compare(x))
	}
	if x.Compare(y) <= 0 && y.Compare(z) <= 0 && x.Compare(z) > 0 {
		t.Fatalf("%s <= %s <= %s, but not %s <= %s", a, b, c, a, c)
	}
}

// TestVersionOrderIsTotal: antisymmetric, transitive, and only a version equals
// itself.
func TestVersionOrderIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { holdTotalOrder(t, 3) })
}

// TestVersionOrderOfLongNumbers: also when a suffix holds a number of more than
// 64 bits.
func TestVersionOrderOfLongNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { holdTotalOrder(t, 21) })
}

func TestVersionRange(t *testing.T) {
	for _, c := range []struct {
		text, in, out string
	}{
		{"", "0.0.1 9.9.9 1.0.0-rc.1", ""},
		{">=1.31 <1.36", "1.31.0 1.35.99 1.35.9-gke.1 1.36.0-rc.1", "1.30.9 1.36.0 1.36.0+k3s1"},
		{"^1.2 || ~2.0", "1.2.0 1.99.0 2.0.7 2.0.1-rc.1", "1.1.9 2.1.0"},
		{"<=1.34.2", "1.34.2 1.34.2-gke.100 1.34.2+k3s1 1.34.2-rc.1", "1.34.3"},
		{"1.34.2", "1.34.2 1.34.2-gke.1", "1.34.3 1.34.2-rc.1"},
		{"~1.4", "1.4.0 1.4.9", "1.5.0"},
		{">1.9.0", "1.10.0", "1.9.0"},
		{"1.x", "1.0.0 1.9.0", "2.0.0"},
		{"1.34.2-gke.100", "1.34.2-gke.100 1.34.2", "1.34.3"},
		{"!=1.34.2-gke.100", "1.34.3 1.34.2-rc.1", "1.34.2-gke.100 1.34.2"},
		{"<=1.34.2-gke.100", "1.34.2-gke.100 1.34.2+k3s1 1.34.1", "1.34.3"},
		{">=1.34.2-eks-4dfc4f8", "1.34.2-eks-4dfc4f8 1.34.2", "1.34.2-rc.1 1.34.1"},
		{"1.34.1-gke.1 - 1.34.2+k3s1", "1.34.1 1.34.2-gke.9", "1.34.0 1.34.3"},
		{"=1.34.2-0", "1.34.2-0 1.34.2", "1.34.2-alpha.1"},
		{">=1.34.0-0 <1.36.0-0", "1.34.0-alpha.1 1.35.0", "1.36.0-alpha.1 1.36.0"},
		{"*", "0.0.0-rc.1 0.0.0 9.9.9", ""},
		{"!=*", "", "0.0.0 9.9.9"},
		{"~0.0.0", "0.0.0 0.0.9", "0.1.0 2.3.0"},
		{"^0.0.3", "0.0.3", "0.0.4 0.1.0"},
		{"1.2 - 1.3, !=1.2.5", "1.2.0 1.3.9", "1.2.5 1.4.0 1.1.9"},
		{">=v1.02.X", "1.2.0 1.3.0", "1.1.9"},
	} {
		r, err := profile.ParseVersionRange(c.text)
		if err != nil || r.String() != c.text {
			t.Errorf("%q: %v, prints %q", c.text, err, r)
			continue
		}
		for _, text := range strings.Fields(c.in) {
			if !r.Has(version(t, text)) {
				t.Errorf("%s is not in %q", text, c.text)
			}
		}
		for _, text := range strings.Fields(c.out) {
			if r.Has(version(t, text)) {
				t.Errorf("%s is in %q", text, c.text)
			}
		}
	}
	for _, bad := range []string{"newest", ">=", "1.2.3.4", ">>1", "1 ||", ">1<2", "1,,2", "1.xx", ">1.2 - 1.3", "=1.2 - 1.3", "1.2.3-01", "1-", "99999999999999999999", strings.Repeat(">1 ", 200)} {
		if r, err := profile.ParseVersionRange(bad); err == nil {
			t.Errorf("%q is the range %v", bad, r)
		}
	}
}

func TestRef(t *testing.T) {
	for text, want := range map[string]profile.Ref{"a": {Name: "a"}, "a@1.2.3": {"a", "1.2.3"}, "a@1.2.3-dev": {"a", "1.2.3-dev"}, "a b@1.0.0+k3s1": {"a b", "1.0.0+k3s1"}} {
		got, err := profile.ParseRef(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "@1.0.0", "a@", "a@1", "a@1.0.0@2.0.0", "a@latest"} {
		if got, err := profile.ParseRef(bad); err == nil {
			t.Errorf("%q gives %+v", bad, got)
		}
	}
	for _, ref := range []profile.Ref{{}, {"a", ""}, {"a", "1.2.3"}} {
		read := profile.Ref{Name: "before"}
		if text, _ := ref.MarshalText(); read.UnmarshalText(text) != nil || read != ref {
			t.Errorf("%v is read as %v", ref, read)
		}
	}
	if err := new(profile.Ref).UnmarshalText([]byte("a@latest")); err == nil {
		t.Error("a reference without a version was read")
	}
	refs := []profile.Ref{{"b", "1.0.0"}, {"a", "1.10.0"}, {"a", "1.9.0"}, {"a", ""}}
	slices.SortFunc(refs, profile.Ref.Compare)
	if want := []profile.Ref{{"a", ""}, {"a", "1.9.0"}, {"a", "1.10.0"}, {"b", "1.0.0"}}; !slices.Equal(refs, want) {
		t.Errorf("sorted as %v, want %v", refs, want)
	}
}

func TestKey(t *testing.T) {
	for _, bad := range []string{"", "a", "a/b", "a//c", "/b/c", "a/b/", "a/b/c/d"} {
		if k, err := profile.ParseKey(bad); err == nil {
			t.Errorf("%q is the key %v", bad, k)
		}
	}
	var k profile.Key
	if err := k.UnmarshalText([]byte("h/n/c")); err != nil || k != (profile.Key{Hub: "h", Namespace: "n", Name: "c"}) || k.String() != "h/n/c" {
		t.Errorf("got %+v, %v", k, err)
	}
}

func TestImpact(t *testing.T) {
	for i := profile.NoImpact; i <= profile.Irreversible; i++ {
		var read profile.Impact
		if text, _ := i.MarshalText(); read.UnmarshalText(text) != nil || read != i {
			t.Errorf("%v is read as %v", i, read)
		}
	}
	if profile.NoImpact >= profile.InPlace || profile.InPlace >= profile.NodeRoll || profile.NodeRoll >= profile.Irreversible || (profile.Irreversible+1).String() != "impact(9)" {
		t.Error("impacts are not ordered from harmless to irreversible")
	}
	if _, err := profile.ParseImpact("node roll"); err == nil {
		t.Error("an unknown impact was read")
	}
}
