package render_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

const exampleDir = "../examples/quickstart/workspace"

func loadExample(tb testing.TB) *profile.Workspace {
	tb.Helper()
	return load(tb, exampleDir, nil)
}

// load loads a workspace from a directory with more files put over it.
func load(tb testing.TB, dir string, more map[string]string) *profile.Workspace {
	tb.Helper()
	files := fstest.MapFS{}
	if err := fstestCopy(files, os.DirFS(dir)); err != nil {
		tb.Fatal(err)
	}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	ws, diags := profile.Load(files, profile.Layout{})
	if diags.HasErrors() {
		tb.Fatal(diags.Text(files))
	}
	return ws
}

func newRenderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

// BenchmarkRenderCluster resolves and renders one cluster of the example, its
// profiles known already.
func BenchmarkRenderCluster(b *testing.B) {
	ws, renderer := loadExample(b), newRenderer()
	var keys []profile.Key
	for key := range ws.Clusters() {
		keys = append(keys, key)
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		renderOne(b, ws, renderer, keys[i%len(keys)])
		i++
	}
}

func renderOne(tb testing.TB, ws *profile.Workspace, renderer *render.Renderer, key profile.Key) render.Bundle {
	tb.Helper()
	stack, diags := ws.Resolve(key)
	if diags.HasErrors() {
		tb.Fatal(diags)
	}
	bundle, err := renderer.Bundle(context.Background(), stack)
	if err != nil {
		tb.Fatal(err)
	}
	return bundle
}

// BenchmarkFleetRender loads nothing: it resolves and renders a fleet of 1,000
// clusters in which every fifth has an override, one after the other.
func BenchmarkFleetRender(b *testing.B) {
	const clusters = 1000
	ws := load(b, exampleDir, map[string]string{"fleet/generated.yaml": fleet(clusters), "fleet.lock": ""})
	b.ReportAllocs()
	rendered := 0
	for b.Loop() {
		renderer := newRenderer()
		for key := range ws.Clusters() {
			if key.Namespace == "generated" {
				renderOne(b, ws, renderer, key)
				rendered++
			}
		}
	}
	b.ReportMetric(float64(rendered)/b.Elapsed().Seconds(), "clusters/s")
}

// fleet writes the documents of n clusters.
func fleet(n int) string {
	var out bytes.Buffer
	for i := range n {
		fmt.Fprintf(&out, `---
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c-%05d, namespace: generated, labels: {region: local, ring: main, tier: city}}
spec:
  profiles: [mem-base, pod-security, observability]
  variables: {region: local, podCIDR: 10.%d.%d.0/24, remoteWrite: {name: rw-%d}}
  pools: {controlPlane: {replicas: 3}, workers: [{name: general, class: general, replicas: %d}]}
`, i, i/256, i%256, i%7, 1+i%5)
		if i%5 == 0 {
			fmt.Fprintf(&out, "  overrides: [{layer: metrics, values: {logLevel: debug}, reason: looking, owner: ops}]\n")
		}
	}
	return out.String()
}
