package e2etest

import (
	"os"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// ClusterClass reads upstream's ClusterClass "in-memory" with its templates,
// with startup durations that suit tests.
func (s *Server) ClusterClass(t testing.TB) []*objects.Object {
	t.Helper()
	file, err := os.Open(s.Plane.ClusterClassFile())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := objects.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range all {
		if object.GetKind() == "DevMachineTemplate" {
			quicken(object)
		}
	}
	return all
}

// quicken lets the machines of a DevMachineTemplate start within a second.
func quicken(template *objects.Object) {
	for _, part := range []string{"vm", "node", "apiServer", "etcd"} {
		// The fixed path runs through maps only, so that setting cannot go wrong.
		_ = unstructured.SetNestedStringMap(template.Object, map[string]string{"startupDuration": "250ms", "startupJitter": "0.2"},
			"spec", "template", "spec", "backend", "inMemory", part, "provisioning")
	}
}
