package objects

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

const pollInterval = 250 * time.Millisecond

// Check says what an object still lacks; nil is enough.
type Check func(*Object) error

// Wait reads the object again and again until check gives nil. It waits for an
// object that does not exist yet. When the timeout passes, or the context ends,
// the error says what was lacking and shows the object as it was last read,
// without its managedFields.
func Wait(ctx context.Context, c client.Reader, object *Object, timeout time.Duration, check Check) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("waited %s", timeout))
	defer cancel()
	what := Describe(object)
	key := client.ObjectKeyFromObject(object)
	var seen *Object
	lacking := errors.New("it was never read")
	for {
		read := New(object.GroupVersionKind(), key.Namespace, key.Name)
		err := c.Get(ctx, key, read)
		switch {
		case err == nil:
			seen, lacking = read, check(read)
			if lacking == nil {
				*object = *read
				return nil
			}
		case ctx.Err() == nil:
			if !apierrors.IsNotFound(err) && !noMatch(err) && !transient(err) {
				return fmt.Errorf("waiting for %s: %w", what, err)
			}
			lacking = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w: %w; it is now:\n%s", what, context.Cause(ctx), lacking, show(seen))
		case <-time.After(pollInterval):
		}
	}
}

// WaitCondition waits until the object's status has a condition of that type
// with that status.
func WaitCondition(ctx context.Context, c client.Reader, object *Object, timeout time.Duration, kind, status string) error {
	return Wait(ctx, c, object, timeout, Condition(kind, status))
}

func transient(err error) bool {
	return apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded)
}

func show(object *Object) string {
	if object == nil {
		return "  (never seen)"
	}
	object = object.DeepCopy()
	object.SetManagedFields(nil)
	text, err := yaml.Marshal(object.Object)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
