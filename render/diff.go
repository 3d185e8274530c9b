package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/immutable"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
)

// ChangeKind says what happens to an object between two bundles.
type ChangeKind uint8

const (
	Added ChangeKind = iota + 1
	Changed
	Removed
)

// String gives "added", "changed" or "removed".
func (k ChangeKind) String() string {
	switch k {
	case Added:
		return "added"
	case Changed:
		return "changed"
	case Removed:
		return "removed"
	}
	return fmt.Sprintf("change(%d)", uint8(k))
}

// Change is what happens to one object, and how bad that is.
type Change struct {
	Target Target
	Key    Key
	Kind   ChangeKind
	Impact profile.Impact
}

// Changes are the changes between two bundles, sorted by target and key.
type Changes []Change

// Impact is the worst impact of the changes.
func (c Changes) Impact() profile.Impact {
	worst := profile.NoImpact
	for _, change := range c {
		worst = max(worst, change.Impact)
	}
	return worst
}

// Diff compares two bundles of one cluster. Templates of class sets are matched
// by their role, because their names change with their content. The impact of a
// change is judged from the kind of the object and the fields that differ:
//
//   - a Kubernetes version, or a machine, bootstrap or control plane template
//     of which fields differ that Cluster API rolls machines for: node-roll
//   - the pod template of a workload: restart
//   - a field that the API server never lets change: recreate
//   - labels and annotations alone: metadata
//   - anything else that differs, and new objects: in-place
//   - an object that is gone: delete, namespace-delete, or irreversible where
//     data goes with it (claims, volumes, custom resource definitions)
func Diff(have, want Bundle) Changes {
	before, after := roles(have), roles(want)
	var out Changes
	for id, old := range before {
		now, ok := after[id]
		switch {
		case !ok && id.template:
		case !ok:
			out = append(out, Change{Target: id.target, Key: old.Key(), Kind: Removed, Impact: removal(old)})
		case !old.tree.Equal(now.tree):
			if impact := change(id, old.tree, now.tree); impact > profile.NoImpact {
				out = append(out, Change{Target: id.target, Key: now.Key(), Kind: Changed, Impact: impact})
			}
		}
	}
	for id, now := range after {
		if _, ok := before[id]; !ok && !id.template {
			out = append(out, Change{Target: id.target, Key: now.Key(), Kind: Added, Impact: profile.InPlace})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Target, b.Target), a.Key.Compare(b.Key)) })
	return out
}

// role identifies an object across two bundles.
type role struct {
	target   Target
	key      Key
	template bool // part of a class set; the name is what follows the set's
}

func roles(b Bundle) map[role]Object {
	out := map[role]Object{}
	for _, set := range b.shared {
		for _, item := range set.Items {
			key := item.Key()
			key.Name = strings.TrimPrefix(key.Name, set.Name)
			out[role{target: item.Phase.Target, key: key, template: true}] = item.Object
		}
	}
	for _, item := range b.own {
		out[role{target: item.Phase.Target, key: item.Key()}] = item.Object
	}
	return out
}

func removal(o Object) profile.Impact {
	switch o.Key().Kind {
	case "Namespace":
		return profile.NamespaceDelete
	case "PersistentVolumeClaim", "PersistentVolume", "CustomResourceDefinition":
		return profile.Irreversible
	}
	return profile.Delete
}

func change(id role, old, now *value.Node) profile.Impact {
	switch {
	case id.template:
		return templateChange(id.key, old, now)
	case id.key.Group == "cluster.x-k8s.io" && id.key.Kind == "Cluster":
		return clusterChange(old, now)
	case immutable.Of(id.key.Group, id.key.Kind, old).Differ(old, now):
		return profile.Recreate
	case differ(old, now, "spec", "template") && StepOf(id.key) == Workloads && id.key.Kind != "CronJob":
		return profile.Restart
	case onlyMetadata(old, now):
		return profile.Metadata
	}
	return profile.InPlace
}

func differ(old, now *value.Node, path ...string) bool {
	return !old.Get(path...).Equal(now.Get(path...))
}

func onlyMetadata(old, now *value.Node) bool {
	return old.Without("metadata").Equal(now.Without("metadata"))
}

