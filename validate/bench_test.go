package validate_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

const hub = `apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: eu-1}
spec: {clusterAPI: {version: 1.14.2}}
`

// basis is a profile of a whole cluster as teams write them: typed variables,
// Cluster API slots with expressions, values, a rule.
const basis = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: %s}
spec:
  version: %s
  owner: platform
  kind: Infrastructure
  variables:
  - {name: region, type: string, enum: [eu-west-1, us-east-1, local], default: local, immutable: true}
  - {name: podCIDR, type: cidr, default: 10.244.0.0/16}
  - {name: maxPods, type: integer, min: 30, max: 250, default: 110, scope: pool}
  - {name: dns, type: list, items: {type: dnsName}, maxItems: 3, default: [dns.example.com]}
  - {name: proxy, type: object, properties: {url: {type: url, required: true}, port: {type: integer, min: 1, max: 65535, default: 3128}}, default: {url: "http://proxy.example.com"}}
  rules:
  - {rule: "vars.region != 'local' || vars.proxy.port > 1024", message: local proxies use high ports}
  layers:
  - {name: os, kind: OS, component: {name: ubuntu, version: 24.4.1}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: 1.34.%d}
    capi:
      cluster: {spec: {clusterNetwork: {pods: {cidrBlocks: ["${vars.podCIDR}"]}}}}
      nodes: {nodeRegistration: {kubeletExtraArgs: [{name: max-pods, value: "${string(vars.maxPods)}"}, {name: node-labels, value: "region=${vars.region}"}]}}
      controlPlane: {template: {spec: {kubeadmConfigSpec: {clusterConfiguration: {apiServer: {extraArgs: [{name: profiling, value: "false"}]}}, files: [{path: /etc/a, content: a}]}}}}
      classes: {general: {}, large: {class: {taints: []}}}
  - {name: cni, kind: Network, component: {name: cilium, version: 1.18.2}, requires: [{component: kubernetes, version: ">=1.31 <1.36"}], values: {cluster: {name: "${cluster.name}"}, ipam: {cidr: "${vars.podCIDR}"}, proxy: "${vars.proxy.url}:${vars.proxy.port}"}}
  - {name: csi, kind: Storage, component: {name: csi, version: 2.1.0}, provides: {storage-class: standard}, values: {dns: "${vars.dns}"}}
  - {name: audit, kind: Security, component: {name: audit, version: 1.0.0}, values: {level: metadata}, fixed: [/values/level]}
`

// addition is a profile that adds to a cluster.
const addition = `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: %s}
spec:
  version: %s
  owner: observability
  kind: AddOn
  variables:
  - {name: %s_retention, type: duration, min: 1h, max: 720h, default: 48h}
  - {name: %s_memory, type: quantity, min: 64Mi, default: 256Mi}
  presets:
  - {group: size, name: small, layers: [{layer: agent, values: {replicas: 1}}]}
  - {group: size, name: large, layers: [{layer: agent, values: {replicas: 5}}]}
  layers:
  - {name: agent, kind: AddOn, component: {name: %s, version: %s}, requires: [{capability: storage-class}], values: {replicas: 2, retention: "${vars.%s_retention}", memory: "${vars.%s_memory}", cluster: "${cluster.namespace}-${cluster.name}"}}
  - {name: dashboards, kind: AddOn, component: {name: dashboards, version: 1.0.0}, after: [agent], values: {list: [a, b, c], nested: {deep: {er: true}}}}
`

const cluster = `apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c%05d, namespace: fleet, labels: {ring: r%d, tier: edge}}
spec:
  profiles: [base-0, addon-0, addon-1]
  variables: {region: eu-west-1, podCIDR: 10.%d.%d.0/24, addon_0_retention: %dh}
  presets: {size: small}
  pools: {controlPlane: {replicas: 3}, workers: [{name: general, class: general, replicas: %d, variables: {maxPods: %d}}]}
`

// library writes 200 versions of ten profiles.
func library(fsys fstest.MapFS) {
	fsys["hubs/eu-1.yaml"] = &fstest.MapFile{Data: []byte(hub)}
	for p := range 10 {
		for v := range 20 {
			version, name := fmt.Sprintf("1.%d.0", v), fmt.Sprintf("base-%d", p)
			text := fmt.Sprintf(basis, name, version, v)
			if p >= 5 {
				name = fmt.Sprintf("addon-%d", p-5)
				id := strings.ReplaceAll(name, "-", "_")
				text = fmt.Sprintf(addition, name, version, id, id, name, version, id, id)
			}
			fsys["library/"+name+"/"+version+"/profile.yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
}

// fleet writes n clusters, each with values of its own, a hundred to a file.
func fleet(fsys fstest.MapFS, n int) {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "---\n"+cluster, i, i%10, i/256, i%256, 1+i%100, 1+i%5, 30+i%200)
		if i%100 == 99 || i == n-1 {
			fsys[fmt.Sprintf("fleet/%05d.yaml", i)] = &fstest.MapFile{Data: []byte(b.String())}
			b.Reset()
		}
	}
}

func loaded(b testing.TB, clusters int) (*profile.Workspace, validate.Options) {
	b.Helper()
	fsys := fstest.MapFS{}
	library(fsys)
	fleet(fsys, clusters)
	ws, found := profile.Load(fsys, profile.Layout{})
	options := validate.Options{Loaded: found}
	if all := validate.Workspace(ws, options); all.HasErrors() {
		b.Fatal(all.Text(fsys))
	}
	return ws, options
}

// BenchmarkLoadLibrary200 loads and validates 200 profile versions.
func BenchmarkLoadLibrary200(b *testing.B) {
	fsys := fstest.MapFS{}
	library(fsys)
	b.ReportAllocs()
	for b.Loop() {
		ws, found := profile.Load(fsys, profile.Layout{})
		if all := validate.Workspace(ws, validate.Options{Loaded: found}); all.HasErrors() {
			b.Fatal(all.Text(fsys))
		}
	}
}

// BenchmarkFleetValidate10k validates 10,000 clusters of a loaded workspace.
func BenchmarkFleetValidate10k(b *testing.B) {
	ws, options := loaded(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		validate.Workspace(ws, options)
	}
}
