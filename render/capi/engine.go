package capi

import (
	"context"
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Engine renders the capi slots of stacks. The zero Engine is ready.
type Engine struct{}

var _ render.Engine = Engine{}

// Render implements [render.Engine].
func (Engine) Render(_ context.Context, request render.Request) (render.Part, error) {
	stack := request.Stack
	set, err := classSet(request)
	if err != nil {
		return render.Part{}, err
	}
	part := render.Part{Diagnostics: set.diags}
	cluster, diags := newCluster(stack, set.set.Name)
	part.Diagnostics = append(part.Diagnostics, diags...)
	if part.Diagnostics.HasErrors() {
		return part, nil
	}
	part.Shared = []render.Set{set.set}
	part.Own = []render.Item{{Object: cluster, Phase: render.Phase{Target: render.Hub, Step: render.Workloads}}}
	return part, nil
}

// madeSet is a class set, or why there is none.
type madeSet struct {
	set   render.Set
	diags diag.Diagnostics
}

// setKey identifies a class set by the trees it is made of. Stacks of the same
// profile versions share those trees wherever nothing of the cluster enters
// them.
type setKey struct {
	profile, namespace, gates, stack           string
	infrastructure, controlPlane, nodes, class *value.Node
}

func classSet(request render.Request) (madeSet, error) {
	stack, slots := request.Stack, request.Stack.Capi()
	made := func() (any, error) { return newSet(stack), nil }
	key, ok := shareable(stack, slots)
	if !ok {
		v, err := made()
		return v.(madeSet), err
	}
	v, err := request.Cache.Do(key, made)
	if err != nil {
		return madeSet{}, err
	}
	if set := v.(madeSet); len(set.diags) == 0 {
		return set, nil
	}
	return newSet(stack), nil // its findings name the hub, which others of the key do not share
}

// classesKey makes one comparable key of the trees of all classes.
type classesKey struct {
	key  setKey
	rest any
}

func shareable(stack *profile.Stack, slots profile.CapiSlots) (any, bool) {
	key := any(setKey{
		profile:        baseName(stack),
		namespace:      stack.Hub().Spec.ClassNamespace,
		stack:          fmt.Sprint(stack.Profiles()),
		gates:          strings.Join(stack.Hub().Spec.ClusterAPI.FeatureGates, ","),
		infrastructure: slots.Infrastructure.Tree(),
		controlPlane:   slots.ControlPlane.Tree(),
		nodes:          slots.ControlPlaneNodes.Tree(),
	})
	for _, c := range slots.Classes {
		if c.Pool != "" {
			return nil, false
		}
		key = classesKey{rest: key, key: setKey{profile: c.Name, infrastructure: c.Nodes.Tree(), controlPlane: c.Workers.Tree(), class: c.Class.Tree()}}
	}
	return key, true
}

// baseName is the name of the profile that defines the cluster.
func baseName(stack *profile.Stack) string {
	for _, l := range stack.Layers() {
		if l.Kind == profile.KubernetesLayer && l.Component.Name == "kubernetes" {
			return l.Profile.Name
		}
	}
	return "cluster"
}
