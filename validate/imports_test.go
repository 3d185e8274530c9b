package validate_test

import (
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed are the packages outside the standard library that validate may
// import, and why. It reads no files but its own, talks to nothing and does not
// render.
var allowed = map[string]string{
	"github.com/dayzero-sdk/dayzero/profile":         "what is judged",
	"github.com/dayzero-sdk/dayzero/profile/diag":    "findings",
	"github.com/dayzero-sdk/dayzero/internal/decode": "paths as messages name them",
	"github.com/dayzero-sdk/dayzero/internal/patch":  "images that patches set",
	"github.com/dayzero-sdk/dayzero/internal/value":  "documents with their places",
	"github.com/dayzero-sdk/dayzero/internal/source": "images in manifests",
	"cuelang.org/go/cue":                             "the engine of the schemas",
	"cuelang.org/go/cue/ast":                         "data that is not known, for later passes; policies before they are evaluated",
	"cuelang.org/go/cue/format":                      "writing the definition of variables",
	"cuelang.org/go/cue/literal":                     "texts of policies",
	"cuelang.org/go/cue/token":                       "writing the definition of variables; policies before they are evaluated",
	"cuelang.org/go/cue/build":                       "compiling the embedded schemas without a loader",
	"cuelang.org/go/cue/cuecontext":                  "the engine of the schemas",
	"cuelang.org/go/cue/errors":                      "what the schemas refuse",
	"cuelang.org/go/cue/parser":                      "compiling the embedded schemas without a loader; reading policies",
	"k8s.io/apimachinery/pkg/api/resource":           "quantities of machines",
	"k8s.io/apimachinery/pkg/apis/meta/v1":           "label selectors as Strategy has them",
	"k8s.io/apimachinery/pkg/labels":                 "what a label selector matches",
	"k8s.io/apimachinery/pkg/util/validation":        "names and labels as Kubernetes takes them",
}

// forbidden packages of the standard library would make the result depend on
// more than the arguments.
var forbidden = []string{"os", "net", "math/rand", "log"}

func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			root, _, _ := strings.Cut(path, "/")
			switch {
			case path == "net/netip": // addresses as data
			case slices.Contains(forbidden, path) || slices.Contains(forbidden, root):
				t.Errorf("%s imports %s: the result would depend on more than the arguments", file, path)
			case strings.Contains(root, ".") && allowed[path] == "":
				t.Errorf("%s imports %s, which is not among %v", file, path, slices.Sorted(maps.Keys(allowed)))
			}
			used[path] = true
		}
	}
	for path := range allowed {
		if !used[path] {
			t.Errorf("nothing imports %s any more", path)
		}
	}
}
