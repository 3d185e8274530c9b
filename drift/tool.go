package drift

import "strings"

// toolOf guesses the program behind a manager's name.
func toolOf(a Actor) string {
	switch {
	case a.Manager == "kubectl" && a.Subresource == "scale":
		return "kubectl-scale"
	case a.Manager == "kubectl-client-side-apply", a.Manager == "kubectl-create", a.Manager == "kubectl" && a.Operation == "Apply":
		return "kubectl-apply"
	case strings.HasPrefix(a.Manager, "kubectl-"), a.Manager == "kubectl":
		return a.Manager
	}
	for _, t := range tools {
		if strings.HasPrefix(strings.ToLower(a.Manager), t.prefix) {
			return t.tool
		}
	}
	return ""
}

var tools = []struct{ prefix, tool string }{
	{"argocd", "argo-cd"}, {"fleet", "fleet"}, {"flux", "flux"}, {"headlamp", "headlamp"}, {"helm", "helm"},
	{"k9s", "k9s"}, {"kapp", "kapp"}, {"kube-controller-manager", "kube-controller-manager"},
	{"kustomize-controller", "flux"}, {"lens", "lens"}, {"mozilla", "browser"}, {"node-fetch", "lens"}, {"oc", "oc"},
	{"pulumi", "pulumi"}, {"terraform", "terraform"},
}

// isHuman reports whether people use the tool by hand.
func (m manager) isHuman() bool {
	switch m.actor.Tool {
	case "kubectl-apply":
		return false
	case "headlamp", "k9s", "lens", "browser", "oc":
		return true
	}
	return strings.HasPrefix(m.actor.Tool, "kubectl")
}

// isDeployer reports whether the tool applies whole manifests, as we do: what it
// owns was declared by somebody.
func (m manager) isDeployer() bool {
	switch m.actor.Tool {
	case "kubectl-apply", "helm", "flux", "argo-cd", "fleet", "kapp", "terraform", "pulumi":
		return true
	}
	return false
}

// isUnnamed reports whether the entry stands for managers of earlier times.
func (m manager) isUnnamed() bool {
	return m.actor.Manager == "before-first-apply" || m.actor.Manager == "ancient-changes"
}

// isTrusted reports whether the manager is a controller of Kubernetes itself,
// updating as such.
func (m manager) isTrusted() bool {
	switch m.actor.Manager {
	case "kube-controller-manager", "kube-apiserver", "kube-scheduler", "cloud-controller-manager", "kubelet":
		return m.actor.Operation == "Update"
	}
	return false
}
