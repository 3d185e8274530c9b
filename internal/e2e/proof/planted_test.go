package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/render"
)

// edit is what somebody else does to an object, and what must be said of it:
// the details of the object or of fields of it, and who did it, if the server
// writes that down.
type edit struct {
	name  string
	key   render.Key
	make  func(context.Context, client.Client, *objects.Object) error
	want  []string
	gone  string // a field that is not there any more; managedFields name nobody
	actor string
}

func key(group, kind, namespace, name string) render.Key {
	return render.Key{Group: group, Kind: kind, Namespace: namespace, Name: name}
}

// update changes an object as the field manager does with kubectl.
func updating(manager string, f func(map[string]any)) func(context.Context, client.Client, *objects.Object) error {
	return func(ctx context.Context, c client.Client, live *objects.Object) error {
		f(live.Object)
		return c.Update(ctx, live, client.FieldOwner(manager))
	}
}

func patching(manager, patch string) func(context.Context, client.Client, *objects.Object) error {
	return func(ctx context.Context, c client.Client, live *objects.Object) error {
		return c.Patch(ctx, live, client.RawPatch(types.MergePatchType, []byte(patch)), client.FieldOwner(manager))
	}
}

// scaling goes through the scale subresource, as kubectl scale does; the server
// writes no time down for it.
func scaling(replicas int64) func(context.Context, client.Client, *objects.Object) error {
	return func(ctx context.Context, c client.Client, live *objects.Object) error {
		scale := objects.Parse(`{apiVersion: autoscaling/v1, kind: Scale}`)[0]
		body := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas))
		return c.SubResource("scale").Patch(ctx, live, body, client.FieldOwner("kubectl"), client.WithSubResourceBody(scale))
	}
}

// applying takes fields over, as another tool does with --force-conflicts.
func applying(manager, fields string) func(context.Context, client.Client, *objects.Object) error {
	return func(ctx context.Context, c client.Client, live *objects.Object) error {
		sent := objects.New(live.GroupVersionKind(), live.GetNamespace(), live.GetName())
		if err := json.Unmarshal([]byte(fields), &sent.Object); err != nil {
			return err
		}
		sent.SetGroupVersionKind(live.GroupVersionKind())
		sent.SetNamespace(live.GetNamespace())
		sent.SetName(live.GetName())
		return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(sent), client.FieldOwner(manager), client.ForceOwnership)
	}
}

func deleting(ctx context.Context, c client.Client, live *objects.Object) error {
	return c.Delete(ctx, live)
}

// recreating deletes an object and makes it again with the same content.
func recreating(ctx context.Context, c client.Client, live *objects.Object) error {
	if err := c.Delete(ctx, live.DeepCopy()); err != nil {
		return err
	}
	for _, field := range []string{"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"} {
		unstructured.RemoveNestedField(live.Object, "metadata", field)
	}
	return c.Create(ctx, live, client.FieldOwner("kubectl-create"))
}

// container is the first container of a workload's pods.
func container(o map[string]any) map[string]any {
	list, _, _ := unstructured.NestedFieldNoCopy(o, "spec", "template", "spec", "containers")
	return list.([]any)[0].(map[string]any)
}

