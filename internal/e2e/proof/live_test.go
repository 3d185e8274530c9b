package proof_test

import (
	"cmp"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/render"
)

// evidence is how much a dump tells.
type evidence struct {
	name    string
	managed bool // it tells who owns which fields
	strip   func(*unstructured.Unstructured)
}

// profiles are the ways in which everything is compared.
var profiles = []evidence{
	{"with managedFields", true, func(*unstructured.Unstructured) {}},
	{"without managedFields", false, func(u *unstructured.Unstructured) { u.SetManagedFields(nil) }},
}

// place is where objects of one kind are.
type place struct {
	schema.GroupVersionKind
	namespace string
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.GroupVersionKind.String(), o.GroupVersionKind.String()), cmp.Compare(p.namespace, o.namespace))
}

// dump reads all objects of the kinds and namespaces of what is declared.
func (s server) dump(t testing.TB, declared []render.Object) []*unstructured.Unstructured {
	t.Helper()
	var places []place
	for _, o := range declared {
		places = append(places, place{o.Unstructured().GroupVersionKind(), o.Key().Namespace})
	}
	slices.SortFunc(places, place.compare)
	var out []*unstructured.Unstructured
	for _, p := range slices.Compact(places) {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(p.GroupVersionKind)
		if err := s.client.List(t.Context(), list, client.InNamespace(p.namespace)); err != nil {
			t.Fatal(err)
		}
		for i := range list.Items {
			out = append(out, &list.Items[i])
		}
	}
	return out
}

// compare judges what is declared against a dump that covers it.
func compare(t testing.TB, declared []render.Object, dump []*unstructured.Unstructured, e evidence, known drift.Evidence) drift.Report {
	t.Helper()
	live := drift.Live{Coverage: drift.Coverage{Complete: true}}
	for _, u := range dump {
		u = u.DeepCopy()
		e.strip(u)
		o, err := render.FromUnstructured(u, "server")
		if err != nil {
			t.Fatal(err)
		}
		live.Objects = append(live.Objects, o)
	}
	return drift.Compare(declared, live, known)
}

// declaredOnly leaves out what nobody declares.
func declaredOnly(report drift.Report) []drift.Finding {
	return slices.DeleteFunc(slices.Clone(report.Objects), func(f drift.Finding) bool { return f.Detail == drift.Unmanaged })
}

// inSync fails the test for everything that is declared and not in sync.
func (s server) inSync(t testing.TB, when string, declared []render.Object) {
	t.Helper()
	dump := s.dump(t, declared)
	for _, e := range profiles {
		findings := declaredOnly(compare(t, declared, dump, e, drift.Evidence{}))
		if len(findings) != len(declared) {
			t.Errorf("%s, %s: %d findings about %d objects", when, e.name, len(findings), len(declared))
		}
		for _, f := range findings {
			if f.Verdict == drift.InSync {
				continue
			}
			t.Errorf("%s, %s: %s", when, e.name, f)
			for _, field := range f.Fields {
				if field.Verdict != drift.InSync {
					t.Errorf("  %s", field)
				}
			}
		}
	}
}
