package validate

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cuelang.org/go/cue"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile"
)

// TestEnvironmentIsNotRead: variables that change CUE, and open closed
// definitions, change nothing here. CUE reads them once in a process, so the
// test runs in another one.
func TestEnvironmentIsNotRead(t *testing.T) {
	if os.Getenv("CUE_DEBUG") == "" {
		again := exec.Command(os.Args[0], "-test.run=^TestEnvironmentIsNotRead$")
		again.Env = append(os.Environ(), "CUE_DEBUG=opendef", "CUE_EXPERIMENT=nonsense")
		if output, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	root, err := compile(schemaFiles)
	if err != nil {
		t.Fatal(err)
	}
	metadata := root.LookupPath(cue.MakePath(cue.Def("Metadata")))
	for field, closed := range map[string]bool{"namespace": false, "uid": true} {
		v := metadata.Unify(encode(map[string]any{"name": "a", field: "x"}))
		if refused := v.Validate(cue.Concrete(true)) != nil; refused != closed {
			t.Errorf("field %s: refused %v, want %v", field, refused, closed)
		}
	}
}

// documentTypes are the Go types of the kinds of documents.
var documentTypes = map[string]reflect.Type{
	"Profile":   reflect.TypeFor[profile.Profile](),
	"Overlay":   reflect.TypeFor[profile.Overlay](),
	"Hub":       reflect.TypeFor[profile.Hub](),
	"Cluster":   reflect.TypeFor[profile.Cluster](),
	extending:   reflect.TypeFor[profile.Profile](),
	"Strategy":  reflect.TypeFor[profile.Strategy](),
	"Ownership": reflect.TypeFor[profile.Ownership](),
	dumped: reflect.TypeFor[struct {
		profile.TypeMeta `json:",inline"`
		Metadata         profile.ObjectMeta `json:"metadata"`
		Spec             drift.Coverage     `json:"spec,omitempty"`
	}](),
}

// coverage and gap are the types of package drift with the names that documents
// have for their fields.
type (
	coverage struct {
		Complete bool        `json:"complete,omitempty"`
		NotRead  []drift.Gap `json:"notRead,omitempty"`
	}
	gap struct {
		Group     string `json:"group,omitempty"`
		Kind      string `json:"kind,omitempty"`
		Namespace string `json:"namespace,omitempty"`
		Reason    string `json:"reason,omitempty"`
	}
)

// They have the same fields, or this is not compiled.
var (
	_ = drift.Coverage(coverage{})
	_ = drift.Gap(gap{})
)

// forms are the types that read documents in a way of their own: as which kinds,
// and with which fields where they are mappings.
var forms = map[reflect.Type]struct {
	kind   cue.Kind
	fields reflect.Type
}{
	reflect.TypeFor[profile.Value]():      {kind: cue.TopKind},
	reflect.TypeFor[profile.Schema]():     {kind: cue.StructKind}, // which holds itself
	reflect.TypeFor[intstr.IntOrString](): {kind: cue.IntKind | cue.StringKind},
	reflect.TypeFor[metav1.Duration]():    {kind: cue.StringKind},
	reflect.TypeFor[drift.Coverage]():     {kind: cue.StructKind, fields: reflect.TypeFor[coverage]()},
	reflect.TypeFor[drift.Gap]():          {kind: cue.StructKind, fields: reflect.TypeFor[gap]()},
	reflect.TypeFor[profile.ManifestSource](): {kind: cue.StringKind | cue.StructKind, fields: reflect.TypeFor[struct {
		File   string `json:"$file"`
		Expand bool   `json:"expand,omitempty"`
	}]()},
	reflect.TypeFor[profile.FixedPath](): {kind: cue.StringKind | cue.StructKind, fields: reflect.TypeFor[struct {
		Layer string `json:"layer"`
		Path  string `json:"path"`
	}]()},
	reflect.TypeFor[profile.LayerRef](): {kind: cue.StringKind | cue.StructKind, fields: reflect.TypeFor[struct {
		Layer    string `json:"layer"`
		Optional bool   `json:"optional,omitempty"`
	}]()},
}

// stricter is where the schema says something else than a Go type that has
// several uses.
var stricter = map[string]string{
	"Cluster.spec.pools.controlPlane.autoscale: _|_ in CUE, struct in Go":  "the control plane cannot be scaled automatically",
	"Cluster.spec.pools.controlPlane.upgradeAfter: _|_ in CUE, list in Go": "the control plane is upgraded first",
	"Cluster.spec.pools.workers[].name: required in CUE, optional in Go":   "only the pool of the control plane has no name",
	"Profile.spec.pools.controlPlane.autoscale: _|_ in CUE, struct in Go":  "as for a cluster",
	"Profile.spec.pools.controlPlane.upgradeAfter: _|_ in CUE, list in Go": "as for a cluster",
	"Profile.spec.pools.workers[].name: required in CUE, optional in Go":   "as for a cluster",

	"Profile.spec.layers[].component: optional in CUE, required in Go": "a layer of a profile may change an inherited one",
	"Profile.spec.layers[].kind: optional in CUE, required in Go":      "likewise",

	"ExtendingProfile.spec.layers[].component: optional in CUE, required in Go":            "what is inherited may be left out",
	"ExtendingProfile.spec.layers[].kind: optional in CUE, required in Go":                 "likewise",
	"ExtendingProfile.spec.layers[].content.helm.chart: optional in CUE, required in Go":   "likewise",
	"ExtendingProfile.spec.layers[].content.helm.version: optional in CUE, required in Go": "likewise",
	"ExtendingProfile.spec.pools.workers[].autoscale.max: optional in CUE, required in Go": "likewise",
	"ExtendingProfile.spec.pools.workers[].autoscale.min: optional in CUE, required in Go": "likewise",
	"ExtendingProfile.spec.variables[].type: optional in CUE, required in Go":              "likewise",
	"ExtendingProfile.spec.pools.controlPlane.autoscale: _|_ in CUE, struct in Go":         "as for a cluster",
	"ExtendingProfile.spec.pools.controlPlane.upgradeAfter: _|_ in CUE, list in Go":        "as for a cluster",
	"ExtendingProfile.spec.pools.workers[].name: required in CUE, optional in Go":          "as for a cluster",
}

// TestSchemasAreTheTypes holds the schemas against the Go types that documents
// are read into: the same fields, of the same kinds, optional in both or in
// neither.
func TestSchemasAreTheTypes(t *testing.T) {
	root, err := compile(schemaFiles)
	if err != nil {
		t.Fatal(err)
	}
	if len(documentTypes) != len(kinds)+2 { // and extending and dumped
		t.Errorf("kinds of documents are %v, types are %v", kinds, documentTypes)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(stricter)), mismatches(root)); diff != "" {
		t.Errorf("schemas and types (-allowed +found):\n%s", diff)
	}
}