// edits are planted one after the other; several may meet one object.
var edits = []edit{
	{
		name: "kubectl edit of an image", key: key("apps", "Deployment", "observability", "collector"), want: []string{"changed /spec/template/spec/containers[name=collector]/image"}, actor: "kubectl-edit (Update)",
		make: updating("kubectl-edit", func(o map[string]any) { container(o)["image"] = "registry.example.com/other:1" }),
	},
	{name: "kubectl scale", key: key("apps", "Deployment", "observability", "collector"), want: []string{"changed /spec/replicas"}, actor: "kubectl (Update of scale)", make: scaling(4)},
	{
		name: "what the deployment controller writes", key: key("apps", "Deployment", "observability", "collector"),
		make: patching("kube-controller-manager", `{"metadata":{"annotations":{"deployment.kubernetes.io/revision":"2"}}}`),
	},
	{
		name: "another tool's server-side apply", key: key("", "ConfigMap", "kube-system", "meshnet"), want: []string{"changed /data/mtu"}, actor: "other-tool (Apply)",
		make: applying("other-tool", `{"data":{"mtu":"9000"}}`),
	},
	{name: "deletion", key: key("networking.k8s.io", "NetworkPolicy", "shop", "default-deny"), want: []string{"Missing"}, make: deleting},
	{name: "deletion that a finalizer holds up", key: key("", "PersistentVolumeClaim", "observability", "collector"), want: []string{"Terminating"}, make: deleting},
	{name: "recreation", key: key("storage.k8s.io", "StorageClass", "", "standard"), want: []string{"Recreated"}, make: recreating},
	{
		name: "kubectl label", key: key("", "Namespace", "", "shop"), want: []string{"added /metadata/labels/example.com~1hand"}, actor: "kubectl-label (Update)",
		make: patching("kubectl-label", `{"metadata":{"labels":{"example.com/hand":"made"}}}`),
	},
	{
		name: "kubectl label --overwrite", key: key("", "Namespace", "", "shop"), want: []string{"changed /metadata/labels/pod-security.kubernetes.io~1enforce"}, actor: "kubectl-label (Update)",
		make: patching("kubectl-label", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`),
	},
	{
		name: "a label taken away", key: key("", "Namespace", "", "observability"), gone: "removed /metadata/labels/pod-security.kubernetes.io~1enforce",
		make: patching("kubectl-label", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}`),
	},
	{
		name: "kubectl edit of a role", key: key("rbac.authorization.k8s.io", "ClusterRole", "", "meshnet"), want: []string{"added /rules[2]"}, actor: "kubectl-edit (Update)",
		make: updating("kubectl-edit", func(o map[string]any) {
			o["rules"] = append(o["rules"].([]any), map[string]any{"apiGroups": []any{""}, "resources": []any{"secrets"}, "verbs": []any{"*"}})
		}),
	},
	{
		name: "an added container", key: key("apps", "DaemonSet", "kube-system", "meshnet"), want: []string{"added /spec/template/spec/containers[name=debug]"}, actor: "kubectl-edit (Update)",
		make: updating("kubectl-edit", func(o map[string]any) {
			list, _, _ := unstructured.NestedSlice(o, "spec", "template", "spec", "containers")
			_ = unstructured.SetNestedSlice(o, append(list, map[string]any{"name": "debug", "image": "busybox"}), "spec", "template", "spec", "containers")
		}),
	},
	{
		name: "kubectl patch of a port", key: key("", "Service", "observability", "collector"), want: []string{"added /spec/ports[port=1,protocol=TCP]"}, gone: "removed /spec/ports[port=9090,protocol=TCP]", actor: "kubectl-patch (Update)",
		make: updating("kubectl-patch", func(o map[string]any) {
			ports, _, _ := unstructured.NestedSlice(o, "spec", "ports")
			ports[0].(map[string]any)["port"] = int64(1)
			_ = unstructured.SetNestedSlice(o, ports, "spec", "ports")
		}),
	},
}

// Of edits planted by others exactly those are reported, by whom and since
// when; with less evidence, nothing else and nobody wrong.
func TestPlantedEditsOnTheWorkload(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	f := exampleIn(t, "fleet")
	declared := f.at(t, f.key(t, "store-0005"), infrastructures[1]).Objects(render.Workload)
	s.applyAll(t, declared)
	s.inSync(t, "before", declared)
	time.Sleep(time.Second) // managedFields count in seconds
	s.plant(t, declared, edits)
}

// plant makes the edits and compares what is reported with what they want.
func (s server) plant(t *testing.T, declared []render.Object, edits []edit) {
	t.Helper()
	applied := s.applied(t, declared)
	from := time.Now().Truncate(time.Second)
	for _, e := range edits {
		i := slices.IndexFunc(declared, func(o render.Object) bool { return o.Key() == e.key })
		if i < 0 {
			t.Fatalf("%s: %s is not declared", e.name, e.key)
		}
		err := retry.RetryOnConflict(retry.DefaultBackoff, func() error { // controllers write too
			return e.make(t.Context(), s.client, s.read(t, declared[i]))
		})
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
	}
	until := time.Now()
	dump := s.dump(t, declared)
	for _, e := range profiles {
		for _, known := range []drift.Evidence{{}, {Previous: applied}} {
			report := compare(t, declared, dump, e, known)
			var got []string
			for _, f := range declaredOnly(report) {
				got = append(got, told(f)...)
				inTime(t, f, from, until)
			}
			slices.Sort(got)
			if diff := cmp.Diff(wanted(edits, e, known), got); diff != "" {
				t.Errorf("%s, %d objects applied before: -want +got:\n%s", e.name, len(known.Previous), diff)
			}
		}
	}
}

