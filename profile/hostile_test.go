package profile_test

import (
	"fmt"
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
