package plane_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

// Whichever port of etcd or kube-apiserver turns out to be taken, the plane comes
// up on others. Who has the port may even answer as if all were well.
func TestRealServersFindTheirPortsTaken(t *testing.T) {
	t.Parallel()
	if os.Getenv(e2etest.Variable) == "" {
		t.Skip(e2etest.NotSet)
	}
	start := plane.StartAPIServer
	startsBeside(t, start, 3, "etcd", 0)
	startsBeside(t, start, 3, "etcd", 1)
	startsBeside(t, start, 3, "kube-apiserver", 2)
}

// So it does for those of Cluster API's managers: each has one for webhooks and
// one for its health, two of which stand for all.
func TestRealManagersFindTheirPortsTaken(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	startsBeside(t, plane.Start, 8, "core", 0)
	startsBeside(t, plane.Start, 8, "inmemory", 7)
}

// startsBeside starts a plane whose first choice of n ports holds one that is
// taken, which concerns the named server.
func startsBeside(t *testing.T, start func(context.Context, plane.Options) (*plane.Plane, error), n int, name string, which int) {
	t.Helper()
	taken, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	healthy := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	defer healthy.Close()
	go func() { _ = healthy.Serve(taken) }() // until Close

	chosen := 0
	choose := func(of int) ([]int, error) {
		ports, err := plane.FreePorts(of)
		if of == n && err == nil {
			if chosen++; chosen == 1 {
				ports[which] = taken.Addr().(*net.TCPAddr).Port
			}
		}
		return ports, err
	}
	var told []string
	p, err := start(t.Context(), plane.Options{Progress: func(s string) { told = append(told, s) }}.Choosing(choose))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	again := name + " found its port taken; trying again"
	for _, s := range told {
		if s == again {
			return
		}
	}
	t.Errorf("port %d: -want +told:\n%s", which, cmp.Diff([]string{again}, told))
}
