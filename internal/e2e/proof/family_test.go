package proof_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/render"
)

const (
	familySize = 220 // shapes drawn
	fewestSets = 200 // different class sets among them
)

// A generated family of stacks is accepted: class sets for real, Clusters by
// admission, and what is applied twice changes once. The family is the same in
// every run.
func TestAcceptedFamily(t *testing.T) {
	t.Parallel()
	s := hub(t)
	if sets := s.acceptedFamily(t, shapes(s.Namespace(t)), familySize); sets < fewestSets {
		t.Errorf("%d shapes have %d different class sets, want at least %d", familySize, sets, fewestSets)
	}
}

// acceptedFamily draws shapes, puts them before the server, and tells how many
// different class sets they have.
func (s server) acceptedFamily(t *testing.T, family *rapid.Generator[shape], size int) int {
	t.Helper()
	sets := map[string]bool{}
	var classes, clusters []render.Object
	for seed := range size {
		shape := family.Example(seed)
		f := load(t, fstest.MapFS(shape))
		b, err := f.render(t, slices.Collect(f.Clusters())[0])
		if err != nil {
			t.Fatalf("shape %d: %v\n%v", seed, err, shape)
		}
		for _, set := range b.Shared() {
			sets[set.Digest] = true
		}
		classes, clusters = append(classes, shared(b)...), append(clusters, own(b)...)
	}
	classes = distinct(classes)
	s.applyAll(t, classes)
	s.variablesReady(t, classes)
	if notRun := accepted(t, s.dryRun(t.Context(), clusters)); notRun != nil {
		t.Errorf("not run: %q", notRun)
	}
	s.unchangedByApply(t, classes)
	t.Logf("applied %d objects of %d class sets, passed %d Clusters through admission", len(classes), len(sets), len(clusters))
	return len(sets)
}