// templateChange judges a template or class of the set, which are new objects
// under new names: what counts is what Cluster API does with the machines.
func templateChange(key Key, old, now *value.Node) profile.Impact {
	before, after := old.Get("spec", "template", "spec"), now.Get("spec", "template", "spec")
	switch {
	case key.Kind == "ClusterClass":
		return classChange(old, now)
	case before.Equal(after) && !differ(old, now, "spec", "template", "metadata"):
		return profile.NoImpact
	case before.Equal(after) && (key.Kind == "KubeadmControlPlaneTemplate" || strings.HasSuffix(key.Kind, "ClusterTemplate")):
		return profile.Metadata
	case key.Kind == "KubeadmControlPlaneTemplate":
		if !before.Get("kubeadmConfigSpec").Equal(after.Get("kubeadmConfigSpec")) {
			return profile.NodeRoll
		}
		return profile.InPlace
	case strings.HasSuffix(key.Kind, "ClusterTemplate"):
		return profile.InPlace
	}
	return profile.NodeRoll
}

// classChange compares ClusterClasses without the names of their templates,
// which always differ. A template of another kind makes other machines.
func classChange(old, now *value.Node) profile.Impact {
	before, after := withoutNames(old.Get("spec")), withoutNames(now.Get("spec"))
	switch {
	case before.Equal(after):
		return profile.NoImpact
	case !sameKinds(before, after):
		return profile.NodeRoll
	case differ(failureDomains(before), failureDomains(after)):
		return profile.NodeRoll
	}
	return profile.InPlace
}

// failureDomains gives the failure domain of each worker class, by class.
func failureDomains(spec *value.Node) *value.Node {
	var out *value.Node
	for _, c := range spec.Get("workers", "machineDeployments").Items() {
		if domain := c.Get("failureDomain"); domain != nil {
			out = out.With(c.Get("class").Text(), domain)
		}
	}
	return out
}

// sameKinds reports whether the control plane and the worker classes that both
// have are of the same kinds.
func sameKinds(before, after *value.Node) bool {
	refs := func(spec *value.Node) map[string]*value.Node {
		out := map[string]*value.Node{
			"":  spec.Get("controlPlane", "templateRef"),
			" ": spec.Get("controlPlane", "machineInfrastructure", "templateRef"),
		}
		for _, c := range spec.Get("workers", "machineDeployments").Items() {
			name := c.Get("class").Text()
			out[name+"/bootstrap"] = c.Get("bootstrap", "templateRef")
			out[name+"/infrastructure"] = c.Get("infrastructure", "templateRef")
		}
		return out
	}
	now := refs(after)
	for name, ref := range refs(before) {
		if other, ok := now[name]; ok && !ref.Equal(other) {
			return false
		}
	}
	return true
}

// withoutNames drops the names and versions of template references.
func withoutNames(n *value.Node) *value.Node {
	switch n.Kind() {
	case value.Map:
		fields := make([]value.Entry, 0, n.Len())
		for _, f := range n.Fields() {
			if f.Name == "templateRef" {
				group, _, _ := strings.Cut(f.Value.Get("apiVersion").Text(), "/")
				f.Value = f.Value.Without("name").With("apiVersion", value.NewString(group, value.Place{}))
			} else {
				f.Value = withoutNames(f.Value)
			}
			fields = append(fields, f)
		}
		return n.WithFields(fields)
	case value.List:
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = withoutNames(item)
		}
		return n.WithItems(items)
	}
	return n
}

// clusterChange judges a Cluster. Pointing to another class is judged by what
// differs between the classes.
func clusterChange(old, now *value.Node) profile.Impact {
	before, after := topologyOf(old), topologyOf(now)
	switch {
	case !before.Get("version").Equal(after.Get("version")):
		return profile.NodeRoll
	case rollsPools(before, after):
		return profile.NodeRoll
	case !before.Equal(after), !old.Get("spec").Without("topology").Equal(now.Get("spec").Without("topology")):
		return profile.InPlace
	case differ(old, now, "metadata"):
		return profile.Metadata
	}
	return profile.NoImpact
}

func topologyOf(cluster *value.Node) *value.Node {
	return cluster.Get("spec", "topology").Without("classRef")
}

// rollsPools reports whether a pool is gone or gets machines of another class
// or failure domain.
func rollsPools(before, after *value.Node) bool {
	pools := map[string]*value.Node{}
	for _, p := range after.Get("workers", "machineDeployments").Items() {
		pools[p.Get("name").Text()] = p
	}
	for _, p := range before.Get("workers", "machineDeployments").Items() {
		now := pools[p.Get("name").Text()]
		if now == nil || differ(p, now, "class") || differ(p, now, "failureDomain") {
			return true
		}
	}
	return false
}
