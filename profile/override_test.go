package profile_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
)

// recomposed is a workspace with an overlay that sets and patches what the stack
// does not have, and clusters whose overrides need a composition of their own.
func recomposed(t testing.TB, clusters int) *profile.Workspace {
	files := fstest.MapFS{"library/overlays/wide/1.0.0/overlay.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: wide}
spec: {version: 1.0.0, owner: o, order: 10, selector: {}, variables: {nobodys: 1}, layers: [{layer: gone}, {layer: lost}, {layer: away}]}
`)}}
	for i := range clusters {
		files[fmt.Sprintf("fleet/c%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c%d}\nspec: {profiles: [base], overrides: [{layer: os, capi: {nodes: {config: {version: \"%d\"}}}, reason: r, owner: o}]}\n", i, i)}
	}
	return load(t, overBase(t, files))
}

// TestRecomposedClustersShareNothing: clusters that change what layers give
// together can be resolved at once, and what their overlays say of what is not
// there is the same however often.
func TestRecomposedClustersShareNothing(t *testing.T) {
	w := recomposed(t, 4)
	want := idleCodes(t, w, one)
	if len(want) != 4 {
		t.Fatalf("idle are %v", want)
	}
	var all sync.WaitGroup
	for key := range w.Clusters() {
		for range 4 {
			all.Go(func() {
				if diff := cmp.Diff(want, idleCodes(t, w, key)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			})
		}
	}
	all.Wait()
}

func idleCodes(t *testing.T, w *profile.Workspace, key profile.Key) []string {
	stack, found := w.Resolve(key)
	if stack == nil {
		t.Error(found)
		return nil
	}
	var out []string
	for _, o := range stack.OverlayFindings() {
		for _, d := range o.Findings {
			out = append(out, d.Code)
		}
	}
	return out
}
