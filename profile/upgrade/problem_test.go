package upgrade

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
)

// naive answers a problem by looking at every combination of versions, from the
// definition of a legal path alone.
type naive struct {
	*problem
	ignored ignored
}

// rests reports whether a cluster may rest at r.
func (n naive) rests(r row) bool {
	for i, v := range r {
		for _, need := range n.parts[i].versions[v].needs {
			met := need.loose || n.ignored.rules[need.rule]
			for j, w := range r {
				met = met || n.parts[j].versions[w].meets.has(need.condition)
			}
			if !met {
				return false
			}
		}
		for _, f := range n.parts[i].versions[v].forbids {
			for j, w := range r {
				if j != i && !f.loose && !n.ignored.rules[f.rule] && n.parts[j].versions[w].certain.has(f.condition) {
					return false
				}
			}
		}
	}
	for number, rejected := range n.rejected {
		all := !n.ignored.rejections[number] && r[n.kube] == rejected.kubernetes
		for _, c := range rejected.others {
			all = all && r[c.part] == c.version
		}
		if all {
			return false
		}
	}
	return true
}

// accepts reports whether v runs on a version of Kubernetes that meets these
// conditions.
func (n naive) accepts(v *version, runs set) bool {
	for _, need := range v.needs {
		if need.kubernetes && !n.ignored.rules[need.rule] && !runs.has(need.condition) && !v.meets.has(need.condition) {
			return false
		}
	}
	for _, f := range v.forbids {
		if f.kubernetes && !n.ignored.rules[f.rule] && runs.has(f.condition) {
			return false
		}
	}
	return true
}

// hops reports whether one hop leads from r, nil for the start, to to.
func (n naive) hops(r, to row) bool {
	from, runs := n.from, n.runs
	if r != nil {
		from, runs = n.parts[n.kube].versions[r[n.kube]].kubernetes, n.parts[n.kube].versions[r[n.kube]].meets
	}
	carrier := n.parts[n.kube].versions[to[n.kube]]
	rise, same := minorsTo(from, carrier.kubernetes)
	if carrier.kubernetes.Compare(from) < 0 || !n.ignored.skew && (!same || rise > 1) {
		return false
	}
	if behind, ok := minorsTo(n.kubelet, carrier.kubernetes); from.Compare(n.from) == 0 && !n.ignored.kubelet && ok && (behind < 0 || behind > 3) {
		return false
	}
	for i, v := range to {
		old := n.parts[i].start
		if r != nil {
			old = r[i]
		}
		if v < old {
			return false
		}
		moves := i != n.kube && old >= 0 && v != old && !n.together && (rise != 0 || !same)
		if moves && (!n.accepts(n.parts[i].versions[old], carrier.meets) || !n.accepts(n.parts[i].versions[v], runs)) {
			return false
		}
	}
	return true
}

func (n naive) all(yield func(row) bool) {
	r := make(row, len(n.parts))
	for {
		if !yield(slices.Clone(r)) {
			return
		}
		i := 0
		for ; i < len(r); i++ {
			if r[i]++; r[i] < len(n.parts[i].versions) {
				break
			}
			r[i] = 0
		}
		if i == len(r) {
			return
		}
	}
}

func (n naive) target() row {
	r := make(row, len(n.parts))
	for i, part := range n.parts {
		r[i] = len(part.versions) - 1
	}
	return r
}

// shortest finds all shortest paths and returns the best one.
func (n naive) shortest() []row {
	var legal []row
	for r := range n.all {
		if n.rests(r) {
			legal = append(legal, r)
		}
	}
	target := slices.IndexFunc(legal, func(r row) bool { return slices.Equal(r, n.target()) })
	if target < 0 {
		return nil
	}
	left := make([]int, len(legal)) // hops to the target, 0 for none known
	front := []int{target}
	for distance := 1; ; distance++ {
		var best []row
		for _, i := range front {
			if n.hops(nil, legal[i]) {
				for _, path := range n.paths(legal, left, i, target) {
					if best == nil || n.better(path, best) {
						best = path
					}
				}
			}
		}
		if best != nil {
			return best
		}
		var next []int
		for i := range legal {
			if left[i] == 0 && i != target && slices.ContainsFunc(front, func(j int) bool { return n.hops(legal[i], legal[j]) }) {
				next = append(next, i)
			}
		}
		for _, i := range next {
			left[i] = distance
		}
		if front = next; len(front) == 0 {
			return nil
		}
	}
}

// paths are all shortest paths from legal[i].
func (n naive) paths(legal []row, left []int, i, target int) [][]row {
	if i == target {
		return [][]row{{legal[i]}}
	}
	var out [][]row
	for j := range legal {
		if (left[j] == left[i]-1 && (left[j] > 0 || j == target)) && n.hops(legal[i], legal[j]) {
			for _, rest := range n.paths(legal, left, j, target) {
				out = append(out, append([]row{legal[i]}, rest...))
			}
		}
	}
	return out
}

// better is the documented order of paths of one length.
func (n naive) better(a, b []row) bool {
	for j := range a {
		if a[j][n.kube] != b[j][n.kube] {
			return a[j][n.kube] > b[j][n.kube]
		}
	}
	for j := range a {
		if c := slices.Compare(n.ranks(a[j]), n.ranks(b[j])); c != 0 {
			return c > 0
		}
	}
	return false
}

// ranks are higher for better versions: the target, for what comes its absence,
// the others by their order.
func (n naive) ranks(r row) []int {
	out := slices.Clone(r)
	for i, part := range n.parts {
		last := len(part.versions) - 1
		if part.comes && r[i] == 0 {
			out[i] = last
		} else if part.comes && r[i] == last {
			out[i] = last + 1
		}
	}
	return out
}

