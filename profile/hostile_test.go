package profile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

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

// TestTooManyRules: rules beyond the limit are refused before any is looked for.
func TestTooManyRules(t *testing.T) {
	const limit = 1000
	for field, rule := range map[string]string{
		"fixed": "/values/k%d", "constrained": "{path: /values/k%d, type: integer}",
		"requires": "{capability: k%d}", "conflicts": "{layer: k%d}",
	} {
		for n, want := range map[int]int{limit: 0, limit + 1: 1} {
			var rules, values []string
			for i := range n {
				rules, values = append(rules, fmt.Sprintf(rule, i)), append(values, fmt.Sprintf("k%d: %d", i, i))
			}
			_, diags := profile.Load(overBase(t, fstest.MapFS{
				"library/addon/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: o, kind: AddOn, layers: [{name: agent, kind: AddOn, component: {name: a, version: 1.0.0}, values: {%s}, %s: [%s]}]}\n", strings.Join(values, ", "), field, strings.Join(rules, ", "))},
			}), profile.Layout{})
			if got := strings.Count(diags.Text(nil), "1000 are allowed"); got != want || len(diags) != want {
				t.Errorf("%d items of %s give %d findings, %d of them about that, want %d:\n%s", n, field, len(diags), got, want, diags.Text(nil))
			}
		}
	}
}

