package dayzero_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
	"github.com/dayzero-sdk/dayzero/validate"
)

// The README's program: from files to a comparison with what is live.
func Example() {
	platform := os.DirFS("examples/quickstart/workspace")
	ws, diags := profile.Load(platform, profile.Layout{})
	if diags = validate.Workspace(ws, validate.Options{Loaded: diags}); diags.HasErrors() {
		fmt.Print(diags.Text(platform)) // file:line:col, excerpt, hint
		return
	}
	stack, diags := ws.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-0005"})
	if diags.HasErrors() {
		fmt.Print(diags.Text(platform))
		return
	}
	renderer := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
	bundle, err := renderer.Bundle(context.Background(), stack)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := drift.Compare(bundle.Objects(render.Workload), recorded(), drift.Evidence{})
	for _, o := range report.Objects {
		for _, f := range o.Fields {
			if f.Verdict == drift.Drift {
				fmt.Println(o.Key, f.Path, f.Detail, "by", f.Actor.Manager)
			}
		}
	}
	// Output:
	// ConfigMap kube-system/meshnet /data/mtu changed by kubectl-edit
	// Deployment.apps observability/collector /spec/replicas changed by kubectl
	// Deployment.apps observability/collector /spec/template/spec/containers[name=collector]/env[name=VERBOSE] added by kubectl-edit
	// Deployment.apps observability/collector /spec/template/spec/containers[name=collector]/image changed by kubectl-edit
}

// recorded is what was read from the live cluster.
func recorded() drift.Live {
	var objects []render.Object
	dir := os.DirFS("examples/quickstart/live/store-0005")
	names, _ := fs.Glob(dir, "*.yaml")
	for _, name := range names {
		data, _ := fs.ReadFile(dir, name)
		read, _ := render.Objects(name, data)
		objects = append(objects, read...)
	}
	live, _ := drift.NewLive(objects)
	return live
}
