package profile_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
)

func ExampleStack_Claims() {
	ws, found := profile.Load(fstest.MapFS{
		"library/net/1.0.0/profile.yaml": {Data: []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: net}
spec:
  version: 1.0.0
  owner: network
  kind: Infrastructure
  variables:
    - {name: podCIDRs, type: list, items: {type: cidr}, disjoint: fleet, required: true}
    - {name: rack, type: string, unique: hub, scope: pool, default: r1}
    - {name: note, type: string, default: x}
  layers:
    - {name: os, kind: OS, component: {none: simulated}}
    - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
    - {name: cni, kind: Network, component: {none: simulated}}
    - {name: csi, kind: Storage, component: {none: simulated}}
`)},
		"hubs/eu-1.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-1}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
		"fleet/a.yaml": {Data: []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: a, namespace: fleet}
spec:
  profiles: [net]
  variables: {podCIDRs: [10.0.0.0/16, "2001:db8::/56"]}
  pools: {workers: [{name: w, variables: {rack: r2}}]}
`)},
	}, profile.Layout{})
	if found.HasErrors() {
		fmt.Println(found)
	}
	stack, _ := ws.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "a"})
	for _, c := range stack.Claims() {
		fmt.Println(c.Variable, c.Pool, c.Type, c.Value, c.Unique, c.Disjoint, c.Origin.Range, c.Declared.Owner)
	}
	// Output:
	// podCIDRs  cidr "10.0.0.0/16"  fleet fleet/a.yaml:7:26 network
	// podCIDRs  cidr "2001:db8::/56"  fleet fleet/a.yaml:7:39 network
	// rack controlPlane string "r1" hub  library/net/1.0.0/profile.yaml:11:69 network
	// rack w string "r2" hub  fleet/a.yaml:8:49 network
}