func mustVersion(text string) profile.Version {
	v, err := profile.ParseVersion(text)
	if err != nil {
		panic(err)
	}
	return v
}

// randomProblem is a small problem of every kind that there is: gaps between
// minor versions, conditions on Kubernetes and on other parts, conflicts, layers
// that may be switched off, parts that are new, rejected combinations.
func randomProblem(r *rand.Rand) *problem {
	p := &problem{conditions: 2 + r.IntN(5), together: r.IntN(4) == 0, kube: r.IntN(2)}
	onKubernetes := 1 + r.IntN(p.conditions)
	parts := 2 + r.IntN(2)
	rule, minor := 0, 30+r.IntN(2)
	p.from = mustVersion(fmt.Sprintf("1.%d.%d", minor, r.IntN(2)))
	p.kubelet = p.from
	if r.IntN(5) == 0 {
		p.kubelet = mustVersion(fmt.Sprintf("1.%d.0", minor-1-r.IntN(4)))
	}
	some := func(low, high, odds int) set {
		s := newSet(p.conditions)
		for c := low; c < high; c++ {
			if r.IntN(odds) > 0 {
				s.add(c)
			}
		}
		return s
	}
	p.runs = some(0, onKubernetes, 4)
	for i := range parts {
		part := part{name: fmt.Sprintf("p%d", i), start: 0}
		for range 1 + r.IntN(6-parts) + r.IntN(2) {
			v := &version{meets: newSet(p.conditions)}
			if i == p.kube {
				v.meets = some(0, onKubernetes, 3)
				v.kubernetes = mustVersion(fmt.Sprintf("1.%d.%d", minor, 1+r.IntN(2)))
				minor += min(1, r.IntN(4)) + r.IntN(20)/19
			}
			v.meets.unite(some(onKubernetes, p.conditions, 2))
			v.certain = v.meets.clone()
			if r.IntN(4) == 0 {
				v.certain = v.certain.and(some(0, p.conditions, 3))
			}
			for range r.IntN(5) / 2 {
				c := r.IntN(p.conditions)
				v.needs = append(v.needs, need{rule: rule, condition: c, kubernetes: c < onKubernetes, loose: r.IntN(10) == 0})
				rule++
			}
			for range r.IntN(8) / 6 {
				c := r.IntN(p.conditions)
				v.forbids = append(v.forbids, need{rule: rule, condition: c, kubernetes: c < onKubernetes, loose: r.IntN(10) == 0})
				rule++
			}
			part.versions = append(part.versions, v)
		}
		switch r.IntN(8) {
		case 0:
			part.start = -1
		case 1:
			part.comes = i != p.kube && len(part.versions) > 1
		}
		p.parts = append(p.parts, part)
	}
	for range r.IntN(8) / 6 {
		rejected := rejection{kubernetes: r.IntN(len(p.parts[p.kube].versions))}
		for i, part := range p.parts {
			if i != p.kube && r.IntN(2) == 0 {
				rejected.others = append(rejected.others, choice{part: i, version: r.IntN(len(part.versions))})
			}
		}
		p.rejected = append(p.rejected, rejected)
	}
	return p
}

// TestShortestAgainstNaive compares verdict, length and choice with the naive
// answer, and, where there is no path, holds the blockers to what they promise.
func TestShortestAgainstNaive(t *testing.T) {
	const cases = 30_000
	r := rand.New(rand.NewPCG(1, 2))
	lengths, blamed := map[int]int{}, map[blockerKind]int{}
	for i := range cases {
		p := randomProblem(r)
		got, err := newSearch(p, ignored{}).shortest()
		if err != nil {
			t.Fatal(err)
		}
		want := naive{problem: p}.shortest()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("case %d: %+v (-want +got):\n%s", i, p, diff)
		}
		lengths[len(got)]++
		if got == nil {
			checkBlockers(t, i, p, blamed)
		}
	}
	t.Logf("paths by length %v, blockers by kind %v", lengths, blamed)
	for length := range 5 {
		if lengths[length] < 20 {
			t.Errorf("only %d cases of length %d: the cases do not cover enough", lengths[length], length)
		}
	}
	for _, kind := range []blockerKind{skewBlocker, kubeletBlocker, ruleBlocker, rejectionBlocker} {
		if blamed[kind] < 20 {
			t.Errorf("only %d blockers of kind %d: the cases do not cover enough", blamed[kind], kind)
		}
	}
}

// checkBlockers: without the blockers there is a path, and with any one of them
// there is none. A target with a lower version of Kubernetes is no case for
// blockers.
func checkBlockers(t *testing.T, i int, p *problem, kinds map[blockerKind]int) {
	t.Helper()
	blamed, err := p.blockers()
	if err != nil || len(blamed) == 0 {
		t.Fatalf("case %d: blockers %v (%v)", i, blamed, err)
	}
	if p.parts[p.kube].versions[len(p.parts[p.kube].versions)-1].kubernetes.Compare(p.from) < 0 {
		return
	}
	if (naive{problem: p, ignored: without(blamed, nil)}).shortest() == nil {
		t.Fatalf("case %d: no path without %v: %+v", i, blamed, p)
	}
	for _, b := range blamed {
		kinds[b.kind]++
		if (naive{problem: p, ignored: without(blamed, []blocker{b})}).shortest() != nil {
			t.Fatalf("case %d: %v is superfluous among %v: %+v", i, b, blamed, p)
		}
	}
}