// TestTooManyLayers: a profile and a stack with more layers than are allowed are
// refused before the layers are held against each other; of a long cycle only the
// first arrows are shown.
func TestTooManyLayers(t *testing.T) {
	const limit, inBase = 200, 4
	addon := func(name, extends string, layers int) *fstest.MapFile {
		var text []string
		for i := range layers {
			text = append(text, fmt.Sprintf("{name: %s%d, kind: AddOn, component: {none: x}, after: [%[1]s%[3]d]}", name, i, (i+1)%layers))
		}
		return &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: %s}\nspec: {version: 1.0.0, owner: o, kind: AddOn, %s layers: [%s]}\n", name, extends, strings.Join(text, ", "))}
	}
	const a, b, unresolved = "library/a/1.0.0/profile.yaml:4", "library/b/1.0.0/profile.yaml:4", "fleet/one.yaml:3 profile.not-resolved"
	for _, c := range []struct {
		a, b    int // layers, on a cycle each where there are more
		extends string
		want    []string
	}{
		{a: limit, b: 1, want: []string{"fleet/one.yaml:4 profile.value", a + " profile.cycle"}},
		{a: limit + 1, b: 1, want: []string{unresolved, a + " profile.value"}},
		{a: 9000, b: 1, want: []string{unresolved, a + " profile.value"}},
		{a: 1, b: limit, extends: "extends: a@1.0.0,", want: []string{unresolved, b + " profile.value"}},
		{a: 1, b: limit - inBase - 1, want: []string{unresolved, b + " profile.cycle"}},
	} {
		fsys := overBase(t, fstest.MapFS{
			"library/a/1.0.0/profile.yaml": addon("a", "", c.a),
			"library/b/1.0.0/profile.yaml": addon("b", c.extends, c.b),
			"fleet/one.yaml":               {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, a, b]}\n")},
		})
		w, diags := profile.Load(fsys, profile.Layout{})
		_, found := w.Resolve(one)
		var got []string
		for _, d := range append(diags, found...).Sorted() {
			got = append(got, fmt.Sprintf("%s:%d %s", d.Range.File, d.Range.Start.Line, d.Code))
			if len(d.Summary) > 200 || len(d.Related) > 10 {
				t.Errorf("%d bytes and %d places: %s", len(d.Summary), len(d.Related), d.Summary)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%d and %d layers (-want +got):\n%s", c.a, c.b, diff)
		}
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

// TestLargeLockAndSum: files of many lines are read, which would not end if each
// line were compared with all before it, and what is there twice is said of the
// second line.
func TestLargeLockAndSum(t *testing.T) {
	const n = 300_000
	digest := " sha256:" + strings.Repeat("0", 64) + "\n"
	var locked, published strings.Builder
	for i := range n {
		fmt.Fprintf(&locked, "h/n/c%06d p@1.0.0%s", n-i, digest)
		fmt.Fprintf(&published, "p%d@1.0.0%s", i, digest)
	}
	pins := make([]string, n/10)
	for i := range pins {
		pins[i] = fmt.Sprintf("p%d@1.0.0", i)
	}
	fmt.Fprintf(&locked, "h/n/many %s%s", strings.Join(pins, ","), digest)
	lock, found := profile.ParseLock("fleet.lock", []byte(locked.String()+"h/n/c000007 p@1.0.0"+digest))
	sum, more := profile.ParseSum("library.sum", []byte(published.String()+"p7@1.0.0"+digest))
	var got []string
	for _, d := range append(found, more...) {
		got = append(got, fmt.Sprintf("%s %s: %s", d.Range, d.Summary, d.Related[0].Range))
	}
	want := []string{
		"fleet.lock:300002:1 h/n/c000007 is locked twice: fleet.lock:299994:1",
		"library.sum:300001:1 p7@1.0.0 is published twice: library.sum:8:1",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(lock.Entries()) != n+1 || len(sum.Refs()) != n {
		t.Errorf("%d entries and %d versions (-want +got):\n%s", len(lock.Entries()), len(sum.Refs()), diff)
	}
	if _, ok := sum.Digest(profile.Ref{Name: "p299999", Version: "1.0.0"}); !ok {
		t.Error("the last version is not found")
	}
}

// TestManyDocumentsOfOneName: hubs, strategies and clusters without end, and as
// often again under the same names.
func TestManyDocumentsOfOneName(t *testing.T) {
	const n = 4000
	fsys := fstest.MapFS{}
	for dir, text := range map[string]string{
		"hubs":       "apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: h%04d}\nspec: {clusterAPI: {version: 1.14.2}}\n---\n",
		"strategies": "apiVersion: dayzero.dev/v1alpha1\nkind: Strategy\nmetadata: {name: s%04d}\nspec: {stages: [{name: all, selector: {}}]}\n---\n",
		"fleet":      "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c%04d}\nspec: {profiles: [base]}\n---\n",
	} {
		var b strings.Builder
		for i := range 2 * n {
			fmt.Fprintf(&b, text, i%n)
		}
		fsys[dir+"/all.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	}
	w, found := profile.Load(fsys, profile.Layout{})
	codes, hints := map[string]int{}, 0
	for _, d := range found {
		codes[d.Code]++
		hints = max(hints, len(d.Detail))
	}
	if diff := cmp.Diff(map[string]int{"profile.duplicate": 3 * n, "profile.hub": 2 * n}, codes); diff != "" || len(w.Hubs()) != n || len(w.Strategies()) != n || w.Len() != n {
		t.Errorf("%d hubs, %d strategies, %d clusters (-want +got):\n%s", len(w.Hubs()), len(w.Strategies()), w.Len(), diff)
	}
	if hints > 200 {
		t.Errorf("hints have up to %d bytes", hints)
	}
}

// TestManySlips: a cluster that sets variables that nobody declares, as many as
// fit, beside as many that are declared and sensitive.
func TestManySlips(t *testing.T) {
	var declared, set strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&declared, "  - {name: variable_with_a_name_%d, type: string, sensitive: true}\n", 100_000+i)
	}
	for i := range 15_000 {
		fmt.Fprintf(&set, "    variable_with_a_nam_%d: 1\n", 100_000+i)
	}
	fsys := overBase(t, fstest.MapFS{
		"library/addon/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec:\n  version: 1.0.0\n  owner: o\n  kind: AddOn\n  variables:\n" + declared.String())},
		"fleet/one.yaml":                   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec:\n  profiles: [base, addon]\n  variables:\n" + set.String())},
	})
	w, _ := profile.Load(fsys, profile.Layout{})
	_, found := w.Resolve(one)
	near := 0
	for _, d := range found {
		if d.Range.Start.Column > 0 && d.Code != "source.more" {
			t.Fatalf("the line of %s is quoted", d.Range)
		}
		if strings.HasPrefix(d.Detail, "did you mean ") {
			near++
		}
	}
	if len(found) != 1001 || near != 100 {
		t.Errorf("%d findings, %d with the nearest name", len(found), near)
	}
}

