package render_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
)

const (
	basePath    = "library/base/1.0.0/profile.yaml"
	contentPath = "library/case/1.0.0/app.yaml"
	clusterPath = "fleet/c.yaml"
)

// edit replaces a piece of a file of testdata/change.txtar.
type edit struct{ file, old, new string }

// changeCases say what an edit does to the objects, and how bad that is. What
// Cluster API does with machines is read from its code: it replaces them when
// the version, a kubeadm configuration, a machine template or the failure domain
// differ, and changes in place what is about deletion, health, taints, labels
// and the number of machines.
var changeCases = []struct {
	name string
	edit edit
	want []string
	skip string
}{
	{name: "kubernetes version", edit: edit{basePath, "version: 1.34.2", "version: 1.34.3"}, want: []string{"changed Cluster c: node-roll"}},
	{name: "machine template of a class", edit: edit{basePath, "size: small", "size: large"}, want: []string{"changed ExampleMachineTemplate -general: node-roll"}},
	{name: "machine template of all", edit: edit{basePath, "image: one", "image: two"}, want: []string{"changed ExampleMachineTemplate -control-plane: node-roll", "changed ExampleMachineTemplate -general: node-roll", "changed ExampleMachineTemplate -large: node-roll"}},
	{name: "kubeadm file of the control plane", edit: edit{basePath, "content: old", "content: new"}, want: []string{"changed KubeadmControlPlaneTemplate : node-roll"}},
	{name: "kubelet argument", edit: edit{basePath, `value: "110"`, `value: "111"`}, want: []string{"changed KubeadmConfigTemplate -general: node-roll", "changed KubeadmConfigTemplate -large: node-roll", "changed KubeadmControlPlaneTemplate : node-roll"}},
	{name: "bootstrap of a class", edit: edit{basePath, "verbosity: 1", "verbosity: 2"}, want: []string{"changed KubeadmConfigTemplate -general: node-roll"}},
	{name: "failure domain of a class", edit: edit{basePath, "failureDomain: a", "failureDomain: b"}, want: []string{"changed ClusterClass : node-roll"}},
	{name: "health check", edit: edit{basePath, "nodeStartupTimeoutSeconds: 900", "nodeStartupTimeoutSeconds: 901"}, want: []string{"changed ClusterClass : in-place"}},
	{name: "drain timeout of a class", edit: edit{basePath, "nodeDrainTimeoutSeconds: 60", "nodeDrainTimeoutSeconds: 61"}, want: []string{"changed ClusterClass : in-place"}},
	{name: "drain timeout of the control plane", edit: edit{basePath, "nodeDrainTimeoutSeconds: 10", "nodeDrainTimeoutSeconds: 11"}, want: []string{"changed KubeadmControlPlaneTemplate : in-place"}},
	{name: "taint of a class", edit: edit{basePath, `value: "1", effect`, `value: "2", effect`}, want: []string{"changed ClusterClass : in-place"}},
	{name: "unused class", edit: edit{basePath, "        large: {}\n", ""}, want: []string{"changed ClusterClass : in-place"}},
	{name: "new class", edit: edit{basePath, "        large: {}\n", "        large: {}\n        huge: {}\n"}, want: []string{"changed ClusterClass : in-place"}},
	{name: "infrastructure cluster", edit: edit{basePath, "region: north", "region: south"}, want: []string{"changed ExampleClusterTemplate : in-place"}},
	{name: "label of the control plane template", edit: edit{basePath, "plane: one", "plane: two"}, want: []string{"changed KubeadmControlPlaneTemplate : metadata"}},
	{name: "label of a bootstrap template", edit: edit{basePath, "boot: one", "boot: two"}, want: []string{"changed KubeadmConfigTemplate -general: node-roll"}},
	{name: "kind of machine", edit: edit{basePath, "kind: ExampleMachineTemplate", "kind: OtherMachineTemplate"}, want: []string{"changed ClusterClass : node-roll"}},
	{name: "service domain", edit: edit{basePath, "cluster.local", "cluster.test"}, want: []string{"changed Cluster c: in-place"}},

	{name: "label of the cluster", edit: edit{clusterPath, "ring: main", "ring: early"}, want: []string{"changed Cluster c: metadata"}},
	{name: "replicas", edit: edit{clusterPath, "replicas: 2", "replicas: 3"}, want: []string{"changed Cluster c: in-place"}},
	{name: "replicas of the control plane", edit: edit{clusterPath, "replicas: 1", "replicas: 3"}, want: []string{"changed Cluster c: in-place"}},
	{name: "label of a pool", edit: edit{clusterPath, "tier: front", "tier: back"}, want: []string{"changed Cluster c: in-place"}},
	{name: "pool added", edit: edit{clusterPath, "    - {name: b, class: general}\n", "    - {name: b, class: general}\n    - {name: c, class: large}\n"}, want: []string{"changed Cluster c: in-place"}},
	{name: "pool removed", edit: edit{clusterPath, "    - {name: b, class: general}\n", ""}, want: []string{"changed Cluster c: node-roll"}},
	{name: "class of a pool", edit: edit{clusterPath, "{name: b, class: general}", "{name: b, class: large}"}, want: []string{"changed Cluster c: node-roll"}},

	{name: "pod template of a deployment", edit: edit{contentPath, "app:1", "app:2"}, want: []string{"changed Deployment app: restart"}},
	{name: "replicas of a deployment", edit: edit{contentPath, "replicas: 1", "replicas: 2"}, want: []string{"changed Deployment app: in-place"}},
	{name: "label of a deployment", edit: edit{contentPath, "team: blue", "team: red"}, want: []string{"changed Deployment app: metadata"}},
	{name: "selector of a deployment", edit: edit{contentPath, "app: deployed", "app: other"}, want: []string{"changed Deployment app: recreate"}},
	{name: "pod template of a stateful set", edit: edit{contentPath, "db:1", "db:2"}, want: []string{"changed StatefulSet db: restart"}},
	{name: "service name of a stateful set", edit: edit{contentPath, "serviceName: db", "serviceName: other"}, want: []string{"changed StatefulSet db: recreate"}},
	{name: "claims of a stateful set", edit: edit{contentPath, "data-1", "data-2"}, want: []string{"changed StatefulSet db: recreate"}},
	{name: "pod template of a job", edit: edit{contentPath, "job:1", "job:2"}, want: []string{"changed Job once: recreate"}},
	{name: "pod template of a cron job", edit: edit{contentPath, "cron:1", "cron:2"}, want: []string{"changed CronJob often: in-place"}},
	{name: "config map", edit: edit{contentPath, "a: one", "a: two"}, want: []string{"changed ConfigMap settings: in-place"}},
	{name: "immutable config map", edit: edit{contentPath, "a: first", "a: second"}, want: []string{"changed ConfigMap frozen: recreate"}},
	{name: "config map made mutable", edit: edit{contentPath, "immutable: true, ", ""}, want: []string{"changed ConfigMap frozen: recreate"}},
	{name: "role of a binding", edit: edit{contentPath, "name: reader", "name: writer"}, want: []string{"changed RoleBinding app: recreate"}},
	{name: "provisioner", edit: edit{contentPath, "csi.example.com", "csi2.example.com"}, want: []string{"changed StorageClass fast: recreate"}},
	{name: "expansion of a storage class", edit: edit{contentPath, "allowVolumeExpansion: true", "allowVolumeExpansion: false"}, want: []string{"changed StorageClass fast: in-place"}},
	{name: "class of a claim", edit: edit{contentPath, "storageClassName: fast", "storageClassName: slow"}, want: []string{"changed PersistentVolumeClaim claim: recreate"}},
	{name: "volume of a claim", edit: edit{contentPath, "storageClassName: fast,", "storageClassName: fast, volumeName: other,"}, want: []string{"changed PersistentVolumeClaim claim: recreate"}},
	{name: "scope of a definition", edit: edit{contentPath, "spec: {group: example.com}", "spec: {group: example.com, scope: Cluster}"}, want: []string{"changed CustomResourceDefinition things.example.com: recreate"}},
	{name: "size of a claim", edit: edit{contentPath, "storage: 1Gi", "storage: 2Gi"}, want: []string{"changed PersistentVolumeClaim claim: in-place"}},
	{name: "a custom resource's template", edit: edit{contentPath, "x: 1", "x: 2"}, want: []string{"changed Thing thing: in-place"}},
	{name: "type of a secret", edit: edit{contentPath, "type: Opaque", "type: other"}, want: []string{"changed Secret secret: recreate"}},
	{name: "address of a service", edit: edit{contentPath, "clusterIP: None", "clusterIP: 10.0.0.1"}, want: []string{"changed Service app: recreate"}},
	{name: "value of a priority class", edit: edit{contentPath, "value: 1000", "value: 1001"}, want: []string{"changed PriorityClass high: recreate"}},

	{name: "new object", edit: edit{contentPath, "{apiVersion: v1, kind: Namespace", "{apiVersion: v1, kind: Namespace, metadata: {name: new}}\n---\n{apiVersion: v1, kind: Namespace"}, want: []string{"added Namespace new: in-place"}},
	{name: "renamed deployment", edit: edit{contentPath, "kind: Deployment, metadata: {name: app,", "kind: Deployment, metadata: {name: web,"}, want: []string{"removed Deployment app: delete", "added Deployment web: in-place"}},
	{name: "namespace gone", edit: edit{contentPath, "{apiVersion: v1, kind: Namespace, metadata: {name: app}}\n---\n", ""}, want: []string{"removed Namespace app: namespace-delete"}},
	{name: "claim gone", edit: edit{contentPath, "kind: PersistentVolumeClaim, metadata: {name: claim", "kind: PersistentVolumeClaim, metadata: {name: other"}, want: []string{"removed PersistentVolumeClaim claim: irreversible", "added PersistentVolumeClaim other: in-place"}},
	{name: "definition gone", edit: edit{contentPath, "name: things.example.com", "name: others.example.com"}, want: []string{"added CustomResourceDefinition others.example.com: in-place", "removed CustomResourceDefinition things.example.com: irreversible"}},
	{name: "style of a manifest", edit: edit{contentPath, "{apiVersion: v1, kind: Namespace, metadata: {name: app}}", "kind: Namespace # said otherwise\napiVersion: v1\nmetadata:\n  name: \"app\""}},
	{name: "owner of a profile", edit: edit{basePath, "owner: platform", "owner: other"}},
}

