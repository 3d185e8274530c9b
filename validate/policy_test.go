package validate

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const machines = `policies: "three-machines": {
	message: "production clusters have at least 3 control-plane machines"
	owner:   "platform"
	on:      "Cluster"
	reads: ["/spec/pools/controlPlane/replicas"]
	require: spec: pools: controlPlane: replicas: >=3
}
policies: "jumbo-frames": {
	message: "clusters use jumbo frames"
	owner:   "network"
	on:      "Stack"
	reads: ["/variables/mtu"]
	require: variables: mtu: >=9000
}
`

// manyClusters is a workspace of n clusters with five numbers of control-plane
// machines and five values of a variable.
func manyClusters(t testing.TB, n int) *profile.Workspace {
	fsys := fstest.MapFS{
		"policies/machines.cue": {Data: []byte(machines)},
		"hubs/eu-1.yaml":        {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-1}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
		"library/base/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  variables: [{name: mtu, type: integer, default: 1500}]
  layers:
    - {name: os, kind: OS, component: {none: simulated}}
    - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
    - {name: cni, kind: Network, component: {none: simulated}, values: {mtu: "${vars.mtu}"}}
    - {name: csi, kind: Storage, component: {none: simulated}}
`)},
	}
	var fleet strings.Builder
	for i := range n {
		fmt.Fprintf(&fleet, "---\napiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c-%d}\nspec:\n  profiles: [base@1.0.0]\n  variables: {mtu: %d}\n  pools: {controlPlane: {replicas: %d}}\n", i, 9000+i%5, i%5+1)
	}
	fsys["fleet/all.yaml"] = &fstest.MapFile{Data: []byte(fleet.String())}
	ws, found := profile.Load(fsys, profile.Layout{})
	if found.HasErrors() {
		t.Fatal(found.Text(fsys))
	}
	return ws
}

// TestEvaluatedOnce: what is read alike is evaluated once, whatever else differs,
// and every cluster gets its finding.
func TestEvaluatedOnce(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	ws := manyClusters(t, n)
	var documents []profile.Document
	for d := range ws.Documents() {
		documents = append(documents, d)
	}
	org := newOrganisation(ws, documents, time.Time{})
	found := org.all(resolve(ws, documents, org), nil)
	if org.evaluations != 5+5 {
		t.Errorf("%d clusters with 5 projections of 2 policies took %d evaluations, want 10", n, org.evaluations)
	}
	if want := n / 5 * 2; found.Count(diag.Error) != want {
		t.Errorf("%d findings, want %d", found.Count(diag.Error), want)
	}
}

// TestPolicyMemory: evaluating policies leaves nothing behind.
func TestPolicyMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 evaluations")
	}
	p := readPolicyFile(profile.File{Name: "policies/machines.cue", Data: []byte(machines)}).policies[0]
	evaluate := func(from, to int) {
		for i := from; i < to; i++ {
			data := value.NewMap(nil, value.Place{}).Set(value.NewInt(int64(i), value.Place{}), "spec", "pools", "controlPlane", "replicas")
			if refused := len(p.judge(data)) > 0; refused != (i < 3) {
				t.Fatalf("%d machines: refused %v", i, refused)
			}
		}
	}
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	evaluate(0, 1000)
	before := heap()
	evaluate(1000, 101_000)
	if after := heap(); after > before+2<<20 {
		t.Errorf("the heap grew from %d to %d bytes over 100,000 evaluations", before, after)
	}
	runtime.KeepAlive(p)
}

// TestPoliciesDoNotHideEachOther: what policies say together is what each says
// alone.
func TestPoliciesDoNotHideEachOther(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/policy.txtar")
	if err != nil {
		t.Fatal(err)
	}
	base, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range append(base.Files, archive.Files...) {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	ws, _ := profile.Load(files, profile.Layout{})
	var together, alone diag.Diagnostics
	for _, d := range Workspace(ws, Options{}) {
		if strings.HasPrefix(d.Code, "policy.") {
			together = append(together, d)
		}
	}
	var documents []profile.Document
	for d := range ws.Documents() {
		documents = append(documents, d)
	}
	all := newOrganisation(ws, documents, time.Time{})
	for _, p := range all.policies {
		one := newOrganisation(ws, documents, time.Time{})
		one.policies = []*policy{p}
		alone = append(alone, one.all(resolve(ws, documents, one), nil)...)
	}
	if diff := cmp.Diff(alone.Sorted(), together); diff != "" || len(together) == 0 {
		t.Errorf("findings (-alone +together):\n%s", diff)
	}
}

// TestAbsentIsNotFilledIn: a constraint with a value is not fulfilled by data
// that lacks the field, in whatever form it is written.
func TestAbsentIsNotFilledIn(t *testing.T) {
	for _, require := range []string{
		`spec: hub: "a"`,
		`spec: {hub: "a"}`,
		`spec: close({hub: "a"})`,
		`{spec: {hub: "a"} & {hub: string}}`,
		`#Spec, #Spec: {spec: hub: "a"}`,
		`spec: {hub: "a"} | {hub: "b"}`,
		`matchN(1, [{spec: hub: "a"}])`,
		`{spec: {if true {hub: "a"}}}`,
	} {
		body, declared, _ := strings.Cut(require, ", #Spec: ")
		text := fmt.Sprintf("policies: p: {message: \"m\", owner: \"o\", on: \"Cluster\", reads: [\"/spec/hub\"], require: %s}\n", body)
		if declared != "" {
			text += "#Spec: " + declared + "\n"
		}
		f := readPolicyFile(profile.File{Name: "p.cue", Data: []byte(text)})
		if len(f.policies) != 1 {
			t.Fatalf("%s: %v", text, f.found)
		}
		for document, broken := range map[string]bool{`{"spec":{}}`: true, `{}`: true, `{"spec":{"hub":"a"}}`: false, `{"spec":{"hub":"c"}}`: true} {
			var v profile.Value
			if err := v.UnmarshalJSON([]byte(document)); err != nil {
				t.Fatal(err)
			}
			if got := len(f.policies[0].judge(v.Tree())) > 0; got != broken {
				t.Errorf("%s and %s: broken %v, want %v", require, document, got, broken)
			}
		}
	}
}

