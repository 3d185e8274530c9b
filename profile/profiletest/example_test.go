package profiletest_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

// blueprints are a profile, a hub, and a cluster that overrides a value.
var blueprints = fstest.MapFS{
	"hubs/eu-1.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: eu-1}
spec: {clusterAPI: {version: 1.14.2}}
`)},
	"library/base/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
  - {name: cni, kind: Network, component: {name: meshnet, version: 1.4.2}, values: {mtu: 1450, mode: strict}, fixed: [/values/mode]}
  - {name: csi, kind: Storage, component: {none: simulated}}
`)},
	"fleet/stores.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store-1, namespace: fleet}
spec:
  profiles: [base]
  overrides: [{layer: cni, values: {mtu: 1380}, reason: the uplink is tunnelled, owner: stores}]
`)},
}

// A failed expectation says what is there, where it was written, and what it was
// put over. In a test this is ws.Resolve(t, "store-1").Want(t, ...).
func Example() {
	ws := profiletest.Open(blueprints)
	s, err := ws.StackOf("store-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Check("cni:/values/mtu", 1380, "cluster eu-1/fleet/store-1"))
	fmt.Println(s.Check("cni:/values/mtu", 1450, "base@1.0.0"))
	// Output:
	// <nil>
	// error: cni:/values/mtu of eu-1/fleet/store-1 is 1380 from cluster eu-1/fleet/store-1, want 1450, want it from base@1.0.0
	//   --> fleet/stores.yaml:6:42
	//     6 |   overrides: [{layer: cni, values: {mtu: 1380}, reason: the uplink is tunnelled, owner: stores}]
	//       |                                          ^^^^
	//   note: it was put over 1450 from base@1.0.0
	//   --> library/base/1.0.0/profile.yaml:11:90
	//    11 |   - {name: cni, kind: Network, component: {name: meshnet, version: 1.4.2}, values: {mtu: 1450, mode: strict}, fixed: [/values/mode]}
	//       |                                                                                          ^^^^
}

// With asks what would be, without writing it.
func ExampleWorkspace_Patched() {
	ws := profiletest.Open(blueprints)
	changed, err := ws.Patched(`overrides: [{layer: cni, values: {mode: open}, reason: x, owner: y}]`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changed.CheckDiagnostic("profile.fixed", "owner platform"))
	fmt.Println(ws.CheckClean())
	// Output:
	// <nil>
	// <nil>
}

// A fixture says on its lines what is wrong with them.
func ExampleCheckFixture() {
	mistakes := fstest.MapFS{"fleet/stores.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store-1, namespace: fleet}
spec:
  profiles: [bse] # want: profile.unknown-profile "did you mean \"base\"?"
  size: 3 # want: profile.unknown-field
`)}}
	fmt.Println(profiletest.CheckFixture(profiletest.Over(blueprints, mistakes)))
	// Output: <nil>
}