// TestConstrainedWithMistakes: a schema that cannot judge is told, once, and
// judges nothing.
func TestConstrainedWithMistakes(t *testing.T) {
	for _, schema := range []string{
		`type: string, pattern: "("`, "type: list", "type: map", "type: string, max: 3", "type: cidr, min: 3", "type: list, items: {type: string}, min: 3",
		"type: unknown", "type: secretRef", "type: object", "type: enum", "type: integer, min: many", "type: [string]", "min: 3",
	} {
		fsys := overBase(t, fstest.MapFS{
			"library/addon/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: o, kind: AddOn, layers: [{name: agent, kind: AddOn, component: {name: a, version: 1.0.0}, values: {a: x}, constrained: [{path: /values/a, %s}]}]}\n", schema)},
			"fleet/one.yaml":                   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, addon]}\n")},
		})
		w, diags := profile.Load(fsys, profile.Layout{})
		_, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
		if len(diags) != 1 || len(found) != 1 || found[0].Code != profile.CodeNotResolved {
			t.Errorf("%s gives\n%sand the cluster\n%s", schema, diags.Text(fsys), found.Text(fsys))
		}
	}
}

// TestManyFindingsOfALibrary: what is wrong with a library costs its clusters next
// to nothing.
func TestManyFindingsOfALibrary(t *testing.T) {
	allocated := func(conflicts int) float64 {
		var labels []string
		for i := range conflicts {
			labels = append(labels, fmt.Sprintf("l%d: %%s", i))
		}
		layer := func(name string) string {
			return fmt.Sprintf("{name: %s, kind: AddOn, component: {name: %[1]s, version: 1.0.0}, capi: {cluster: {metadata: {labels: {%s}}}}}", name, strings.ReplaceAll(strings.Join(labels, ", "), "%s", name))
		}
		w, diags := profile.Load(overBase(t, fstest.MapFS{
			"library/addon/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: addon}\nspec: {version: 1.0.0, owner: o, kind: AddOn, layers: [%s, %s]}\n", layer("one"), layer("two"))},
			"fleet/one.yaml":                   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, addon]}\n")},
		}), profile.Layout{})
		if len(diags) < min(conflicts, 100) {
			t.Fatal(diags)
		}
		key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
		return testing.AllocsPerRun(1, func() { w.Resolve(key); w.Claims(key) })
	}
	if few, many := allocated(10), allocated(2000); many > few+100 {
		t.Errorf("%.0f allocations for a cluster of a library with 10 conflicts, %.0f with 2,000", few, many)
	}
}

// TestCostlyPatterns: a pattern and a text that would take seconds to match are
// refused, the pattern where it is declared, the text where it is set.
func TestCostlyPatterns(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		length  int
		want    []string
	}{
		"a large pattern":                  {strings.Repeat("([ab]{100}){10}", 55) + "x", 1, []string{"profile.variable", "profile.not-resolved"}},
		"a long text, a middling pattern":  {strings.Repeat("[ab]{100}", 40) + "x", 60_000, []string{"profile.variable-value"}},
		"a long text, a simple pattern":    {"^[a-z]*$", 60_000, nil},
		"a host name, an ordinary pattern": {"^a{1,63}([.]a{1,63}){0,3}$", 60, nil},
	} {
		base := strings.Replace(string(overBase(t, nil)["library/base/1.0.0/profile.yaml"].Data), "  layers:", fmt.Sprintf("  variables: [{name: v, type: string, pattern: %q}]\n  rules: [{rule: \"vars.?v.hasValue()\"}]\n  layers:", c.pattern), 1)
		fsys := overBase(t, fstest.MapFS{
			"library/base/1.0.0/profile.yaml": {Data: []byte(base)},
			"fleet/one.yaml":                  {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base], variables: {v: %s}}\n", strings.Repeat("a", c.length))},
		})
		w, diags := profile.Load(fsys, profile.Layout{})
		_, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"})
		var got []string
		for _, d := range append(diags, found...) {
			got = append(got, d.Code)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestManyCirclesOfPools: of pools that all close circles with the first one, and
// wait for pools that are not there, a few are told, with their first arrows.
func TestManyCirclesOfPools(t *testing.T) {
	const n = 9000
	var pools strings.Builder
	for i := range n {
		fmt.Fprintf(&pools, "    - {name: p%05d, upgradeAfter: [p00000, p%05d, q%05d]}\n", i, (i+1)%n, i)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w, _ := profile.Load(overBase(t, fstest.MapFS{
		"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec:\n  profiles: [base]\n  pools:\n    workers:\n" + pools.String())},
	}), profile.Layout{})
	_, found := w.Resolve(one)
	runtime.ReadMemStats(&after)
	circles, near := 0, 0
	for _, d := range found {
		if strings.Contains(d.Summary, "wait for each other") {
			circles++
		}
		if strings.HasPrefix(d.Detail, "did you mean ") {
			near++
		}
		if len(d.Summary) > 200 || len(d.Related) > 10 {
			t.Errorf("%d bytes and %d places: %.100s", len(d.Summary), len(d.Related), d.Summary)
		}
	}
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 512 || circles != 10 || near != 100 {
		t.Errorf("%d circles, %d nearest names, %d MiB", circles, near, used)
	}
}

