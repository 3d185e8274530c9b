package render_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

// someKeys are clusters of the example: of each region, with overrides and held.
func someKeys(ws *profile.Workspace) []profile.Key {
	var keys []profile.Key
	i := 0
	for key := range ws.Clusters() {
		if i%7 == 0 || i == 24 || i == 49 || i == 74 {
			keys = append(keys, key)
		}
		i++
	}
	return keys
}

// streams renders clusters in an order and gives their YAML by name.
func streams(tb testing.TB, ws *profile.Workspace, renderer *render.Renderer, keys []profile.Key) map[string]string {
	tb.Helper()
	out := map[string]string{}
	for _, key := range keys {
		out[key.String()] = streamOf(tb, renderOne(tb, ws, renderer, key))
	}
	return out
}

// scattered are the files of the example with the documents of hubs and clusters
// in other files, in another order.
func scattered(tb testing.TB, random *rand.Rand) fstest.MapFS {
	tb.Helper()
	files := fstest.MapFS{}
	if err := fstestCopy(files, os.DirFS(exampleDir)); err != nil {
		tb.Fatal(err)
	}
	var documents []string
	for name, file := range files {
		if strings.HasPrefix(name, "fleet/") || strings.HasPrefix(name, "hubs/") {
			documents = append(documents, strings.Split(string(file.Data), "\n---\n")...)
			delete(files, name)
		}
	}
	slices.Sort(documents)
	random.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
	for n := 0; len(documents) > 0; n++ {
		take := 1 + random.IntN(len(documents))
		dir := []string{"hubs", "fleet", "fleet/deep/er"}[random.IntN(3)]
		files[fmt.Sprintf("%s/%d-%d.yaml", dir, random.IntN(1000), n)] = &fstest.MapFile{Data: []byte(strings.Join(documents[:take], "\n---\n"))}
		documents = documents[take:]
	}
	return files
}

