package members

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// Between returns the members that lead the fleet from have to want: clusters
// whose stack digests differ, new ones and removed ones, and those that hold a
// version themselves, in the order of their keys. A cluster that cannot be
// resolved or rendered, or for which there is no path, is in the diagnostics and
// not among the members. Paths are those of package upgrade; profiles may go back
// to older versions, Kubernetes never. The error is of the engines or the context.
func Between(ctx context.Context, r *render.Renderer, have, want *profile.Workspace) ([]rollout.Member, diag.Diagnostics, error) {
	c := comparison{renderer: r, have: have, want: want, solver: upgrade.NewSolver(want, upgrade.Options{Older: true})}
	for key := range union(have, want) {
		if err := c.cluster(ctx, key); err != nil {
			return nil, nil, fmt.Errorf("comparing %s: %w", key, err)
		}
	}
	for _, s := range c.stranded {
		c.diags = append(c.diags, s.diagnostic())
	}
	return c.members, c.diags.Sorted(), nil
}

// union yields the keys of both fleets, sorted.
func union(have, want *profile.Workspace) func(yield func(profile.Key) bool) {
	return func(yield func(profile.Key) bool) {
		var a, b []profile.Key
		for k := range have.Clusters() {
			a = append(a, k)
		}
		for k := range want.Clusters() {
			b = append(b, k)
		}
		for len(a) > 0 || len(b) > 0 {
			var next profile.Key
			switch {
			case len(b) == 0 || len(a) > 0 && a[0].Compare(b[0]) < 0:
				next, a = a[0], a[1:]
			case len(a) == 0 || b[0].Compare(a[0]) < 0:
				next, b = b[0], b[1:]
			default:
				next, a, b = a[0], a[1:], b[1:]
			}
			if !yield(next) {
				return
			}
		}
	}
}

type comparison struct {
	renderer   *render.Renderer
	have, want *profile.Workspace
	solver     *upgrade.Solver
	members    []rollout.Member
	diags      diag.Diagnostics
	stranded   []stranded
}

// state is a cluster at one point of its way; the zero state means that it does
// not exist.
type state struct {
	stack  *profile.Stack
	bundle render.Bundle
}

func (s state) digest() string {
	if s.stack == nil {
		return ""
	}
	return s.stack.Digest()
}

func (c *comparison) cluster(ctx context.Context, key profile.Key) error {
	from, okFrom := c.resolve(c.have, key)
	to, okTo := c.resolve(c.want, key)
	if !okFrom || !okTo {
		return nil
	}
	m := rollout.Member{Key: key, Labels: c.labels(key)}
	if to != nil && to.Held() {
		m.Held = "the cluster names its version: " + joined(to.Profiles())
		c.members = append(c.members, m)
		return nil
	}
	steps, found := c.path(from, to)
	if found.HasErrors() {
		for _, d := range found {
			c.strand(key, d)
		}
		return nil
	}
	hops, err := c.hops(ctx, steps)
	var input *render.InputError
	if errors.As(err, &input) {
		c.diags = append(c.diags, input.Diagnostics...)
		return nil
	}
	if err != nil {
		return err
	}
	if m.Hops = hops; len(hops) > 0 {
		c.members = append(c.members, m)
	}
	return nil
}

func (c *comparison) labels(key profile.Key) map[string]string {
	cluster, ok := c.want.Cluster(key)
	if !ok {
		cluster, _ = c.have.Cluster(key)
	}
	return cluster.Metadata.Labels
}

// resolve returns the stack of a cluster, nil when the fleet does not have it.
func (c *comparison) resolve(ws *profile.Workspace, key profile.Key) (*profile.Stack, bool) {
	if _, ok := ws.Cluster(key); !ok {
		return nil, true
	}
	stack, diags := ws.Resolve(key)
	c.diags = append(c.diags, diags...)
	return stack, stack != nil
}

// hops renders every step and compares neighbours.
func (c *comparison) hops(ctx context.Context, steps []*profile.Stack) ([]rollout.Hop, error) {
	var hops []rollout.Hop
	var last state
	for i, stack := range steps {
		next := state{stack: stack}
		if stack != nil {
			b, err := c.renderer.Bundle(ctx, stack)
			if err != nil {
				return nil, err
			}
			next.bundle = b
		}
		if i > 0 && last.digest() != next.digest() {
			hops = append(hops, rollout.Hop{From: last.digest(), To: next.digest(), Summary: summary(last.stack, next.stack), Impact: impact(last, next)})
		}
		last = next
	}
	return hops, nil
}

func impact(from, to state) profile.Impact {
	switch {
	case from.stack == nil:
		return profile.InPlace
	case to.stack == nil:
		return profile.Irreversible
	}
	return render.Diff(from.bundle, to.bundle).Impact()
}

func joined(refs []profile.Ref) string {
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}

// summary tells what changes: versions of profiles and overlays, and the
// Kubernetes version.
func summary(from, to *profile.Stack) string {
	if from == nil {
		return "created at " + joined(to.Pins())
	}
	if to == nil {
		return "removed"
	}
	parts := changes("", from.Profiles(), to.Profiles())
	parts = append(parts, changes("overlay ", from.Overlays(), to.Overlays())...)
	old, _ := from.KubernetesVersion()
	now, _ := to.KubernetesVersion()
	if old != now {
		parts = append(parts, fmt.Sprintf("kubernetes %s -> %s", old, now))
	}
	if len(parts) == 0 {
		return "the cluster's own settings"
	}
	return strings.Join(parts, ", ")
}

func changes(what string, from, to []profile.Ref) []string {
	var parts []string
	before := map[string]string{}
	for _, r := range from {
		before[r.Name] = r.Version
	}
	for _, r := range to {
		switch old, ok := before[r.Name]; {
		case !ok:
			parts = append(parts, what+r.String()+" added")
		case old != r.Version:
			parts = append(parts, fmt.Sprintf("%s%s %s -> %s", what, r.Name, old, r.Version))
		}
		delete(before, r.Name)
	}
	for _, r := range from {
		if _, gone := before[r.Name]; gone {
			parts = append(parts, what+r.String()+" removed")
		}
	}
	return parts
}
