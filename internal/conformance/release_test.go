package conformance_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamldocuments "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/conformance/upstream"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
)

// release is a set of manifests that a project released.
type release struct {
	module   string
	patterns []string // of files in the module
	// templates: the files hold "${", which is theirs and not ours.
	templates bool
}

var releases = map[string]release{
	"kube-prometheus": {module: "github.com/prometheus-operator/kube-prometheus", patterns: []string{"manifests/setup/*.yaml", "manifests/*.yaml"}, templates: true},
	"metallb":         {module: "go.universe.tf/metallb", patterns: []string{"config/manifests/metallb-native.yaml"}},
}

// TestReleases installs releases as the content of add-on layers, side by side,
// and compares each object with what kubectl would send.
func TestReleases(t *testing.T) {
	fsys, texts := releaseWorkspace(t)
	start := time.Now()
	ws, diags := profile.Load(fsys, profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	loaded := time.Since(start)
	key := slices.Collect(ws.Clusters())[0]
	r := newRenderer()
	start = time.Now()
	b, err := rendered(r, ws, key)
	if err != nil {
		t.Fatal(err)
	}
	first := time.Since(start)
	start = time.Now()
	if _, err := rendered(r, ws, key); err != nil {
		t.Fatal(err)
	}
	t.Logf("loading takes %v, rendering %v the first time and %v with a warm cache", loaded, first, time.Since(start))

	got := map[string][]render.Item{}
	for item := range b.All() {
		if item.Phase.Target == render.Workload {
			got[item.Phase.Layer] = append(got[item.Phase.Layer], item)
		}
	}
	for name, r := range releases {
		t.Run(name, func(t *testing.T) { compareRelease(t, r, texts[name], got[name+"/"+name]) })
	}
}

// releaseWorkspace is a workspace of one cluster with every release, and the
// texts of each release's files.
func releaseWorkspace(t *testing.T) (fs.FS, map[string][][]byte) {
	t.Helper()
	fsys, texts := fstest.MapFS{}, map[string][][]byte{}
	add := func(file string, document tree) {
		data, err := yaml.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		fsys[file] = &fstest.MapFile{Data: data}
	}
	profiles := []any{"base"}
	for name, r := range releases {
		module, err := upstream.Open(r.module)
		if err != nil {
			t.Fatal(err)
		}
		dir := "library/" + name + "/1.0.0"
		for _, pattern := range r.patterns {
			files, err := fs.Glob(module, pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s %s has no %s: %v", module.Path, module.Version, pattern, err)
			}
			for _, file := range files {
				data, err := fs.ReadFile(module, file)
				if err != nil {
					t.Fatal(err)
				}
				fsys[path.Join(dir, file)] = &fstest.MapFile{Data: data}
				texts[name] = append(texts[name], data)
			}
		}
		add(dir+"/profile.yaml", addOnOf(name, r))
		profiles = append(profiles, name)
	}
	add("library/base/1.0.0/profile.yaml", plainBase())
	add("hubs/hub.yaml", envelope("Hub", tree{"name": "hub"}, tree{"clusterAPI": tree{"version": "1.14.0"}}))
	add("fleet/cluster.yaml", envelope("Cluster", tree{"name": "one", "namespace": "fleet"}, tree{"profiles": profiles}))
	return fsys, texts
}

func addOnOf(name string, r release) tree {
	l := layer(name, "AddOn", tree{"name": name, "version": "1.0.0"}, nil)
	l["content"] = tree{"manifests": r.patterns}
	return envelope("Profile", tree{"name": name}, tree{"version": "1.0.0", "owner": "upstream", "kind": "AddOn", "layers": []any{l}})
}

// plainBase is an infrastructure profile that says little.
func plainBase() tree {
	const version = "infrastructure.cluster.x-k8s.io/v1beta2"
	none := tree{"none": "simulated machines"}
	inMemory := tree{"backend": tree{"inMemory": tree{}}}
	return envelope("Profile", tree{"name": "base"}, tree{
		"version": "1.0.0", "owner": "platform", "kind": "Infrastructure",
		"layers": []any{
			layer("infrastructure", "Infrastructure", tree{"name": "in-memory", "version": "1.14.0"}, tree{
				"infrastructure": tree{"apiVersion": version, "kind": "DevClusterTemplate", "spec": inMemory},
				"nodes":          tree{"machine": tree{"apiVersion": version, "kind": "DevMachineTemplate", "spec": inMemory}},
			}),
			layer("os", "OS", none, nil), layer("cni", "Network", none, nil), layer("csi", "Storage", none, nil),
			layer("kubernetes", "Kubernetes", tree{"name": "kubernetes", "version": "1.34.2"}, nil),
		},
	})
}

func compareRelease(t *testing.T, r release, texts [][]byte, items []render.Item) {
	want := map[string][]byte{}
	bytesRead, templatesRead := 0, 0
	for _, text := range texts {
		bytesRead += len(text)
		templatesRead += bytes.Count(text, []byte("${"))
		objects, err := kubectlSends(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range objects {
			want[identity(u)] = canonical(must(u.MarshalJSON()))
		}
	}
	templates := 0
	for _, item := range items {
		data, err := sent(item.Object)
		if err != nil {
			t.Error(err)
		}
		u := item.Unstructured()
		if got := canonical(must(item.MarshalJSON())); !bytes.Equal(want[identity(u)], got) {
			t.Errorf("%s: rendered\n%s\nkubectl sends\n%s", identity(u), got, want[identity(u)])
		}
		delete(want, identity(u))
		templates += bytes.Count(data, []byte("${"))
	}
	for name := range want {
		t.Errorf("%s is not rendered", name)
	}
	t.Logf("%d objects of %d files, %d KiB, %d times ${", len(items), len(texts), bytesRead>>10, templates)
	if len(items) == 0 || templates != templatesRead || r.templates != (templates > 0) {
		t.Errorf("%d objects with %d times ${; the files have %d", len(items), templates, templatesRead)
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

func identity(u *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s/%s", u.GroupVersionKind(), u.GetNamespace(), u.GetName())
}

// kubectlSends reads manifests with what kubectl reads them with: documents are
// cut at "---", read by sigs.k8s.io/yaml, integers are int64, lists are taken
// apart.
func kubectlSends(text []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	documents := yamldocuments.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := yaml.YAMLToJSON(document)
		if err != nil {
			return nil, err
		}
		if string(data) == "null" {
			continue
		}
		object, _, err := unstructured.UnstructuredJSONScheme.Decode(data, nil, nil)
		if err != nil {
			return nil, err
		}
		switch o := object.(type) {
		case *unstructured.Unstructured:
			objects = append(objects, o)
		case *unstructured.UnstructuredList:
			for i := range o.Items {
				objects = append(objects, &o.Items[i])
			}
		}
	}
}
