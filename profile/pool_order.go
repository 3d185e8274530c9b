package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// UpgradeOrder gives the worker pools, as indexes into Workers, in the order in
// which Cluster API upgrades their Kubernetes: by name, each behind the pools of
// its UpgradeAfter, which come right before the first that waits for them. It is
// for pools of a stack: other names and circles are refused before, and ignored.
func (p Pools) UpgradeOrder() []int { return newPoolOrder(p.Workers).pools }

// poolOrder sorts pools by walking from each to those that it waits for.
type poolOrder struct {
	workers []Pool
	named   map[string]int
	state   []walk
	pools   []int
	on      []int   // the pools of the walk, each waiting for the next
	circles [][]int // pools that wait for each other, each for the next; the first ones
}

// maxCircles is how many circles are told: every pool may close one, as long as the
// walk.
const maxCircles = 10

// walk is how far a pool was followed.
type walk uint8

const (
	unseen walk = iota
	open
	done
)

func newPoolOrder(workers []Pool) *poolOrder {
	o := &poolOrder{workers: workers, state: make([]walk, len(workers)), pools: make([]int, 0, len(workers))}
	if slices.ContainsFunc(workers, Pool.waits) {
		o.named = make(map[string]int, len(workers))
	}
	byName := make([]int, len(workers))
	for i, p := range slices.Backward(workers) {
		byName[i] = i
		if o.named != nil {
			o.named[p.Name] = i
		}
	}
	slices.SortStableFunc(byName, o.compare)
	for _, i := range byName {
		o.visit(i)
	}
	return o
}

func (p Pool) waits() bool { return len(p.UpgradeAfter) > 0 }

func (o *poolOrder) compare(a, b int) int { return cmp.Compare(o.workers[a].Name, o.workers[b].Name) }

func (o *poolOrder) visit(pool int) {
	switch o.state[pool] {
	case open:
		if len(o.circles) < maxCircles {
			o.circles = append(o.circles, slices.Clone(o.on[slices.Index(o.on, pool):]))
		}
		return
	case done:
		return
	}
	o.state[pool] = open
	o.on = append(o.on, pool)
	for _, name := range slices.Sorted(slices.Values(o.workers[pool].UpgradeAfter)) {
		if i, ok := o.named[name]; ok {
			o.visit(i)
		}
	}
	o.on = o.on[:len(o.on)-1]
	o.state[pool] = done
	o.pools = append(o.pools, pool)
}

// checkUpgradeOrder judges what pools say of their order.
func (r *resolution) checkUpgradeOrder() {
	pools := r.member.cluster.Spec.Pools
	if pools.ControlPlane.waits() {
		r.reject("profile.pool-order", controlPlanePath.Join(diag.Field("upgradeAfter")), "remove it", "the control plane is upgraded before all worker pools")
	}
	if !slices.ContainsFunc(pools.Workers, Pool.waits) {
		return
	}
	order, known, slips := newPoolOrder(pools.Workers), poolNames(pools.Workers), 0
	for i, p := range pools.Workers {
		for j, name := range p.UpgradeAfter {
			if _, ok := order.named[name]; !ok {
				near := ""
				if slips++; slips <= maxSlips {
					near, _ = diag.Nearest(name, known)
				}
				r.reject("profile.pool-order", afterPath(i, j), meantHint(near, known, "worker pools"), "pool %s is upgraded after %q, which is no worker pool of the cluster", p.Name, name)
			}
		}
	}
	for _, circle := range order.circles {
		r.rejectCircle(pools.Workers, circle)
	}
}

func afterPath(pool, name int) diag.Path {
	return workersPath.Join(diag.Index(pool), diag.Field("upgradeAfter"), diag.Index(name))
}

func poolNames(pools []Pool) []string {
	out := make([]string, len(pools))
	for i, p := range pools {
		out[i] = p.Name
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rejectCircle names the pools of a circle, each with where it waits for the next.
func (r *resolution) rejectCircle(pools []Pool, circle []int) {
	var names []string
	var at []diag.Path
	shown := circle[:min(len(circle), maxArrows)]
	for i, pool := range shown {
		next := pools[circle[(i+1)%len(circle)]].Name
		names = append(names, pools[pool].Name)
		at = append(at, afterPath(pool, slices.Index(pools[pool].UpgradeAfter, next)))
	}
	if more := len(circle) - len(shown); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	found := diag.Errorf("profile.pool-order", r.member.At(at[0]), "pools wait for each other: %s", strings.Join(append(names, names[0]), " -> ")).
		WithDetail("an arrow reads: is upgraded after; remove one of them").WithPath(at[0])
	for i, path := range at[1:] {
		found = found.WithRelated(r.member.At(path), "pool %s waits here", names[i+1])
	}
	r.add(found)
}
