package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

// demo is a Cluster of upstream's ClusterClass.
const demo = `---
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata:
  name: demo
spec:
  clusterNetwork:
    pods:
      cidrBlocks: [192.168.0.0/16]
  topology:
    classRef:
      name: in-memory
    version: v1.35.0
    controlPlane:
      replicas: 1
    workers:
      machineDeployments:
        - class: default-worker
          name: md-0
          replicas: 1
`

// invitation says how to use the plane, and writes the file that it names.
func invitation(p *plane.Plane, plain bool) (string, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "\n  export KUBECONFIG=%s\n\nTry:\n", p.Kubeconfig())
	if plain {
		fmt.Fprintln(&text, "  kubectl get namespaces")
	} else {
		path, err := writeDemo(p)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "  kubectl apply -f %s   # a class of simulated machines, and a cluster of it\n", path)
		fmt.Fprintln(&text, "  kubectl get clusters -A --watch")
	}
	fmt.Fprintf(&text, "\nLogs of the servers are in %s. Interrupt (Ctrl-C) stops everything.\n", p.Logs())
	return text.String(), nil
}

func writeDemo(p *plane.Plane) (string, error) {
	class, err := os.ReadFile(p.ClusterClassFile())
	if err != nil {
		return "", err
	}
	path := filepath.Join(p.Logs(), "demo.yaml")
	quick := strings.ReplaceAll(string(class), `startupDuration: "10s"`, `startupDuration: "1s"`)
	return path, os.WriteFile(path, []byte(quick+demo), 0o644)
}
