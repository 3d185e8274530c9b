package upgrade

import (
	"errors"

	"github.com/dayzero-sdk/dayzero/profile"
)

// errTooLarge ends a search that does not come to an end.
var errTooLarge = errors.New("too many combinations of versions")

// maxSteps bounds the work of one search.
const maxSteps = 200_000

// ignored are the rules that a search leaves out.
type ignored struct {
	rules         map[int]bool
	rejections    map[int]bool
	skew, kubelet bool
}

// search looks for the shortest path of a problem. It goes through sequences of
// versions of the profile that carries Kubernetes, the highest first; for each
// hop it knows which versions of the other profiles are possible at most, so
// that most sequences that lead nowhere end early. What is left is assigned in
// [assignment].
type search struct {
	*problem
	ignored ignored
	// wants are the conditions that a version has, by part and version.
	wants [][]set
	// shuns are the conditions that no other part may meet, by part and version.
	shuns [][]set
	// conflicting: there are any.
	conflicting bool
	// accepting are the versions of a part that accept a version of Kubernetes,
	// by part and by version of the part that carries it; the last is for the
	// version at the start.
	accepting [][]set
	// dead are the places from which there is no way, see deadKey.
	dead     map[string]bool
	steps    int
	tooLarge bool
}

func newSearch(p *problem, without ignored) *search {
	s := &search{problem: p, ignored: without, dead: map[string]bool{}}
	s.wants, s.shuns, s.accepting = make([][]set, len(p.parts)), make([][]set, len(p.parts)), make([][]set, len(p.parts))
	kubernetes := p.parts[p.kube].versions
	for i, part := range p.parts {
		s.wants[i], s.shuns[i] = make([]set, len(part.versions)), make([]set, len(part.versions))
		s.accepting[i] = make([]set, len(kubernetes)+1)
		for k := range s.accepting[i] {
			s.accepting[i][k] = newSet(len(part.versions))
		}
		for v, version := range part.versions {
			s.version(i, v, version, kubernetes)
		}
	}
	return s
}

func (s *search) version(i, v int, version *version, kubernetes []*version) {
	wants, onKubernetes := newSet(s.conditions), newSet(s.conditions)
	shuns, notKubernetes := newSet(s.conditions), newSet(s.conditions)
	for _, n := range version.needs {
		if s.ignored.rules[n.rule] {
			continue
		}
		if !n.loose {
			wants.add(n.condition)
		}
		if n.kubernetes {
			onKubernetes.add(n.condition)
		}
	}
	for _, n := range version.forbids {
		if s.ignored.rules[n.rule] {
			continue
		}
		if !n.loose {
			shuns.add(n.condition)
			s.conflicting = true
		}
		if n.kubernetes {
			notKubernetes.add(n.condition)
		}
	}
	s.shuns[i][v] = shuns
	s.wants[i][v] = wants
	for k, carrier := range kubernetes {
		if onKubernetes.within(carrier.meets, version.meets) && !notKubernetes.meets(carrier.meets) {
			s.accepting[i][k].add(v)
		}
	}
	if onKubernetes.within(s.runs, version.meets) && !notKubernetes.meets(s.runs) {
		s.accepting[i][len(kubernetes)].add(v)
	}
}

// kubernetes is the Kubernetes version of k, which may stand for the start.
func (s *search) kubernetes(k int) profile.Version {
	if versions := s.parts[s.kube].versions; k < len(versions) {
		return versions[k].kubernetes
	}
	return s.from
}

// shortest returns the rows of the path, without the start; nil when there is
// none. Of the shortest paths it is the one whose versions of the profile that
// carries Kubernetes are nearest to the target, hop by hop, and among those the
// one in which the same holds for the other profiles in their order.
func (s *search) shortest() ([]row, error) {
	limit := s.longest()
	if s.together {
		limit = (limit + 1) / 2
	}
	for hops := 1; hops <= max(limit, 1); hops++ {
		rows, _ := s.extend(make([]int, 0, hops), s.begin(), hops)
		if s.tooLarge {
			return nil, errTooLarge
		}
		if rows != nil {
			return rows, nil
		}
	}
	return nil, nil
}

// begin is the possible versions at the start; nil for a part that is not there.
func (s *search) begin() []set {
	out := make([]set, len(s.parts))
	for i, part := range s.parts {
		if part.start >= 0 {
			out[i] = newSet(len(part.versions))
			out[i].add(part.start)
		}
	}
	return out
}

// at is the version of Kubernetes at the end of a sequence.
func (s *search) at(ks []int) int {
	if len(ks) == 0 {
		return len(s.parts[s.kube].versions)
	}
	return ks[len(ks)-1]
}

// extend continues the sequence ks, after which the versions in possible are
// left, by so many hops. alive is false when it can be seen from possible alone
// that there is no way.
func (s *search) extend(ks []int, possible []set, hops int) (rows []row, alive bool) {
	if hops == 0 {
		return s.assign(ks), true
	}
	key := deadKey(s.at(ks), hops, possible)
	if s.dead[key] {
		return nil, false
	}
	target := len(s.parts[s.kube].versions) - 1
	for k := target; k >= 0 && !s.tooLarge; k-- {
		if !s.mayRise(ks, k, hops) {
			continue
		}
		next := s.advance(possible, s.at(ks), k)
		if hops == 1 {
			next = s.arrive(next)
		}
		if next = s.filter(next, k); next == nil {
			continue
		}
		found, open := s.extend(append(ks, k), next, hops-1)
		if found != nil {
			return found, true
		}
		alive = alive || open
	}
	if !alive {
		s.dead[key] = true
	}
	return nil, alive
}