// TestMismatchesAreFound shows that the test above can fail.
func TestMismatchesAreFound(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"hub.cue", "\t\tdelivery?:", "\t\tdeliveries?:", "Hub.spec.delivery: not in CUE"},
		{"hub.cue", "\t\tdelivery?:", "\t\tdeliveries?:", "Hub.spec.deliveries: not in Go"},
		{"hub.cue", "clusterAPI!:", "clusterAPI?:", "Hub.spec.clusterAPI: optional in CUE, required in Go"},
		{"hub.cue", "classNamespace?:", "classNamespace!:", "Hub.spec.classNamespace: required in CUE, optional in Go"},
		{"hub.cue", "featureGates?: [...#FeatureGate]", "featureGates?: #FeatureGate", "Hub.spec.clusterAPI.featureGates: string in CUE, list in Go"},
		{"hub.cue", "featureGates?: [...#FeatureGate]", "featureGates?: [...int]", "Hub.spec.clusterAPI.featureGates[]: int in CUE, string in Go"},
		{"cluster.cue", "capacity?: {[string]: string}", "", "Cluster.spec.pools.workers[].autoscale.capacity: not in CUE"},
		{"cluster.cue", "min!: #Count", "min!: string", "Cluster.spec.pools.workers[].autoscale.min: string in CUE, int in Go"},
		{"profile.cue", "abstract?: bool", "abstract?: string", "Profile.spec.abstract: string in CUE, bool in Go"},
		{"profile.cue", "optional?: bool", "maybe?: bool", "Profile.spec.layers[].after[].maybe: not in Go"},
		{"content.cue", "expand?: bool", "expand!: bool", "Profile.spec.layers[].content.manifests[].expand: required in CUE, optional in Go"},
		{"content.cue", "helm?: #Chart", "helm?: string", "Profile.spec.layers[].content.helm: string in CUE, struct in Go"},
		{"strategy.cue", "values?: [...string]", "values?: {...}", "Strategy.spec.stages[].selector.matchExpressions[].values: struct in CUE, list in Go"},
		{"strategy.cue", "maxConcurrency?: int & >=1 | ", "maxConcurrency?: ", "Strategy.spec.stages[].maxConcurrency: string in CUE, (int|string) in Go"},
		{"live.cue", "reason?:", "reasons?:", "LiveCoverage.spec.notRead[].reason: not in CUE"},
		{"name.cue", "labels?: {[string]: string}", "labels?: [...]", "Hub.metadata.labels: list in CUE, struct in Go"},
	} {
		root, err := compile(changed(t, c.file, c.from, c.to))
		if err != nil {
			t.Fatalf("%s without %q: %v", c.file, c.from, err)
		}
		if found := mismatches(root); !slices.Contains(found, c.want) {
			t.Errorf("with %q in %s: found %q, want %q", c.to, c.file, found, c.want)
		}
	}
}

