package upgrade_test

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// library is two minor versions of Kubernetes, and an add-on of which no version
// runs on both ends.
const library = `
base@1.0.0 kubernetes=1.33.4
base@1.1.0 kubernetes=1.34.2
base@1.2.0 kubernetes=1.35.0
guard@1.0.0 guard=1.0.0 kubernetes<1.35
guard@1.1.0 guard=1.1.0 kubernetes>=1.34<1.36
`

func ExamplePath() {
	ws, _ := profile.Load(files(library), profile.Layout{})
	from, _ := ws.ResolveAt(key, refs("base@1.0.0 guard@1.0.0")...)
	to, _ := ws.ResolveAt(key, refs("base@1.2.0 guard@1.1.0")...)
	route, diags := upgrade.Path(ws, from, to, upgrade.Options{})
	fmt.Println(len(diags), "findings, Kubernetes", route.Kubernetes())
	for i, hop := range route.Hops() {
		fmt.Println(i+1, hop.Moves)
	}
	// Output:
	// 0 findings, Kubernetes [1.33.4 1.34.2 1.35.0]
	// 1 [base 1.0.0 -> 1.1.0]
	// 2 [guard 1.0.0 -> 1.1.0]
	// 3 [base 1.1.0 -> 1.2.0]
}

// Many clusters share one solver, which searches once for those that go the same
// way.
func ExampleSolver_Path() {
	ws, _ := profile.Load(files(library), profile.Layout{})
	solver := upgrade.NewSolver(ws, upgrade.Options{})
	to, _ := ws.ResolveAt(key, refs("base@1.2.0 guard@1.1.0")...)
	for _, start := range []string{"base@1.0.0 guard@1.0.0", "base@1.1.0 guard@1.1.0", "base@1.2.0 guard@1.1.0"} {
		from, _ := ws.ResolveAt(key, refs(start)...)
		route, _ := solver.Path(from, to)
		fmt.Println(from.Profiles(), len(route.Hops()), "hops")
	}
	_, diags := solver.Path(to, to)
	fmt.Println(len(diags))
	// Output:
	// [base@1.0.0 guard@1.0.0] 3 hops
	// [base@1.1.0 guard@1.1.0] 1 hops
	// [base@1.2.0 guard@1.1.0] 0 hops
	// 0
}

func ExampleDiff() {
	ws, _ := profile.Load(files(library), profile.Layout{})
	from, _ := ws.Release(profile.Ref{Name: "guard", Version: "1.0.0"})
	to, _ := ws.Release(profile.Ref{Name: "guard", Version: "1.1.0"})
	d := upgrade.Diff(from, to)
	fmt.Println(d.Needed, "needed,", d.Declared, "declared")
	for _, change := range d.Changes {
		fmt.Println(change)
	}
	for _, found := range d.Diagnostics() {
		fmt.Println(found)
	}
	// Output:
	// major needed, minor declared
	// minor: layer guard: guard goes up from 1.0.0 to 1.1.0
	// major: layer guard: requires component kubernetes >=1.34 <1.36, it was component kubernetes <1.35
	// library/guard/1.1.0/profile.yaml:5:12: error: guard@1.1.0 is a minor change of 1.0.0, but a major version is needed [upgrade.version]
}

// The override of replicas survives although the image changed beside it; the one
// of the level meets a change of the profile.
func ExampleMerge3() {
	values := func(v any) profile.Value {
		out, _ := profile.ValueOf(v)
		return out
	}
	release := func(version string, v map[string]any) []profile.Release {
		p := profile.Profile{Metadata: profile.ObjectMeta{Name: "app"}, Spec: profile.ProfileSpec{Version: version, Layers: []profile.Layer{{Name: "app", Values: values(v)}}}}
		return []profile.Release{{Profile: p}}
	}
	merge := upgrade.Merge3(
		release("1.0.0", map[string]any{"replicas": 2, "image": "app:1", "level": "info", "debug": false}),
		release("1.1.0", map[string]any{"replicas": 2, "image": "app:2", "level": "warn", "debug": true}),
		[]profile.Override{{
			LayerPatch: profile.LayerPatch{Layer: "app", Values: values(map[string]any{"replicas": 5, "level": "trace", "debug": true})},
			Reason:     "a busy store", Owner: "store-ops",
		}},
		upgrade.MergeOptions{},
	)
	for _, leaf := range merge.Leaves {
		fmt.Println(leaf.Path, leaf.Outcome)
	}
	fmt.Println(merge.Blocking(), merge.Overrides[0].Values)
	fmt.Println(merge.Diagnostics().Err())
	// Output:
	// /values/debug equal
	// /values/level conflict
	// /values/replicas kept
	// true {"level":"trace","replicas":5}
	// error: /values/level of layer app: the profile changed it from info to warn, and the override says trace [upgrade.conflict]: keep the override, or drop it and take warn
}
