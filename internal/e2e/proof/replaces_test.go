package proof_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/render"
)

// What Cluster API's own functions say of the Machines that a change replaces is
// what was observed on the real thing, for every row of testdata/observed.txt;
// they disagree about none.
func TestOraclesReplaces(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	observed, replaced := readTable(t), 0
	for _, c := range changes {
		have, want := c.pair(t, client.ObjectKey{Namespace: "probes", Name: "probe"})
		r, err := o.Replaces(t.Context(), unstructuredOf(have), unstructuredOf(want))
		if err != nil || r.Refused != "" {
			t.Errorf("%s: %v%s", c.name, err, r.Refused)
			continue
		}
		says := rolled(r)
		if diff := cmp.Diff(replacedIn(observed[c.name]), says); diff != "" {
			t.Errorf("%s: -observed +oracle:\n%s%v", c.name, diff, r)
		}
		if len(says) > 0 {
			replaced++
		}
	}
	if kept := len(changes) - replaced; replaced < 10 || kept < 10 {
		t.Errorf("%d changes replace something and %d do not, want ten of both", replaced, kept)
	}
}

// A change that nothing can be generated from is refused, with Cluster API's
// words; objects that are missing are an error of the question.
func TestOraclesReplacesRefuses(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	have, want := changes[0].pair(t, client.ObjectKey{Namespace: "probes", Name: "probe"})
	broken := unstructuredOf(want)
	for _, u := range broken {
		if u.GetKind() == "Cluster" {
			pools := u.Object["spec"].(map[string]any)["topology"].(map[string]any)["workers"].(map[string]any)["machineDeployments"].([]any)
			pools[0].(map[string]any)["class"] = "elsewhere"
		}
	}
	r, err := o.Replaces(t.Context(), unstructuredOf(have), broken)
	if err != nil || !strings.Contains(r.Refused, "class elsewhere not found") {
		t.Errorf("got %q, %v, want that the class is not found", r.Refused, err)
	}
	r, err = o.Replaces(t.Context(), unstructuredOf(have)[:1], unstructuredOf(want))
	if err == nil || !strings.Contains(err.Error(), "there is no Cluster") {
		t.Errorf("got %v, %v, want an error that there is no Cluster", r, err)
	}
}

// unstructuredOf gives what a bundle has on its hub, to be asked about.
func unstructuredOf(b render.Bundle) []*objects.Object {
	var out []*objects.Object
	for _, o := range b.Objects(render.Hub) {
		out = append(out, o.Unstructured())
	}
	return out
}

// rolled are the pools whose Machines are replaced, sorted.
func rolled(r oracle.Replacements) []string {
	all := maps.Clone(r.Pools)
	all[controlPlane] = r.ControlPlane
	maps.DeleteFunc(all, func(_ string, reasons []string) bool { return len(reasons) == 0 })
	return slices.Sorted(maps.Keys(all))
}

// replacedIn are the pools of a row of the table whose Machines were replaced.
func replacedIn(fates string) []string {
	var out []string
	for pool := range strings.SplitSeq(fates, ", ") {
		if name, fate, ok := strings.Cut(pool, ": "); ok && strings.Contains(fate, "replaced") {
			out = append(out, name)
		} else if !ok {
			panic(fmt.Sprintf("%q is no pool with its fate", pool))
		}
	}
	slices.Sort(out)
	return out
}
