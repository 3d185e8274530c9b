package capi

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Groups and versions of Cluster API 1.14's own kinds.
const (
	coreVersion         = "cluster.x-k8s.io/v1beta2"
	bootstrapVersion    = "bootstrap.cluster.x-k8s.io/v1beta2"
	controlPlaneVersion = "controlplane.cluster.x-k8s.io/v1beta2"
)

// generated is the place of what this package derives.
var generated = value.Place{Writer: &value.Writer{Kind: diag.Generated, Document: "render/capi"}}

func text(s string) *value.Node { return value.NewString(s, generated) }

// fields makes a mapping; absent values are left out.
func fields(entries ...value.Entry) *value.Node {
	kept := slices.DeleteFunc(entries, func(e value.Entry) bool { return e.Value == nil })
	return value.NewMap(kept, generated)
}

func field(name string, v *value.Node) value.Entry {
	return value.Entry{Name: name, Key: v.Place(), Value: v}
}

// over puts later trees over earlier ones, by the list table of capi slots.
func over(trees ...*value.Node) *value.Node {
	var out *value.Node
	for _, tree := range trees {
		if !tree.IsNull() {
			out = merge.Over(out, tree, merge.Capi)
		}
	}
	return out
}

// withoutEmpty drops mappings and lists that hold nothing, and nulls: Cluster
// API's own types refuse them where they mean "not set". Nothing is left of a
// tree that is empty as a whole. One empty list has a meaning and stays: the
// taints of a nodeRegistration, which then are none.
func withoutEmpty(n *value.Node) *value.Node {
	switch n.Kind() {
	case value.Null:
		return nil
	case value.Map:
		kept := make([]value.Entry, 0, n.Len())
		for _, f := range n.Fields() {
			if f.Name == "nodeRegistration" {
				f.Value = withoutEmptyRegistration(f.Value)
			} else {
				f.Value = withoutEmpty(f.Value)
			}
			if f.Value != nil {
				kept = append(kept, f)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return n.WithFields(kept)
	case value.List:
		if n.Len() == 0 {
			return nil
		}
		items := make([]*value.Node, 0, n.Len())
		for _, item := range n.Items() {
			if item = withoutEmpty(item); item != nil {
				items = append(items, item)
			}
		}
		if len(items) == 0 {
			return nil
		}
		return n.WithItems(items)
	}
	return n
}

func withoutEmptyRegistration(n *value.Node) *value.Node {
	taints := n.Get("taints")
	n = withoutEmpty(n)
	if taints.Kind() == value.List && taints.Len() == 0 {
		n = n.With("taints", taints)
	}
	return n
}

// isCore reports whether a kind is one of Cluster API's own, whose unset fields
// are left out; empty mappings of other providers' kinds have a meaning.
func isCore(apiVersion string) bool {
	group, _, _ := strings.Cut(apiVersion, "/")
	switch group {
	case "cluster.x-k8s.io", "bootstrap.cluster.x-k8s.io", "controlplane.cluster.x-k8s.io":
		return true
	}
	return false
}

// draft is an object of the set before its name is known.
type draft struct {
	suffix string // of the name
	tree   *value.Node
	step   render.Step
}

// template drafts an object of the form spec.template.{metadata,spec}.
// defaultVersion and defaultKind stand where the slot names none.
func template(suffix string, slot *value.Node, defaultVersion, defaultKind string) draft {
	version, kind := slot.Get("apiVersion"), slot.Get("kind")
	if version.IsNull() {
		version = text(defaultVersion)
	}
	if kind.IsNull() {
		kind = text(defaultKind)
	}
	spec := slot.Get("spec").Prune()
	if isCore(version.Text()) {
		spec = withoutEmpty(spec)
	}
	if spec.IsNull() {
		spec = emptySpec(kind.Text())
	}
	inner := fields(field("spec", spec))
	if metadata := withoutEmpty(slot.Get("metadata")); metadata != nil {
		inner = inner.With("metadata", metadata)
	}
	return draft{suffix: suffix, step: render.Definitions, tree: fields(
		field("apiVersion", version),
		field("kind", kind),
		field("spec", fields(field("template", inner))),
	)}
}

// emptySpec is the spec of a template about which nothing is said. kubeadm's
// refuse an empty one; the format they have anyway makes it valid.
func emptySpec(kind string) *value.Node {
	format := fields(field("format", text("cloud-config")))
	switch kind {
	case kubeadmConfig:
		return format
	case kubeadmControlPlane:
		return fields(field("kubeadmConfigSpec", format))
	}
	return fields()
}

// ref is a templateRef to the draft.
func (d draft) ref(name string) *value.Node {
	return fields(
		field("apiVersion", d.tree.Get("apiVersion")),
		field("kind", d.tree.Get("kind")),
		field("name", text(name+d.suffix)),
	)
}

// object gives the draft its name and namespace.
func (d draft) object(namespace, name string) (render.Object, error) {
	return render.FromTree(d.tree.With("metadata", fields(
		field("name", text(name+d.suffix)),
		field("namespace", text(namespace)),
	)))
}
