package proof_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/render"
)

// Every class set of the example, at every version of its infrastructure
// profile, is applied for real; then every Cluster that points to one passes
// admission.
func TestAcceptedByTheHub(t *testing.T) {
	t.Parallel()
	s := hub(t)
	f := exampleIn(t, s.Namespace(t))
	var sets, clusters []render.Object
	for key := range f.Clusters() {
		for _, version := range infrastructures {
			b := f.at(t, key, version)
			sets, clusters = append(sets, shared(b)...), append(clusters, own(b)...)
		}
	}
	sets, clusters = distinct(sets), distinct(clusters)
	s.applyAll(t, sets)
	s.variablesReady(t, sets)
	s.unchangedByApply(t, sets)
	if notRun := accepted(t, s.dryRun(t.Context(), clusters)); notRun != nil {
		t.Errorf("not run: %q", notRun)
	}
	t.Logf("applied %d objects of class sets, passed %d Clusters through admission", len(sets), len(clusters))
}

// Every object that the example puts into its clusters passes a real API
// server; those of a sample are applied twice.
func TestAcceptedByTheWorkload(t *testing.T) {
	t.Parallel()
	s := workload(t)
	f := exampleIn(t, "fleet")
	var all []render.Object
	for key := range f.Clusters() {
		for _, version := range infrastructures {
			all = append(all, f.at(t, key, version).Objects(render.Workload)...)
		}
	}
	all = distinct(all)
	s.applyAll(t, slices.DeleteFunc(slices.Clone(all), func(o render.Object) bool { return o.Key().Kind != "Namespace" }))
	if notRun := accepted(t, s.dryRun(t.Context(), all)); notRun != nil {
		t.Logf("not run, for lack of their kinds: %q", notRun)
	}
	t.Logf("passed %d objects through admission", len(all))
}

// The judgement itself can fail: what a server refuses, warns of or does not
// know is told apart.
func TestAcceptedTellsRefusals(t *testing.T) {
	t.Parallel()
	s := hub(t)
	namespace := s.Namespace(t)
	b := exampleIn(t, namespace).at(t, exampleIn(t, namespace).key(t, "store-0001"), infrastructures[1])
	s.applyAll(t, shared(b))
	s.variablesReady(t, shared(b))
	cluster := string(own(b)[0].YAML())
	set := b.Shared()[0].Name
	got := s.dryRun(t.Context(), slices.Concat(
		parse(t, cluster),
		parse(t, strings.ReplaceAll(cluster, "v1.34.2", "v1.34")),
		parse(t, strings.ReplaceAll(cluster, set, "elsewhere")),
		parse(t, strings.Replace(cluster, "  topology:", "  unheard: of\n  topology:", 1)),
		parse(t, "{apiVersion: example.com/v1, kind: Unknown, metadata: {name: a, namespace: "+namespace+"}}"),
	))
	var answers []string
	for _, v := range got {
		switch {
		case v.missing:
			answers = append(answers, "not run")
		case v.err != nil:
			answers = append(answers, "refused")
		case len(v.warnings) > 0:
			answers = append(answers, "warned of")
		default:
			answers = append(answers, "accepted")
		}
	}
	if diff := cmp.Diff([]string{"accepted", "refused", "warned of", "refused", "not run"}, answers); diff != "" {
		t.Errorf("-want +got:\n%s\n%+v", diff, got)
	}
}

func parse(t testing.TB, text string) []render.Object {
	t.Helper()
	all, diags := render.Objects("inline", []byte(text))
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