// FuzzPolicyFile: no file of policies brings reading it down or takes long, and
// what is read can be evaluated.
func FuzzPolicyFile(f *testing.F) {
	files, _ := filepath.Glob("testdata/policy*.txtar")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range txtar.Parse(data).Files {
			if strings.HasSuffix(part.Name, ".cue") {
				f.Add(part.Data)
			}
		}
	}
	document := value.NewMap(nil, value.Place{}).Set(value.NewInt(3, value.Place{}), "spec", "pools", "controlPlane", "replicas")
	f.Fuzz(func(t *testing.T, data []byte) {
		defer time.AfterFunc(10*time.Second, func() { panic("reading and judging takes more than 10 seconds") }).Stop()
		read := readPolicyFile(profile.File{Name: "policies/fuzz.cue", Data: data})
		if len(read.found) > 0 && (len(read.policies) > 0 || read.sources != nil) {
			t.Fatalf("policies in spite of %v", read.found)
		}
		for _, p := range read.policies {
			if data := p.reads.project(p.shape, document); !p.tooLarge(data) && data != nil {
				p.judge(data)
			}
		}
	})
}

// TestPolicyEnvironment: a policy means the same whatever variables are set.
func TestPolicyEnvironment(t *testing.T) {
	t.Setenv("CUE_REGISTRY", "registry.invalid")
	f := readPolicyFile(profile.File{Name: "p.cue", Data: []byte("import \"registry.invalid/x\"\npolicies: {}\n")})
	if len(f.found) != 1 || f.found[0].Code != "validate.policy-limit" {
		t.Errorf("found %v, want the import refused", f.found)
	}
}

