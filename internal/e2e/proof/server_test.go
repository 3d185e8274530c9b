package proof_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/render"
)

// owner is the field manager under which the library's objects are applied.
const owner = client.FieldOwner(drift.DefaultFieldManager)

// patience bounds waits for what takes seconds on a quiet machine.
const patience = 6 * time.Minute

// server is an API server whose warnings are collected.
type server struct {
	*e2etest.Server
	client   client.Client
	warnings *warnings
}

// warnings collects what an API server warns of.
type warnings struct {
	mutex sync.Mutex
	texts []string
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnings) HandleWarningHeader(_ int, _, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.texts = append(w.texts, text)
}

// take gives the warnings since the last call.
func (w *warnings) take() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	texts := w.texts
	w.texts = nil
	return texts
}

func hub(t testing.TB) server      { t.Helper(); return collecting(t, e2etest.Hub(t)) }
func workload(t testing.TB) server { t.Helper(); return collecting(t, e2etest.Workload(t)) }

// fresh is an API server for one test alone, which leaves it in disorder.
func fresh(t testing.TB) server { t.Helper(); return collecting(t, e2etest.Fresh(t)) }

func collecting(t testing.TB, of *e2etest.Server) server {
	t.Helper()
	config, collected := of.Plane.Config(), &warnings{}
	config.WarningHandler = collected
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: of.Client.Scheme(), Mapper: of.Client.RESTMapper()})
	if err != nil {
		t.Fatal(err)
	}
	return server{of, c, collected}
}

// apply sends one object and gives what the server answered.
func (s server) apply(ctx context.Context, object render.Object, options ...client.ApplyOption) (*objects.Object, error) {
	sent := object.Unstructured()
	options = append(options, owner, client.ForceOwnership)
	if err := s.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(sent), options...); err != nil {
		return nil, fmt.Errorf("applying %s: %w", object.Key(), err)
	}
	return sent, nil
}

// applyAll applies objects for real, without a warning. Namespaces that nobody
// declares are made.
func (s server) applyAll(t testing.TB, all []render.Object) {
	t.Helper()
	s.warnings.take()
	for _, object := range all {
		s.place(t, object.Key().Namespace)
		if _, err := s.apply(t.Context(), object); err != nil {
			t.Fatal(err)
		}
		if texts := s.warnings.take(); texts != nil {
			t.Errorf("applying %s: the server warns: %q", object.Key(), texts)
		}
	}
}

func (s server) place(t testing.TB, namespace string) {
	t.Helper()
	if namespace == "" {
		return
	}
	o := objects.Parse("{apiVersion: v1, kind: Namespace, metadata: {name: " + namespace + "}}")[0]
	if err := s.client.Create(t.Context(), o); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

// verdict is what a dry run said about an object: accepted when both are empty.
type verdict struct {
	key      render.Key
	missing  bool // the server does not have the kind
	err      error
	warnings []string
}

// dryRun sends objects through CRDs and admission without keeping them.
func (s server) dryRun(ctx context.Context, all []render.Object) []verdict {
	s.warnings.take()
	var out []verdict
	for _, object := range all {
		_, err := s.apply(ctx, object, client.DryRunAll)
		out = append(out, verdict{key: object.Key(), missing: meta.IsNoMatchError(err), err: err, warnings: s.warnings.take()})
	}
	return out
}

// accepted fails the test for each object that was not, and gives the kinds
// that were not judged.
func accepted(t testing.TB, all []verdict) (notRun []string) {
	t.Helper()
	for _, v := range all {
		switch {
		case v.missing:
			notRun = append(notRun, v.key.String())
		case v.err != nil:
			t.Errorf("%s is refused: %v", v.key, v.err)
		case len(v.warnings) > 0:
			t.Errorf("%s is warned of: %s", v.key, strings.Join(v.warnings, "; "))
		}
	}
	slices.Sort(notRun)
	return notRun
}

// unchangedByApply applies every object again: none gets a new resourceVersion.
// Controllers write too, so an object counts as changed when three tries in a
// row change it.
func (s server) unchangedByApply(t testing.TB, all []render.Object) {
	t.Helper()
	for _, object := range all {
		for try := 1; ; try++ {
			before := s.read(t, object)
			after, err := s.apply(t.Context(), object)
			if err != nil {
				t.Fatal(err)
			}
			if before != nil && before.GetResourceVersion() == after.GetResourceVersion() {
				break
			}
			if try == 3 {
				t.Errorf("applying %s again changed it", object.Key())
				break
			}
		}
	}
}

// read gives the live object, nil when there is none.
func (s server) read(t testing.TB, object render.Object) *objects.Object {
	t.Helper()
	u := object.Unstructured()
	live := objects.New(u.GroupVersionKind(), u.GetNamespace(), u.GetName())
	err := s.client.Get(t.Context(), client.ObjectKeyFromObject(live), live)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// variablesReady waits for the ClusterClasses among the objects.
func (s server) variablesReady(t testing.TB, all []render.Object) {
	t.Helper()
	for _, object := range all {
		if object.Key().Kind == "ClusterClass" {
			s.WaitCondition(t, object.Unstructured(), patience, "VariablesReady", "True")
		}
	}
}
