package dump

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// Apply applies the objects of all files server-side: Namespaces and
// CustomResourceDefinitions first, then the others in their order. Namespaced
// objects without a namespace go to "default"; namespaces that nobody declares
// are created. The objects become what the server answered.
func Apply(ctx context.Context, c client.Client, owner client.FieldOwner, all []File) error {
	ordered := order(all)
	for _, object := range ordered {
		if rank(object) == last {
			if err := place(ctx, c, object); err != nil {
				return err
			}
		}
		if err := objects.Apply(ctx, c, owner, object); err != nil {
			return err
		}
	}
	return nil
}

// Refresh reads all objects again, with managedFields. Objects that are gone are
// left out.
func Refresh(ctx context.Context, c client.Reader, all []File) error {
	for i := range all {
		kept := all[i].Objects[:0]
		for _, object := range all[i].Objects {
			err := c.Get(ctx, client.ObjectKeyFromObject(object), object)
			if apierrors.IsNotFound(err) {
				continue
			}
			if err != nil {
				return fmt.Errorf("reading %s: %w", objects.Describe(object), err)
			}
			kept = append(kept, object)
		}
		all[i].Objects = kept
	}
	return nil
}

const (
	first = iota
	second
	last
)

func rank(object *objects.Object) int {
	switch object.GetKind() {
	case "Namespace":
		return first
	case "CustomResourceDefinition":
		return second
	default:
		return last
	}
}

func order(all []File) []*objects.Object {
	var ordered []*objects.Object
	for _, file := range all {
		ordered = append(ordered, file.Objects...)
	}
	slices.SortStableFunc(ordered, func(a, b *objects.Object) int { return rank(a) - rank(b) })
	return ordered
}

// place sees to the object's namespace.
func place(ctx context.Context, c client.Client, object *objects.Object) error {
	namespaced, err := c.IsObjectNamespaced(object)
	if err != nil {
		return fmt.Errorf("applying %s: %w", objects.Describe(object), err)
	}
	if !namespaced {
		return nil
	}
	if object.GetNamespace() == "" {
		object.SetNamespace("default")
	}
	namespace := objects.New(schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}, "", object.GetNamespace())
	if err := c.Create(ctx, namespace); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating namespace %s: %w", object.GetNamespace(), err)
	}
	return nil
}
