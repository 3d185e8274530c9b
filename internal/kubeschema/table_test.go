package kubeschema

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func typeOf(t *testing.T, group, version, kind string, path ...string) *Type {
	t.Helper()
	typ, ok := Builtin().Type(group, version, kind)
	if !ok {
		t.Fatalf("no %s/%s %s", group, version, kind)
	}
	for _, name := range path {
		if name == "*" {
			typ = typ.Elem
			continue
		}
		f, ok := typ.Field(name)
		if !ok {
			t.Fatalf("%s has no field %s", typ.Name, name)
		}
		typ = f.Type
	}
	return typ
}

func TestListSemantics(t *testing.T) {
	type list struct {
		Relation Relation
		Keys     []string
		Order    Order
	}
	pod := []string{"spec", "template", "spec"}
	tests := map[string]struct {
		typ  *Type
		want list
	}{
		"containers":      {typeOf(t, "apps", "v1", "Deployment", append(pod, "containers")...), list{Keyed, []string{"name"}, Insignificant}},
		"init containers": {typeOf(t, "apps", "v1", "Deployment", append(pod, "initContainers")...), list{Keyed, []string{"name"}, Significant}},
		"container ports": {typeOf(t, "apps", "v1", "Deployment", append(pod, "containers", "*", "ports")...), list{Keyed, []string{"containerPort", "protocol"}, Insignificant}},
		"args":            {typeOf(t, "apps", "v1", "Deployment", append(pod, "containers", "*", "args")...), list{Atomic, nil, Significant}},
		"tolerations":     {typeOf(t, "", "v1", "Pod", "spec", "tolerations"), list{Atomic, nil, Insignificant}},
		"finalizers":      {typeOf(t, "", "v1", "ConfigMap", "metadata", "finalizers"), list{Set, nil, Insignificant}},
		"metrics":         {typeOf(t, "autoscaling", "v2", "HorizontalPodAutoscaler", "spec", "metrics"), list{Atomic, nil, Arbitrary}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, list{test.typ.Relation, test.typ.Keys, test.typ.Order}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestScalars(t *testing.T) {
	container := []string{"spec", "containers", "*"}
	tests := map[Kind]*Type{
		Quantity:    typeOf(t, "", "v1", "Pod", append(container, "resources", "limits", "*")...),
		IntOrString: typeOf(t, "", "v1", "Service", "spec", "ports", "*", "targetPort"),
		Bytes:       typeOf(t, "", "v1", "Secret", "data", "*"),
		Time:        typeOf(t, "", "v1", "Pod", "metadata", "creationTimestamp"),
		String:      typeOf(t, "", "v1", "ConfigMap", "data", "*"),
		Integer:     typeOf(t, "apps", "v1", "Deployment", "spec", "replicas"),
		Boolean:     typeOf(t, "", "v1", "Pod", "spec", "hostNetwork"),
	}
	for want, typ := range tests {
		if typ.Kind != want {
			t.Errorf("got %s, want %s", typ.Kind, want)
		}
	}
}

// Defaults as the documentation of Kubernetes states them.
func TestDefaults(t *testing.T) {
	tests := map[string]*Type{
		`replicas=1`:                     typeOf(t, "apps", "v1", "Deployment", "spec"),
		`type="RollingUpdate"`:           typeOf(t, "apps", "v1", "Deployment", "spec", "strategy"),
		`protocol="TCP"`:                 typeOf(t, "", "v1", "Service", "spec", "ports", "*"),
		`defaultMode=420`:                typeOf(t, "", "v1", "Pod", "spec", "volumes", "*", "secret"),
		`timeoutSeconds=10`:              typeOf(t, "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "webhooks", "*"),
		`concurrencyPolicy="Allow"`:      typeOf(t, "batch", "v1", "CronJob", "spec"),
		`reclaimPolicy="Delete"`:         typeOf(t, "storage.k8s.io", "v1", "StorageClass"),
		`minReplicas=1`:                  typeOf(t, "autoscaling", "v2", "HorizontalPodAutoscaler", "spec"),
		`conversion={"strategy":"None"}`: typeOf(t, "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "spec"),
	}
	for want, typ := range tests {
		var all []string
		for _, d := range typ.Defaults {
			if d.Value != nil {
				all = append(all, strings.Join(d.Path, "/")+"="+string(d.Value.AppendJSON(nil)))
			}
		}
		if !slices.Contains(all, want) {
			t.Errorf("%s lacks %s, has %v", typ.Name, want, all)
		}
	}
}

func TestFollowingDefaults(t *testing.T) {
	find := func(typ *Type, name string) []Default {
		return slices.DeleteFunc(slices.Clone(typ.Defaults), func(d Default) bool { return d.Path[0] != name })
	}
	got := [][]Default{
		find(typeOf(t, "", "v1", "Service", "spec", "ports", "*"), "targetPort"),
		find(typeOf(t, "", "v1", "Pod", "spec", "containers", "*"), "imagePullPolicy"),
		find(typeOf(t, "networking.k8s.io", "v1", "NetworkPolicy", "spec"), "policyTypes"),
	}
	want := [][]Default{
		{{Path: []string{"targetPort"}, Follow: Copy, Source: []string{"port"}}},
		{{Path: []string{"imagePullPolicy"}, Follow: Tag, Source: []string{"image"}}},
		{
			{Path: []string{"policyTypes"}, When: []Condition{{[]string{"egress"}, []string{"*"}}}},
			{Path: []string{"policyTypes"}, When: []Condition{{[]string{"egress"}, []string{""}}}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Default{}, "Value")); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestScope(t *testing.T) {
	tests := []struct {
		group, kind       string
		namespaced, known bool
	}{
		{"apps", "Deployment", true, true},
		{"", "Namespace", false, true},
		{"rbac.authorization.k8s.io", "ClusterRole", false, true},
		{"example.com", "Widget", false, false},
	}
	for _, test := range tests {
		if namespaced, known := Builtin().Namespaced(test.group, test.kind); namespaced != test.namespaced || known != test.known {
			t.Errorf("%s: namespaced %v, known %v", test.kind, namespaced, known)
		}
	}
}

// Every list that order.go names is a list of the table.
func TestOrdersNameLists(t *testing.T) {
	named := map[string]bool{}
	current := ""
	for line := range strings.Lines(kubernetesText) {
		if name, ok := strings.CutPrefix(line, "type "); ok {
			current = strings.TrimSpace(name)
		} else if name, shape, ok := strings.Cut(strings.TrimPrefix(line, " "), " "); ok && strings.HasPrefix(shape, "[") {
			named[current+" "+strings.TrimRight(name, "?!")] = true
		}
	}
	for name := range orders {
		if !named[name] {
			t.Errorf("%s is no list", name)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		parse(kubernetesText)
	}
}
