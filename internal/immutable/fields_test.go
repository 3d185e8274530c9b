package immutable

import (
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

func TestFields(t *testing.T) {
	const pod = "spec: {activeDeadlineSeconds: 1, containers: [{name: a, image: 'a:1', command: [good]}], initContainers: [{name: i, image: 'i:1'}]}"
	const frozen = "{immutable: true, metadata: {labels: {a: b}}, data: {a: one}}"
	tests := map[string]struct {
		group, kind, tree string
		from, to          string
		path              string
		want              bool
	}{
		"command of a pod":           {"", "Pod", pod, "good", "evil", "spec/containers/command", true},
		"image of a pod":             {"", "Pod", pod, "a:1", "a:2", "spec/containers/image", false},
		"image of an init container": {"", "Pod", pod, "i:1", "i:2", "spec/initContainers/image", false},
		"deadline of a pod":          {"", "Pod", pod, "Seconds: 1", "Seconds: 2", "spec/activeDeadlineSeconds", false},
		"another group's pod":        {"example.org", "Pod", pod, "good", "evil", "spec/containers/command", false},
		"scope of a definition":      {"apiextensions.k8s.io", "CustomResourceDefinition", "spec: {scope: Namespaced}", "Namespaced", "Cluster", "spec/scope", true},
		"names of a definition":      {"apiextensions.k8s.io", "CustomResourceDefinition", "spec: {names: {shortNames: [a]}}", "[a]", "[b]", "spec/names/shortNames", false},
		"volume of a claim":          {"", "PersistentVolumeClaim", "spec: {volumeName: a}", "a", "b", "spec/volumeName", true},
		"size of a claim":            {"", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", "1Gi", "2Gi", "spec/resources/requests/storage", false},
		"preemption":                 {"scheduling.k8s.io", "PriorityClass", "preemptionPolicy: Never", "Never", "Other", "preemptionPolicy", true},
		"address of a service":       {"", "Service", "spec: {clusterIP: None}", "None", "10.0.0.1", "spec/clusterIP", true},
		"frozen data":                {"", "ConfigMap", frozen, "one", "two", "data/a", true},
		"label of a frozen map":      {"", "ConfigMap", frozen, "a: b", "a: c", "metadata/labels/a", false},
		"data":                       {"", "ConfigMap", "data: {a: one}", "one", "two", "data/a", false},
		"claims of a stateful set":   {"apps", "StatefulSet", "spec: {volumeClaimTemplates: [{a: 1}]}", "1", "2", "spec/volumeClaimTemplates", true},
		"template of a stateful set": {"apps", "StatefulSet", "spec: {template: {a: 1}}", "1", "2", "spec/template/a", false},
	}
	for name, test := range tests {
		old, now := parse(t, test.tree), parse(t, strings.Replace(test.tree, test.from, test.to, 1))
		if old.Equal(now) {
			t.Fatalf("%s: nothing differs", name)
		}
		f := Of(test.group, test.kind, old)
		if got := f.Differ(old, now); got != test.want {
			t.Errorf("%s: differs is %v", name, got)
		}
		if got := f.Cover(strings.Split(test.path, "/")); got != test.want {
			t.Errorf("%s: covers is %v", name, got)
		}
	}
}

// What is set for the first time is not changed.
func TestSetOnce(t *testing.T) {
	set := parse(t, "spec: {clusterIP: None}")
	for _, text := range []string{"spec: {}", "spec: {clusterIP: ''}"} {
		open := parse(t, text)
		if f := Of("", "Service", open); f.Differ(open, set) || f.Differ(set, open) {
			t.Errorf("%s and %#v differ", text, set)
		}
	}
}

func parse(t *testing.T, text string) *value.Node {
	t.Helper()
	docs, diags := source.Documents(&value.Writer{}, []byte(text), source.Limits{})
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatalf("reading %s: %v", text, diags)
	}
	return docs[0]
}
