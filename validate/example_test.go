package validate_test

import (
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
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

// A policy of the organisation: production clusters have three control-plane
// machines.
func ExampleWorkspace_policy() {
	fsys := fstest.MapFS{
		"policies/platform.cue": {Data: []byte(`policies: "three-machines": {
	message: "production clusters have at least 3 control-plane machines"
	hint:    "write replicas: 3 or 5"
	owner:   "platform"
	on:      "Cluster"
	reads: ["/metadata/labels/env", "/spec/pools/controlPlane/replicas"]
	match: metadata: labels: env: "prod"
	require: spec: pools: controlPlane: replicas: >=3
}
`)},
		"fleet/store.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store, labels: {env: prod}}
spec:
  profiles: [base@1.0.0]
  pools: {controlPlane: {replicas: 1}}
`)},
	}
	ws, loaded := profile.Load(fsys, profile.Layout{})
	for _, d := range validate.Workspace(ws, validate.Options{Loaded: loaded}) {
		if d.Code == "policy.three-machines" {
			fmt.Print(diag.Diagnostics{d}.Text(fsys))
		}
	}
	fmt.Println(validate.PolicyOwners(ws))
	// Output:
	// error: production clusters have at least 3 control-plane machines [policy.three-machines]
	//   --> fleet/store.yaml:6:36
	//     6 |   pools: {controlPlane: {replicas: 1}}
	//       |                                    ^
	//   hint: write replicas: 3 or 5
	//   note: this is a policy of platform
	//   --> policies/platform.cue:1:11
	//     1 | policies: "three-machines": {
	//       |           ^^^^^^^^^^^^^^^^
	// map[policy.three-machines:platform]
}

// The schema of a workspace knows its variables and their types.
func ExampleJSONSchema() {
	ws, _ := profile.Load(fstest.MapFS{"library/base/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  abstract: true
  variables: [{name: mtu, type: integer, min: 1280, max: 9000}]
`)}}, profile.Layout{})
	text := string(validate.JSONSchema(ws))
	_, text, _ = strings.Cut(text, `"mtu": `)
	text, _, _ = strings.Cut(text, "},")
	fmt.Println(strings.Join(strings.Fields(text), " "))
	// Output: { "anyOf": [ { "maximum": 9000, "minimum": 1280, "type": "integer"
}
