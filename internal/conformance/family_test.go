package conformance_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
)

const (
	familySize = 300 // unless -rapid.checks says otherwise
	fewestSets = 200 // different class sets among them
)

// TestFamily renders generated stacks: all are accepted, and nothing that was
// contributed is missing.
func TestFamily(t *testing.T) {
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	checks := flag.Lookup("rapid.checks")
	full := checks.Value.String() == checks.DefValue
	if full {
		defer checks.Value.Set(checks.DefValue)
		if err := checks.Value.Set(fmt.Sprint(familySize)); err != nil {
			t.Fatal(err)
		}
	}
	sets, renderer := map[string]bool{}, newRenderer()
	rapid.Check(t, func(t *rapid.T) {
		s := shapes.Draw(t, "workspace")
		b, err := renderShape(renderer, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.bundle(b); err != nil {
			t.Fatal(err)
		}
		if err := s.lost(b); err != nil {
			t.Fatal(err)
		}
		for _, set := range b.Shared() {
			sets[set.Digest] = true
		}
	})
	t.Logf("%d different class sets; judged %d different objects, %d of them with Go types too: %v", len(sets), len(j.judged), j.typed, j.kinds)
	if full && !t.Failed() && len(sets) < fewestSets {
		t.Errorf("the family has %d different class sets, want at least %d", len(sets), fewestSets)
	}
}

func renderShape(r *render.Renderer, s shape) (render.Bundle, error) {
	ws, diags := profile.Load(s.fs(), profile.Layout{})
	if diags.HasErrors() {
		return render.Bundle{}, fmt.Errorf("loading: %w", diags.Err())
	}
	keys := slices.Collect(ws.Clusters())
	if len(keys) != 1 {
		return render.Bundle{}, fmt.Errorf("%d clusters were loaded", len(keys))
	}
	return rendered(r, ws, keys[0])
}

// claim is what a slot says and the tree in which it must be found.
type claim struct {
	what      string
	said, got any
}

// lost finds what a slot says and no object has. It looks only at slots that
// nothing is put over, so whatever they say must be there as it is.
func (s shape) lost(b render.Bundle) error {
	objects := map[string]any{}
	for _, o := range b.Objects(render.Hub) {
		objects[o.Key().Kind+"/"+o.Key().Name] = o.Unstructured().Object
	}
	set := b.Shared()[0].Name
	class := objects["ClusterClass/"+set]
	claims := s.clusterClaims(objects["Cluster/"+b.Key().Name])
	claims = append(claims, s.controlPlaneClaims(objects["KubeadmControlPlaneTemplate/"+set], class)...)
	deployments, _ := dig(class, "spec", "workers", "machineDeployments").([]any)
	for _, deployment := range deployments {
		claims = append(claims, s.workerClaims(objects, set, deployment)...)
	}
	for _, c := range claims {
		if missing := without(c.what, c.said, c.got); len(missing) > 0 {
			return fmt.Errorf("lost: %s\nof %v\nin %v", strings.Join(missing, "\n"), c.said, c.got)
		}
	}
	return nil
}

func (s shape) clusterClaims(cluster any) []claim {
	return []claim{
		{"cluster.spec", dig(s.capi, "cluster", "spec"), dig(cluster, "spec")},
		{"cluster.metadata.annotations", dig(s.capi, "cluster", "metadata", "annotations"), dig(cluster, "metadata", "annotations")},
		{"the cluster's labels", dig(s.cluster, "metadata", "labels"), dig(cluster, "metadata", "labels")},
		{"the override of cluster.spec", dig(s.override, "cluster", "spec"), dig(cluster, "spec")},
	}
}

func (s shape) controlPlaneClaims(plane, class any) []claim {
	return []claim{
		{"controlPlane.template", dig(s.capi, "controlPlane", "template"), dig(plane, "spec", "template")},
		{"the add-on's controlPlane.template", dig(s.extra, "controlPlane", "template"), dig(plane, "spec", "template")},
		{"the override of controlPlane.template", dig(s.override, "controlPlane", "template"), dig(plane, "spec", "template")},
		{"controlPlane.class", dig(s.capi, "controlPlane", "class"), dig(class, "spec", "controlPlane")},
	}
}

func (s shape) workerClaims(objects map[string]any, set string, deployment any) []claim {
	name, _ := dig(deployment, "class").(string)
	of := s.classOf(name)
	said := dig(s.capi, "classes", of)
	return []claim{
		{"classes." + of + ".class", dig(said, "class"), deployment},
		{"classes." + of + ".bootstrap", dig(said, "bootstrap"), dig(objects["KubeadmConfigTemplate/"+set+"-"+name], "spec", "template")},
		{"classes." + of + ".machine", dig(said, "machine"), dig(objects["DevMachineTemplate/"+set+"-"+name], "spec", "template")},
	}
}

// classOf is the class that a rendered class was made of: itself, or class-pool
// where a class is made for each pool.
func (s shape) classOf(rendered string) string {
	for _, class := range append(slices.Clone(s.classes), "default") {
		if rendered == class {
			return class
		}
		for _, p := range s.poolNames() {
			if rendered == class+"-"+p {
				return class
			}
		}
	}
	panic("no class makes " + rendered)
}

func (s shape) poolNames() []string {
	var out []string
	workers, _ := dig(s.cluster, "spec", "pools", "workers").([]any)
	for _, w := range workers {
		out = append(out, w.(tree)["name"].(string))
	}
	return out
}

// dig goes down mappings; nil where there is nothing.
func dig(v any, path ...string) any {
	for _, field := range path {
		m, _ := v.(tree)
		v = m[field]
	}
	return v
}

// without lists the leaves of said that got does not have. An item of a list
// must be in some item of the other list. Texts with ${ are not compared.
func without(path string, said, got any) []string {
	switch said := said.(type) {
	case nil:
		return nil
	case tree:
		var missing []string
		for field, v := range said {
			missing = append(missing, without(path+"."+field, v, dig(got, field))...)
		}
		return missing
	case []any:
		return withoutItems(path, said, got)
	case string:
		if strings.Contains(said, "${") {
			return nil
		}
	}
	if fmt.Sprint(said) != fmt.Sprint(got) || got == nil {
		return []string{fmt.Sprintf("%s: said %v, got %v", path, said, got)}
	}
	return nil
}

func withoutItems(path string, said []any, got any) []string {
	items, ok := got.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: said a list of %d items, got %v", path, len(said), got)}
	}
	var missing []string
	for i, item := range said {
		if !slices.ContainsFunc(items, func(other any) bool { return len(without("", item, other)) == 0 }) {
			missing = append(missing, fmt.Sprintf("%s[%d]: said %v", path, i, item))
		}
	}
	return missing
}
