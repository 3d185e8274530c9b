package dayzero_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dayzero-sdk/dayzero/"

// ours lists, for each public package, what it may import of this module:
// imports go down only. Anything below internal/ that is not named here has one
// user and belongs to another floor.
var ours = map[string]map[string]string{
	"profile/diag": {},
	"profile": {
		"profile/diag":    "findings, places, origins",
		"internal/decode": "strict decoding of documents",
		"internal/expr":   "expressions in values",
		"internal/files":  "reading a tree nobody has vouched for",
		"internal/merge":  "layers over each other",
		"internal/source": "YAML with places",
		"internal/value":  "the tree",
	},
	"profile/policy": {
		"profile": "who may do what, workspaces", "profile/diag": "places and paths", "internal/value": "trees of documents",
	},
	"profile/upgrade": {
		"profile": "releases, stacks, version ranges", "profile/diag": "findings, places", "internal/markdown": "text of changelogs", "internal/merge": "list tables", "internal/value": "the tree",
	},
	"profile/vet": {
		"profile": "what is vetted", "profile/diag": "findings", "internal/expr": "what rules read",
	},
	"profile/handbook": {
		"profile": "what is written down", "profile/diag": "paths", "profile/upgrade": "changelogs", "internal/markdown": "text as text",
	},
	"profile/profiletest": {
		"profile": "what is tested", "profile/diag": "findings, paths", "profile/upgrade": "verdicts and paths", "internal/corpus": "cases as archives", "profile/vet": "corners",
	},
	"validate": {
		"profile": "what is validated", "profile/diag": "findings", "internal/decode": "paths as messages name them", "internal/patch": "images that patches set", "internal/source": "images in manifests", "internal/value": "trees of documents",
	},
	"render": {
		"profile": "stacks", "profile/diag": "findings, origins", "internal/immutable": "what makes a change a recreation", "internal/source": "manifests as kubectl sends them", "internal/value": "the tree",
	},
	"render/capi": {
		"render": "Engine, Object", "profile": "slots", "profile/diag": "findings", "internal/merge": "slots over each other", "internal/value": "the tree",
	},
	"render/manifests": {
		"render": "Engine, Object", "profile": "layers", "profile/diag": "findings", "internal/patch": "patches", "internal/source": "manifests", "internal/value": "the tree",
	},
	"drift": {
		"render": "Object and Key, nothing else", "profile/diag": "paths, origins, findings", "internal/immutable": "what takes a new object", "internal/kubeschema": "lists, quantities and defaults of Kubernetes", "internal/value": "the tree",
	},
	"rollout": {
		"profile": "Key, Impact, Strategy", "profile/diag": "findings",
	},
	"rollout/members": {
		"profile": "workspaces", "profile/diag": "findings", "profile/upgrade": "paths", "render": "impacts of changes", "rollout": "Member, Hop",
	},
}

// banned are packages of others that no public package may link, with the
// reason.
var banned = map[string]string{
	"helm.sh/helm/":                  "Helm is a module of its own",
	"sigs.k8s.io/kustomize/":         "Kustomize is a module of its own",
	"k8s.io/client-go/rest":          "only what talks to clusters links a client",
	"k8s.io/client-go/kubernetes":    "only what talks to clusters links a client",
	"sigs.k8s.io/controller-runtime": "only what talks to clusters links a client",
	"k8s.io/kubernetes/":             "its tables are generated",
	"github.com/google/go-cmp/":      "it may panic by design: tests only",
	"pgregory.net/rapid":             "tests only",
}

// forTests may be linked by packages of test helpers, whose names end in test.
var forTests = map[string]bool{"github.com/google/go-cmp/": true}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, packages ...string) []listed {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-deps=false", "-json=ImportPath,Imports,Deps"}, packages...)...)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// TestImports holds the direction of imports between the public packages, and
// what none of them may link.
func TestImports(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "./profile/...", "./validate/...", "./render/...", "./drift/...", "./rollout/...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := ours[name]
		if !known {
			t.Errorf("package %s is public: say here what it may import", name)
			continue
		}
		seen[name] = true
		for _, imported := range p.Imports {
			if rest, own := strings.CutPrefix(imported, module); own && allowed[rest] == "" {
				t.Errorf("%s imports %s, which is not on its list", name, rest)
			}
		}
		for _, dep := range p.Deps {
			for prefix, why := range banned {
				if strings.HasPrefix(dep, prefix) && !(strings.HasSuffix(name, "test") && forTests[prefix]) {
					t.Errorf("%s links %s: %s", name, dep, why)
				}
			}
			if name != "validate" && strings.HasPrefix(dep, "cuelang.org/go/") {
				t.Errorf("%s links %s: only validate links CUE", name, dep)
			}
		}
	}
	for name := range ours {
		if !seen[name] {
			t.Errorf("package %s is on the list but not there", name)
		}
	}
}

// TestValidateLinksCUE shows that the ban above can be seen to fail.
func TestValidateLinksCUE(t *testing.T) {
	p := list(t, "./validate")[0]
	if !slices.ContainsFunc(p.Deps, func(dep string) bool { return strings.HasPrefix(dep, "cuelang.org/go/") }) {
		t.Error("validate does not link CUE: the listing is not what it seems")
	}
}
