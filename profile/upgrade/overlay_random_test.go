package upgrade_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// parts of a country: base and app are in the cluster's document, extra comes
// and goes with the overlays.
var countryParts = []string{"base", "app", "extra", "env", "site"}

// country is a random library with overlays. Version 0 of a part stands for its
// absence.
type country struct {
	world
	versions map[string][]string // of each part, the first one empty
	// off are the versions of overlays that switch the layer of app off, adds
	// those that add extra.
	off, adds map[string]bool
}

// place is a version of each part.
type place [5]int

func randomCountry(r *rand.Rand) country {
	c := country{world: world{kube: map[string]string{}, accepts: map[string]string{}}, versions: map[string][]string{}, off: map[string]bool{}, adds: map[string]bool{}}
	var b strings.Builder
	line := func(name, version string, facts ...string) {
		if c.versions[name] == nil {
			c.versions[name] = []string{""}
		}
		c.versions[name] = append(c.versions[name], version)
		if name == "env" || name == "site" {
			name = "overlay:" + name
		}
		fmt.Fprintf(&b, "%s@%s %s\n", name, version, strings.Join(facts, " "))
	}
	some := func(odds int, facts ...string) []string {
		if r.IntN(odds) > 0 {
			return nil
		}
		return facts
	}
	minor := 33
	for v := range 2 + r.IntN(3) {
		version := fmt.Sprintf("1.%d.0", v)
		c.kube[version] = fmt.Sprintf("1.%d.%d", minor, v)
		line("base", version, slices.Concat([]string{"kubernetes=" + c.kube[version]}, some(2, "provides:disk"))...)
		minor += min(1, r.IntN(4))
	}
	for _, name := range []string{"app", "extra"} {
		for v := range 1 + r.IntN(3) {
			version := fmt.Sprintf("1.%d.0", v)
			facts := []string{name + "=" + version}
			if r.IntN(3) > 0 {
				low := 32 + v + r.IntN(2)
				c.accepts[name+"@"+version] = fmt.Sprintf(">=1.%d.0 <1.%d.0", low, low+1+r.IntN(2))
				facts = append(facts, "kubernetes"+strings.ReplaceAll(c.accepts[name+"@"+version], " ", ""))
			}
			if name == "app" {
				facts = append(facts, some(5, fmt.Sprintf("conflicts:extra>=1.%d.0", r.IntN(3)))...)
				facts = append(facts, some(5, "requires:log")...)
				facts = append(facts, some(6, "requires:disk")...)
			} else {
				facts = append(facts, some(2, "provides:log")...)
				facts = append(facts, some(5, "conflicts:disk")...)
			}
			line(name, version, facts...)
		}
	}
	for i, name := range []string{"env", "site"} {
		for v := range 1 + r.IntN(3-i) {
			facts := []string{fmt.Sprintf("order=%d", i+1)}
			if r.IntN(4) == 0 {
				facts = append(facts, "off:app")
				c.off[fmt.Sprintf("%s@1.%d.0", name, v)] = true
			}
			how := r.IntN(3)
			c.adds[fmt.Sprintf("%s@1.%d.0", name, v)] = how < 2
			switch how {
			case 0:
				facts = append(facts, "adds:extra")
			case 1:
				extra := c.versions["extra"]
				facts = append(facts, "adds:extra@"+extra[1+r.IntN(len(extra)-1)])
			}
			line(name, fmt.Sprintf("1.%d.0", v), facts...)
		}
	}
	c.library = b.String()
	return c
}

func (c country) pins(p place) []profile.Ref {
	var out []profile.Ref
	for i, name := range countryParts {
		if version := c.versions[name][p[i]]; version != "" {
			out = append(out, profile.Ref{Name: name, Version: version})
		}
	}
	return out
}

// legal are the places that are what resolving them gives.
func (c country) legal(ws *profile.Workspace) map[place]*profile.Stack {
	out := map[place]*profile.Stack{}
	for n := range c.combinations() {
		pins := c.pins(n)
		stack, _ := ws.ResolveAt(key, pins...)
		if stack == nil {
			continue
		}
		if got := stack.Pins(); len(got) == len(pins) && !slices.ContainsFunc(pins, func(r profile.Ref) bool { return !slices.Contains(got, r) }) {
			out[n] = stack
		}
	}
	return out
}

func (c country) combinations() func(yield func(place) bool) {
	return func(yield func(place) bool) {
		total := 1
		for _, name := range countryParts {
			total *= len(c.versions[name])
		}
		for n := range total {
			var p place
			for i, name := range countryParts {
				p[i] = n % len(c.versions[name])
				n /= len(c.versions[name])
			}
			if p[0] > 0 && p[1] > 0 && !yield(p) {
				return
			}
		}
	}
}

// onTheWay reports whether a part may go from one version to another on a way
// between these ends: upwards, coming or leaving once.
func onTheWay(from, to, first, last int) bool {
	switch {
	case first > 0 && last == 0:
		return from == to || from == first && to == 0
	case last == 0:
		return to == 0
	}
	return from <= to && to <= last
}

