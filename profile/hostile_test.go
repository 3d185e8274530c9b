package profile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestLongChainOfParents: profiles that extend each other without end are
// refused, as far as they go beyond the limit, before work grows with the cube
// of their number; those near the end of the chain are fine.
func TestLongChainOfParents(t *testing.T) {
	const n, limit = 600, 32
	fsys := fstest.MapFS{}
	for i := range n {
		extends := fmt.Sprintf(", extends: p%03d@1.0.0", i+1)
		if i == n-1 {
			extends = ""
		}
		fsys[fmt.Sprintf("library/p%03d/1.0.0/profile.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p%03d}\nspec: {version: 1.0.0, owner: o, kind: AddOn%s}\n", i, extends)}
	}
	_, diags := profile.Load(fsys, profile.Layout{})
	if got, want := strings.Count(diags.Text(fsys), "[profile.extends-depth]"), n-limit; got != want || len(diags) != want {
		t.Errorf("%d findings, %d of the depth, want %d", len(diags), got, want)
	}
}

// TestManyFixedPathsAndOverrides: rules look at few trees, which are put
// together once: what resolving allocates grows with the rules and with the
// overrides, not with their product.
func TestManyFixedPathsAndOverrides(t *testing.T) {
	allocated := func(rules, overrides int) float64 {
		var values, fixed, own []string
		for i := range rules {
			values, fixed = append(values, fmt.Sprintf("k%d: %d", i, i)), append(fixed, fmt.Sprintf("/values/k%d", i))
		}
		for i := range overrides {
			own = append(own, fmt.Sprintf("{layer: cni, values: {x%d: 1}, reason: r, owner: o}", i))
		}
		fsys := overBase(t, fstest.MapFS{
			"library/addon/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: o, kind: AddOn, layers: [{name: agent, kind: AddOn, component: {name: a, version: 1.0.0}, values: {%s}, fixed: [%s]}]}\n", strings.Join(values, ", "), strings.Join(fixed, ", "))},
			"fleet/one.yaml":                   {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, addon], overrides: [%s]}\n", strings.ReplaceAll(strings.Join(own, ", "), "cni", "agent"))},
		})
		w := load(t, fsys)
		key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
		return testing.AllocsPerRun(1, func() {
			if stack, diags := w.Resolve(key); stack == nil {
				t.Fatal(diags)
			}
		})
	}
	few, many := allocated(10, 40), allocated(400, 40)
	if more := (many - few) / 390; more > 60 {
		t.Errorf("each rule more costs %.0f allocations with 40 overrides", more)
	}
}

// TestManyRecipes: a program that asks for ever new combinations of presets does
// not grow for ever.
func TestManyRecipes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds under the race detector")
	}
	const groups = 13 // 2^13 combinations
	var presets []string
	for i := range groups {
		presets = append(presets, fmt.Sprintf("{group: g%d, name: on, layers: [{layer: cni, values: {k%d: 1}}]}", i, i))
	}
	base := strings.Replace(string(overBase(t, nil)["library/base/1.0.0/profile.yaml"].Data), "  layers:", "  presets: ["+strings.Join(presets, ", ")+"]\n  layers:", 1)
	w := load(t, overBase(t, fstest.MapFS{"library/base/1.0.0/profile.yaml": {Data: []byte(base)}}))
	cluster, _ := w.Cluster(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
	heap := func(from, until int) uint64 {
		for n := from; n < until; n++ {
			cluster.Spec.Presets = map[string]string{}
			for i := range groups {
				if n>>i&1 == 1 {
					cluster.Spec.Presets[fmt.Sprintf("g%d", i)] = "on"
				}
			}
			if stack, diags := w.Library.Resolve(cluster, "here"); stack == nil {
				t.Fatal(diags)
			}
		}
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		runtime.KeepAlive(w)
		return stats.HeapAlloc
	}
	half := heap(0, 4000)
	if all := heap(4000, 8000); all > half+half/4 {
		t.Errorf("after 4,000 combinations %d bytes are kept, after 8,000 %d", half, all)
	}
}
