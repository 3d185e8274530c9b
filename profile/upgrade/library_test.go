package upgrade_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
)

// key is the one cluster of the workspaces of these tests.
var key = profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"}

// files is a workspace with one cluster and these versions of profiles. A line
// reads
//
//	base@1.1.0 kubernetes=1.34.1
//	cni@2.0.0 meshnet=2.0.0 kubernetes>=1.33<1.36 provides:mesh requires:storage
//
// A component with = is what the profile brings, a range is what it requires, and
// conflicts: before a range or a capability what it refuses. A line
//
//	overlay:env@1.0.0 order=2 ring=a adds:cni adds:log@1.0.0 off:cni
//
// is a version of an overlay for the clusters with the label ring, or all.
func files(library string) fstest.MapFS {
	out := fstest.MapFS{"hubs/hub.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: hub}\nspec: {clusterAPI: {version: 1.14.2}}\n")}}
	var names []string
	seen := map[string]bool{}
	for line := range strings.Lines(library) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		name, version, _ := strings.Cut(fields[0], "@")
		if overlay, ok := strings.CutPrefix(name, "overlay:"); ok {
			out["library/overlays/"+overlay+"/"+version+"/overlay.yaml"] = &fstest.MapFile{Data: []byte(overlayDocument(overlay, version, fields[1:]))}
			continue
		}
		out["library/"+name+"/"+version+"/profile.yaml"] = &fstest.MapFile{Data: []byte(document(name, version, fields[1:]))}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	out["fleet/c.yaml"] = cluster(names...)
	return out
}

// cluster is the document of the cluster.
func cluster(profiles ...string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c, namespace: fleet}\nspec:\n  profiles: [%s]\n", strings.Join(profiles, ", "))}
}

func overlayDocument(name, version string, facts []string) string {
	var profiles, layers []string
	order, selector := "1", "{}"
	for _, fact := range facts {
		if added, ok := strings.CutPrefix(fact, "adds:"); ok {
			profiles = append(profiles, added)
		} else if layer, ok := strings.CutPrefix(fact, "off:"); ok {
			layers = append(layers, "{layer: "+layer+", enabled: false}")
		} else if text, ok := strings.CutPrefix(fact, "order="); ok {
			order = text
		} else if ring, ok := strings.CutPrefix(fact, "ring="); ok {
			selector = "{matchLabels: {ring: " + ring + "}}"
		}
	}
	return fmt.Sprintf(`apiVersion: dayzero.dev/v1alpha1
kind: Overlay
metadata: {name: %s}
spec:
  version: %s
  owner: team-%s
  order: %s
  selector: %s
  profiles: [%s]
  layers: [%s]
`, name, version, name, order, selector, strings.Join(profiles, ", "), strings.Join(layers, ", "))
}

// asked is a requirement as a document says it.
func asked(fact string) string {
	if i := strings.IndexAny(fact, "<>"); i > 0 {
		return fmt.Sprintf("{component: %s, version: %q}", fact[:i], strings.TrimSpace(strings.ReplaceAll(fact[i:], "<", " <")))
	}
	return "{capability: " + fact + "}"
}

func document(name, version string, facts []string) string {
	component, requires, provides, conflicts := "{none: example}", []string{}, []string{}, []string{}
	base := false
	for _, fact := range facts {
		if capability, ok := strings.CutPrefix(fact, "provides:"); ok {
			provides = append(provides, capability+": yes")
			continue
		}
		if refused, ok := strings.CutPrefix(fact, "conflicts:"); ok {
			conflicts = append(conflicts, asked(refused))
			continue
		}
		if capability, ok := strings.CutPrefix(fact, "requires:"); ok {
			requires = append(requires, asked(capability))
			continue
		}
		if strings.ContainsAny(fact, "<>") {
			requires = append(requires, asked(fact))
			continue
		}
		product, of, _ := strings.Cut(fact, "=")
		component = fmt.Sprintf("{name: %s, version: %s}", product, of)
		base = base || product == "kubernetes"
	}
	kind, layer, more := "AddOn", "AddOn", ""
	if base {
		kind, layer = "Infrastructure", "Kubernetes"
		more = "  - {name: os, kind: OS, component: {none: simulated}}\n  - {name: network, kind: Network, component: {none: simulated}}\n  - {name: storage, kind: Storage, component: {none: simulated}}\n"
	}
	return fmt.Sprintf(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: %s}
spec:
  version: %s
  owner: team-%s
  kind: %s
  layers:
  - name: %s
    kind: %s
    component: %s
    provides: {%s}
    requires: [%s]
    conflicts: [%s]
%s`, name, version, name, kind, name, layer, component, strings.Join(provides, ", "), strings.Join(requires, ", "), strings.Join(conflicts, ", "), more)
}

func load(tb testing.TB, files fstest.MapFS) *profile.Workspace {
	tb.Helper()
	ws, diags := profile.Load(files, profile.Layout{})
	if diags.HasErrors() {
		tb.Fatal(diags.Text(files))
	}
	return ws
}

func refs(text string) []profile.Ref {
	var out []profile.Ref
	for _, each := range strings.Fields(text) {
		ref, err := profile.ParseRef(each)
		if err != nil {
			panic(err)
		}
		out = append(out, ref)
	}
	return out
}

// at resolves the cluster at versions.
func at(tb testing.TB, ws *profile.Workspace, pins string) *profile.Stack {
	tb.Helper()
	stack, diags := ws.ResolveAt(key, refs(pins)...)
	if stack == nil {
		tb.Fatal(diags.Text(nil))
	}
	return stack
}