// TestRenderingIsStable: neither the files that documents lie in, nor the order
// of rendering, nor what a renderer rendered before changes a byte.
func TestRenderingIsStable(t *testing.T) {
	ws := loadExample(t)
	keys := someKeys(ws)
	want := streams(t, ws, newRenderer(), keys)
	warm := newRenderer()
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 0))
		other, diags := profile.Load(scattered(t, random), profile.Layout{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		order := slices.Clone(keys)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		renderer := []*render.Renderer{warm, newRenderer()}[seed%2]
		if diff := cmp.Diff(want, streams(t, other, renderer, order)); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// TestRenderingConcurrently: one renderer serves many goroutines, which find the
// same bytes, digests and origins.
func TestRenderingConcurrently(t *testing.T) {
	ws := loadExample(t)
	keys := someKeys(ws)
	want := streams(t, ws, newRenderer(), keys)
	renderer := newRenderer()
	results := make([]map[string]string, 8)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() { results[i] = streams(t, ws, renderer, keys) })
	}
	wait.Wait()
	for _, got := range results {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// TestCacheIsShared: renderers with one cache give one set, whose objects are
// made once.
func TestCacheIsShared(t *testing.T) {
	ws := loadExample(t)
	cache := &render.Cache{}
	var trees []any
	for range 2 {
		renderer := render.New(render.Options{Cache: cache}, capi.Engine{}, manifests.Engine{})
		for _, key := range someKeys(ws)[:2] {
			trees = append(trees, renderOne(t, ws, renderer, key).Shared()[0].Items[0].Tree())
		}
	}
	for _, tree := range trees[1:] {
		if tree != trees[0] {
			t.Error("clusters of one content do not share their set")
		}
	}
}

// TestCacheKeepsContentApart: two workspaces, for instance before and after a
// change, may hold one profile version with different content; a renderer that
// serves both gives each its own.
func TestCacheKeepsContentApart(t *testing.T) {
	renderer := newRenderer()
	for _, text := range []string{"app: one", "app: two", "app: one"} {
		files := groundWith(t, txtar.Parse([]byte(strings.Replace(twoHubs, "namespace: app}}", "namespace: app}, data: {"+text+"}}", 1))).Files)
		ws, diags := profile.Load(files, profile.Layout{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		b := renderOne(t, ws, renderer, profile.Key{Hub: "hub", Namespace: "fleet", Name: "a"})
		if got := streamOf(t, b); !strings.Contains(got, text) {
			t.Errorf("%q is not in\n%s", text, got)
		}
	}
}

// TestCachingNeverChangesAFinding: two versions of a profile make the same
// mistake; each cluster is told about its own.
func TestCachingNeverChangesAFinding(t *testing.T) {
	archive := txtar.Parse([]byte(emptyHanded))
	archive.Files = append(archive.Files, txtar.File{Name: "library/base/1.1.0/profile.yaml",
		Data: []byte(strings.Replace(string(archive.Files[0].Data), "version: 1.0.0", "version: 1.1.0", 1))})
	ws, diags := profile.Load(groundWith(t, archive.Files), profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	renderer := newRenderer()
	for _, version := range []string{"1.0.0", "1.1.0"} {
		stack, _ := ws.ResolveAt(profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"}, profile.Ref{Name: "base", Version: version})
		_, err := renderer.Bundle(context.Background(), stack)
		var input *render.InputError
		if !errors.As(err, &input) {
			t.Fatalf("%s: %v, want an InputError", version, err)
		}
		if file := input.Diagnostics[0].Range.File; !strings.Contains(file, version) {
			t.Errorf("the finding about %s is placed in %s", version, file)
		}
	}
}

// TestFindingsNameTheirHub: two hubs refuse the same class set; each cluster is
// told about its own hub.
func TestFindingsNameTheirHub(t *testing.T) {
	files := groundWith(t, nil)
	base := files["library/base/1.0.0/profile.yaml"]
	base.Data = []byte(strings.Replace(string(base.Data), "{general: {}}", "{general: {class: {taints: [{key: a, effect: NoSchedule}]}}}", 1))
	for _, hub := range []string{"one", "two"} {
		files["hubs/"+hub+".yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: " + hub + "}\nspec: {clusterAPI: {version: 1.14.2}}\n")}
		files["fleet/"+hub+".yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: " + hub + ", namespace: fleet}\nspec: {hub: " + hub + ", profiles: [base]}\n")}
	}
	delete(files, "fleet/c.yaml")
	ws, diags := profile.Load(files, profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	renderer := newRenderer()
	for _, hub := range []string{"one", "two"} {
		stack, _ := ws.Resolve(profile.Key{Hub: hub, Namespace: "fleet", Name: hub})
		_, err := renderer.Bundle(context.Background(), stack)
		var input *render.InputError
		if !errors.As(err, &input) || !strings.Contains(input.Diagnostics[0].Summary, "hub "+hub+" ") {
			t.Errorf("for a cluster of hub %s: %v", hub, err)
		}
	}
}

// emptyHanded is a profile without a capi slot.
const emptyHanded = `
-- library/base/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: network, kind: Network, component: {none: simulated}}
  - {name: storage, kind: Storage, component: {none: simulated}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
`

// TestDigest: the digest of a bundle changes with its objects, and with nothing
// else.
func TestDigest(t *testing.T) {
	variants := []string{"", "description: said otherwise", "owner: other", "app: two", "app: one", "label"}
	bundle := func(variant string) render.Bundle {
		profileText, content, cluster := "owner: team", "app: one", ""
		switch {
		case strings.HasPrefix(variant, "app"):
			content = variant
		case variant == "label":
			cluster = ", labels: {a: b}"
		case variant != "":
			profileText = "owner: team, " + variant
		}
		if variant == "owner: other" {
			profileText = variant
		}
		return bundlesOf(t, fmt.Sprintf(`
-- library/case/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: case}
spec: {version: 1.0.0, kind: AddOn, %s, layers: [{name: app, kind: AddOn, component: {none: example}, content: {manifests: [app.yaml]}}]}
-- library/case/1.0.0/app.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {%s}}
-- fleet/c.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c, namespace: fleet%s}
spec: {profiles: [base, case]}
`, profileText, content, cluster))["c"]
	}
	for _, x := range variants {
		for _, y := range variants {
			a, b := bundle(x), bundle(y)
			if same := streamOf(t, a) == streamOf(t, b); same != (a.Digest() == b.Digest()) {
				t.Errorf("%q and %q: objects equal: %v, digests %s and %s", x, y, same, a.Digest(), b.Digest())
			}
		}
	}
	if a, b := bundle("app: one").Digest(), bundle("app: two").Digest(); a == b {
		t.Error("other data, same digest")
	}
}

// TestOrigins: of every leaf of every object of the example and of the corpora it
// is known who wrote it and where, or that it was generated.
func TestOrigins(t *testing.T) {
	check := func(b render.Bundle) {
		for item := range b.All() {
			for path := range item.Leaves() {
				checkOrigin(t, item.Object, path)
			}
		}
	}
	ws, renderer := loadExample(t), newRenderer()
	for _, key := range someKeys(ws) {
		check(renderOne(t, ws, renderer, key))
	}
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpora", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range outcomeOf(groundWith(t, archive.Files)).bundles {
			check(b)
		}
	}
}

func checkOrigin(t *testing.T, o render.Object, path diag.Path) {
	t.Helper()
	if found, ok := o.Find(path); !ok {
		t.Errorf("%s %s: the path of a leaf leads nowhere", o.Key(), path)
	} else if origin := o.Origin(path); origin.Kind == diag.Unknown || origin.Kind != diag.Generated && (origin.Range.File == "" || origin.Range.Start.Line == 0 || origin.Document == "") {
		t.Errorf("%s %s = %s: origin %+v", o.Key(), path, found, origin)
	}
}

// TestBundleIsImmutable: what a bundle hands out is the caller's.
func TestBundleIsImmutable(t *testing.T) {
	b := bundlesOf(t, twoHubs)["a"]
	before := streamOf(t, b)
	shared, own := b.Shared(), b.Own()
	shared[0] = render.Set{}
	own[0] = render.Item{}
	for item := range b.All() {
		u := item.Unstructured()
		u.SetName("changed")
		u.Object["spec"] = nil
	}
	if diff := cmp.Diff(before, streamOf(t, b)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestBundleItemsAreShared: the items of a set are the caller's too.
func TestBundleItemsAreShared(t *testing.T) {
	b := bundlesOf(t, twoHubs)["a"]
	before := streamOf(t, b)
	b.Shared()[0].Items[0] = b.Own()[0]
	if diff := cmp.Diff(before, streamOf(t, b)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestBundleOfCancelledContext(t *testing.T) {
	ws := loadExample(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	stack, _ := ws.Resolve(someKeys(ws)[0])
	if _, err := newRenderer().Bundle(ctx, stack); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}

// TestInputError reads as its findings do, one a line.
func TestInputError(t *testing.T) {
	err := &render.InputError{Diagnostics: diag.Diagnostics{
		diag.Errorf("b", diag.Range{File: "b.yaml"}, "second"), diag.Errorf("a", diag.Range{File: "a.yaml"}, "first"),
	}}
	if want := err.Diagnostics.Err().Error(); err.Error() != want || strings.Count(want, "\n") != 1 {
		t.Errorf("%q, want %q", err, want)
	}
}

type failing struct{}

var errEngine = errors.New("the registry does not answer")

func (failing) Render(context.Context, render.Request) (render.Part, error) {
	return render.Part{}, errEngine
}

func TestBundleOfFailingEngine(t *testing.T) {
	ws := loadExample(t)
	stack, _ := ws.Resolve(someKeys(ws)[0])
	_, err := render.New(render.Options{}, failing{}).Bundle(context.Background(), stack)
	var input *render.InputError
	if !errors.Is(err, errEngine) || errors.As(err, &input) {
		t.Errorf("%v, want the engine's error and no InputError", err)
	}
	if want := "rendering " + stack.Key().String() + ": "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v does not say what was being done", err)
	}
}
