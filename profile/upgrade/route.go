package upgrade

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Route is a path of one cluster: the stacks at which it rests.
type Route struct{ stacks []*profile.Stack }

// Hop is one step of a Route.
type Hop struct {
	From, To *profile.Stack
	// Moves are the profiles whose versions change, in the order of the stack
	// that the hop leads to, those that leave last.
	Moves []Move
}

// Move is a profile that changes its version. From or To is empty when the
// profile is added or removed.
type Move struct {
	Profile string `json:"profile"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
}

// Stacks are the stacks of the route, the start first and the target last.
func (r Route) Stacks() []*profile.Stack { return slices.Clone(r.stacks) }

// Hops are the steps of the route; none when the cluster is where it is meant to
// be.
func (r Route) Hops() []Hop {
	var out []Hop
	for i := 1; i < len(r.stacks); i++ {
		from, to := r.stacks[i-1], r.stacks[i]
		out = append(out, Hop{From: from, To: to, Moves: moves(from.Profiles(), to.Profiles())})
	}
	return out
}

// Kubernetes are the versions of Kubernetes that the control plane passes
// through, the one at the start first, each once.
func (r Route) Kubernetes() []string {
	var out []string
	for _, s := range r.stacks {
		if v, _ := s.KubernetesVersion(); len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	return out
}

func moves(from, to []profile.Ref) []Move {
	before := map[string]string{}
	for _, r := range from {
		before[r.Name] = r.Version
	}
	var out []Move
	for _, r := range to {
		if before[r.Name] != r.Version {
			out = append(out, Move{Profile: r.Name, From: before[r.Name], To: r.Version})
		}
		delete(before, r.Name)
	}
	for _, r := range from {
		if _, left := before[r.Name]; left {
			out = append(out, Move{Profile: r.Name, From: r.Version})
		}
	}
	return out
}
