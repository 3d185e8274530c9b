package policy_test

import (
	"fmt"
	"maps"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/policy"
)

// workspace is one with grants, and a cluster of the stores.
func workspace() fstest.MapFS {
	return fstest.MapFS{
		"library/ownership.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Ownership
metadata: {name: ownership}
spec:
  owner: governance
  grants:
  - {groups: [platform], verbs: [create, change, remove, set, override, publish, configure]}
  - {groups: [store-ops], verbs: [create], profiles: [base*], clusters: {matchLabels: {tier: edge}}}
  - {groups: [store-ops], verbs: [set, override], variables: [region], layers: [cni], paths: [/values/mtu], clusters: {matchLabels: {tier: edge}}}
  - {users: ["*"], verbs: [waive], policies: [policy.size]}
`)},
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
  variables:
  - {name: region, type: string, default: eu}
  layers:
  - {name: os, kind: OS, component: {none: simulated}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
  - {name: cni, kind: Network, component: {name: meshnet, version: 1.4.2}, values: {mtu: 1450, region: "${vars.region}"}}
  - {name: csi, kind: Storage, component: {none: simulated}}
`)},
		"fleet/a.yaml": {Data: []byte(cluster("a", "edge", ""))},
	}
}

func cluster(name, tier, more string) string {
	return "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: " + name + ", namespace: fleet, labels: {tier: " + tier + "}}\nspec:\n  profiles: [base]\n" + more
}

func with(name, text string) fstest.MapFS {
	out := maps.Clone(workspace())
	out[name] = &fstest.MapFile{Data: []byte(text)}
	return out
}

// A portal asks before it makes a change itself.
func ExampleRules_Decide() {
	ws, _ := profile.Load(workspace(), profile.Layout{})
	rules := policy.Of(ws.Library)
	ann := policy.Actor{Name: "ann", Groups: []string{"store-ops"}}
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "b"}
	edge := map[string]string{"tier": "edge"}
	for _, c := range []policy.Change{
		{Verb: profile.CreateVerb, Cluster: key, After: edge, Profile: "base"},
		{Verb: profile.CreateVerb, Cluster: key, After: map[string]string{"tier": "core"}, Profile: "base"},
		{Verb: profile.OverrideVerb, Cluster: key, Before: edge, After: edge, Layer: "base/cni", Path: "/values/mtu"},
		{Verb: profile.OverrideVerb, Cluster: key, Before: edge, After: edge, Layer: "base/cni", Path: "/enabled"},
		{Verb: profile.WaiveVerb, Cluster: key, Policy: "policy.size"},
		{Verb: profile.PublishVerb, Profile: "base", Version: "1.1.0"},
	} {
		d := rules.Decide(ann, c)
		fmt.Println(d.Allowed, d.Reason)
	}
	// Output:
	// true the grant at library/ownership.yaml:8:5 lets ann (store-ops) create cluster eu-1/fleet/b from profile base
	// false no grant lets ann (store-ops) create cluster eu-1/fleet/b from profile base; the grant at library/ownership.yaml:8:5 is limited to clusters with tier=edge
	// true the grant at library/ownership.yaml:9:5 lets ann (store-ops) override /values/mtu of layer base/cni for cluster eu-1/fleet/b
	// false no grant lets ann (store-ops) override /enabled of layer base/cni for cluster eu-1/fleet/b; the grant at library/ownership.yaml:9:5 is limited to paths /values/mtu
	// true the grant at library/ownership.yaml:10:5 lets ann (store-ops) waive policy.size for cluster eu-1/fleet/b
	// false no grant lets ann (store-ops) publish base@1.1.0
}

// May the author of a pull request do all that it does?
func ExampleChanges() {
	base, head := workspace(), with("fleet/a.yaml", cluster("a", "edge", `  variables: {region: us}
  overrides: [{layer: cni, values: {mtu: 1400}, reason: r, owner: o}, {layer: csi, enabled: false, reason: r, owner: o}]
`))
	have, _ := profile.Load(base, profile.Layout{})
	want, _ := profile.Load(head, profile.Layout{})
	rules := policy.Of(have.Library)
	for _, c := range policy.Changes(have, want) {
		d := rules.Decide(policy.Actor{Name: "ann", Groups: []string{"store-ops"}}, c)
		fmt.Println(c.Range, c, d.Allowed)
	}
	// Output:
	// fleet/a.yaml:6:23 set variable region of cluster eu-1/fleet/a true
	// fleet/a.yaml:7:42 override /values/mtu of layer base/cni for cluster eu-1/fleet/a true
	// fleet/a.yaml:7:93 override /enabled of layer base/csi for cluster eu-1/fleet/a false
}
