package proof_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/internal/e2e/dump"
	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/render"
)

// recording is a dump of a live cluster that is kept with the sources.
type recording struct {
	name    string
	cluster string
	dir     string
	edits   []edit
	strip   func(*unstructured.Unstructured) // what the reader did not ask for
	unread  string                           // a kind that the reader's account may not list
	want    []string                         // what is to be said of the dump
}

var (
	configMap = key("", "ConfigMap", "kube-system", "meshnet")
	collector = key("apps", "Deployment", "observability", "collector")
	network   = key("networking.k8s.io", "NetworkPolicy", "shop", "default-deny")
	byHand    = []edit{
		{name: "kubectl edit of a ConfigMap", key: configMap, make: updating("kubectl-edit", func(o map[string]any) { o["data"].(map[string]any)["mtu"] = "1500" })},
		{name: "kubectl scale", key: collector, make: scaling(4)},
		{name: "kubectl edit of a Deployment", key: collector, make: updating("kubectl-edit", func(o map[string]any) {
			c := container(o)
			c["image"] = "registry.example.com/o11y/collector:0.86.1-debug"
			c["env"] = append(c["env"].([]any), map[string]any{"name": "VERBOSE", "value": "1"})
		})},
	}
	recordings = []recording{
		{name: "full", cluster: "store-0001", dir: example + "live/store-0001"},
		{name: "full, edited by hand", cluster: "store-0005", dir: example + "live/store-0005", edits: byHand, want: []string{
			configMap.String() + " changed /data/mtu by kubectl-edit (Update)",
			collector.String() + " added /spec/template/spec/containers[name=collector]/env[name=VERBOSE] by kubectl-edit (Update)",
			collector.String() + " changed /spec/replicas by kubectl (Update of scale)",
			collector.String() + " changed /spec/template/spec/containers[name=collector]/image by kubectl-edit (Update)",
		}},
		{name: "without managedFields, edited by hand", cluster: "store-0005", dir: "testdata/live/store-0005", edits: byHand,
			strip: func(u *unstructured.Unstructured) { u.SetManagedFields(nil) }, want: []string{
				configMap.String() + " changed /data/mtu",
				collector.String() + " added /spec/template/spec/containers[name=collector]/env[name=VERBOSE]",
				collector.String() + " changed /spec/replicas",
				collector.String() + " changed /spec/template/spec/containers[name=collector]/image",
			}},
		{name: "with a kind missing", cluster: "store-0008", dir: example + "live/store-0008", unread: "DaemonSet",
			edits: []edit{{name: "deletion", key: network, make: deleting}}, want: []string{
				"DaemonSet.apps kube-system/local-csi Uncovered",
				"DaemonSet.apps kube-system/meshnet Uncovered",
				network.String() + " Missing",
			}},
	}
)

// The dumps that are kept with the sources are what a real API server makes of
// the example, but for uids, versions, addresses and times; with -update, those
// that differ are written again. What drift says of each dump is given too.
func TestRecorded(t *testing.T) {
	t.Parallel()
	e2etest.Workload(t) // or skip
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			f := load(t, os.DirFS(example+"workspace"))
			stack, diags := f.Resolve(f.key(t, r.cluster))
			if err := diags.Err(); err != nil {
				t.Fatal(err)
			}
			b, err := f.renderer.Bundle(t.Context(), stack)
			if err != nil {
				t.Fatal(err)
			}
			live := r.record(t, b)
			if diff := cmp.Diff(steady(r.kept(t)), steady(live)); diff != "" {
				if *update {
					if err := dump.Write(r.dir, []dump.File{{Path: "all.yaml", Objects: live}}); err != nil {
						t.Fatal(err)
					}
				} else {
					t.Errorf("%s: -kept +live:\n%s", r.dir, diff)
				}
			}
			r.judge(t, b.Objects(render.Workload))
		})
	}
}

// record applies what is rendered to a server of its own, edits it, and reads it.
func (r recording) record(t *testing.T, b render.Bundle) []*objects.Object {
	t.Helper()
	c := fresh(t).client
	files := r.files(t, b)
	if err := dump.Apply(t.Context(), c, owner, files); err != nil {
		t.Fatal(err)
	}
	for _, e := range r.edits {
		if err := e.make(t.Context(), c, live(t.Context(), t, c, files, e.key)); err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
	}
	if err := dump.Refresh(t.Context(), c, files); err != nil {
		t.Fatal(err)
	}
	var out []*objects.Object
	for _, file := range files {
		out = append(out, file.Objects...)
	}
	out = slices.DeleteFunc(out, func(o *objects.Object) bool { return o.GetKind() == r.unread })
	for _, o := range out {
		if r.strip != nil {
			r.strip(o)
		}
	}
	return out
}

// files are the manifests of the cluster as a tree of files has them.
func (r recording) files(t *testing.T, b render.Bundle) []dump.File {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Add(b); err != nil {
		t.Fatal(err)
	}
	if err := tree.Commit(true); err != nil {
		t.Fatal(err)
	}
	files, err := dump.Read(os.DirFS(filepath.Join(dir, b.Key().Hub, b.Key().Namespace, b.Key().Name, "workload")))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func live(ctx context.Context, t *testing.T, c client.Client, files []dump.File, of render.Key) *objects.Object {
	t.Helper()
	for _, file := range files {
		for _, o := range file.Objects {
			if o.GetKind() == of.Kind && o.GetName() == of.Name {
				read := objects.New(o.GroupVersionKind(), o.GetNamespace(), o.GetName())
				if err := c.Get(ctx, client.ObjectKeyFromObject(read), read); err != nil {
					t.Fatal(err)
				}
				return read
			}
		}
	}
	t.Fatalf("%s is not rendered", of)
	return nil
}

// kept are the recorded objects; none where there is no record yet.
func (r recording) kept(t *testing.T) []*objects.Object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "all.yaml"))
	if err != nil && !*update {
		t.Fatal(err)
	}
	all, err := objects.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// steady leaves out what is another in every run, the order too.
func steady(all []*objects.Object) map[string]any {
	out := map[string]any{}
	for _, o := range all {
		o = o.DeepCopy()
		for _, field := range []string{"uid", "resourceVersion", "creationTimestamp"} {
			unstructured.RemoveNestedField(o.Object, "metadata", field)
		}
		owners, _, _ := unstructured.NestedSlice(o.Object, "metadata", "managedFields")
		for _, entry := range owners {
			delete(entry.(map[string]any), "time")
		}
		if owners != nil {
			_ = unstructured.SetNestedSlice(o.Object, owners, "metadata", "managedFields")
		}
		for _, address := range []string{"clusterIP", "clusterIPs"} {
			unstructured.RemoveNestedField(o.Object, "spec", address)
		}
		out[objects.Describe(o)] = o.Object
	}
	return out
}

// judge compares what drift says of the kept dump.
func (r recording) judge(t *testing.T, declared []render.Object) {
	t.Helper()
	var read []render.Object
	for _, name := range []string{"all.yaml", "coverage.yaml"} {
		data, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, parse(t, string(data))...)
	}
	dumped, diags := drift.NewLive(read)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range declaredOnly(drift.Compare(declared, dumped, drift.Evidence{})) {
		got = append(got, told(f)...)
	}
	slices.Sort(got)
	slices.Sort(r.want)
	if diff := cmp.Diff(r.want, got); diff != "" {
		t.Errorf("drift of %s: -want +got:\n%s", r.dir, diff)
	}
}
