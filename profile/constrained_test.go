package profile_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestConstrainedIsJudgedComputed: what an expression gives is judged, null too,
// and so is whether what it gives still has what is constrained.
func TestConstrainedIsJudgedComputed(t *testing.T) {
	base := profileOf("base", `  owner: platform
  kind: Infrastructure
  variables: [{name: v, type: integer, default: 2}]
  layers:
  - {name: os, kind: OS, component: {none: x}}
  - {name: csi, kind: Storage, component: {none: x}}
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: 1.34.2}
    capi:
      nodes: {config: {files: [{path: /a, content: ok}]}}
    constrained:
    - {path: "/capi/nodes/config/files[path=/a]/content", type: string, pattern: ^ok}
  - name: cni
    kind: Network
    component: {name: meshnet, version: 1.4.0}
    values: {mtu: 1450, empty: null, list: [{name: a, v: 1}], net: {deep: {v: 1}}, own: "${[{'name': 'b', 'v': 1}]}", none: "${cluster.labels[?'none'].orValue('none')}"}
    merge: {/values/list: {key: name}}
    constrained:
    - {path: /values/mtu, type: integer, min: 1280}
    - {path: /values/empty, type: integer}
    - {path: /values/absent, type: integer}
    - {path: "/values/list[name=a]/v", type: integer, max: 3}
    - {path: /values/net/deep/v, type: integer, max: 3}
    - {path: "/values/own[name=a]/v", type: integer}
`)
	for override, refused := range map[string]bool{
		`layer: cni, values: {other: 1}`:                                                                                                    false,
		`layer: cni, values: {mtu: "${vars.v * 1000}"}`:                                                                                     false,
		`layer: cni, values: {mtu: "${vars.v}"}`:                                                                                            true,
		`layer: cni, values: {mtu: null}`:                                                                                                   true,
		`layer: cni, values: {mtu: "${null}"}`:                                                                                              true,
		`layer: cni, values: {mtu: "${vars.v > 1 ? dyn(null) : 1500}"}`:                                                                     true,
		`layer: cni, values: {absent: "${null}"}`:                                                                                           true,
		`layer: cni, values: {absent: "${3}"}`:                                                                                              false,
		`layer: cni, values: {empty: "${null}"}`:                                                                                            true,
		`layer: cni, values: {list: "${[{'name': 'a', 'v': vars.v}]}"}`:                                                                     false,
		`layer: cni, values: {list: "${[{'name': 'a', 'v': vars.v + 2}]}"}`:                                                                 true,
		`layer: cni, values: {list: "${[{'name': 'a'}]}"}`:                                                                                  true,
		`layer: cni, values: {list: "${[{'name': 'b', 'v': 1}]}"}`:                                                                          true,
		`layer: cni, values: {list: "${[]}"}`:                                                                                               true,
		`layer: cni, values: {list: "${null}"}`:                                                                                             true,
		`layer: cni, values: {list: [{name: a, v: "${null}"}]}`:                                                                             true,
		`layer: cni, values: {list: [{name: a, $delete: true}]}`:                                                                            true,
		`layer: cni, values: {net: "${{'deep': {'v': 3}}}"}`:                                                                                false,
		`layer: cni, values: {net: "${{'deep': {'v': 4}}}"}`:                                                                                true,
		`layer: cni, values: {net: "${{'deep': null}}"}`:                                                                                    true,
		`layer: cni, values: {net: {deep: "${{'v': null}}"}}`:                                                                               true,
		`layer: cni, values: {own: [{name: c}]}`:                                                                                            false, // nobody knows what stood there
		`layer: kubernetes, capi: {nodes: {config: {files: [{path: /a, content: "${'ok'}"}]}}}`:                                             false,
		`layer: kubernetes, capi: {nodes: {config: {files: [{path: /a, content: "${null}"}]}}}`:                                             true,
		`layer: kubernetes, capi: {nodes: {config: {files: "${[{'path': '/a', 'content': 'ok!'}]}"}}}`:                                      false,
		`layer: kubernetes, capi: {nodes: {config: {files: "${[{'path': '/b', 'content': 'ok!'}]}"}}}`:                                      true,
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: "${[{'path': '/b', 'content': 'no'}]}"}}}}`:                          false,
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: "${[{'path': '/a', 'content': 'no'}]}"}}}}`:                          true,
		`layer: kubernetes, capi: {workers: {bootstrap: {spec: {files: "${[{'path': '/a', '$delete': true}]}"}}}}`:                          true,
		`layer: kubernetes, capi: {controlPlane: {template: {spec: {kubeadmConfigSpec: {files: "${[{'path': '/a', '$delete': true}]}"}}}}}`: true,
		`layer: kubernetes, capi: {controlPlane: {template: {spec: {kubeadmConfigSpec: {files: "${null}"}}}}}`:                              true,
	} {
		_, got := found(t, base, fstest.MapFS{"fleet/one.yaml": clusterOf("{profiles: [base], overrides: [{" + override + ", reason: r, owner: o}]}")})
		var want []string
		if refused {
			want = []string{"profile.constrained"}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", override, diff)
		}
	}
}
