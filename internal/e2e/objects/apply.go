package objects

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// definitionTimeout bounds how long a new kind may take to be served.
const definitionTimeout = 30 * time.Second

// Apply applies objects server-side, in the order given, taking over fields of
// other owners. The objects become what the server answered. After
// CustomResourceDefinitions it waits until their kinds are served.
func Apply(ctx context.Context, c client.Client, owner client.FieldOwner, all ...*Object) error {
	var definitions []*Object
	for _, object := range all {
		if object.GetKind() != "CustomResourceDefinition" {
			if err := established(ctx, c, definitions); err != nil {
				return err
			}
			definitions = nil
		}
		object.SetManagedFields(nil)
		if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), owner, client.ForceOwnership); err != nil {
			return fmt.Errorf("applying %s: %w", Describe(object), err)
		}
		if object.GetKind() == "CustomResourceDefinition" {
			definitions = append(definitions, object)
		}
	}
	return established(ctx, c, definitions)
}

func established(ctx context.Context, c client.Client, definitions []*Object) error {
	for _, object := range definitions {
		if err := WaitCondition(ctx, c, object, definitionTimeout, "Established", "True"); err != nil {
			return err
		}
	}
	return nil
}

// noMatch reports that a kind is not known yet; asking again may help.
func noMatch(err error) bool { return meta.IsNoMatchError(err) }