func deadKey(k, hops int, possible []set) string {
	key := []byte{byte(k), byte(k >> 8), byte(hops), byte(hops >> 8)}
	for _, p := range possible {
		key = append(key, byte(len(p)))
		for _, w := range p {
			for range 8 {
				key, w = append(key, byte(w)), w>>8
			}
		}
	}
	return string(key)
}

// mayRise reports whether the next hop may lead to k with so many hops left.
func (s *search) mayRise(ks []int, k, hops int) bool {
	last := s.at(ks)
	versions := s.parts[s.kube].versions
	if len(ks) > 0 && k < last || hops == 1 && k != len(versions)-1 {
		return false
	}
	from, to, target := s.kubernetes(last), s.kubernetes(k), s.kubernetes(len(versions)-1)
	if to.Compare(from) < 0 || target.Compare(to) < 0 {
		return false
	}
	if rise, ok := minorsTo(from, to); !s.ignored.skew && (!ok || rise > 1) {
		return false
	}
	if left, ok := minorsTo(to, target); !s.ignored.skew && (!ok || left > hops-1) {
		return false
	}
	return s.ignored.kubelet || from.Compare(s.from) != 0 || s.kubeletMayMeet(to)
}

// kubeletMayMeet reports whether the oldest kubelet of the start, which is there
// until the version of Kubernetes changes, may meet a control plane.
func (s *search) kubeletMayMeet(controlPlane profile.Version) bool {
	behind, comparable := minorsTo(s.kubelet, controlPlane)
	return !comparable || behind >= 0 && behind <= maxKubeletSkew
}

// careful reports whether what moves in a hop must accept both versions of
// Kubernetes.
func (s *search) careful(from, to int) bool {
	return !s.together && !sameMinor(s.kubernetes(from), s.kubernetes(to))
}

// advance is what is possible after a hop that leads from one version of
// Kubernetes to another.
func (s *search) advance(possible []set, from, to int) []set {
	out := make([]set, len(possible))
	for i, p := range possible {
		out[i] = s.advancePart(i, p, from, to)
	}
	return out
}

func (s *search) advancePart(i int, p set, from, to int) set {
	versions := len(s.parts[i].versions)
	switch {
	case i == s.kube:
		out := newSet(versions)
		out.add(to)
		return out
	case p == nil:
		return fullSet(0, versions)
	case !s.careful(from, to):
		return fullSet(p.min(), versions)
	}
	return s.carry(i, p, from, to)
}

// carry is advancePart in a hop in which what moves must accept both
// versions of Kubernetes.
func (s *search) carry(i int, p set, from, to int) set {
	out := p.clone()
	lowest := p.and(s.accepting[i][to]).min()
	if lowest < 0 {
		return out
	}
	for v := range s.accepting[i][from].all {
		if v > lowest {
			out.add(v)
		}
	}
	return out
}

// arrive leaves only the target.
func (s *search) arrive(possible []set) []set {
	out := make([]set, len(possible))
	for i, p := range possible {
		target := len(s.parts[i].versions) - 1
		out[i] = newSet(target + 1)
		if p.has(target) {
			out[i].add(target)
		}
	}
	return out
}

// filter leaves of the possible versions those whose conditions some other
// possible version meets, as long as that takes any away; nil when a part has
// none left.
func (s *search) filter(possible []set, k int) []set {
	carrier := s.parts[s.kube].versions[k]
	offered := make([]set, len(possible))
	for changed := true; changed; {
		changed = false
		if s.steps++; s.steps > maxSteps {
			s.tooLarge = true
			return nil
		}
		for i, p := range possible {
			if p.empty() {
				return nil
			}
			offered[i] = newSet(s.conditions)
			for v := range p.all {
				offered[i].unite(s.parts[i].versions[v].meets)
			}
		}
		for i, p := range possible {
			for v := range p.all {
				if s.supported(i, v, carrier, offered) && s.tolerated(i, v, possible) && !s.rejects(i, v, k) {
					continue
				}
				if &possible[i][0] == &p[0] {
					possible[i] = possible[i].clone()
				}
				possible[i].remove(v)
				changed = true
			}
		}
	}
	return possible
}

func (s *search) supported(i, v int, carrier *version, offered []set) bool {
	own := s.parts[i].versions[v].meets
	wants := s.wants[i][v]
	if wants.within(carrier.meets, own) {
		return true
	}
	for c := range wants.all {
		if carrier.meets.has(c) || own.has(c) {
			continue
		}
		met := false
		for j := range offered {
			met = met || j != i && offered[j].has(c)
		}
		if !met {
			return false
		}
	}
	return true
}

// tolerated reports whether every other part has a version left that does not
// conflict with v.
func (s *search) tolerated(i, v int, possible []set) bool {
	if !s.conflicting {
		return true
	}
	for j, others := range possible {
		if j != i && !s.anyBeside(i, v, j, others) {
			return false
		}
	}
	return true
}

func (s *search) anyBeside(i, v, j int, others set) bool {
	one := s.parts[i].versions[v]
	for w := range others.all {
		if !s.shuns[i][v].meets(s.parts[j].versions[w].certain) && !s.shuns[j][w].meets(one.certain) {
			return true
		}
	}
	return false
}

// rejects reports whether v can never come with k.
func (s *search) rejects(i, v, k int) bool {
	for n, r := range s.rejected {
		if r.kubernetes != k || s.ignored.rejections[n] {
			continue
		}
		if len(r.others) == 0 || len(r.others) == 1 && r.others[0] == (choice{part: i, version: v}) {
			return true
		}
	}
	return false
}