// TestPolicyWork: what is not refused takes little work, with as much data as is
// allowed, and what would take long is refused.
func TestPolicyWork(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const head = `message: "m", owner: "o", on: "Profile", reads: ["/spec/layers/*/name", "/spec/layers/*/kind"], require: `
	for name, text := range map[string]string{
		"plain":        `policies: p: {` + head + `spec: layers: [...{name: =~"^l", kind: "AddOn" | "OS"}]}`,
		"comprehended": `policies: p: {` + head + `spec: {layers: _, for l in layers {_ok: true}}}`,
		"nested":       `policies: p: {` + head + `spec: {layers: _, for a in layers for b in layers if a.name == b.name {_ok: true}}}`,
		"alternatives": `policies: p: {` + head + `spec: layers: [...({name: "a"} | {name: string}) & ({kind: "a"} | {kind: string}) & ({name: "b"} | {name: =~"l"}) & ({kind: "c"} | {kind: =~"A"}) & ({name: "d"} | {name: !="x"})]}`,
		"unique":       `import "list"` + "\n" + `policies: p: {` + head + `spec: layers: list.UniqueItems()}`,
	} {
		f := readPolicyFile(profile.File{Name: "p.cue", Data: []byte(text)})
		if len(f.policies) != 1 {
			t.Fatalf("%s: %v", name, f.found)
		}
		p := f.policies[0]
		largest := 0
		for _, n := range []int{10, 100, 300, 1000, 3000, 10_000} {
			items := make([]*value.Node, n)
			for i := range items {
				items[i] = value.NewMap(nil, value.Place{}).Set(value.NewString(fmt.Sprint("l", i), value.Place{}), "name").Set(value.NewString("AddOn", value.Place{}), "kind")
			}
			data := value.NewMap(nil, value.Place{}).Set(value.NewList(items, value.Place{}), "spec", "layers")
			if p.tooLarge(data) {
				continue
			}
			largest = n
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if refused := p.judge(data); len(refused) > 0 {
				t.Errorf("%s of %d: refused at %v", name, n, refused[0].path)
			}
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 400 {
				t.Errorf("%s of %d allocates %d MiB", name, n, used)
			} else {
				t.Logf("%s of %d allocates %d MiB", name, n, used)
			}
		}
		if largest < 300 {
			t.Errorf("%s: %d layers are too many", name, largest)
		}
	}
}

// TestPolicyLoops: how deep comprehensions, and functions that look at every
// item, stand in each other counts through references as it does without.
func TestPolicyLoops(t *testing.T) {
	for name, c := range map[string]struct {
		require string
		want    int // 0: refused
	}{
		"one":          {`workers: _, _a: [for x in workers {k: x.name}]`, 1},
		"side by side": {`workers: _, _a: [for x in workers {_b}], _c: [for x in workers {_b}], _b: {k: 1}`, 1},
		"two":          {`workers: _, _a: [for x in workers {_b & {k: x.name}}], _b: {k: _, l: [for x in workers {k}]}`, 2},
		"three":        {`workers: _, _a: [for x in workers {_b & {k: x.name}}], _b: {k: _, l: [for x in workers {_c & {k: x.name}}]}, _c: {k: _, l: [for x in workers {k}]}`, 0},
		"in an if":     {`workers: _, _a: [for x in workers if len(_b) > 1 for y in workers {k: x.name}], _b: [for x in workers for y in workers {x}]`, 0},
		"a function":   {`workers: _, _a: [for x in workers {_b & {k: x.name}}], _b: {k: _, ok: list.Contains(workers, k)}`, 2},
		"pairs":        {`workers: _, _a: [for x in workers {_b & {k: x.name}}], _b: {k: _, ok: #U}, #U: list.UniqueItems()`, 3},
	} {
		text := "import \"list\"\npolicies: p: {message: \"m\", owner: \"o\", on: \"Cluster\", reads: [\"/spec/pools/workers/*/name\"], require: spec: pools: {" + c.require + "}}\n"
		f := readPolicyFile(profile.File{Name: "p.cue", Data: []byte(text)})
		got := 0
		for _, p := range f.policies {
			got = p.work.loops
		}
		if got != c.want || got == 0 && (len(f.found) != 1 || f.found[0].Code != "validate.policy-limit") {
			t.Errorf("%s: %d loops, want %d; %v", name, got, c.want, f.found)
		}
	}
}

