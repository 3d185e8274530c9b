package objects_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// ending is a server that does not answer before the context ends.
type ending struct {
	client.Reader
	end context.CancelCauseFunc
}

var errEnd = errors.New("enough")

func (e ending) Get(ctx context.Context, _ client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	e.end(errEnd)
	return ctx.Err()
}

// A wait that ends before anything was read says that.
func TestWaitReadsNothing(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancelCause(t.Context())
	object := objects.Parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}")[0]
	err := objects.Wait(ctx, ending{end: end}, object, time.Minute, func(*objects.Object) error { return nil })
	if want := "waiting for ConfigMap b/a: enough: it was never read; it is now:"; !errors.Is(err, errEnd) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
