package validate

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

const quickstart = "../examples/quickstart/workspace"

// TestEvaluations: what CUE costs grows with the forms of documents, not with
// clusters.
func TestEvaluations(t *testing.T) {
	ws, loaded := profile.Load(os.DirFS(quickstart), profile.Layout{})
	documents := slices.Collect(ws.Documents())
	j := newJudge(documents, loaded)
	j.all()
	if len(documents) < 100 || len(j.forms) > 25 {
		t.Errorf("%d documents take %d evaluations, want at most 25 for more than 100", len(documents), len(j.forms))
	}
}

// TestNothingStaysBehind: judging documents of ever new forms, names and field
// names, fine and refused, keeps no memory.
func TestNothingStaysBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 evaluations")
	}
	judge := func(from, to int) {
		for i := from; i < to; i++ {
			version := fmt.Sprintf("1.%d.0", i)
			if i%10 == 0 {
				version = fmt.Sprintf("v%d", i)
			}
			s, n := parsed(t, fmt.Sprintf(`{"apiVersion":"dayzero.dev/v1alpha1","kind":"Hub","metadata":{"name":"h-%[1]d","labels":{"l-%[1]d":"x"}},"spec":{"clusterAPI":{"version":%[2]q},"field-%[1]d":1}}`, i, version))
			if refused := len(s.judge(s.shape.project(n))); refused != 0 != (i%10 == 0) {
				t.Fatalf("document %d has %d refusals", i, refused)
			}
		}
	}
	judge(0, 1000)
	before := heap()
	judge(1000, 21_000)
	if grown := heap() - before; grown > 2<<20 {
		t.Errorf("20,000 documents left %d bytes behind", grown)
	} else {
		t.Logf("20,000 documents left %d bytes behind", grown)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
