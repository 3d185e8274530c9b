package upgrade

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// problem is the question for a path without its stacks: which versions there
// are, what each needs of the others, and where the way starts and ends.
type problem struct {
	// parts are the profiles of the target, in its order, then those of the start
	// that leave with an overlay, then the overlays likewise.
	parts []part
	// kube is the part that carries Kubernetes.
	kube int
	// from is the Kubernetes version at the start and runs tells, for each
	// condition, whether it meets it. Only conditions on Kubernetes count.
	from profile.Version
	runs set
	// kubelet is the oldest kubelet at the start.
	kubelet profile.Version
	// conditions is the number of conditions.
	conditions int
	// together: only the stacks between hops are judged.
	together bool
	// rejected are sets of versions that were found not to be legal.
	rejected []rejection
}

// part is one profile or overlay of a problem.
type part struct {
	name    string
	overlay bool
	// versions lead from the start to the target, which is the last one.
	versions []*version
	// start is the version at the start: 0, or -1 when the profile is not there
	// yet or its version is not in the library.
	start int
	// comes: the first version is absence, from which the part may come.
	comes bool
}

// preference are the versions, those first at which the part had better rest:
// the nearer to the target the better, but what comes does so in its last
// version if it can.
func (p part) preference() []int {
	var out []int
	for v := len(p.versions) - 1; v >= 0; v-- {
		out = append(out, v)
	}
	if p.comes {
		out = slices.Insert(out[:len(out)-1], 1, 0)
	}
	return out
}

// version is one version of a part of a problem, or its absence.
type version struct {
	// ref has no version when the part is not there.
	ref profile.Ref
	// kubernetes is what the part that carries it brings.
	kubernetes profile.Version
	needs      []need
	// forbids are conditions that no other part may meet.
	forbids []need
	// meets are the conditions that its layers meet, certain those that layers
	// meet which are certainly there.
	meets, certain set
}

func (p part) target() *version { return p.versions[len(p.versions)-1] }

// need is a condition that a rule makes.
type need struct {
	rule, condition int
	// kubernetes: the condition is on the version of Kubernetes.
	kubernetes bool
	// loose: the layer may be switched off, which only resolving tells. It counts
	// where something moves together with Kubernetes.
	loose bool
}

// rejection is a set of versions that must not come together: that of the part
// that carries Kubernetes, and those of others.
type rejection struct {
	kubernetes int
	others     []choice
}

// choice is a version of a part.
type choice struct{ part, version int }

func (r rejection) matches(kubernetes int, row []set) bool {
	if r.kubernetes != kubernetes {
		return false
	}
	for _, c := range r.others {
		if row[c.part].count() != 1 || !row[c.part].has(c.version) {
			return false
		}
	}
	return true
}

// row is one version of each part.
type row []int

// minorsTo is by how many minor versions b is above a; ok is false when they
// are of different major versions.
func minorsTo(a, b profile.Version) (n int, ok bool) {
	oldMajor, oldMinor := a.Minor()
	newMajor, newMinor := b.Minor()
	return int(newMinor) - int(oldMinor), oldMajor == newMajor
}

// sameMinor reports whether a hop from a to b leaves the minor version of
// Kubernetes alone.
func sameMinor(a, b profile.Version) bool {
	n, ok := minorsTo(a, b)
	return ok && n == 0
}

// maxKubeletSkew is by how many minor versions a kubelet may be older than the
// control plane.
const maxKubeletSkew = 3

// longest is an upper bound of the number of hops of a shortest path. The stacks
// with one minor version of Kubernetes may be left out but for the first and the
// last: each move between them is also one hop.
func (p *problem) longest() int {
	minors := map[[2]uint64]bool{}
	major, minor := p.from.Minor()
	minors[[2]uint64{major, minor}] = true
	for _, v := range p.parts[p.kube].versions {
		major, minor := v.kubernetes.Minor()
		minors[[2]uint64{major, minor}] = true
	}
	return 2*len(minors) - 1
}
