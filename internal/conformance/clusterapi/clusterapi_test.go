package clusterapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kjson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/conformance/clusterapi"
	"github.com/dayzero-sdk/dayzero/internal/conformance/crd"
	"github.com/dayzero-sdk/dayzero/internal/conformance/upstream"
)

// fixture is the ClusterClass with its templates that Cluster API ships for the
// in-memory provider, by "Kind/name".
func fixture(t *testing.T) map[string]*unstructured.Unstructured {
	t.Helper()
	templates, err := upstream.Folder("sigs.k8s.io/cluster-api/test", "infrastructure/docker/templates")
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(templates, "clusterclass-in-memory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]*unstructured.Unstructured{}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		data, err := yaml.YAMLToJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		u := &unstructured.Unstructured{}
		if err := kjson.Unmarshal(data, &u.Object); err != nil {
			t.Fatal(err)
		}
		u.SetNamespace("default")
		objects[u.GetKind()+"/"+u.GetName()] = u
	}
	return objects
}

func definitions(t *testing.T) *crd.Set {
	t.Helper()
	set, err := clusterapi.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestUpstreamFixturePasses(t *testing.T) {
	set, objects := definitions(t), fixture(t)
	if len(objects) != 6 {
		t.Errorf("upstream's fixture has %d objects, want 6", len(objects))
	}
	for name, u := range objects {
		for _, f := range set.Check(u) {
			t.Errorf("%s: %s", name, f)
		}
		data, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		if err := clusterapi.Decode(data); err != nil && !errors.Is(err, clusterapi.ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const (
	class         = "ClusterClass/in-memory"
	controlPlane  = "KubeadmControlPlaneTemplate/in-memory-control-plane"
	bootstrap     = "KubeadmConfigTemplate/in-memory-default-worker-bootstraptemplate"
	machine       = "DevMachineTemplate/in-memory-control-plane"
	kubeadmConfig = "spec.template.spec.kubeadmConfigSpec."
)

// TestPlantedMistakes sets one field of an upstream object at a time. The second
// oracle, Cluster API's Go types, must agree where a Go type can tell.
func TestPlantedMistakes(t *testing.T) {
	set := definitions(t)
	for _, c := range []struct {
		object, path, value string // JSON
		want                []string
		decodes             bool
	}{
		{controlPlane, kubeadmConfig + "verbosity", `4`, nil, true},
		{controlPlane, kubeadmConfig + "verbose", `4`, []string{"unknown field " + kubeadmConfig + "verbose"}, false},
		{machine, "spec.template.spec.backend.inMemory.disk", `{}`, []string{"unknown field spec.template.spec.backend.inMemory.disk"}, true},
		{bootstrap, "spec.template.spec.format", `"cloudinit"`, []string{"schema spec.template.spec.format"}, true},
		{bootstrap, "spec.template.spec.verbosity", `"4"`, []string{"schema spec.template.spec.verbosity"}, false},
		{controlPlane, kubeadmConfig + "clusterConfiguration.scheduler", `{}`, []string{"schema " + kubeadmConfig + "clusterConfiguration.scheduler"}, false},
		{controlPlane, kubeadmConfig + "clusterConfiguration.scheduler", `{"extraArgs":[{"name":"v","value":"1"},{"name":"v","value":"1"}]}`,
			[]string{"uniqueness " + kubeadmConfig + "clusterConfiguration.scheduler.extraArgs[1]"}, true},
		{controlPlane, kubeadmConfig + "clusterConfiguration.scheduler", `{"extraArgs":[{"name":"v","value":"1"},{"name":"v","value":"2"}]}`,
			[]string{"expression " + kubeadmConfig + "clusterConfiguration.scheduler.extraArgs"}, true},
		{controlPlane, kubeadmConfig + "diskSetup", `{"partitions":[{"device":"/dev/sdb"}]}`, []string{"expression " + kubeadmConfig + "diskSetup.partitions[0]"}, true},
		{class, "spec.controlPlane.taints", `[{"key":"a","effect":"NoSchedule","propagation":"Always"},{"key":"a","effect":"NoSchedule","propagation":"OnInitialization"}]`,
			[]string{"uniqueness spec.controlPlane.taints[1]"}, true},
		{class, "spec.controlPlane.deletion", `{"nodeDrainTimeoutSeconds":-1}`, []string{"schema spec.controlPlane.deletion.nodeDrainTimeoutSeconds"}, true},
		{class, "spec.controlPlane.deletion", `{}`, []string{"schema spec.controlPlane.deletion"}, false},
		{class, "metadata.name", `"In_Memory"`, []string{"metadata metadata.name"}, true},
	} {
		t.Run(c.path+"="+c.value, func(t *testing.T) {
			u := fixture(t)[c.object]
			plant(t, u, c.path, c.value)
			var got []string
			for _, f := range set.Check(u) {
				t.Log(f)
				got = append(got, fmt.Sprintf("%s %s", f.Rule, f.Path))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			data, err := json.Marshal(u)
			if err != nil {
				t.Fatal(err)
			}
			err = clusterapi.Decode(data)
			if decodes := err == nil || errors.Is(err, clusterapi.ErrForeign); decodes != c.decodes {
				t.Errorf("the Go types say: %v", err)
			}
		})
	}
}

func plant(t *testing.T, u *unstructured.Unstructured, path, text string) {
	t.Helper()
	var value any
	if err := kjson.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	if err := unstructured.SetNestedField(u.Object, value, strings.Split(path, ".")...); err != nil {
		t.Fatal(err)
	}
}
