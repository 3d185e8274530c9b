package proof_test

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/render"
)

// What was applied to the hub is in sync right away, and still when Cluster API
// has made a cluster of it; applying it again then changes nothing.
func TestNoFalseDriftOnTheHub(t *testing.T) {
	t.Parallel()
	s := hub(t)
	f := exampleIn(t, s.Namespace(t))
	key := f.key(t, "store-0002")
	b := f.at(t, key, infrastructures[1])
	declared := b.Objects(render.Hub)
	s.applyAll(t, shared(b))
	s.inSync(t, "class set right after apply", shared(b))
	s.variablesReady(t, shared(b))
	s.applyAll(t, own(b))
	s.inSync(t, "right after apply", declared)
	s.settle(t, client.ObjectKey{Namespace: key.Namespace, Name: key.Name})
	s.inSync(t, "settled", declared)
	s.unchangedByApply(t, declared)
}

// What was applied to a cluster is in sync, at every version of the profiles on
// top of the one before; applying it again changes nothing.
func TestNoFalseDriftOnTheWorkload(t *testing.T) {
	s := workload(t)
	f := exampleIn(t, "fleet")
	for _, version := range infrastructures {
		declared := f.at(t, f.key(t, "store-0002"), version).Objects(render.Workload)
		s.applyAll(t, declared)
		s.inSync(t, version.String(), declared)
		s.unchangedByApply(t, declared)
	}
}