// hops is the number of hops of a shortest way, -1 for none.
func (c country) hops(legal map[place]*profile.Stack, from, to place) int {
	seen, front := map[place]bool{from: true}, []place{from}
	for hops := 0; len(front) > 0; hops++ {
		if slices.Contains(front, to) {
			return hops
		}
		var next []place
		for _, at := range front {
			for step := range legal {
				if !seen[step] && c.mayHop(at, step, from, to) {
					seen[step] = true
					next = append(next, step)
				}
			}
		}
		front = next
	}
	return -1
}

func (c country) mayHop(from, to, first, last place) bool {
	old, now := version(c.kube[c.versions["base"][from[0]]]), version(c.kube[c.versions["base"][to[0]]])
	_, a := old.Minor()
	_, b := now.Minor()
	if b > a+1 || now.Compare(old) < 0 {
		return false
	}
	for i, name := range countryParts {
		if !onTheWay(from[i], to[i], first[i], last[i]) {
			return false
		}
		profiles := name == "app" && !c.alwaysOff(first, last) || name == "extra"
		if profiles && a != b && from[i] != to[i] && (!c.runs(name, c.versions[name][from[i]], now) || !c.runs(name, c.versions[name][to[i]], old)) {
			return false
		}
	}
	return true
}

// alwaysOff reports whether an overlay that stays switches the layer of app off,
// and none that moves speaks of it.
func (c country) alwaysOff(first, last place) bool {
	off := false
	for i, name := range countryParts {
		for v, version := range c.versions[name] {
			says := c.off[name+"@"+version] && (!c.adds[name+"@"+version] || first[2] > 0 || last[2] > 0)
			if says && first[i] == last[i] && v == first[i] {
				off = true
			} else if says && first[i] != last[i] && (first[i] == v || last[i] > 0 && onTheWay(first[i], v, first[i], last[i])) {
				return false
			}
		}
	}
	return off
}

// TestOverlayPathAgainstResolving compares with the naive answer on libraries
// with overlays that come, go, move, add profiles and switch layers off, and with
// layers that conflict.
func TestOverlayPathAgainstResolving(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lengths, moved := map[int]int{}, map[string]int{}
	for range 1200 {
		c := randomCountry(r)
		tree := files(c.library)
		tree["fleet/c.yaml"] = cluster("base", "app")
		ws := load(t, tree)
		legal := c.legal(ws)
		places := slices.SortedFunc(maps.Keys(legal), func(a, b place) int { return slices.Compare(a[:], b[:]) })
		for range min(len(places), 4) {
			from, to := places[r.IntN(len(places))], places[r.IntN(len(places))]
			if slices.ContainsFunc([]int{0, 1, 2, 3, 4}, func(i int) bool { return to[i] > 0 && to[i] < from[i] }) || from == to || legal[from].Digest() == legal[to].Digest() {
				continue
			}
			route, diags := upgrade.Path(ws, legal[from], legal[to], upgrade.Options{})
			got, want := len(route.Hops()), c.hops(legal, from, to)
			if diags.HasErrors() {
				got = -1
			}
			if got != want {
				t.Fatalf("%v to %v: %d hops, want %d:\n%s%v\n%s", c.pins(from), c.pins(to), got, want, c.library, lines(route), diags.Text(nil))
			}
			c.checkRoute(t, route, legal, moved)
			lengths[got]++
		}
	}
	t.Logf("hops: %v, overlays and profiles that come or go: %v", lengths, moved)
	for hops := -1; hops <= 3; hops++ {
		if hops != 0 && lengths[hops] < 20 {
			t.Errorf("only %d cases of %d hops: the cases do not cover enough", lengths[hops], hops)
		}
	}
	for _, what := range []string{"overlay comes", "overlay goes", "overlay moves", "extra comes", "extra goes", "extra moves"} {
		if moved[what] < 50 {
			t.Errorf("in only %d hops %s: the cases do not cover enough", moved[what], what)
		}
	}
}

// checkRoute holds every rest of a route to resolving, and counts what moves.
func (c country) checkRoute(t *testing.T, route upgrade.Route, legal map[place]*profile.Stack, moved map[string]int) {
	t.Helper()
	for _, s := range route.Stacks() {
		i := slices.IndexFunc(slices.Collect(maps.Keys(legal)), func(p place) bool { return slices.Equal(legal[p].Pins(), s.Pins()) })
		if i < 0 {
			t.Fatalf("rests at %v, which does not resolve:\n%s", s.Pins(), c.library)
		}
	}
	for _, h := range route.Hops() {
		for _, m := range h.Moves {
			how := " moves"
			if m.From == "" {
				how = " comes"
			} else if m.To == "" {
				how = " goes"
			}
			what := m.Profile
			if m.Overlay != "" {
				what = "overlay"
			}
			moved[what+how]++
		}
	}
}
