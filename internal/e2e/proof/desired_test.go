package proof_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/render"
)

// topologyManager is the field manager of the topology controller.
const topologyManager = "capi-topology"

// written are the kinds of objects that the topology controller writes for the
// clusters of these tests, with their groups.
var written = map[string]string{
	"DevCluster": "infrastructure." + coreGroup, "DevMachineTemplate": "infrastructure." + coreGroup,
	"KubeadmControlPlane": planeGroup, "KubeadmConfigTemplate": "bootstrap." + coreGroup,
	"MachineDeployment": coreGroup, "MachineHealthCheck": coreGroup,
}

// topologies are the shapes of clusters that are compared; the fifth is a
// cluster of the example.
var topologies = map[string]func(probe) probe{
	"two pools of different classes": func(p probe) probe { return p },
	"no pool, three control planes, values of the control plane": func(p probe) probe {
		p.workers, p.controlPlane["replicas"], p.controlPlane["labels"] = nil, 3, tree{"example.com/rack": "r1"}
		p.set([]any{tree{"name": "profiling", "value": "false"}}, "controlPlane", "template", "spec", "kubeadmConfigSpec", "clusterConfiguration", "apiServer", "extraArgs")
		p.set(tree{"certificatesExpiryDays": 30}, "controlPlane", "template", "spec", "rollout", "before")
		p.set(tree{"example.com/team": "ops"}, "controlPlane", "class", "metadata", "labels")
		p.set(60, "controlPlane", "class", "deletion", "nodeDrainTimeoutSeconds")
		p.set([]any{tree{"type": "Ready", "status": "Unknown", "timeoutSeconds": 300}}, "controlPlane", "class", "healthCheck", "checks", "unhealthyNodeConditions")
		return p
	},
	"values of a class": func(p probe) probe {
		p.set(tree{"labels": tree{"example.com/team": "ops"}, "annotations": tree{"example.com/note": "x"}}, "classes", "general", "class", "metadata")
		p.set(tree{"nodeDrainTimeoutSeconds": 30, "nodeDeletionTimeoutSeconds": 20}, "classes", "general", "class", "deletion")
		p.set(tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": 0, "maxUnavailable": 1}}, "classes", "general", "class", "rollout", "strategy")
		p.set([]any{tree{"type": "Ready", "status": "False", "timeoutSeconds": 300}}, "classes", "general", "class", "healthCheck", "checks", "unhealthyNodeConditions")
		p.set("zone-a", "classes", "general", "class", "failureDomain")
		p.set(1, "classes", "general", "class", "minReadySeconds")
		p.set(tree{"example.com/disk": "ssd"}, "classes", "general", "machine", "metadata", "labels")
		p.set([]any{tree{"name": "max-pods", "value": "99"}}, "nodes", "nodeRegistration", "kubeletExtraArgs")
		return p.set([]any{tree{"key": "example.com/new", "effect": "NoSchedule"}}, "nodes", "nodeRegistration", "taints")
	},
	"four pools, two of one class, one that is scaled by others": func(p probe) probe {
		p.version = "1.35.0"
		p.workers = append(p.workers, tree{"name": "c", "class": "general", "autoscale": tree{"min": 1, "max": 3}, "labels": tree{"example.com/tier": "web"}},
			tree{"name": "d", "class": "edge", "replicas": 2})
		return p
	},
}

// fifth names the shape that is a cluster of the example, with its profiles and
// add-ons.
const fifth = "a cluster of the example"

// Cluster API's desired-state generator gives the objects that the real topology
// controller wrote. Compared is all that the controller owns as a field manager,
// and of the Cluster, which it patches, labels and references. So is left out,
// and nothing else:
//
//   - what the API server, the kinds' defaults, webhooks and other controllers
//     write: managed fields, uid, resourceVersion, generation, creation time,
//     finalizers, status, and fields that the controller says nothing of;
//   - where all is generated from nothing: the random ends of names; uids of
//     owners, which a server gives; and as an owner the Secret NAME-shim, with
//     which the controller holds the first two objects until the Cluster refers
//     to them.
func TestOraclesDesired(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	o, s := e2etest.Oracle(t), hub(t)
	bundles := map[string]render.Bundle{}
	for name, shape := range topologies {
		namespace := s.Namespace(t)
		f := shape(newProbe()).load(t, namespace, "shape")
		bundles[name] = f.bundle(t, f.key(t, "shape"))
	}
	f := exampleIn(t, s.Namespace(t))
	bundles[fifth] = f.at(t, f.key(t, "store-0005"), infrastructures[2])
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		s.applyAll(t, shared(bundles[name]))
		s.variablesReady(t, shared(bundles[name]))
		s.applyAll(t, own(bundles[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		t.Run(name, func(t *testing.T) {
			key := bundles[name].Key()
			s.settle(t, client.ObjectKey{Namespace: key.Namespace, Name: key.Name})
			s.desired(t, o, bundles[name])
		})
	}
}

// desired compares what is on the server for a cluster with what is generated
// from it, and from what was rendered alone.
func (s server) desired(t *testing.T, o *oracle.Oracle, b render.Bundle) {
	t.Helper()
	wrote, there := s.wrote(t, b)
	for _, from := range []struct {
		what          string
		objects, want []*objects.Object
	}{
		{"what is there", slices.Concat(sharedClass(b), there), wrote},
		{"nothing", unstructuredOf(b), unheld(wrote)},
	} {
		got, err := o.Desired(t.Context(), from.objects...)
		if err != nil || got.Refused != "" {
			t.Fatalf("generating from %s: %v%s", from.what, err, got.Refused)
		}
		got.Objects[0] = references(got.Objects[0])
		if diff := cmp.Diff(named(t, from.want), named(t, got.Objects)); diff != "" {
			t.Errorf("generated from %s: -topology controller +generator:\n%s", from.what, diff)
		}
	}
	t.Logf("compared %d objects", len(wrote))
}

// sharedClass is the class set of a bundle.
func sharedClass(b render.Bundle) []*objects.Object {
	var out []*objects.Object
	for _, o := range shared(b) {
		out = append(out, o.Unstructured())
	}
	return out
}

// wrote gives what the topology controller owns of a cluster's objects, and all
// that is there: those objects, the Cluster and its Machines.
func (s server) wrote(t *testing.T, b render.Bundle) (wrote, there []*objects.Object) {
	t.Helper()
	key := client.ObjectKey{Namespace: b.Key().Namespace, Name: b.Key().Name}
	for _, kind := range slices.Sorted(maps.Keys(written)) {
		all, err := s.of(t.Context(), key, written[kind], kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			if _, owned := o.GetLabels()["topology."+coreGroup+"/owned"]; owned || kind == "MachineHealthCheck" {
				wrote = append(wrote, ownedBy(t, o, topologyManager))
				there = append(there, o)
			}
		}
	}
	machines, err := s.of(t.Context(), key, coreGroup, "Machine")
	if err != nil {
		t.Fatal(err)
	}
	cluster := s.read(t, own(b)[0])
	return append(wrote, references(cluster)), slices.Concat(there, machines, []*objects.Object{cluster})
}

// references leaves of a Cluster what the controller patches of it.
func references(cluster *objects.Object) *objects.Object {
	out := objects.New(cluster.GroupVersionKind(), cluster.GetNamespace(), cluster.GetName())
	out.SetLabels(cluster.GetLabels())
	for _, field := range []string{"infrastructureRef", "controlPlaneRef"} {
		ref, _, _ := unstructured.NestedMap(cluster.Object, "spec", field)
		_ = unstructured.SetNestedMap(out.Object, ref, "spec", field) // there is no other spec
	}
	return out
}

// unheld copies objects without the shim among their owners.
func unheld(all []*objects.Object) []*objects.Object {
	var out []*objects.Object
	for _, o := range all {
		o = o.DeepCopy()
		owners := slices.DeleteFunc(o.GetOwnerReferences(), func(r metav1.OwnerReference) bool {
			return r.Kind == "Secret" && r.Name == o.GetLabels()[clusterLabel]+"-shim"
		})
		if o.SetOwnerReferences(owners); len(owners) == 0 {
			unstructured.RemoveNestedField(o.Object, "metadata", "ownerReferences")
		}
		out = append(out, o)
	}
	return out
}

// ownedBy leaves of an object what a field manager applied, and its name.
func ownedBy(t *testing.T, o *objects.Object, manager string) *objects.Object {
	t.Helper()
	for _, entry := range o.GetManagedFields() {
		if entry.Manager != manager || entry.Operation != "Apply" || entry.Subresource != "" {
			continue
		}
		var set map[string]any
		if err := json.Unmarshal(entry.FieldsV1.GetRawBytes(), &set); err != nil {
			t.Fatal(err)
		}
		kept := &objects.Object{Object: part(o.Object, set).(map[string]any)}
		kept.SetGroupVersionKind(o.GroupVersionKind())
		kept.SetNamespace(o.GetNamespace())
		kept.SetName(o.GetName())
		return kept
	}
	t.Fatalf("%s has no fields of %s", objects.Describe(o), manager)
	return nil
}

// part leaves of a value what a set of fields, in the form of managedFields,
// names. A field with nothing below it is named as a whole.
func part(v any, set map[string]any) any {
	if len(set) == 0 {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for field, below := range set {
			name, ok := strings.CutPrefix(field, "f:")
			if inner, there := v[name]; ok && there {
				out[name] = part(inner, below.(map[string]any))
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			for field, below := range set {
				if selects(field, item) {
					out = append(out, part(item, below.(map[string]any)))
				}
			}
		}
		return out
	}
	return v
}

// selects reports that a path element k:{...} or v:... means the item of a list.
func selects(field string, item any) bool {
	form, text, _ := strings.Cut(field, ":")
	var want any
	if form == "." || json.Unmarshal([]byte(text), &want) != nil {
		return false
	}
	if form == "v" {
		return reflect.DeepEqual(want, item)
	}
	keys, ok := item.(map[string]any)
	for name, value := range want.(map[string]any) {
		ok = ok && fmt.Sprint(keys[name]) == fmt.Sprint(value)
	}
	return ok
}

// named gives objects by kind and pool, and writes that in the place of every
// name, so that objects whose names end differently can be compared.
func named(t *testing.T, all []*objects.Object) map[string]map[string]any {
	t.Helper()
	names := map[string]string{}
	for _, o := range all {
		// Those left out are named after another object.
		if kind := o.GetKind(); kind != "Cluster" && kind != "MachineHealthCheck" {
			names[o.GetName()] = roleOf(o)
		}
	}
	out := map[string]map[string]any{}
	for _, o := range all {
		tree := renamed(o.Object, names).(map[string]any)
		owners, _ := tree["metadata"].(map[string]any)["ownerReferences"].([]any)
		for _, owner := range owners {
			delete(owner.(map[string]any), "uid")
		}
		if out[roleOf(o)] != nil {
			t.Errorf("there are two objects %s", roleOf(o))
		}
		out[roleOf(o)] = tree
	}
	return out
}

// roleOf names an object by its kind and pool; a health check has its pool in
// the selector only.
func roleOf(o *objects.Object) string {
	if pool, ok, _ := unstructured.NestedString(o.Object, "spec", "selector", "matchLabels", poolLabel); ok {
		return o.GetKind() + " of " + pool
	}
	return o.GetKind() + " of " + poolOf(o)
}

// renamed copies a value with names replaced, and numbers as JSON has them.
func renamed(v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			out[k] = renamed(inner, names)
		}
		return out
	case []any:
		out := []any{}
		for _, inner := range v {
			out = append(out, renamed(inner, names))
		}
		return out
	case string:
		if name, ok := names[v]; ok {
			return name
		}
	case int64:
		return float64(v)
	}
	return v
}
