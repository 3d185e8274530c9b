package members

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// path returns the stacks that lead from one to the other, both included. Where
// Kubernetes rises by more than a minor version, it goes through versions of
// the profile that carries it, the longest step that is allowed each time; the
// other profiles move with the first step. A lower Kubernetes version has no
// path: Cluster API refuses it.
func (c *comparison) path(key profile.Key, from, to *profile.Stack) ([]*profile.Stack, *diag.Diagnostic) {
	if from == nil || to == nil {
		return []*profile.Stack{from, to}, nil
	}
	steps := []*profile.Stack{from}
	for at := from; ; {
		switch rise := minors(at, to); {
		case rise < 0 || rise == 0 && version(to).Compare(version(at)) < 0:
			found := noPath(from, to, "Kubernetes cannot be downgraded; Cluster API refuses it")
			return nil, &found
		case rise <= 1:
			return append(steps, to), nil
		}
		next := c.farthest(key, at, to)
		if next == nil {
			found := noPath(from, to, "publish a version of the profile for each Kubernetes minor version in between: one hop raises at most one")
			return nil, &found
		}
		steps, at = append(steps, next), next
	}
}

func version(s *profile.Stack) profile.Version {
	text, _ := s.KubernetesVersion()
	v, _ := profile.ParseVersion(text)
	return v
}

// minors is by how many minor versions Kubernetes rises.
func minors(from, to *profile.Stack) int {
	oldMajor, oldMinor := version(from).Minor()
	newMajor, newMinor := version(to).Minor()
	if oldMajor != newMajor {
		return (int(newMajor) - int(oldMajor)) * 100
	}
	return int(newMinor) - int(oldMinor)
}

// farthest resolves the cluster with the highest version of the Kubernetes
// profile below its target that is one minor version up.
func (c *comparison) farthest(key profile.Key, at, to *profile.Stack) *profile.Stack {
	_, origin := to.KubernetesVersion()
	refs := to.Profiles()
	i := slices.IndexFunc(refs, func(r profile.Ref) bool { return r.String() == origin.Document })
	if i < 0 {
		return nil
	}
	var candidates []profile.Ref
	for p := range c.want.Profiles() {
		if r := p.Ref(); r.Name == refs[i].Name && r.Compare(refs[i]) < 0 && !isDev(r) {
			candidates = append(candidates, r)
		}
	}
	for _, ref := range slices.Backward(candidates) {
		if v, err := profile.ParseVersion(ref.Version); err != nil || v.IsDev() {
			continue // never locked
		}
		pins := slices.Clone(refs)
		pins[i] = ref
		stack, _ := c.want.ResolveAt(key, pins...)
		if stack != nil && minors(at, stack) == 1 {
			return stack
		}
	}
	return nil
}

func isDev(r profile.Ref) bool {
	v, err := profile.ParseVersion(r.Version)
	return err != nil || v.IsDev()
}

// noPath is the finding about clusters that cannot go from one stack to the
// other. It names no cluster: many have the same.
func noPath(from, to *profile.Stack, why string) diag.Diagnostic {
	old, _ := from.KubernetesVersion()
	now, at := to.KubernetesVersion()
	return diag.Errorf("members.no-path", at.Range, "there is no path from kubernetes %s to %s", old, now).WithDetail("%s", why)
}

// stranded are the clusters that have one finding in common.
type stranded struct {
	found diag.Diagnostic
	keys  []profile.Key
}

// strand adds a cluster to those with the same finding.
func (c *comparison) strand(key profile.Key, found diag.Diagnostic) {
	for i := range c.stranded {
		if c.stranded[i].found.Compare(found) == 0 {
			c.stranded[i].keys = append(c.stranded[i].keys, key)
			return
		}
	}
	c.stranded = append(c.stranded, stranded{found: found, keys: []profile.Key{key}})
}

const namedClusters = 3

// diagnostic is the finding with its clusters counted and the first ones named.
func (s stranded) diagnostic() diag.Diagnostic {
	named := make([]string, 0, namedClusters)
	for _, k := range s.keys[:min(namedClusters, len(s.keys))] {
		named = append(named, k.String())
	}
	text := strings.Join(named, ", ")
	if more := len(s.keys) - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	s.found.Summary += " for " + text
	return s.found
}
