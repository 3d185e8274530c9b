package upgrade_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// large is a library of 12 profiles in 20 versions each: Kubernetes rises by
// five minor versions, each add-on accepts a window of three that moves along,
// and a third of them need what another one brings.
func large() (library, from, to string) {
	var b, first, last strings.Builder
	for v := range 20 {
		fmt.Fprintf(&b, "base@1.%d.0 kubernetes=1.%d.%d\n", v, 30+v/4, v%4)
	}
	first.WriteString("base@1.0.0")
	last.WriteString("base@1.19.0")
	for p := 1; p < 12; p++ {
		for v := range 20 {
			middle := 30 + (v+p%4)/4
			fmt.Fprintf(&b, "p%02d@1.%d.0 product%d=%d.0.0 kubernetes>=1.%d.0<1.%d.0", p, v, p, v, middle-1, middle+2)
			if p%3 == 0 {
				fmt.Fprintf(&b, " product%d>=%d.0.0", p-1, max(v-3, 0))
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(&first, " p%02d@1.0.0", p)
		fmt.Fprintf(&last, " p%02d@1.19.0", p)
	}
	return b.String(), first.String(), last.String()
}

// BenchmarkUpgradePath finds a path over 12 profiles in 20 versions each, the
// library analysed anew each time.
func BenchmarkUpgradePath(b *testing.B) {
	library, start, target := large()
	ws := load(b, files(library))
	from, to := at(b, ws, start), at(b, ws, target)
	b.ReportAllocs()
	for b.Loop() {
		route, diags := upgrade.Path(ws, from, to, upgrade.Options{})
		if len(diags) > 0 || len(route.Hops()) < 4 {
			b.Fatal(diags, lines(route))
		}
	}
}

// BenchmarkUpgradePathShared finds the path of one more cluster of a journey
// that the solver knows.
func BenchmarkUpgradePathShared(b *testing.B) {
	library, start, target := large()
	ws := load(b, files(library))
	from, to := at(b, ws, start), at(b, ws, target)
	solver := upgrade.NewSolver(ws, upgrade.Options{})
	solver.Path(from, to)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := solver.Path(from, to); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}

// BenchmarkUpgradeBlocked finds out what is in the way when nothing leads to the
// target.
func BenchmarkUpgradeBlocked(b *testing.B) {
	library, start, target := large()
	library = strings.ReplaceAll(library, "product7=9.0.0 kubernetes>=1.31.0<1.34.0", "product7=9.0.0 kubernetes>=1.33.0<1.34.0")
	library = strings.ReplaceAll(library, "p05@1.8.0 product5=8.0.0 kubernetes>=1.31.0<1.34.0", "p05@1.8.0 product5=8.0.0 kubernetes>=1.31.0<1.32.0")
	library = strings.ReplaceAll(library, "base@1.8.0 kubernetes=1.32.0", "base@1.8.0 kubernetes=1.33.0")
	for v := range 4 {
		library = strings.ReplaceAll(library, fmt.Sprintf("kubernetes=1.32.%d", v), "kubernetes=1.33.0")
	}
	ws := load(b, files(library))
	from, to := at(b, ws, start), at(b, ws, target)
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := upgrade.Path(ws, from, to, upgrade.Options{}); !diags.HasErrors() {
			b.Fatal("there is a path")
		}
	}
}

// BenchmarkDiff compares two versions of a large profile: 200 variables and 50
// layers with values.
func BenchmarkDiff(b *testing.B) {
	document := func(version string, changed int) string {
		var out strings.Builder
		fmt.Fprintf(&out, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: large}\nspec:\n  version: %s\n  owner: team\n  kind: AddOn\n  variables:\n", version)
		for i := range 200 {
			fmt.Fprintf(&out, "  - {name: v%d, type: integer, min: 1, max: %d, default: 5}\n", i, 100+i%changed)
		}
		out.WriteString("  layers:\n")
		for i := range 50 {
			fmt.Fprintf(&out, "  - {name: l%d, kind: AddOn, component: {name: c%d, version: 1.%d.0}, values: {a: {b: {c: %d, d: e}}, list: [1, 2, %d]}}\n", i, i, i%changed, i%changed, i%changed)
		}
		return out.String()
	}
	ws := load(b, fstest.MapFS{
		"library/large/1.0.0/profile.yaml": {Data: []byte(document("1.0.0", 2))},
		"library/large/1.1.0/profile.yaml": {Data: []byte(document("1.1.0", 3))},
	})
	from, _ := ws.Release(profile.Ref{Name: "large", Version: "1.0.0"})
	to, _ := ws.Release(profile.Ref{Name: "large", Version: "1.1.0"})
	b.ReportAllocs()
	for b.Loop() {
		if d := upgrade.Diff(from, to); len(d.Changes) < 100 {
			b.Fatal(len(d.Changes))
		}
	}
}