// applied is what is known of the objects after they were applied: what was
// sent, and the uid that the server gave them.
func (s server) applied(t testing.TB, declared []render.Object) []render.Object {
	t.Helper()
	var out []render.Object
	for _, o := range declared {
		u := o.Unstructured()
		u.SetUID(s.read(t, o).GetUID())
		known, err := render.FromUnstructured(u, "applied")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, known)
	}
	return out
}

// wanted are the lines that the edits must give where so much is known.
func wanted(edits []edit, e evidence, known drift.Evidence) []string {
	var out []string
	for _, edit := range edits {
		if edit.gone != "" {
			out = append(out, edit.key.String()+" "+edit.gone)
		}
		for _, line := range edit.want {
			if line == drift.Recreated.String() && known.Previous == nil {
				continue
			}
			if edit.actor != "" && e.managed {
				line += " by " + edit.actor
			}
			out = append(out, edit.key.String()+" "+line)
		}
	}
	slices.Sort(out)
	return out
}

// told is what a finding says about changes: a line for the object where it
// says all, and a line for each field.
func told(f drift.Finding) []string {
	var out []string
	if f.Detail != drift.None && (f.Verdict != drift.InSync || f.Detail == drift.Recreated) {
		out = append(out, fmt.Sprintf("%s %s", f.Key, f.Detail))
	}
	for _, field := range f.Fields {
		if field.Verdict == drift.InSync {
			continue
		}
		line := fmt.Sprintf("%s %s %s", f.Key, field.Detail, field.Path)
		if a := field.Actor; !a.IsZero() {
			a.Time, a.Tool = "", ""
			line += " by " + a.String()
		}
		out = append(out, line)
	}
	return out
}

// inTime checks that a change is said to be of the time when it was made.
func inTime(t *testing.T, f drift.Finding, from, until time.Time) {
	t.Helper()
	for _, field := range f.Fields {
		if field.Actor.Time == "" || field.Verdict == drift.InSync {
			continue
		}
		at, err := time.Parse(time.RFC3339, field.Actor.Time)
		if err != nil || at.Before(from) || at.After(until) {
			t.Errorf("%s %s: changed at %s, made between %s and %s", f.Key, field, field.Actor.Time, from, until)
		}
	}
}

// Edits of a Cluster on its hub are found too, among what Cluster API itself
// writes there.
func TestPlantedEditsOnTheHub(t *testing.T) {
	t.Parallel()
	s := hub(t)
	f := exampleIn(t, s.Namespace(t))
	b := f.at(t, f.key(t, "store-0003"), infrastructures[1])
	declared := b.Objects(render.Hub)
	s.applyAll(t, shared(b))
	s.variablesReady(t, shared(b))
	s.applyAll(t, own(b))
	s.settle(t, client.ObjectKey{Namespace: b.Key().Namespace, Name: b.Key().Name})
	s.inSync(t, "before", declared)
	time.Sleep(time.Second)
	cluster := own(b)[0].Key()
	pools := func(change func([]any) []any) func(map[string]any) {
		return func(o map[string]any) {
			list, _, _ := unstructured.NestedSlice(o, "spec", "topology", "workers", "machineDeployments")
			_ = unstructured.SetNestedSlice(o, change(list), "spec", "topology", "workers", "machineDeployments")
		}
	}
	s.plant(t, declared, []edit{
		{
			name: "kubectl edit of a pool's replicas", key: cluster,
			make: updating("kubectl-edit", pools(func(all []any) []any { all[0].(map[string]any)["replicas"] = int64(4); return all })),
			want: []string{"changed /spec/topology/workers/machineDeployments[name=general]/replicas"}, actor: "kubectl-edit (Update)",
		},
		{
			name: "a pool added by a script", key: cluster,
			make: updating("script", pools(func(all []any) []any {
				return append(all, map[string]any{"name": "extra", "class": "general", "replicas": int64(0)})
			})),
			want: []string{"added /spec/topology/workers/machineDeployments[name=extra]"}, actor: "script (Update)",
		},
		{
			name: "kubectl annotate", key: cluster,
			make: patching("kubectl-annotate", `{"metadata":{"annotations":{"example.com/note":"by hand"}}}`),
			want: []string{"added /metadata/annotations/example.com~1note"}, actor: "kubectl-annotate (Update)",
		},
		{
			name: "kubectl label of a class", key: b.Shared()[0].Items[len(b.Shared()[0].Items)-1].Key(),
			make: patching("kubectl-label", `{"metadata":{"labels":{"example.com/hand":"made"}}}`),
			want: []string{"added /metadata/labels/example.com~1hand"}, actor: "kubectl-label (Update)",
		},
	})
}
