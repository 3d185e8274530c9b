package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/controllers/remote"
	"sigs.k8s.io/cluster-api/test/infrastructure/container"
	"sigs.k8s.io/cluster-api/test/infrastructure/docker/controllers"
	inmemory "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/runtime"
	"sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/server"
)

// setup is the one method that all of upstream's reconcilers share.
type setup interface {
	SetupWithManager(context.Context, ctrl.Manager, controller.Options) error
}

func addReconcilers(ctx context.Context, mgr ctrl.Manager, ports portRange) error {
	clusters, err := newClusterCache(ctx, mgr)
	if err != nil {
		return fmt.Errorf("creating the cluster cache: %w", err)
	}
	machines := inmemory.NewManager(workloadScheme())
	if err := machines.Start(ctx); err != nil {
		return fmt.Errorf("starting the simulated machines: %w", err)
	}
	mux, err := server.NewWorkloadClustersMux(machines, "127.0.0.1", ports.option())
	if err != nil {
		return fmt.Errorf("listening for workload clusters on %s: %w", &ports, err)
	}
	docker, err := container.NewFakeClient()
	if err != nil {
		return err
	}
	c := mgr.GetClient()
	for _, r := range []setup{
		&controllers.DevClusterReconciler{Client: c, ContainerRuntime: docker, InMemoryManager: machines, APIServerMux: mux},
		&controllers.DevMachineReconciler{Client: c, ContainerRuntime: docker, InMemoryManager: machines, APIServerMux: mux, ClusterCache: clusters},
		&controllers.DevMachineTemplateReconciler{Client: c, ContainerRuntime: docker},
	} {
		if err := r.SetupWithManager(ctx, mgr, concurrency(50)); err != nil {
			return fmt.Errorf("adding %T: %w", r, err)
		}
	}
	return nil
}

func newClusterCache(ctx context.Context, mgr ctrl.Manager) (clustercache.ClusterCache, error) {
	secrets, err := client.New(mgr.GetConfig(), client.Options{
		HTTPClient: mgr.GetHTTPClient(),
		Cache:      &client.CacheOptions{Reader: mgr.GetCache()},
	})
	if err != nil {
		return nil, err
	}
	return clustercache.SetupWithManager(ctx, mgr, clustercache.Options{
		SecretClient: secrets,
		Client: clustercache.ClientOptions{
			UserAgent: remote.DefaultClusterAPIUserAgent("inmemory"),
			Cache:     clustercache.ClientCacheOptions{DisableFor: uncached()},
		},
	}, concurrency(100))
}

// cacheOptions keeps only Secrets of clusters in the cache.
func cacheOptions() cache.Options {
	ofCluster, err := labels.NewRequirement(clusterv1.ClusterNameLabel, selection.Exists, nil)
	if err != nil {
		panic(err) // the label key is a constant
	}
	return cache.Options{ByObject: map[client.Object]cache.ByObject{
		&corev1.Secret{}: {Label: labels.NewSelector().Add(*ofCluster)},
	}}
}

func uncached() []client.Object { return []client.Object{&corev1.ConfigMap{}, &corev1.Secret{}} }
