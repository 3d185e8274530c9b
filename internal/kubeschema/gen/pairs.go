package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"sigs.k8s.io/yaml"
)

// writePairs reads manifests and writes each together with what the server
// would give back, for the tests of those who read the table.
func writePairs(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var pairs []map[string]any
	for _, document := range bytes.Split(data, []byte("\n---\n")) {
		asJSON, err := yaml.YAMLToJSON(document)
		if err != nil {
			return err
		}
		object, gvk, err := legacyscheme.Codecs.UniversalDeserializer().Decode(asJSON, nil, nil)
		if err != nil {
			return fmt.Errorf("reading a manifest of %s: %w", from, err)
		}
		back := persisted(object, *gvk)
		back.GetObjectKind().SetGroupVersionKind(*gvk)
		live, err := runtime.DefaultUnstructuredConverter.ToUnstructured(back)
		if err != nil {
			return err
		}
		pairs = append(pairs, map[string]any{"desired": json.RawMessage(asJSON), "live": live})
	}
	out, err := json.MarshalIndent(pairs, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(out, '\n'), 0o644)
}