// TestLargeStacks: a few lines that repeat a large constant or file, each time as
// much again, are refused where they go beyond what a stack may hold, before
// memory is.
func TestLargeStacks(t *testing.T) {
	const constants = "  constants: {t: {$file: t.txt}, b: {$file: b.yaml}}\n"
	each := func(n int, format string) string {
		var out strings.Builder
		for i := range n {
			fmt.Fprintf(&out, format, i)
		}
		return out.String()
	}
	values := func(text string) string {
		return "  layers:\n  - name: x\n    kind: AddOn\n    component: {name: x, version: 1.0.0}\n    values:\n" + text
	}
	for name, c := range map[string]struct {
		spec string
		want []string
	}{
		"a text of many texts":          {constants + values("      s: \""+strings.Repeat("${consts.t}", 2000)+"\"\n"), []string{"library/p/1.0.0/profile.yaml:14 expr.too-costly"}},
		"data many times":               {constants + values(each(9000, "      f%04d: ${consts.b}\n")), []string{"library/p/1.0.0/profile.yaml:68 profile.too-large"}},
		"a text many times":             {constants + values(each(3000, "      f%04d: ${consts.t}\n")), []string{"library/p/1.0.0/profile.yaml:45 profile.too-large"}},
		"a text many times in a slot":   {constants + strings.ReplaceAll(values(each(3000, "          f%04d: ${consts.t}\n")), "    values:\n", "    capi:\n      infrastructure:\n        spec:\n"), []string{"library/p/1.0.0/profile.yaml:47 profile.too-large"}},
		"a file many times":             {values(each(3000, "      f%04d: {$file: t.txt}\n")), []string{"fleet/one.yaml:3 profile.not-resolved", "library/p/1.0.0/profile.yaml:29 profile.too-large"}},
		"a file of data many times":     {"  constants:\n" + each(3000, "    f%04d: {$file: b.yaml}\n"), []string{"fleet/one.yaml:3 profile.not-resolved", "library/p/1.0.0/profile.yaml:216 profile.too-large"}},
		"an expanded file many times":   {values(each(3000, "      f%04d: {$file: e.txt, expand: true}\n")), []string{"fleet/one.yaml:3 profile.not-resolved", "library/p/1.0.0/profile.yaml:31 profile.too-large"}},
		"an alias of a text":            {values("      a: &a " + strings.Repeat("A", 1_000_000) + "\n      b: [" + strings.Repeat("*a,", 9000) + "]\n"), []string{"fleet/one.yaml:3 profile.not-resolved", "library/p/1.0.0/profile.yaml:14 source.alias-limit"}},
		"data once and a text 20 times": {constants + values("      b: ${consts.b}\n"+each(20, "      f%04d: ${consts.t}\n")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			w, found := profile.Load(overBase(t, fstest.MapFS{
				"library/p/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec:\n  version: 1.0.0\n  owner: one\n  kind: AddOn\n" + c.spec)},
				"library/p/1.0.0/t.txt":        {Data: []byte(strings.Repeat("A", 1_000_000))},
				"library/p/1.0.0/e.txt":        {Data: []byte(strings.Repeat("${cluster.name}", 60_000))},
				"library/p/1.0.0/b.yaml":       {Data: []byte("k: [" + each(9000, "x%07d,") + "]\n")},
				"fleet/one.yaml":               {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, p]}\n")},
			}), profile.Layout{})
			stack, more := w.Resolve(one)
			if stack != nil {
				stack.Digest()
			}
			var got []string
			for _, d := range append(found, more...).Sorted() {
				got = append(got, fmt.Sprintf("%s:%d %s", d.Range.File, d.Range.Start.Line, d.Code))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCostlyTexts: texts each of which is short enough for its pattern are refused
// where all that one cluster sets take too long: the others behind it are not
// matched.
func TestCostlyTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds under the race detector")
	}
	const n, schema = 130, `type: string, pattern: "(a?){400}(a?){400}[ab]{0,400}b"`
	text := strings.Repeat("a", 290) + "b"
	all := func(format string) string {
		var out []string
		for i := range n {
			out = append(out, strings.NewReplacer("NAME", fmt.Sprintf("k%04d", i), "SCHEMA", schema, "TEXT", text).Replace(format))
		}
		return strings.Join(out, ", ")
	}
	const at = "the texts up to this one are too long for their patterns"
	for name, c := range map[string]struct{ variables, set, values, constrained, want string }{
		"one value": {
			variables: "{name: f, type: object, properties: {l: {type: list, items: {" + schema + "}}, m: {type: map, values: {" + schema + "}}}}",
			set:       "f: {l: [" + strings.Repeat(text+",", n/2) + "], m: {" + all("NAME: TEXT") + "}}",
			want:      "variable f: m.k0049: " + at,
		},
		"values": {variables: all("{name: NAME, SCHEMA}"), set: all("NAME: TEXT"), want: "variable k0114: " + at},
		"paths":  {values: all("NAME: b"), constrained: all("{path: /values/NAME, SCHEMA}"), want: ", owner o, constrains: " + at},
	} {
		t.Run(name, func(t *testing.T) {
			w, diags := profile.Load(overBase(t, fstest.MapFS{
				"library/p/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec: {version: 1.0.0, owner: o, kind: AddOn, variables: [%s], layers: [{name: st, kind: AddOn, component: {name: st, version: 1.0.0}, values: {%s}, constrained: [%s]}]}\n", c.variables, c.values, c.constrained)},
				"fleet/one.yaml":               {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, p], variables: {%s}, overrides: [{layer: st, owner: o, reason: r, values: {%s}}]}\n", c.set, strings.ReplaceAll(c.values, ": b", ": "+text))},
			}), profile.Layout{})
			_, found := w.Resolve(one)
			if diags.HasErrors() || len(found) != 1 || !strings.Contains(found[0].Summary, c.want) {
				t.Errorf("found\n%s%s", diags.Text(nil), found.Text(nil))
			}
		})
	}
}