// changed is the schemas with one text replaced.
func changed(t *testing.T, file, from, to string) fs.FS {
	out := fstest.MapFS{}
	names, _ := fs.Glob(schemaFiles, "schema/*.cue")
	for _, name := range names {
		data, err := fs.ReadFile(schemaFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if name == "schema/"+file {
			if text = strings.Replace(text, from, to, 1); text == string(data) {
				t.Fatalf("%s does not hold %q", file, from)
			}
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// mismatches lists in what schemas and types differ, sorted.
func mismatches(root cue.Value) []string {
	c := comparison{}
	for kind, typ := range documentTypes {
		c.compare(kind, root.LookupPath(cue.MakePath(cue.Def(kind))), typ)
	}
	slices.Sort(c.found)
	return c.found
}

type comparison struct{ found []string }

func (c *comparison) add(path, format string, args ...any) {
	c.found = append(c.found, path+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) compare(path string, v cue.Value, typ reflect.Type) {
	if typ.Kind() == reflect.Pointer {
		c.compare(path, v, typ.Elem())
		return
	}
	want, fields := kindOf(typ)
	if want == cue.TopKind {
		return
	}
	if got := cueKind(v); got != want {
		c.add(path, "%v in CUE, %v in Go", got, want)
		return
	}
	switch {
	case fields != nil:
		c.compareFields(path, v, fields)
	case want == cue.ListKind:
		c.compare(path+"[]", itemOf(v), typ.Elem())
	}
}

// kindOf gives the kind of data that a type reads, and the struct whose fields a
// mapping has.
func kindOf(typ reflect.Type) (cue.Kind, reflect.Type) {
	if form, ok := forms[typ]; ok {
		return form.kind, form.fields
	}
	switch typ.Kind() {
	case reflect.String:
		return cue.StringKind, nil
	case reflect.Bool:
		return cue.BoolKind, nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return cue.IntKind, nil
	case reflect.Slice:
		return cue.ListKind, nil
	case reflect.Map:
		return cue.StructKind, nil
	case reflect.Struct:
		return cue.StructKind, typ
	}
	return cue.BottomKind, nil
}

// cueKind is the kind of v. A mapping with conditions has none before there is
// data; its fields say what it is.
func cueKind(v cue.Value) cue.Kind {
	if k := v.IncompleteKind(); k != cue.BottomKind {
		return k
	}
	if len(cueFields(v)) > 0 {
		return cue.StructKind
	}
	return cue.BottomKind
}

func (c *comparison) compareFields(path string, v cue.Value, typ reflect.Type) {
	inCUE, inGo := cueFields(v), goFields(typ)
	for name, field := range inGo {
		at := path + "." + name
		other, ok := inCUE[name]
		if !ok {
			c.add(at, "not in CUE")
			continue
		}
		if field.required != other.required {
			c.add(at, "%s in CUE, %s in Go", optionality(other.required), optionality(field.required))
		}
		c.compare(at, other.value, field.typ)
	}
	for name := range inCUE {
		if _, ok := inGo[name]; !ok {
			c.add(path+"."+name, "not in Go")
		}
	}
}

func optionality(required bool) string {
	if required {
		return "required"
	}
	return "optional"
}

type cueField struct {
	value    cue.Value
	required bool
}

// cueFields are the fields of a mapping, or of the mapping among alternatives.
func cueFields(v cue.Value) map[string]cueField {
	out := map[string]cueField{}
	v = cue.Dereference(v)
	if op, args := v.Expr(); op == cue.OrOp {
		for _, arg := range args {
			maps.Copy(out, cueFields(arg))
		}
		return out
	}
	fields, err := v.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		out[fields.Selector().Unquoted()] = cueField{fields.Value(), fields.Selector().ConstraintType() == cue.RequiredConstraint}
	}
	return out
}

func itemOf(v cue.Value) cue.Value {
	if item := v.LookupPath(cue.MakePath(cue.AnyIndex)); item.Exists() {
		return item
	}
	return v.LookupPath(cue.MakePath(cue.Index(0)))
}

type goField struct {
	typ      reflect.Type
	required bool
}

func goFields(typ reflect.Type) map[string]goField {
	out := map[string]goField{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			maps.Copy(out, goFields(f.Type))
		case name != "" && name != "-":
			out[name] = goField{f.Type, !strings.Contains(options, "omitempty")}
		}
	}
	return out
}
