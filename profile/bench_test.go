package profile_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

// warm resolves a cluster of the example once, so that what clusters share is
// there.
func warm(t testing.TB) (*profile.Workspace, profile.Key) {
	t.Helper()
	w := example(t)
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-0001"}
	if stack, diags := w.Resolve(key); stack == nil {
		t.Fatal(diags)
	}
	return w, key
}

// TestResolveAllocates holds what resolving one more cluster costs. Measured on
// amd64 with Go 1.26: 41.7 KB in 284 allocations; half as much again is allowed.
func TestResolveAllocates(t *testing.T) {
	const maxBytes, maxAllocs, runs = 62_500, 426, 50
	w, key := warm(t)
	allocs := testing.AllocsPerRun(runs, func() { w.Resolve(key) })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		w.Resolve(key)
	}
	runtime.ReadMemStats(&after)
	bytes := (after.TotalAlloc - before.TotalAlloc) / runs
	t.Logf("%d bytes in %.0f allocations", bytes, allocs)
	if bytes > maxBytes || allocs > maxAllocs {
		t.Errorf("resolving takes %d bytes in %.0f allocations, more than %d and %d", bytes, allocs, maxBytes, maxAllocs)
	}
}

func BenchmarkLoadExample(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		w, diags := profile.Load(os.DirFS(exampleDir), profile.Layout{})
		if diags.HasErrors() {
			b.Fatal(diags)
		}
		b.ReportMetric(float64(w.Len()), "clusters")
	}
}

// BenchmarkResolveWarm resolves the clusters of the example one after the
// other, with their digests.
func BenchmarkResolveWarm(b *testing.B) {
	w, _ := warm(b)
	var keys []profile.Key
	for key := range w.Clusters() {
		keys = append(keys, key)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		stack, diags := w.Resolve(keys[i%len(keys)])
		if stack == nil {
			b.Fatal(diags)
		}
		stack.Digest()
		i++
	}
}
