package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/core/webhooks/admission"
	"sigs.k8s.io/cluster-api/exp/topology/desiredstate"
	"sigs.k8s.io/cluster-api/exp/topology/scope"
	"sigs.k8s.io/cluster-api/util/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// desiredQuestion asks what the topology controller wants for a Cluster. It goes
// to desiredstate.NewGenerator, patches of the class included. Collecting the
// blueprint and the present state is private to the controller, and is done
// here; runtime extensions and MachinePools are not covered.
//
// The objects are a Cluster, its ClusterClass with its templates, and what is
// there of the cluster already, if anything.
type desiredQuestion struct {
	Objects []*object `json:"objects"`
}

type desiredAnswer struct {
	// Objects have what the controller applies: labels, annotations, owners and
	// spec. Names that are not there yet end in random letters.
	Objects []*object `json:"objects,omitempty"`
	Refused string    `json:"refused,omitempty"` // in Cluster API's words
}

func (q desiredQuestion) answer(ctx context.Context) (any, error) {
	state, err := newWorld(q.Objects).wanted(ctx)
	if words, ok := errors.AsType[refused](err); ok {
		return desiredAnswer{Refused: words.Error()}, nil
	}
	if err != nil {
		return nil, err
	}
	objects, err := flat(state)
	return desiredAnswer{Objects: objects}, err
}

// refused is an error of Cluster API about the objects, not of the question.
type refused struct{ error }

// wanted generates the desired state of the one Cluster.
func (w world) wanted(ctx context.Context) (*scope.ClusterState, error) {
	s, err := w.scope()
	if err != nil {
		return nil, err
	}
	if errs := admission.DefaultVariables(s.Current.Cluster, s.Blueprint.ClusterClass); len(errs) > 0 {
		return nil, refused{errs.ToAggregate()}
	}
	s.Blueprint.Topology = s.Current.Cluster.Spec.Topology
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the caches
	generator, err := desiredstate.NewGenerator(w.client(), clustercache.NewFakeEmptyClusterCache(), nil,
		cache.New[cache.HookEntry](ctx, cache.HookCacheDefaultTTL),
		cache.New[desiredstate.GenerateUpgradePlanCacheEntry](ctx, cache.HookCacheDefaultTTL))
	if err != nil {
		return nil, err
	}
	state, err := generator.Generate(ctx, s)
	if err != nil {
		return nil, refused{err}
	}
	return state, nil
}

// flat lists the objects of a state: the Cluster, its infrastructure, the
// control plane, and the pools in the order of their names.
func flat(state *scope.ClusterState) ([]*object, error) {
	state.Cluster.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("Cluster"))
	var list lister
	list.add(state.Cluster)
	list.add(state.InfrastructureCluster)
	if template := state.ControlPlane.InfrastructureMachineTemplate; template != nil {
		list.add(template)
	}
	list.add(state.ControlPlane.Object)
	list.check(state.ControlPlane.MachineHealthCheck)
	for _, name := range slices.Sorted(maps.Keys(state.MachineDeployments)) {
		md := state.MachineDeployments[name]
		md.Object.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("MachineDeployment"))
		list.add(md.BootstrapTemplate)
		list.add(md.InfrastructureMachineTemplate)
		list.add(md.Object)
		list.check(md.MachineHealthCheck)
	}
	return list.objects, list.err
}

type lister struct {
	objects []*object
	err     error
}

func (l *lister) check(mhc *clusterv1.MachineHealthCheck) {
	if mhc != nil {
		mhc.SetGroupVersionKind(clusterv1.GroupVersion.WithKind("MachineHealthCheck"))
		l.add(mhc)
	}
}

func (l *lister) add(o client.Object) {
	tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil && l.err == nil {
		l.err = fmt.Errorf("encoding %s: %w", o.GetName(), err)
	}
	l.objects = append(l.objects, intent(tree))
}

// intent leaves of an object what the controller applies of it.
func intent(tree map[string]any) *object {
	metadata, _ := tree["metadata"].(map[string]any)
	kept := map[string]any{}
	for _, field := range []string{"name", "namespace", "labels", "annotations", "ownerReferences"} {
		if v, ok := metadata[field]; ok {
			kept[field] = v
		}
	}
	return &object{Object: map[string]any{"apiVersion": tree["apiVersion"], "kind": tree["kind"], "metadata": kept, "spec": tree["spec"]}}
}
