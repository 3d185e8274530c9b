package render_test

import (
	"runtime"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

// retainedPerCluster bounds what rendering one more cluster keeps when only its
// digest is wanted: the digest, and what the caches hold on to.
const retainedPerCluster = 1 << 10

// TestMemory renders a thousand clusters and keeps their digests. What stays is
// what they share, not what each of them is.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("renders 1,000 clusters")
	}
	const clusters = 1000
	ws := load(t, exampleDir, map[string]string{"fleet/generated.yaml": fleet(clusters), "fleet.lock": ""})
	var keys []profile.Key
	for key := range ws.Clusters() {
		if key.Namespace == "generated" {
			keys = append(keys, key)
		}
	}
	renderer := newRenderer()
	digests := make(map[profile.Key]string, clusters)
	render := func(keys []profile.Key) uint64 {
		for _, key := range keys {
			b := renderOne(t, ws, renderer, key)
			_ = streamOf(t, b)
			digests[key] = b.Digest()
		}
		return heap()
	}
	warm := render(keys[:100])
	full := render(keys[100:])
	grown := int64(full) - int64(warm)
	per := grown / int64(clusters-100)
	t.Logf("%d bytes for each cluster, %d KiB in all", per, full>>10)
	if per > retainedPerCluster {
		t.Errorf("each cluster keeps %d bytes, more than %d", per, retainedPerCluster)
	}
	if len(digests) != clusters {
		t.Errorf("%d digests", len(digests))
	}
	runtime.KeepAlive(renderer)
	runtime.KeepAlive(ws)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// allocationsPerCluster bounds resolving and rendering one cluster whose profiles
// are known: half more than the 611 that were measured.
const allocationsPerCluster = 920

func TestAllocations(t *testing.T) {
	ws, renderer := loadExample(t), newRenderer()
	keys := someKeys(ws)
	for _, key := range keys {
		renderOne(t, ws, renderer, key)
	}
	i := 0
	got := testing.AllocsPerRun(200, func() {
		renderOne(t, ws, renderer, keys[i%len(keys)])
		i++
	})
	t.Logf("%.0f allocations", got)
	if got > allocationsPerCluster {
		t.Errorf("%.0f allocations, more than %d", got, allocationsPerCluster)
	}
}