func TestDiff(t *testing.T) {
	before := edited(t)
	for _, c := range changeCases {
		t.Run(c.name, func(t *testing.T) {
			if c.skip != "" {
				t.Skip(c.skip)
			}
			after := edited(t, c.edit)
			if diff := cmp.Diff(c.want, changeLines(before, after)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// edited is the bundle of testdata/change.txtar with pieces replaced.
func edited(tb testing.TB, edits ...edit) render.Bundle {
	tb.Helper()
	archive, err := txtar.ParseFile("testdata/change.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	files := groundWith(tb, archive.Files)
	for _, e := range edits {
		replaced := strings.ReplaceAll(string(files[e.file].Data), e.old, e.new)
		if replaced == string(files[e.file].Data) {
			tb.Fatalf("%s does not hold %q", e.file, e.old)
		}
		files[e.file] = &fstest.MapFile{Data: []byte(replaced)}
	}
	out := outcomeOf(files)
	b, ok := out.bundles["c"]
	if !ok {
		tb.Fatal(out.findings)
	}
	return b
}

// changeLines are the changes by role: what follows the name of a set is the
// name of its template.
func changeLines(before, after render.Bundle) []string {
	var lines []string
	for _, c := range render.Diff(before, after) {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", c.Kind, c.Key.Kind, roleName(c.Key.Name, before, after), c.Impact))
	}
	return lines
}

func roleName(name string, bundles ...render.Bundle) string {
	for _, b := range bundles {
		for _, set := range b.Shared() {
			if rest, ok := strings.CutPrefix(name, set.Name); ok {
				return rest
			}
		}
	}
	return name
}

func TestDiffOfOtherControlPlane(t *testing.T) {
	other := edit{basePath, "        template:\n          metadata: {labels: {plane: one}}\n          spec:\n            kubeadmConfigSpec: {files: [{path: /etc/audit, content: old}]}\n            machineTemplate: {spec: {deletion: {nodeDrainTimeoutSeconds: 10}}}\n",
		"        template: {apiVersion: controlplane.example.com/v1, kind: OtherControlPlaneTemplate, spec: {args: [one]}}\n"}
	noArgs := edit{basePath, "      nodes: {nodeRegistration: {kubeletExtraArgs: [{name: max-pods, value: \"110\"}]}}\n", ""}
	before := edited(t, other, noArgs)
	after := edited(t, other, noArgs, edit{basePath, "args: [one]", "args: [two]"})
	want := []string{"changed OtherControlPlaneTemplate : node-roll"}
	if diff := cmp.Diff(want, changeLines(before, after)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDiffProperties holds Diff to what any comparison promises, on any number
// of edits at once.
func TestDiffProperties(t *testing.T) {
	bundles := map[int]render.Bundle{}
	bundle := func(i int) render.Bundle {
		if _, ok := bundles[i]; !ok {
			bundles[i] = edited(t, changeCases[i].edit)
		}
		return bundles[i]
	}
	rapid.Check(t, func(t *rapid.T) {
		a := bundle(rapid.IntRange(0, len(changeCases)-1).Draw(t, "a"))
		b := bundle(rapid.IntRange(0, len(changeCases)-1).Draw(t, "b"))
		if changes := render.Diff(a, a); len(changes) != 0 {
			t.Fatalf("a bundle differs from itself: %v", changes)
		}
		there, back := render.Diff(a, b), render.Diff(b, a)
		if diff := cmp.Diff(rolesOf(there, a, b), rolesOf(back, a, b)); diff != "" {
			t.Fatalf("the way back has other objects (-there +back):\n%s", diff)
		}
		if !slices.IsSortedFunc(there, compareChanges) {
			t.Fatalf("not sorted: %v", there)
		}
		worst := profile.NoImpact
		for _, c := range there {
			worst = max(worst, c.Impact)
			if c.Impact == profile.NoImpact {
				t.Fatalf("%v has no impact, but is listed", c)
			}
		}
		if worst != there.Impact() {
			t.Fatalf("worst impact is %v, Impact says %v", worst, there.Impact())
		}
	})
}

func compareChanges(a, b render.Change) int {
	if a.Target != b.Target {
		return int(a.Target) - int(b.Target)
	}
	return a.Key.Compare(b.Key)
}

func rolesOf(changes render.Changes, bundles ...render.Bundle) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Target.String()+" "+c.Key.Kind+" "+c.Key.Namespace+"/"+roleName(c.Key.Name, bundles...))
	}
	slices.Sort(out)
	return out
}
