package upgrade_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// world is a random library, and what is needed to judge hops without it.
type world struct {
	library string
	pins    map[string][]string // versions by profile, ascending
	kube    map[string]string   // Kubernetes by version of base
	accepts map[string]string   // range of Kubernetes by "name@version"
}

func randomWorld(r *rand.Rand) world {
	w := world{pins: map[string][]string{}, kube: map[string]string{}, accepts: map[string]string{}}
	var b strings.Builder
	line := func(name, version string, facts ...string) {
		w.pins[name] = append(w.pins[name], version)
		fmt.Fprintf(&b, "%s@%s %s\n", name, version, strings.Join(facts, " "))
	}
	minor := 33
	for v := range 2 + r.IntN(3) {
		version := fmt.Sprintf("1.%d.0", v)
		w.kube[version] = fmt.Sprintf("1.%d.%d", minor, v)
		facts := []string{"kubernetes=" + w.kube[version]}
		if r.IntN(3) > 0 {
			facts = append(facts, "provides:disk")
		}
		line("base", version, facts...)
		minor += min(1, r.IntN(4))
	}
	for i, name := range []string{"app", "mesh"} {
		for v := range 1 + r.IntN(3) {
			version := fmt.Sprintf("1.%d.0", v)
			facts := []string{fmt.Sprintf("%s=%s", name, version)}
			if r.IntN(3) > 0 {
				low := 32 + v + r.IntN(2)
				w.accepts[name+"@"+version] = fmt.Sprintf(">=1.%d.0 <1.%d.0", low, low+1+r.IntN(3))
				facts = append(facts, "kubernetes"+strings.ReplaceAll(w.accepts[name+"@"+version], " ", ""))
			}
			if i == 1 && r.IntN(3) == 0 {
				facts = append(facts, fmt.Sprintf("app>=1.%d.0", r.IntN(3)))
			}
			if r.IntN(6) == 0 {
				facts = append(facts, "requires:disk")
			}
			line(name, version, facts...)
		}
	}
	w.library = b.String()
	return w
}

// naiveHops is the number of hops of a shortest path, judged by resolving every
// combination; -1 for none.
func (w world) naiveHops(t *testing.T, ws *profile.Workspace, from, to [3]string) int {
	t.Helper()
	legal := map[[3]string]bool{}
	for _, base := range w.pins["base"] {
		for _, app := range w.pins["app"] {
			for _, mesh := range w.pins["mesh"] {
				stack, _ := ws.ResolveAt(key, refs(fmt.Sprintf("base@%s app@%s mesh@%s", base, app, mesh))...)
				legal[[3]string{base, app, mesh}] = stack != nil
			}
		}
	}
	seen := map[[3]string]bool{from: true}
	front := [][3]string{from}
	for hops := 0; len(front) > 0; hops++ {
		if slices.Contains(front, to) {
			return hops
		}
		var next [][3]string
		for _, at := range front {
			for step, ok := range legal {
				if ok && !seen[step] && w.mayHop(at, step) {
					seen[step] = true
					next = append(next, step)
				}
			}
		}
		front = next
	}
	return -1
}

func (w world) mayHop(from, to [3]string) bool {
	old, now := version(w.kube[from[0]]), version(w.kube[to[0]])
	_, a := old.Minor()
	_, b := now.Minor()
	if b > a+1 || now.Compare(old) < 0 {
		return false
	}
	for i, name := range []string{"base", "app", "mesh"} {
		if version(to[i]).Compare(version(from[i])) < 0 {
			return false
		}
		if i > 0 && a != b && from[i] != to[i] && (!w.runs(name, from[i], now) || !w.runs(name, to[i], old)) {
			return false
		}
	}
	return true
}

func (w world) runs(name, at string, kubernetes profile.Version) bool {
	accepted, err := profile.ParseVersionRange(w.accepts[name+"@"+at])
	return err == nil && accepted.Has(kubernetes)
}

