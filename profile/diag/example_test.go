package diag_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

func ExampleDiagnostics_Text() {
	fsys := fstest.MapFS{"fleet/one.yaml": {Data: []byte("spec:\n  profils: [base]\n")}}
	ds := diag.Diagnostics{
		diag.Errorf("profile.unknown-field", diag.Range{
			File:  "fleet/one.yaml",
			Start: diag.Position{Line: 2, Column: 3},
			End:   diag.Position{Line: 2, Column: 10},
		}, "unknown field %q in spec", "profils").WithDetail("did you mean %q?", "profiles"),
	}
	fmt.Print(ds.Text(fsys))
	// Output:
	// error: unknown field "profils" in spec [profile.unknown-field]
	//   --> fleet/one.yaml:2:3
	//     2 |   profils: [base]
	//       |   ^^^^^^^
	//   hint: did you mean "profiles"?
}

func ExampleDiagnostics_Err() {
	ds := diag.Diagnostics{diag.Warningf("source.plain-scalar", diag.Range{File: "a.yaml"}, "on is read as a string")}
	fmt.Println(ds.Err())
	ds = append(ds, diag.Errorf("profile.kind", diag.Range{File: "b.yaml"}, "unknown kind %q", "Hubb").WithDetail("did you mean Hub?"))
	fmt.Println(ds.Err())
	// Output:
	// <nil>
	// b.yaml: error: unknown kind "Hubb" [profile.kind]: did you mean Hub?
}

func ExampleParsePath() {
	path, err := diag.ParsePath("/spec/containers[name=app]/ports[port=80,protocol=TCP]/hostPort")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range path {
		if name, ok := step.IsField(); ok {
			fmt.Println("field", name)
		}
		if key, ok := step.IsKey(); ok {
			fmt.Println("item ", key)
		}
	}
	_, err = diag.ParsePath("spec/containers")
	fmt.Println(err)
	// Output:
	// field spec
	// field containers
	// item  [{name app}]
	// field ports
	// item  [{port 80} {protocol TCP}]
	// field hostPort
	// path "spec/containers" at character 1: a step starts with "/" or "["
}

func ExamplePath_Join() {
	labels := diag.Fields("metadata", "labels")
	fmt.Println(labels.Join(diag.Field("app.kubernetes.io/name")))
	fmt.Println(diag.Fields("args").Join(diag.Index(2)))
	fmt.Println(diag.Fields("finalizers").Join(diag.Element("keep")))
	// Output:
	// /metadata/labels/app.kubernetes.io~1name
	// /args[2]
	// /finalizers[=keep]
}

func ExampleNearest() {
	name, ok := diag.Nearest("regoin", []string{"region", "replicas"})
	fmt.Println(name, ok)
	// Output: region true
}

func ExampleOrigin_String() {
	o := diag.Origin{
		Kind:     diag.Profile,
		Document: "mem-base@1.4.0",
		Layer:    "cni",
		Range:    diag.Range{File: "library/mem-base/1.4.0/profile.yaml", Start: diag.Position{Line: 12, Column: 7}},
	}
	fmt.Println(o.Kind, o)
	// Output: profile mem-base@1.4.0 layer cni (library/mem-base/1.4.0/profile.yaml:12:7)
}