// TestManyMisses: to ask for clusters that a large fleet does not have costs next
// to nothing; a small one names the nearest.
func TestManyMisses(t *testing.T) {
	for n, want := range map[int]string{
		1000: `did you mean "eu-1/fleet/c0007"? known clusters are eu-1/fleet/c0000, eu-1/fleet/c0001`,
		1001: "the fleet has 1001 others",
	} {
		var fleet strings.Builder
		for i := range n {
			fmt.Fprintf(&fleet, "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c%04d, namespace: fleet}\nspec: {profiles: [base]}\n---\n", i)
		}
		w := load(t, overBase(t, fstest.MapFS{"fleet/one.yaml": {Data: []byte(fleet.String())}}))
		key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "c0007x"}
		_, found := w.Resolve(key)
		if allocs := testing.AllocsPerRun(1, func() { w.Resolve(key) }); n > 1000 && allocs > 30 {
			t.Errorf("a miss among %d clusters takes %.0f allocations", n, allocs)
		}
		if len(found) != 1 || !strings.HasPrefix(found[0].Detail, want) {
			t.Errorf("among %d clusters: %v", n, found)
		}
	}
}

// TestTooLargeForOthers: a cluster whose values are too large leaves nothing behind
// that another one of the same profiles would get.
func TestTooLargeForOthers(t *testing.T) {
	profileText := "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec:\n  version: 1.0.0\n  owner: one\n  kind: AddOn\n" +
		"  variables: [{name: big, type: string, default: a}, {name: arg, type: integer, default: 7}]\n  layers:\n" +
		"  - {name: l0, kind: AddOn, component: {none: x}, values: {a: [" + strings.Repeat(`"${vars.big}", `, 9000) + "]}}\n" +
		`  - {name: xx, kind: AddOn, component: {none: x}, capi: {controlPlane: {template: {spec: {kubeadmConfigSpec: {verbosity: "${vars.arg}"}}}}}}` + "\n"
	cluster := "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: %s, namespace: fleet}\nspec: {profiles: [base, p]%s}\n"
	digest := func(names ...string) (digest string) {
		w, _ := profile.Load(overBase(t, fstest.MapFS{
			"library/p/1.0.0/profile.yaml": {Data: []byte(profileText)},
			"fleet/one.yaml":               {Data: fmt.Appendf(nil, cluster, "one", ", variables: {big: "+strings.Repeat("x", 9000)+"}")},
			"fleet/two.yaml":               {Data: fmt.Appendf(nil, cluster, "two", "")},
		}), profile.Layout{})
		for _, name := range names {
			stack, diags := w.Resolve(profile.Key{Hub: one.Hub, Namespace: one.Namespace, Name: name})
			if (stack == nil) != (name == "one") {
				t.Fatalf("%s: %v", name, diags.Err())
			}
			if stack != nil {
				digest = stack.Digest()
			}
		}
		return digest
	}
	if alone, behind := digest("two"), digest("one", "two"); alone != behind {
		t.Errorf("digest %s alone, %s behind a cluster that is too large", alone, behind)
	}
}

