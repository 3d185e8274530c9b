package validate_test

import (
	"fmt"
	"testing/fstest"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// A hub with two mistakes: one that loading finds, and one that the schema of
// hubs finds. Both are in the result, each once.
func ExampleWorkspace() {
	fsys := fstest.MapFS{"hubs/eu-1.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: eu-1}
spec:
  clusterAPI: {version: 1.14.2}
  clasNamespace: classes
  delivery: fluxcd
`)}}
	ws, loaded := profile.Load(fsys, profile.Layout{})
	found := validate.Workspace(ws, validate.Options{
		Loaded: loaded,
		Now:    time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	fmt.Print(found.Text(fsys))
	// Output:
	// error: unknown field "clasNamespace" in spec [profile.unknown-field]
	//   --> hubs/eu-1.yaml:6:3
	//     6 |   clasNamespace: classes
	//       |   ^^^^^^^^^^^^^
	//   hint: did you mean "classNamespace"? known fields are classNamespace, clusterAPI, delivery, owner
	//
	// error: spec.delivery must be one of the allowed values, not "fluxcd" [validate.enum]
	//   --> hubs/eu-1.yaml:7:13
	//     7 |   delivery: fluxcd
	//       |             ^^^^^^
	//   hint: did you mean "flux"? allowed are manifests, flux, argocd
}
