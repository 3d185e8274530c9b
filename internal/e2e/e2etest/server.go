package e2etest

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

// Owner is the field manager of what tests apply.
const Owner = client.FieldOwner("e2etest")

// Server is a running control plane with a client for it.
type Server struct {
	Plane  *plane.Plane
	Client client.Client
}

func newServer(p *plane.Plane) (*Server, error) {
	c, err := client.New(p.Config(), client.Options{})
	return &Server{Plane: p, Client: c}, err
}

// Namespace creates a namespace for one test and gives its name. It is never
// removed: without kube-controller-manager a namespace cannot be.
func (s *Server) Namespace(t testing.TB) string {
	t.Helper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "test-"
	if err := s.Client.Create(t.Context(), namespace); err != nil {
		s.fatal(t, err)
	}
	return namespace.Name
}

// Apply applies objects server-side, with the namespace given to those that
// name none and are not known to be cluster-wide.
func (s *Server) Apply(t testing.TB, namespace string, all ...*objects.Object) {
	t.Helper()
	if err := objects.Apply(t.Context(), s.Client, Owner, s.in(namespace, all)...); err != nil {
		s.fatal(t, err)
	}
}

func (s *Server) in(namespace string, all []*objects.Object) []*objects.Object {
	for _, object := range all {
		namespaced, err := s.Client.IsObjectNamespaced(object)
		if object.GetNamespace() == "" && (err != nil || namespaced) {
			object.SetNamespace(namespace)
		}
	}
	return all
}

// Wait waits until check gives nil; the object becomes what was read last.
func (s *Server) Wait(t testing.TB, object *objects.Object, timeout time.Duration, check objects.Check) {
	t.Helper()
	ctx, cancel := s.alive(t.Context())
	defer cancel()
	if err := objects.Wait(ctx, s.Client, object, timeout, check); err != nil {
		s.fatal(t, err)
	}
}

// WaitCondition waits until the object has a condition of that type with that
// status.
func (s *Server) WaitCondition(t testing.TB, object *objects.Object, timeout time.Duration, kind, status string) {
	t.Helper()
	s.Wait(t, object, timeout, objects.Condition(kind, status))
}

// alive ends the context with the reason when a server dies.
func (s *Server) alive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for ctx.Err() == nil {
			if err := s.Plane.Err(); err != nil {
				cancel(err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// fatal ends the test; a dead server explains more than its symptom.
func (s *Server) fatal(t testing.TB, err error) {
	t.Helper()
	if dead := s.Plane.Err(); dead != nil {
		t.Logf("a server has died: %v", dead)
	}
	t.Fatal(err)
}