// TestManyFixedConstants: each constant that a fixed expression reads is looked up,
// not put together with all the others: what loading and resolving allocate grows
// with the constants, not with their square.
func TestManyFixedConstants(t *testing.T) {
	allocated := func(n int, read string) float64 {
		var constants, values []string
		for i := range n {
			constants = append(constants, fmt.Sprintf("c%d: 1", i))
			values = append(values, strings.ReplaceAll(fmt.Sprintf("k%d: \"${string(%s)}\"", i, read), "N", fmt.Sprint(i)))
		}
		fsys := overBase(t, fstest.MapFS{
			"library/p/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec: {version: 1.0.0, owner: one, kind: AddOn, constants: {%s}, layers: [{name: st, kind: AddOn, component: {name: st, version: 1.0.0}, fixed: [/values/deep], values: {deep: {%s}}}]}\n", strings.Join(constants, ", "), strings.Join(values, ", "))},
			"library/q/1.0.0/profile.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: q}\nspec: {version: 1.0.0, owner: two, kind: AddOn, extends: p@1.0.0, constants: {%s}}\n", strings.Join(constants, ", "))},
			"fleet/one.yaml":               {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, q]}\n")},
		})
		return testing.AllocsPerRun(1, func() {
			w, diags := profile.Load(fsys, profile.Layout{})
			if stack, found := w.Resolve(one); stack == nil {
				t.Fatal(diags, found)
			}
		})
	}
	for _, read := range []string{"consts.cN", "consts['c' + cluster.name.substring(3) + '0']"} {
		if few, many := allocated(40, read), allocated(400, read); many > 11*few {
			t.Errorf("%.0f allocations for 40 expressions ${string(%s)}, %.0f for 400", few, read, many)
		}
	}
}

// TestManyComputedConflicts: of items that turn out to be one, those are put into
// words that are shown; the others cost what lists cost.
func TestManyComputedConflicts(t *testing.T) {
	allocated := func(n int) float64 {
		fsys := overBase(t, fstest.MapFS{"fleet/one.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: one, namespace: fleet}\nspec: {profiles: [base, p, q]}\n")}})
		for _, name := range []string{"p", "q"} {
			var items []string
			for i := range n {
				items = append(items, fmt.Sprintf("{path: \"${vars.pre}/%d\", content: %s}", i, name))
			}
			fsys["library/"+name+"/1.0.0/profile.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: %s}\nspec: {version: 1.0.0, owner: %[1]s, kind: AddOn, variables: [{name: pre, type: string, default: /x}], layers: [{name: l%[1]s, kind: AddOn, component: {none: x}, capi: {nodes: {config: {files: [%s]}}}}]}\n", name, strings.Join(items, ", "))}
		}
		w, _ := profile.Load(fsys, profile.Layout{})
		return testing.AllocsPerRun(1, func() {
			if _, found := w.Resolve(one); len(found) != 1001 {
				t.Fatalf("%d findings of %d items", len(found), n)
			}
		})
	}
	if more := (allocated(4000) - allocated(2000)) / 2000; more > 80 {
		t.Errorf("each item more costs %.0f allocations", more)
	}
}
