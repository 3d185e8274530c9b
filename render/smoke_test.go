package render_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

func TestSmoke(t *testing.T) {
	fsys := os.DirFS("../examples/quickstart/workspace")
	ws, diags := profile.Load(fsys, profile.Layout{})
	fmt.Println(diags.Text(fsys))
	r := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
	start := time.Now()
	sets := map[string]bool{}
	tree, err := render.NewTree("/tmp/dzrt/out")
	if err != nil {
		t.Fatal(err)
	}
	var rendering time.Duration
	for key := range ws.Clusters() {
		st := time.Now()
		s, d := ws.Resolve(key)
		if s == nil {
			fmt.Println(d.Text(fsys))
			continue
		}
		b, err := r.Bundle(context.Background(), s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		rendering += time.Since(st)
		for _, set := range b.Shared() {
			sets[set.Name] = true
		}
		if err := tree.Add(b); err != nil {
			t.Fatal(err)
		}
		if key.Name == "store-0005" {
			render.WriteYAML(os.Stdout, b)
		}
	}
	if err := tree.Commit(true); err != nil {
		t.Fatal(err)
	}
	fmt.Println(sets, time.Since(start), rendering, tree.Files)
}
