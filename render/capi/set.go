package capi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

const (
	// controlPlaneSuffix ends the name of the control plane's machine template,
	// as the name of a worker class ends those of its templates.
	controlPlaneSuffix  = "control-plane"
	kubeadmControlPlane = "KubeadmControlPlaneTemplate"
	kubeadmConfig       = "KubeadmConfigTemplate"
)

// builder makes the class set of a stack.
type builder struct {
	stack  *profile.Stack
	slots  profile.CapiSlots
	drafts []draft
	diags  diag.Diagnostics
}

func newSet(stack *profile.Stack) madeSet {
	b := &builder{stack: stack, slots: stack.Capi()}
	class := b.clusterClass()
	if b.diags.HasErrors() {
		return madeSet{diags: b.diags}
	}
	return madeSet{set: b.name(class), diags: b.diags}
}

// name hashes the whole set, with references that lack the common name, and
// names everything by it. Where the set lives and the profile's name, which the
// names of its objects begin with, are part of the hash, so that sets of one
// digest are the same objects.
func (b *builder) name(class func(name string) draft) render.Set {
	drafts := append(slices.Clone(b.drafts), class(""))
	content := make([]*value.Node, len(drafts))
	for i, d := range drafts {
		content[i] = value.NewList([]*value.Node{text(d.suffix), d.tree}, value.Place{})
	}
	namespace, base := b.stack.Hub().Spec.ClassNamespace, shorten(baseName(b.stack), 40)
	content = append(content, value.NewList([]*value.Node{text(namespace), text(base)}, value.Place{}))
	digest := value.NewList(content, value.Place{}).Digest()
	name := base + "-" + strings.TrimPrefix(digest, "sha256:")[:10]
	set := render.Set{Digest: digest, Name: name}
	drafts[len(drafts)-1] = class(name)
	for _, d := range drafts {
		o, err := d.object(namespace, name)
		if err != nil {
			b.diags = append(b.diags, diag.Errorf("render.object", d.tree.Place().Range(), "%v", err))
			continue
		}
		set.Items = append(set.Items, render.Item{Object: o, Phase: render.Phase{Target: render.Hub, Step: d.step}})
	}
	slices.SortStableFunc(set.Items, func(x, y render.Item) int {
		if c := x.Phase.Compare(y.Phase); c != 0 {
			return c
		}
		return x.Key().Compare(y.Key())
	})
	return set
}

func shorten(s string, n int) string {
	if len(s) > n {
		s = strings.TrimRight(s[:n], "-.")
	}
	return s
}

// clusterClass drafts the templates and returns what makes the ClusterClass
// once the name of the set is known.
func (b *builder) clusterClass() func(name string) draft {
	infrastructure := b.infrastructure()
	controlPlane, controlPlaneClass := b.controlPlane()
	var workers []func(name string) *value.Node
	for _, c := range b.slots.Classes {
		workers = append(workers, b.worker(c))
	}
	return func(name string) draft {
		classes := make([]*value.Node, len(workers))
		for i, w := range workers {
			classes[i] = w(name)
		}
		spec := fields(
			field("infrastructure", fields(field("templateRef", infrastructure.ref(name)))),
			field("controlPlane", controlPlane(name, controlPlaneClass)),
		)
		if len(classes) > 0 {
			spec = spec.With("workers", fields(field("machineDeployments", value.NewList(classes, generated))))
		}
		return draft{step: render.Configuration, tree: fields(
			field("apiVersion", text(coreVersion)),
			field("kind", text("ClusterClass")),
			field("spec", spec),
		)}
	}
}

func (b *builder) draft(d draft) draft {
	b.diags = append(b.diags, reservedMetadata(d.tree.Get("spec", "template", "metadata"))...)
	b.drafts = append(b.drafts, d)
	return d
}

func (b *builder) infrastructure() draft {
	slot := b.slots.Infrastructure.Tree()
	b.needKind(slot, "infrastructure", "a DevClusterTemplate, for instance")
	return b.draft(template("", slot, "", ""))
}

// needKind reports a slot that does not say of which kind its object is.
func (b *builder) needKind(slot *value.Node, name, example string) {
	version, _ := slot.Get("apiVersion").Str()
	kind, _ := slot.Get("kind").Str()
	if version != "" && kind != "" {
		return
	}
	_, at := b.stack.KubernetesVersion()
	if slot != nil && slot.Origin().Range.File != "" {
		at = slot.Origin()
	}
	b.diags = append(b.diags, diag.Errorf("capi.kind", at.Range, "no layer says apiVersion and kind in the capi slot %s", name).
		WithDetail("a layer of kind Infrastructure names them: %s", example))
}

