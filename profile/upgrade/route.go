package upgrade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Route is a path of one cluster: the stacks at which it rests.
type Route struct{ stacks []*profile.Stack }

// Hop is one step of a Route.
type Hop struct {
	From, To *profile.Stack
	// Moves are the profiles whose versions change, in the order of the stack
	// that the hop leads to, those that leave last, then the overlays likewise.
	Moves []Move
}

// Move is a profile or an overlay that changes its version. From or To is empty
// when it is added or removed.
type Move struct {
	// Profile or Overlay is its name.
	Profile string `json:"profile,omitempty"`
	Overlay string `json:"overlay,omitempty"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
}

// Name is that of the profile or the overlay.
func (m Move) Name() string { return m.Profile + m.Overlay }

func (m Move) what() string {
	if m.Overlay != "" {
		return "overlay " + m.Overlay
	}
	return "profile " + m.Profile
}

// String is the move in words: "base 1.0.0 -> 1.1.0", "guard@1.0.0 added",
// "overlay eu@1.2.0 removed".
func (m Move) String() string {
	name := m.Profile
	if m.Overlay != "" {
		name = "overlay " + m.Overlay
	}
	switch {
	case m.From == "":
		return name + "@" + m.To + " added"
	case m.To == "":
		return name + "@" + m.From + " removed"
	}
	return name + " " + m.From + " -> " + m.To
}

// String lists the moves, and the version of Kubernetes where it changes: "base
// 1.0.0 -> 1.1.0, kubernetes 1.33.4 -> 1.34.2". A hop without either changes the
// cluster's own settings.
func (h Hop) String() string {
	var parts []string
	for _, m := range h.Moves {
		parts = append(parts, m.String())
	}
	before, _ := h.From.KubernetesVersion()
	after, _ := h.To.KubernetesVersion()
	if before != after {
		parts = append(parts, fmt.Sprintf("kubernetes %s -> %s", before, after))
	}
	if len(parts) == 0 {
		return "the cluster's own settings"
	}
	return strings.Join(parts, ", ")
}

// Stacks are the stacks of the route, the start first and the target last.
func (r Route) Stacks() []*profile.Stack { return slices.Clone(r.stacks) }

// Hops are the steps of the route; none when the cluster is where it is meant to
// be.
func (r Route) Hops() []Hop {
	var out []Hop
	for i := 1; i < len(r.stacks); i++ {
		from, to := r.stacks[i-1], r.stacks[i]
		out = append(out, Hop{From: from, To: to, Moves: moves(from, to)})
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

// moves are what changes between two stacks.
func moves(from, to *profile.Stack) []Move {
	out := changed(from.Profiles(), to.Profiles())
	for _, m := range changed(from.Overlays(), to.Overlays()) {
		out = append(out, Move{Overlay: m.Profile, From: m.From, To: m.To})
	}
	return out
}

func changed(from, to []profile.Ref) []Move {
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
