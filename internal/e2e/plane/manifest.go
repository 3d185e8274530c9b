package plane

import (
	"encoding/base64"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// manifests are the parts of a provider's deployment that concern an API server
// whose managers run outside of it.
type manifests struct {
	definitions []*objects.Object // CustomResourceDefinitions
	webhooks    []*objects.Object // webhook configurations
}

// rewire keeps definitions and webhook configurations, and turns their
// references to a Service into the URL of a webhook server on this machine.
func rewire(all []*objects.Object, port int, authority []byte) (manifests, error) {
	var kept manifests
	for _, object := range all {
		switch object.GetKind() {
		case "CustomResourceDefinition":
			config, found, err := unstructured.NestedMap(object.Object, "spec", "conversion", "webhook", "clientConfig")
			if err != nil {
				return kept, fmt.Errorf("rewiring %s: %w", object.GetName(), err)
			}
			if found {
				toURL(config, port, authority)
				if err := unstructured.SetNestedMap(object.Object, config, "spec", "conversion", "webhook", "clientConfig"); err != nil {
					return kept, err
				}
			}
			kept.definitions = append(kept.definitions, object)
		case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
			hooks, _, err := unstructured.NestedSlice(object.Object, "webhooks")
			if err != nil {
				return kept, fmt.Errorf("rewiring %s: %w", object.GetName(), err)
			}
			for _, hook := range hooks {
				config, _ := hook.(map[string]any)["clientConfig"].(map[string]any)
				toURL(config, port, authority)
			}
			if err := unstructured.SetNestedSlice(object.Object, hooks, "webhooks"); err != nil {
				return kept, err
			}
			kept.webhooks = append(kept.webhooks, object)
		}
	}
	return kept, nil
}

func toURL(config map[string]any, port int, authority []byte) {
	path, _, _ := unstructured.NestedString(config, "service", "path")
	delete(config, "service")
	config["url"] = "https://" + loopback(port) + path
	config["caBundle"] = base64.StdEncoding.EncodeToString(authority)
}
