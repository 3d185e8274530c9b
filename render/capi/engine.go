package capi

import (
	"context"
	"errors"
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
	set := classSet(request)
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

// errFindings keeps a set with findings out of the cache: they name the hub and
// the cluster.
var errFindings = errors.New("the set has findings")

func classSet(request render.Request) madeSet {
	stack, slots := request.Stack, request.Stack.Capi()
	key, ok := shareable(stack, slots)
	if !ok {
		return newSet(stack)
	}
	var made madeSet
	v, err := request.Cache.Do(key, func() (any, error) {
		if made = newSet(stack); len(made.diags) > 0 {
			return nil, errFindings
		}
		return made, nil
	})
	if err != nil {
		return made
	}
	return v.(madeSet)
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
