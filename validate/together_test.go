package validate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/validate"
)

const sound = `
-- hubs/eu.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: eu}
spec: {}
-- library/base/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base, labels: {tier: one}}
spec:
  version: 1.0.0
  owner: platform
  description: the base
  kind: Infrastructure
  variables:
  - {name: region, type: string, enum: [eu-west, us-east], default: eu-west}
  - {name: podCIDR, type: cidr, required: true, disjoint: fleet}
  - {name: level, type: integer, default: 1, max: 5}
  rules:
  - {rule: "vars.level < 3 || vars.region == 'eu-west'", message: high levels are for eu-west}
  presets:
  - {group: size, name: small, layers: [{layer: cni, values: {size: 1}}]}
  layers:
  - {name: os, kind: OS, component: {name: image, version: 1.2.0}}
  - {name: csi, kind: Storage, component: {name: disks, version: 1.2.0}, requires: [{layer: os}]}
  - name: cni
    kind: Network
    component: {name: mesh, version: 1.2.0}
    values: {mtu: 1450, enc: true, pods: "${vars.podCIDR}"}
    fixed: [/values/enc]
    constrained: [{path: /values/mtu, type: integer, min: 1280}]
  - name: kubernetes
    kind: Kubernetes
    component: {name: kubernetes, version: 1.34.2}
    capi: {classes: {general: {}}}
-- library/agent/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: agent}
spec:
  version: 1.0.0
  owner: agents
  description: the agent
  kind: AddOn
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 2.0.0}
    requires: [{component: kubernetes, version: ">=1.30"}]
    content: {manifests: [agent.yaml]}
    values: {config: {$file: config.yaml}, level: "${cluster.name}"}
-- library/agent/1.0.0/agent.yaml --
{apiVersion: v1, kind: Namespace, metadata: {name: agent}}
-- library/agent/1.0.0/config.yaml --
a: b
-- fleet/one.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: one, namespace: fleet}
spec:
  hub: eu
  profiles: [base, agent]
  presets: {size: small}
  timeZone: UTC
  variables: {podCIDR: 10.0.0.0/16, region: us-east, level: 2}
  pools: {workers: [{name: w, class: general}]}
  overrides:
  - {layer: cni, values: {mtu: 1400}, reason: narrow links, owner: edge}
-- fleet/two.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: two, namespace: fleet}
spec:
  hub: eu
  profiles: [base]
  variables: {podCIDR: 10.1.0.0/16}
`

// mistake is one edit of a file of the sound workspace.
type mistake struct{ file, old, new string }

const (
	baseFile  = "library/base/1.0.0/profile.yaml"
	agentFile = "library/agent/1.0.0/profile.yaml"
	oneFile   = "fleet/one.yaml"
)

// mistakes are of all kinds that one can make without another one.
var mistakes = map[string]mistake{
	"misspelt description":    {baseFile, "description: the base", "descripton: the base"},
	"wrong description":       {baseFile, "description: the base", "description: 7"},
	"unknown field":           {agentFile, "  kind: AddOn\n  layers", "  kind: AddOn\n  zzz: 1\n  layers"},
	"wrong label":             {baseFile, "tier: one", "tier: [one]"},
	"misspelt constraint":     {baseFile, "default: 1, max: 5", "default: 1, mx: 5"},
	"misspelt rule":           {baseFile, "message: high", "mesage: high"},
	"missing component":       {baseFile, "requires: [{layer: os}]", "requires: [{layer: os}, {component: flannel}]"},
	"missing version":         {agentFile, ">=1.30", ">=1.40"},
	"malformed range":         {agentFile, ">=1.30", ">=>1.30"},
	"cycle":                   {baseFile, "{name: image, version: 1.2.0}", "{name: image, version: 1.2.0}, after: [csi]"},
	"fixed without value":     {baseFile, "fixed: [/values/enc]", "fixed: [/values/enc, /values/none]"},
	"absent file":             {agentFile, "$file: config.yaml", "$file: confg.yaml"},
	"absent manifest":         {agentFile, "[agent.yaml]", "[agnt.yaml]"},
	"misspelt content":        {agentFile, "{manifests: [agent.yaml]}", "{manifest: [agent.yaml]}"},
	"undeclared variable":     {agentFile, "${cluster.name}", "${vars.nme}"},
	"malformed expression":    {agentFile, "${cluster.name}", "${cluster.}"},
	"unknown override":        {oneFile, "owner: edge}", "owner: edge}\n  - {layer: cnii, values: {a: 1}, reason: r, owner: o}"},
	"override without reason": {oneFile, "reason: narrow links, ", ""},
	"constrained":             {oneFile, "mtu: 1400", "mtu: 1000"},
	"fixed":                   {oneFile, "mtu: 1400", "mtu: 1400, enc: false"},
	"unknown class":           {oneFile, "class: general", "class: genral"},
	"misspelt time zone":      {oneFile, "timeZone: UTC", "timeZonee: UTC"},
	"unknown preset":          {oneFile, "size: small", "size: smal"},
	"unknown variable":        {oneFile, "level: 2", "level: 2, levl: 2"},
	"wrong variable":          {oneFile, "level: 2", "level: two"},
	"broken rule":             {oneFile, "level: 2", "level: 4"},
	"overlap":                 {"fleet/two.yaml", "10.1.0.0/16", "10.0.128.0/17"},
	"another unknown class":   {"fleet/two.yaml", "variables:", "pools: {workers: [{name: w, class: generl}]}\n  variables:"},
	"another missing value":   {"fleet/two.yaml", "podCIDR: 10.1.0.0/16", "region: us-east"},
}

// findingsOf are the codes and places of all that is wrong after some mistakes.
func findingsOf(t *testing.T, made ...string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(sound)).Files {
		text := string(f.Data)
		for _, name := range made {
			if m := mistakes[name]; m.file == f.Name {
				if strings.Count(text, m.old) != 1 {
					return nil // about the same as another one
				}
				text = strings.Replace(text, m.old, m.new, 1)
			}
		}
		fsys[f.Name] = &fstest.MapFile{Data: []byte(text)}
	}
	w, diags := profile.Load(fsys, profile.Layout{})
	diags = validate.Workspace(w, validate.Options{Loaded: diags})
	var out []string
	for _, d := range diags.Sorted() {
		if d.Severity == diag.Error && d.Code != profile.CodeNotResolved {
			out = append(out, d.Code+" "+d.Range.File)
		}
	}
	return out
}

// TestMistakesTogether: what is found of a mistake is found beside any other one
// as well.
func TestMistakesTogether(t *testing.T) {
	names := slices.Sorted(maps.Keys(mistakes))
	alone := map[string][]string{}
	for _, name := range names {
		if alone[name] = findingsOf(t, name); len(alone[name]) == 0 {
			t.Errorf("%s: nothing is found", name)
		}
	}
	for i, a := range names {
		for _, b := range names[i+1:] {
			together := findingsOf(t, a, b)
			if together == nil {
				continue
			}
			for _, one := range []string{a, b} {
				for _, found := range alone[one] {
					if !slices.Contains(together, found) {
						t.Errorf("%q hides %s of %q", strings.Trim(strings.Replace(a+"|"+b, one, "", 1), "|"), found, one)
					}
				}
			}
		}
	}
}
