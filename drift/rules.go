package drift

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// rule is one known habit of the server or its controllers.
type rule struct {
	id string
	// kinds the rule is about; any when empty.
	kinds []string
	// path of field names, list elements left out; a last name ending in *
	// stands for all that start so. What is below is meant too.
	path string
	// when must hold, if set.
	when func(*pair, difference) bool
	// always: values that were declared may be replaced too. Otherwise only
	// what is not declared is expected.
	always bool
}

var rules = []rule{
	{id: "metadata/finalizers", path: "/metadata/finalizers"},
	{id: "metadata/owner-references", path: "/metadata/ownerReferences"},
	{id: "kubectl/last-applied", path: "/metadata/annotations/" + lastApplied, always: true},
	{id: "kubectl/restart", path: "/spec/template/metadata/annotations/kubectl.kubernetes.io/restartedAt", always: true},
	{id: "kubectl/change-cause", path: "/metadata/annotations/kubernetes.io/change-cause"},
	{id: "deployment/revision", path: "/metadata/annotations/deployment.kubernetes.io/*", always: true},
	{id: "daemonset/generation", kinds: []string{"DaemonSet"}, path: "/metadata/annotations/deprecated.daemonset.template.generation", always: true},
	{id: "autoscaler/annotations", kinds: []string{"HorizontalPodAutoscaler"}, path: "/metadata/annotations/autoscaling.alpha.kubernetes.io/*", always: true},
	{id: "delivery/mark", path: "/metadata/annotations/meta.helm.sh/*"},
	{id: "delivery/mark", path: "/metadata/labels/app.kubernetes.io/managed-by", when: liveIs("Helm")},
	{id: "delivery/mark", path: "/metadata/annotations/argocd.argoproj.io/*"},
	{id: "delivery/mark", path: "/metadata/labels/argocd.argoproj.io/*"},
	{id: "delivery/mark", path: "/metadata/labels/kustomize.toolkit.fluxcd.io/*"},
	{id: "delivery/mark", path: "/metadata/labels/helm.toolkit.fluxcd.io/*"},
	{id: "delivery/mark", path: "/metadata/annotations/objectset.rio.cattle.io/*"},
	{id: "delivery/mark", path: "/metadata/labels/objectset.rio.cattle.io/*"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/clusterIP"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/clusterIPs"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/ipFamilies"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/ipFamilyPolicy"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/healthCheckNodePort"},
	{id: "service/assigned", kinds: []string{"Service"}, path: "/spec/ports/nodePort"},
	{id: "volume/bound", kinds: []string{"PersistentVolumeClaim"}, path: "/spec/volumeName"},
	{id: "volume/bound", kinds: []string{"PersistentVolumeClaim"}, path: "/spec/storageClassName"},
	{id: "volume/bound", kinds: []string{"PersistentVolumeClaim", "PersistentVolume"}, path: "/metadata/annotations/pv.kubernetes.io/*", always: true},
	{id: "volume/bound", kinds: []string{"PersistentVolumeClaim", "PersistentVolume"}, path: "/metadata/annotations/volume.*", always: true},
	{id: "volume/bound", kinds: []string{"PersistentVolume"}, path: "/spec/claimRef"},
	{id: "namespace/name", kinds: []string{"Namespace"}, path: "/metadata/labels/kubernetes.io/metadata.name"},
	{id: "namespace/finalizers", kinds: []string{"Namespace"}, path: "/spec/finalizers"},
	{id: "crd/names", kinds: []string{definitionKind}, path: "/spec/names/listKind"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/spec/selector"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/spec/template/metadata/labels/controller-uid"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/spec/template/metadata/labels/job-name"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/spec/template/metadata/labels/batch.kubernetes.io/*"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/metadata/labels/controller-uid"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/metadata/labels/job-name"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/metadata/labels/batch.kubernetes.io/*"},
	{id: "job/controller", kinds: []string{"Job"}, path: "/metadata/annotations/batch.kubernetes.io/*"},
	{id: "service-account/token", kinds: []string{"ServiceAccount"}, path: "/secrets"},
	{id: "taint/time", kinds: []string{"DeviceTaintRule"}, path: "/spec/taint/timeAdded"},
	{id: "ca-injection", kinds: webhooks, path: "/webhooks/clientConfig/caBundle", when: isInjected, always: true},
	{id: "ca-injection", kinds: []string{definitionKind}, path: "/spec/conversion/webhook/clientConfig/caBundle", when: isInjected, always: true},
	{id: "ca-injection", kinds: []string{"APIService"}, path: "/spec/caBundle", when: isInjected, always: true},
	{id: "aggregation", kinds: []string{"ClusterRole"}, path: "/rules", when: isAggregated, always: true},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/nodeName"},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/priority"},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/preemptionPolicy"},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/imagePullSecrets"},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/serviceAccount", when: liveIs("default")},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/serviceAccountName", when: liveIs("default")},
	{id: "pod/admission", kinds: []string{"Pod"}, path: "/spec/tolerations", when: areNodeTolerations},
	{id: "pod/token", kinds: []string{"Pod"}, path: "/spec/volumes", when: keyStarts("name", "kube-api-access-")},
	{id: "pod/token", kinds: []string{"Pod"}, path: "/spec/containers/volumeMounts", when: keyStarts("mountPath", tokenDirectory)},
	{id: "pod/token", kinds: []string{"Pod"}, path: "/spec/initContainers/volumeMounts", when: keyStarts("mountPath", tokenDirectory)},
	{id: "cluster-api/assigned", kinds: []string{"Cluster"}, path: "/metadata/labels/cluster.x-k8s.io/cluster-name", when: inClusterAPI},
	{id: "cluster-api/assigned", kinds: []string{"Cluster"}, path: "/metadata/labels/topology.cluster.x-k8s.io/owned", when: inClusterAPI},
	{id: "cluster-api/assigned", kinds: []string{"Cluster"}, path: "/spec/controlPlaneEndpoint", when: inClusterAPI},
	{id: "cluster-api/assigned", kinds: []string{"Cluster"}, path: "/spec/controlPlaneRef", when: inClusterAPI},
	{id: "cluster-api/assigned", kinds: []string{"Cluster"}, path: "/spec/infrastructureRef", when: inClusterAPI},
}

var webhooks = []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}

const tokenDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

// rule finds the first rule that expects d.
func (p *pair) rule(d difference) (string, bool) {
	text := names(d.path)
	for _, r := range rules {
		if (r.always || d.detail == Added) && r.isAbout(p.key.Kind, text) && (r.when == nil || r.when(p, d)) {
			return r.id, true
		}
	}
	return "", false
}

func (r rule) isAbout(kind, path string) bool {
	if len(r.kinds) > 0 && !slices.Contains(r.kinds, kind) {
		return false
	}
	if prefix, ok := strings.CutSuffix(r.path, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	rest, ok := strings.CutPrefix(path, r.path)
	return ok && (rest == "" || rest[0] == '/')
}

// names joins the field names of a path, list elements left out, slashes as
// they are.
func names(p diag.Path) string {
	var b strings.Builder
	for _, s := range p {
		if name, ok := s.IsField(); ok {
			b.WriteString("/" + name)
		}
	}
	return b.String()
}

// isInjected reports whether the bundle is somebody else's to fill in: it is not
// declared, or the object asks for injection.
func isInjected(p *pair, d difference) bool {
	if isZero(d.want) || d.want.Text() == "Cg==" {
		return d.live != nil
	}
	for _, f := range p.want.Get("metadata", "annotations").Fields() {
		if strings.HasPrefix(f.Name, "cert-manager.io/inject-") || f.Name == "service.beta.openshift.io/inject-cabundle" {
			return true
		}
	}
	return false
}

func isAggregated(p *pair, _ difference) bool { return p.want.Get("aggregationRule") != nil }

func inClusterAPI(p *pair, _ difference) bool {
	return strings.HasSuffix(p.key.Group, "cluster.x-k8s.io")
}

func liveIs(text string) func(*pair, difference) bool {
	return func(_ *pair, d difference) bool { return d.live.Text() == text }
}

func keyStarts(name, prefix string) func(*pair, difference) bool {
	return func(_ *pair, d difference) bool {
		keys, _ := d.path[len(d.path)-1].IsKey()
		return len(keys) == 1 && keys[0].Name == name && strings.HasPrefix(keys[0].Value, prefix)
	}
}

// areNodeTolerations reports whether what was added are the tolerations that
// admission gives every pod.
func areNodeTolerations(_ *pair, d difference) bool {
	items := d.live.Items()
	if d.live.Kind() == value.Map {
		items = []*value.Node{d.live}
	}
	return !slices.ContainsFunc(items, func(n *value.Node) bool {
		key, _ := n.Get("key").Str()
		return !strings.HasPrefix(key, "node.kubernetes.io/")
	})
}