// TestPathAgainstResolving compares with the naive answer on whole libraries,
// where resolving a stack, not the solver's own reading of the library, says what
// is legal.
func TestPathAgainstResolving(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	lengths := map[int]int{}
	for range 1000 {
		w := randomWorld(r)
		ws := load(t, files(w.library))
		first, last := [3]string{}, [3]string{}
		for i, name := range []string{"base", "app", "mesh"} {
			first[i], last[i] = w.pins[name][0], w.pins[name][len(w.pins[name])-1]
		}
		from, _ := ws.ResolveAt(key, refs(fmt.Sprintf("base@%s app@%s mesh@%s", first[0], first[1], first[2]))...)
		to, _ := ws.ResolveAt(key, refs(fmt.Sprintf("base@%s app@%s mesh@%s", last[0], last[1], last[2]))...)
		if from == nil || to == nil {
			continue
		}
		route, diags := upgrade.Path(ws, from, to, upgrade.Options{})
		got := len(route.Hops())
		if diags.HasErrors() {
			got = -1
		}
		want := w.naiveHops(t, ws, first, last)
		if got != want {
			t.Fatalf("%d hops, want %d:\n%s%v\n%s", got, want, w.library, lines(route), diags.Text(nil))
		}
		lengths[got]++
	}
	t.Logf("hops: %v", lengths)
	for hops := -1; hops <= 3; hops++ {
		if hops != 0 && lengths[hops] < 5 {
			t.Errorf("only %d cases of %d hops: the cases do not cover enough", lengths[hops], hops)
		}
	}
}

// TestSolverIsShared uses one solver from many goroutines: all get the same
// answer, and it is that of a solver of its own.
func TestSolverIsShared(t *testing.T) {
	library, start, target := large()
	ws := load(t, files(library))
	from, to := at(t, ws, start), at(t, ws, target)
	want, _ := upgrade.Path(ws, from, to, upgrade.Options{})
	solver := upgrade.NewSolver(ws, upgrade.Options{})
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			got, diags := solver.Path(from, to)
			if diff := cmp.Diff(lines(want), lines(got)); diff != "" || len(diags) > 0 {
				t.Errorf("%v (-want +got):\n%s", diags, diff)
			}
			if _, diags := solver.Path(to, from); !diags.HasErrors() {
				t.Error("the way back is allowed")
			}
		})
	}
	wait.Wait()
}

// TestManyHops: where every add-on accepts two minor versions alone, it moves
// between any two hops of Kubernetes.
func TestManyHops(t *testing.T) {
	var b, start, target strings.Builder
	for v := range 20 {
		fmt.Fprintf(&b, "base@1.%d.0 kubernetes=1.%d.0\n", v, 30+v)
		for p := range 11 {
			fmt.Fprintf(&b, "p%02d@1.%d.0 product%d=%d.0.0 kubernetes>=1.%d.0<1.%d.0\n", p, v, p, v, 30+v, 32+v)
		}
	}
	start.WriteString("base@1.0.0")
	target.WriteString("base@1.19.0")
	for p := range 11 {
		fmt.Fprintf(&start, " p%02d@1.0.0", p)
		fmt.Fprintf(&target, " p%02d@1.19.0", p)
	}
	ws := load(t, files(b.String()))
	route, diags := upgrade.Path(ws, at(t, ws, start.String()), at(t, ws, target.String()), upgrade.Options{})
	if len(route.Hops()) != 38 || len(diags) > 0 || len(route.Kubernetes()) != 20 {
		t.Errorf("%d hops, want 19 of Kubernetes and 19 of add-ons: %v", len(route.Hops()), diags)
	}
	for i, h := range route.Hops() {
		if kubernetes := len(h.Moves) == 1 && h.Moves[0].Profile == "base"; kubernetes != (i%2 == 0) {
			t.Errorf("hop %d moves %v", i+1, h.Moves)
		}
	}
}
