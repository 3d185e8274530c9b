package drift

import "strings"

// dangerous are field paths through which a change can take over workloads or
// the cluster.
var dangerous = []string{
	"/image", "/securityContext", "/hostNetwork", "/hostPID", "/hostIPC", "/hostPath",
	"/serviceAccountName", "/serviceAccount", "/containers", "/initContainers", "/ephemeralContainers",
}

// dangerousKinds are dangerous in all they say, apart from metadata.
var dangerousKinds = map[string]bool{
	"rbac.authorization.k8s.io": true, "admissionregistration.k8s.io": true,
}

func (p *pair) risk(d difference) Risk {
	text := names(d.path)
	if dangerousKinds[p.key.Group] && !strings.HasPrefix(text, "/metadata") {
		return High
	}
	if !strings.HasPrefix(text, "/spec") || !holdsPods[p.key.Kind] {
		return Normal
	}
	for _, name := range dangerous {
		rest := text
		for {
			i := strings.Index(rest, name)
			if i < 0 {
				break
			}
			rest = rest[i+len(name):]
			if rest == "" || rest[0] == '/' && !strings.HasSuffix(name, "ontainers") {
				return High
			}
		}
	}
	return Normal
}

var holdsPods = map[string]bool{
	"Pod": true, "PodTemplate": true, "Deployment": true, "ReplicaSet": true, "StatefulSet": true, "DaemonSet": true,
	"Job": true, "CronJob": true, "ReplicationController": true,
}

func isImage(d difference) bool {
	name, _ := d.path[len(d.path)-1].IsField()
	return name == "image"
}
