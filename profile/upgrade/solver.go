package upgrade

import (
	"slices"
	"sync"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options are what a caller may ask of paths. The zero Options are the careful
// ones.
type Options struct {
	// Legal judges a stack at which a cluster would rest; a finding of severity
	// Error says that it must not. A finding is taken to hold for every stack
	// that has the same version of Kubernetes, the same overlays, and the profile
	// versions in whose documents the finding and its related places are; for
	// this stack alone when they are in none. Default: every stack that resolves
	// is legal.
	Legal func(*profile.Stack) diag.Diagnostics
	// Kubelet is the oldest kubelet that the clusters run at the start. Default:
	// the version of the stack.
	Kubelet profile.Version
	// Older allows profiles and overlays whose target is an older version to go back
	// to it, for instance because the newer one turned out bad. Only versions between
	// start and target are passed through, as ever. Kubernetes never goes back.
	// Default: refused.
	Older bool
	// Together allows a hop to raise Kubernetes by a minor version and to move a
	// profile that does not accept both versions of Kubernetes. Default: such a
	// profile moves in a hop of its own, before or after.
	Together bool
}

// Solver finds paths in one workspace. What it learns of the library and of
// journeys that many clusters have in common it learns once. It may be used by
// many goroutines; Options.Legal is then called by many too.
type Solver struct {
	workspace *profile.Workspace
	options   Options
	analysis  *analysis

	mu      sync.Mutex
	answers map[string]*answer
}

// answer is what the search says about a journey, before stacks are resolved.
type answer struct {
	once    sync.Once
	problem *problem
	rows    []row
	err     error
}

// NewSolver analyses the library of a workspace: the one with the stacks that
// the clusters are meant to reach.
func NewSolver(want *profile.Workspace, o Options) *Solver {
	return &Solver{workspace: want, options: o, analysis: analyse(want.Library), answers: map[string]*answer{}}
}

// Path finds a path for one cluster: see [Solver.Path].
func Path(want *profile.Workspace, from, to *profile.Stack, o Options) (Route, diag.Diagnostics) {
	return NewSolver(want, o).Path(from, to)
}

// Path finds the shortest legal path from one stack of a cluster to another, the
// latter resolved in the solver's workspace, as all stacks in between are. With
// an error among the diagnostics there is none, and they are a minimal set of
// rules that are in the way: none of them is superfluous, though another set may
// be smaller. They do not name the cluster, so that they are equal for clusters
// of one journey. The package documentation says what is
// legal and which of several shortest paths is taken.
func (s *Solver) Path(from, to *profile.Stack) (Route, diag.Diagnostics) {
	if from.Digest() == to.Digest() {
		return Route{stacks: []*profile.Stack{from}}, nil
	}
	j := newJourney(s.analysis, from, to, s.options)
	q := &quest{Solver: s, journey: j, from: from, to: to}
	if found := q.backwards(); len(found) > 0 {
		return Route{}, found.Sorted()
	}
	if found := s.judge(to); found.HasErrors() {
		return Route{}, q.illegalTarget(found)
	}
	a := s.answer(j)
	if a.err != nil {
		return Route{}, diag.Diagnostics{q.tooLarge(a.err)}
	}
	return q.confirm(a)
}

// judge gives what the caller has against a stack.
func (s *Solver) judge(stack *profile.Stack) diag.Diagnostics {
	if s.options.Legal == nil {
		return nil
	}
	return s.options.Legal(stack)
}

// maxAnswers is how many answers a solver keeps: it may be asked for as long as a
// program runs.
const maxAnswers = 4096

// answer searches for a journey, once while the answer is kept.
func (s *Solver) answer(j journey) *answer {
	key := j.key()
	s.mu.Lock()
	a, ok := s.answers[key]
	if !ok {
		a = &answer{}
		if len(s.answers) >= maxAnswers {
			clear(s.answers)
		}
		s.answers[key] = a
	}
	s.mu.Unlock()
	a.once.Do(func() {
		if a.problem = s.analysis.problem(j); a.problem != nil {
			a.rows, a.err = newSearch(a.problem, ignored{}).shortest()
		}
	})
	return a
}

// quest is the work for one cluster.
type quest struct {
	*Solver
	journey  journey
	from, to *profile.Stack
	problem  *problem
	// found is what was wrong with each rejection of the problem.
	found []diag.Diagnostics
}

// maxRejections bounds how many stacks are tried and rejected for one cluster.
const maxRejections = 200

// confirm resolves the stacks of an answer and has them judged. What is rejected
// is excluded, and the search goes on.
func (q *quest) confirm(a *answer) (Route, diag.Diagnostics) {
	if a.problem == nil {
		return Route{stacks: []*profile.Stack{q.from, q.to}}, nil
	}
	copied := *a.problem
	q.problem = &copied
	rows, err := a.rows, a.err
	for err == nil && rows != nil && len(q.found) <= maxRejections {
		stacks, ok := q.stacks(rows)
		if ok {
			return Route{stacks: stacks}, nil
		}
		rows, err = newSearch(q.problem, ignored{}).shortest()
	}
	if err == nil && rows != nil {
		err = errTooLarge
	}
	if err != nil {
		return Route{}, diag.Diagnostics{q.tooLarge(err)}
	}
	return Route{}, q.blocked()
}

// stacks resolves the rows; false when one was rejected.
func (q *quest) stacks(rows []row) ([]*profile.Stack, bool) {
	out := []*profile.Stack{q.from}
	for _, r := range rows[:len(rows)-1] {
		stack, found := q.workspace.ResolveAt(q.to.Key(), q.problem.pins(r)...)
		whole := concernsAll(found)
		if stack != nil {
			found = append(slices.Clip(found), q.judge(stack)...)
		}
		if found.HasErrors() {
			q.reject(r, found, whole)
			return nil, false
		}
		if stack.Digest() != out[len(out)-1].Digest() {
			out = append(out, stack)
		}
	}
	return append(out, q.to), true
}

// pins are the versions of a row, of what is there.
func (p *problem) pins(r row) []profile.Ref {
	out := make([]profile.Ref, 0, len(r))
	for i, v := range r {
		if ref := p.parts[i].versions[v].ref; ref.Version != "" {
			out = append(out, ref)
		}
	}
	return out
}

// concernsAll reports whether anything else in a stack could mend an error.
func concernsAll(found diag.Diagnostics) bool {
	return slices.ContainsFunc(found, func(d diag.Diagnostic) bool {
		return d.Code == "profile.requirement" || d.Code == "profile.conflicting"
	})
}

// reject excludes the versions that the findings are about, or the whole row,
// which it also does when they are about none.
func (q *quest) reject(r row, found diag.Diagnostics, whole bool) {
	blamed := q.blame(r, func(i int) bool {
		release, _ := q.workspace.Release(q.problem.parts[i].versions[r[i]].ref)
		return whole || blames(found, release)
	})
	if !blamed.named {
		blamed = q.blame(r, func(int) bool { return true })
	}
	q.problem.rejected = append(slices.Clip(q.problem.rejected), blamed.rejection)
	q.found = append(q.found, found)
}

// blamed is a rejection; named means that some profile is to blame.
type blamed struct {
	rejection
	named bool
}

// blame excludes the versions of a row that are to blame, with that of
// Kubernetes and all overlays: each may change everything else.
func (q *quest) blame(r row, is func(part int) bool) blamed {
	out := blamed{rejection: rejection{kubernetes: r[q.problem.kube]}}
	for i, v := range r {
		part := q.problem.parts[i]
		guilty := !part.overlay && is(i)
		out.named = out.named || guilty
		if i != q.problem.kube && (guilty || part.overlay && len(part.versions) > 1) {
			out.others = append(out.others, choice{part: i, version: v})
		}
	}
	return out
}

// blames reports whether an error is placed in a release.
func blames(found diag.Diagnostics, r profile.Release) bool {
	for _, d := range found {
		if d.Severity != diag.Error {
			continue
		}
		if r.Holds(d.Range) || slices.ContainsFunc(d.Related, func(other diag.Related) bool { return r.Holds(other.Range) }) {
			return true
		}
	}
	return false
}
