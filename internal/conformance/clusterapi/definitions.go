package clusterapi

import (
	"io/fs"

	"github.com/dayzero-sdk/dayzero/internal/conformance/crd"
	"github.com/dayzero-sdk/dayzero/internal/conformance/upstream"
)

// folders are where the modules ship the definitions.
var folders = []struct{ module, dir string }{
	{"sigs.k8s.io/cluster-api", "core/config/crd/bases"},
	{"sigs.k8s.io/cluster-api", "bootstrap/kubeadm/config/crd/bases"},
	{"sigs.k8s.io/cluster-api", "controlplane/kubeadm/config/crd/bases"},
	{"sigs.k8s.io/cluster-api/test", "infrastructure/docker/config/crd/bases"},
}

// Definitions loads the definitions of the core, kubeadm and in-memory kinds.
func Definitions() (*crd.Set, error) {
	var opened []fs.FS
	for _, f := range folders {
		folder, err := upstream.Folder(f.module, f.dir)
		if err != nil {
			return nil, err
		}
		opened = append(opened, folder)
	}
	return crd.Load(opened...)
}
