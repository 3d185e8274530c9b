package plane

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dayzero-sdk/dayzero/internal/e2e/binaries"
)

// Servers are directories of programs.
type Servers struct {
	Kubernetes string // etcd and kube-apiserver
	ClusterAPI string // the managers; empty to do without
}

// Build makes what is missing of everything that Start runs.
func Build(ctx context.Context, options Options) (Servers, error) {
	servers, err := buildKubernetes(ctx, options)
	if err != nil {
		return Servers{}, err
	}
	root, err := binaries.Root()
	if err != nil {
		return Servers{}, err
	}
	servers.ClusterAPI, err = options.cache().Build(ctx, binaries.ClusterAPI(root))
	return servers, err
}

func buildKubernetes(ctx context.Context, options Options) (Servers, error) {
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		return Servers{Kubernetes: assets}, present(assets, "etcd", "kube-apiserver")
	}
	root, err := binaries.Root()
	if err != nil {
		return Servers{}, err
	}
	dir, err := options.cache().Build(ctx, binaries.Kubernetes(root))
	return Servers{Kubernetes: dir}, err
}

func present(assets string, names ...string) error {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(assets, name)); err != nil {
			return fmt.Errorf("using KUBEBUILDER_ASSETS: %w", err)
		}
	}
	return nil
}