// controlPlane drafts the control plane's templates.
func (b *builder) controlPlane() (func(name string, class *value.Node) *value.Node, *value.Node) {
	slot, nodes := b.slots.ControlPlane.Tree(), b.slots.ControlPlaneNodes.Tree()
	plane, class := slot.Get("template"), slot.Get("class")
	if b.kubeadm(plane, kubeadmControlPlane, nodes) {
		config := over(nodes.Get("config"), registration(nodes, "initConfiguration", "joinConfiguration"))
		var base *value.Node
		if config != nil {
			base = fields(field("spec", fields(field("kubeadmConfigSpec", config))))
		}
		if rollout := class.Get("rollout"); rollout != nil {
			base = over(base, fields(field("spec", fields(field("rollout", rollout)))))
			class = class.Without("rollout")
		}
		plane = over(base, plane)
	}
	machine := over(nodes.Get("machine"), slot.Get("machine"))
	planeDraft := b.draft(template("", plane, controlPlaneVersion, kubeadmControlPlane))
	b.classFields(class, "controlPlane", "metadata", "healthCheck", "naming", "deletion", "taints", "readinessGates")
	if machine == nil {
		return func(name string, class *value.Node) *value.Node {
			return withoutEmpty(over(class, fields(field("templateRef", planeDraft.ref(name)))))
		}, class
	}
	b.needKind(machine, "nodes.machine", "a DevMachineTemplate, for instance")
	machineDraft := b.draft(template("-"+controlPlaneSuffix, machine, "", ""))
	return func(name string, class *value.Node) *value.Node {
		return withoutEmpty(over(class, fields(
			field("templateRef", planeDraft.ref(name)),
			field("machineInfrastructure", fields(field("templateRef", machineDraft.ref(name)))),
		)))
	}, class
}

// worker drafts the templates of a worker class.
func (b *builder) worker(c profile.WorkerClass) func(name string) *value.Node {
	nodes, base, own := c.Nodes.Tree(), c.Workers.Tree(), c.Class.Tree()
	if c.Name == controlPlaneSuffix {
		b.diags = append(b.diags, diag.Errorf("capi.class-name", own.Origin().Range, "a worker class cannot be called %s", c.Name).
			WithDetail("its templates would have the names of the control plane's; choose another name"))
	}
	bootstrap := over(base.Get("bootstrap"), own.Get("bootstrap"))
	if b.kubeadm(bootstrap, kubeadmConfig, nodes) {
		if config := over(nodes.Get("config"), registration(nodes, "joinConfiguration")); config != nil {
			bootstrap = over(fields(field("spec", config)), bootstrap)
		}
	}
	machine := over(nodes.Get("machine"), base.Get("machine"), own.Get("machine"))
	b.needKind(machine, "nodes.machine", "a DevMachineTemplate, for instance")
	class := over(base.Get("class"), own.Get("class"))
	b.classFields(class, "classes."+c.Name, "metadata", "healthCheck", "failureDomain", "naming", "deletion", "taints", "minReadySeconds", "readinessGates", "rollout")
	bootstrapDraft := b.draft(template("-"+c.Name, bootstrap, bootstrapVersion, kubeadmConfig))
	machineDraft := b.draft(template("-"+c.Name, machine, "", ""))
	return func(name string) *value.Node {
		return withoutEmpty(over(class, fields(
			field("class", text(c.Name)),
			field("bootstrap", fields(field("templateRef", bootstrapDraft.ref(name)))),
			field("infrastructure", fields(field("templateRef", machineDraft.ref(name)))),
		)))
	}
}

// registration spreads nodes.nodeRegistration over kubeadm configurations.
func registration(nodes *value.Node, configurations ...string) *value.Node {
	r := nodes.Get("nodeRegistration")
	if r.IsNull() {
		return nil
	}
	var out []value.Entry
	for _, c := range configurations {
		out = append(out, field(c, fields(field("nodeRegistration", r))))
	}
	return fields(out...)
}

// kubeadm reports whether a slot is of the kubeadm kind, which is the default.
// For another kind, nodes.nodeRegistration and nodes.config mean nothing.
func (b *builder) kubeadm(slot *value.Node, kind string, nodes *value.Node) bool {
	k, named := slot.Get("kind").Str()
	if !named || k == kind {
		return true
	}
	for _, f := range []string{"nodeRegistration", "config"} {
		if n := nodes.Get(f); !n.IsNull() {
			b.diags = append(b.diags, diag.Errorf("capi.not-kubeadm", n.Origin().Range, "nodes.%s is for kubeadm, but the machines are configured by %s", f, k).
				WithDetail("write the same into the slot's spec, in the terms of %s", k).
				WithRelated(slot.Get("kind").Origin().Range, "the kind is chosen here"))
		}
	}
	return false
}

// taintsGate is the feature gate without which Cluster API 1.14 refuses taints
// in a ClusterClass.
const taintsGate = "MachineTaintPropagation"

// classFields holds a class slot to the fields that ClusterClass has and that
// the hub takes.
func (b *builder) classFields(class *value.Node, name string, known ...string) {
	b.diags = append(b.diags, reservedMetadata(class.Get("metadata"))...)
	for _, f := range class.Fields() {
		if f.Name == "taints" && f.Value.Len() > 0 && !b.hubHas(taintsGate) {
			b.diags = append(b.diags, diag.Errorf("capi.feature-gate", f.Key.Range(), "hub %s does not take taints in a class: its feature gate %s is off", b.stack.Hub().Metadata.Name, taintsGate).
				WithDetail("write the taints into the kubeadm configuration (joinConfiguration.nodeRegistration.taints); or turn the gate on and add it to the hub's spec.clusterAPI.featureGates"))
		}
		if slices.Contains(known, f.Name) {
			continue
		}
		hint := "known fields are " + strings.Join(known, ", ")
		if near, ok := diag.Nearest(f.Name, known); ok {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		b.diags = append(b.diags, diag.Errorf("capi.unknown-field", f.Key.Range(), "unknown field %q in capi.%s.class", f.Name, name).WithDetail("%s", hint))
	}
}

// hubHas reports whether the hub says that a feature gate is on: Name, or
// Name=true.
func (b *builder) hubHas(gate string) bool {
	return slices.ContainsFunc(b.stack.Hub().Spec.ClusterAPI.FeatureGates, func(g string) bool { return g == gate || g == gate+"=true" })
}