// TestPolicyChains: a chain of one operator is one level, of as many parts as
// are cheap.
func TestPolicyChains(t *testing.T) {
	chain := func(n int, part, operator string) string {
		return strings.Repeat(part+operator, n-1) + part
	}
	for name, c := range map[string]struct{ require, want string }{
		"alternatives":               {`hub: ` + chain(256, `"r"`, "|"), ""},
		"too many alternatives":      {`hub: ` + chain(257, `"r"`, "|"), "a value has more than 256 alternatives"},
		"ways":                       {`hub: ` + chain(65, `{}`, "|"), "with this the alternatives of the file have more than 64 combinations"},
		"ways of ways":               {`hub: ` + chain(7, `("a"|{})`, "&"), "with this the alternatives of the file have more than 64 combinations"},
		"all":                        {`hub: ` + chain(256, `!="r"`, "&"), ""},
		"too many of all":            {`hub: ` + chain(257, `!="r"`, "&"), "more than 256 parts are joined by &"},
		"conditions":                 {`hub: string, if ` + chain(200, `hub == "a"`, "||") + ` || ` + chain(56, `hub == "a"`, "&&") + ` {timeZone: "UTC"}`, ""},
		"too many conditions":        {`hub: string, if ` + chain(257, `hub == "a"`, "||") + ` {timeZone: "UTC"}`, "more than 256 parts are joined by ||"},
		"additions":                  {`hub: ` + chain(9, `"a"`, "+"), ""},
		"too many additions":         {`hub: ` + chain(10, `"a"`, "+"), "the file adds more than 8 times"},
		"a level each":               {`hub: ` + strings.Repeat("(", 40) + `"a"` + strings.Repeat(`|"b")`, 40), "this is nested more than 40 deep"},
		"a level each, of two kinds": {`hub: ` + strings.Repeat(`"a" | ("b" & (`, 20) + `"c"` + strings.Repeat("))", 20), "this is nested more than 40 deep"},
	} {
		text := `policies: p: {message: "m", owner: "o", on: "Cluster", reads: ["/spec/hub", "/spec/timeZone"], require: spec: {` + c.require + "}}\n"
		got := ""
		if found := readPolicyFile(profile.File{Name: "p.cue", Data: []byte(text)}).found; len(found) > 0 {
			got = found[0].Summary
		}
		if got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}

// TestPolicyOverLimit: what a policy is not evaluated over is said, and stands
// at the policy.
func TestPolicyOverLimit(t *testing.T) {
	pools := strings.Repeat("{name: a}, ", 1000)
	ws, _ := profile.Load(fstest.MapFS{
		"policies/p.cue": {Data: []byte(`policies: p: {message: "m", owner: "o", on: "Cluster", reads: ["/spec/pools/workers/*/name"], require: spec: pools: {workers: _, for a in workers for b in workers {_ok: true}}}`)},
		"fleet/a.yaml":   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: a}\nspec: {profiles: [base], pools: {workers: [" + pools + "]}}\n")},
	}, profile.Layout{})
	var found diag.Diagnostics
	for _, d := range Workspace(ws, Options{}) {
		if d.Code == "validate.policy-limit" {
			found = append(found, d)
		}
	}
	if len(found) != 1 || found[0].Range.File != "policies/p.cue" || found[0].Related[0].Range.File != "fleet/a.yaml" {
		t.Errorf("found %v", found)
	}
}

// TestStackFields: every field of a stack that policies may read is there.
func TestStackFields(t *testing.T) {
	ws := manyClusters(t, 1)
	var documents []profile.Document
	for d := range ws.Documents() {
		documents = append(documents, d)
	}
	org := newOrganisation(ws, documents, time.Time{})
	for name := range stackShape().fields {
		org.stackFields[name] = true
	}
	for key := range ws.Clusters() {
		stack, _ := ws.Resolve(key)
		got := org.stackTree(stack)
		for name := range stackShape().fields {
			if name != "timeZone" && got.Get(name) == nil {
				t.Errorf("the stack has no %s", name)
			}
		}
	}
}

// BenchmarkFleetPolicies judges 10,000 clusters, of which 4,000 break one of two
// policies.
func BenchmarkFleetPolicies(b *testing.B) {
	ws := manyClusters(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		Workspace(ws, Options{})
	}
	b.ReportMetric(float64(10_000*b.N)/b.Elapsed().Seconds(), "clusters/s")
}
