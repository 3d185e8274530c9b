package objects

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Condition checks status.conditions for a type with a status. A condition that
// was computed for an older generation does not count.
func Condition(kind, status string) Check {
	return func(object *Object) error {
		conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
		if err != nil {
			return err
		}
		for _, c := range conditions {
			condition, ok := c.(map[string]any)
			if !ok || condition["type"] != kind {
				continue
			}
			if seen, ok := condition["observedGeneration"].(int64); ok && seen < object.GetGeneration() {
				return fmt.Errorf("condition %s is of generation %d, the object of %d", kind, seen, object.GetGeneration())
			}
			if condition["status"] == status {
				return nil
			}
			return fmt.Errorf("condition %s is %v (%v: %v), want %s", kind, condition["status"], condition["reason"], condition["message"], status)
		}
		return fmt.Errorf("condition %s is not set, want %s", kind, status)
	}
}
