package render_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

// exampleProfile defines clusters with one worker class and one add-on.
const exampleProfile = `
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: small}
spec:
  version: 1.0.0
  owner: platform
  kind: Full
  variables:
  - {name: level, type: string, default: info}
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: network, kind: Network, component: {none: simulated}}
  - {name: storage, kind: Storage, component: {none: simulated}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: 1.34.2}
    capi:
      infrastructure: {apiVersion: infrastructure.cluster.x-k8s.io/v1beta2, kind: DevClusterTemplate}
      nodes: {machine: {apiVersion: infrastructure.cluster.x-k8s.io/v1beta2, kind: DevMachineTemplate}}
      classes: {general: {}}
  - name: logs
    kind: AddOn
    component: {name: collector, version: 1.0.0}
    content:
      manifests: [logs.yaml]
      patches:
      - {target: {kind: ConfigMap}, merge: {data: {level: "${vars.level}"}}}
`

const exampleManifests = `
apiVersion: v1
kind: Namespace
metadata: {name: logs}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: collector, namespace: logs}
data: {level: "", buffer: 16Mi}
`

// exampleStack is the stack of a cluster with that profile; level is what the
// cluster sets, if anything.
func exampleStack(level string) *profile.Stack {
	variables := "{}"
	if level != "" {
		variables = "{level: " + level + "}"
	}
	ws, diags := profile.Load(fstest.MapFS{
		"library/small/1.0.0/profile.yaml": {Data: []byte(exampleProfile)},
		"library/small/1.0.0/logs.yaml":    {Data: []byte(exampleManifests)},
		"hubs/eu-1.yaml":                   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-1}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
		"fleet/store-1.yaml": {Data: []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store-1, namespace: fleet}
spec:
  profiles: [small]
  variables: ` + variables + `
  pools: {workers: [{name: general, replicas: 2}]}
`)},
	}, profile.Layout{})
	stack, found := ws.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	if diags = append(diags, found...); len(diags) > 0 {
		panic(diags.Text(nil))
	}
	return stack
}

// exampleBundle renders that stack.
func exampleBundle(level string) render.Bundle {
	renderer := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
	bundle, err := renderer.Bundle(context.Background(), exampleStack(level))
	if err != nil {
		panic(err)
	}
	return bundle
}

// Example renders a cluster and lists its objects in the order of application.
func Example() {
	renderer := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
	bundle, err := renderer.Bundle(context.Background(), exampleStack(""))
	if err != nil {
		fmt.Println(err)
		return
	}
	for phase, objects := range bundle.Phases() {
		fmt.Println(phase)
		for _, o := range objects {
			fmt.Println(" ", o.Key())
		}
	}
	// Output:
	// hub definitions
	//   KubeadmConfigTemplate.bootstrap.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47-general
	//   KubeadmControlPlaneTemplate.controlplane.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47
	//   DevClusterTemplate.infrastructure.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47
	//   DevMachineTemplate.infrastructure.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47-control-plane
	//   DevMachineTemplate.infrastructure.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47-general
	// hub configuration
	//   ClusterClass.cluster.x-k8s.io dayzero-classes/small-3f16ba0c47
	// hub workloads
	//   Cluster.cluster.x-k8s.io fleet/store-1
	// workload small/logs definitions
	//   Namespace logs
	// workload small/logs configuration
	//   ConfigMap logs/collector
}

// ExampleRenderer_Bundle shows what becomes of a stack that nobody can render.
func ExampleRenderer_Bundle() {
	renderer := render.New(render.Options{}, capi.Engine{}) // nothing for manifests
	_, err := renderer.Bundle(context.Background(), exampleStack(""))
	var input *render.InputError
	if errors.As(err, &input) {
		fmt.Print(input.Diagnostics.Text(nil))
	}
	// Output:
	// error: no engine renders the manifests content of layer logs of small@1.0.0 [render.no-engine]
	//   --> library/small/1.0.0/profile.yaml:22:5
	//   hint: give the renderer an engine for manifests, or use content of another kind
}

func ExampleWriteYAML() {
	var out strings.Builder
	if err := render.WriteYAML(&out, exampleBundle("")); err != nil {
		fmt.Println(err)
		return
	}
	_, cluster, _ := strings.Cut(out.String(), "# phase 5")
	fmt.Print("# phase 5", cluster)
	// Output:
	// # phase 5: eu-1/fleet/store-1: workload small/logs configuration
	// apiVersion: v1
	// data:
	//   buffer: "16Mi"
	//   level: info
	// kind: ConfigMap
	// metadata:
	//   name: collector
	//   namespace: logs
}

func ExampleNewTree() {
	dir, err := os.MkdirTemp("", "tree")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	tree, err := render.NewTree(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tree.Abort()
	if err := errors.Join(tree.Add(exampleBundle("")), tree.Commit(true)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tree.Sets(), "set,", tree.Files(), "files")
	text, err := os.ReadFile(dir + "/eu-1/fleet/store-1/workload/small/logs/configmap_logs_collector.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// 1 set, 9 files
	// apiVersion: v1
	// data:
	//   buffer: "16Mi"
	//   level: info
	// kind: ConfigMap
	// metadata:
	//   name: collector
	//   namespace: logs
}

func ExampleObjects() {
	objects, diags := render.Objects("app.yaml", []byte(exampleManifests+"---\nkind: ConfigMap\n"))
	for _, o := range objects {
		fmt.Println(o.Key(), o.Digest()[:14])
	}
	fmt.Println(diags)
	// Output:
	// Namespace logs sha256:5dce69a
	// ConfigMap logs/collector sha256:4da5d15
	// [app.yaml:11:1: error: an object needs apiVersion and kind [source.manifest]]
}

func ExampleDiff() {
	for _, change := range render.Diff(exampleBundle(""), exampleBundle("debug")) {
		fmt.Println(change.Target, change.Kind, change.Key, change.Impact)
	}
	// Output:
	// workload changed ConfigMap logs/collector in-place
}

// ExampleObject_Origin asks who wrote a value of a rendered object: the patch of
// the layer, which read the cluster's variable.
func ExampleObject_Origin() {
	for item := range exampleBundle("debug").All() {
		if item.Key().Kind != "ConfigMap" {
			continue
		}
		level := item.Origin(diag.Fields("data", "level"))
		fmt.Println(level)
		fmt.Println(level.Causes[0])
		fmt.Println(item.Origin(diag.Fields("data", "buffer")))
	}
	// Output:
	// small@1.0.0 layer logs (library/small/1.0.0/profile.yaml:28:59)
	// cluster eu-1/fleet/store-1 (fleet/store-1.yaml:7:22)
	// small@1.0.0 layer logs (library/small/1.0.0/logs.yaml:9:27)
}

func ExampleFromUnstructured() {
	objects, _ := render.Objects("app.yaml", []byte(exampleManifests))
	o, err := render.FromUnstructured(objects[0].Unstructured(), "from a client")
	fmt.Println(o.Key(), o.Origin(nil), err)
	// Output:
	// Namespace logs manifest (from a client) <nil>
}
