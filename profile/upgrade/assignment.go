package upgrade

import "slices"

// assignment gives every part a version in every hop of a sequence of versions
// of Kubernetes.
type assignment struct {
	*search
	ks []int
}

// assign returns the rows for the sequence ks in which every part is as near to
// the target as can be, hop by hop and part by part; nil when there are none.
func (s *search) assign(ks []int) []row {
	a := assignment{search: s, ks: ks}
	grid := make([][]set, len(ks)+1)
	grid[0] = s.begin()
	for j, k := range ks {
		grid[j+1] = s.advance(grid[j], s.at(ks[:j]), k)
	}
	grid[len(ks)] = s.arrive(grid[len(ks)])
	if !a.settle(grid, a.everywhere(len(grid))) {
		return nil
	}
	return a.choose(grid, 1, 0)
}

// choose assigns the parts from part i of hop j on.
func (a assignment) choose(grid [][]set, j, i int) []row {
	switch {
	case j == len(grid):
		return a.rows(grid)
	case i == len(a.parts):
		if a.excluded(grid[j], a.ks[j-1]) {
			return nil
		}
		return a.choose(grid, j+1, 0)
	case grid[j][i].count() == 1:
		return a.choose(grid, j, i+1)
	}
	for _, v := range a.parts[i].preference() {
		if a.tooLarge {
			return nil
		}
		if !grid[j][i].has(v) {
			continue
		}
		tried := copied(grid)
		tried[j][i] = newSet(len(a.parts[i].versions))
		tried[j][i].add(v)
		changed := make([][]int, len(grid))
		changed[j] = []int{i}
		if !a.settle(tried, changed) {
			continue
		}
		if rows := a.choose(tried, j, i+1); rows != nil {
			return rows
		}
	}
	return nil
}

func copied(grid [][]set) [][]set {
	out := make([][]set, len(grid))
	for j := range grid {
		out[j] = append([]set(nil), grid[j]...)
	}
	return out
}

func (a assignment) rows(grid [][]set) []row {
	var out []row
	for _, possible := range grid[1:] {
		r := make(row, len(possible))
		for i, p := range possible {
			r[i] = p.min()
		}
		out = append(out, r)
	}
	return out
}

// everywhere lists all parts as changed in all hops.
func (a assignment) everywhere(hops int) [][]int {
	all := make([]int, len(a.parts))
	for i := range all {
		all[i] = i
	}
	out := make([][]int, hops)
	for j := 1; j < hops; j++ {
		out[j] = all
	}
	return out
}

// settle takes from the grid what no neighbour supports any more after parts
// have changed, listed by hop; false when a part has no version left.
func (a assignment) settle(grid [][]set, changed [][]int) bool {
	for j := 1; j < len(grid); {
		if len(changed[j]) == 0 {
			j++
			continue
		}
		before := grid[j]
		if grid[j] = a.filter(append([]set(nil), before...), a.ks[j-1]); grid[j] == nil {
			return false
		}
		for i := range before {
			if !before[i].equal(grid[j][i]) {
				changed[j] = append(slices.Clip(changed[j]), i)
			}
		}
		for _, i := range changed[j] {
			if j+1 < len(grid) && a.narrow(grid, j+1, i, grid[j+1][i].and(a.advancePart(i, grid[j][i], a.ks[j-1], a.ks[j]))) {
				changed[j+1] = append(slices.Clip(changed[j+1]), i)
			}
			if j > 1 && a.narrow(grid, j-1, i, a.leading(i, grid[j-1][i], grid[j][i], a.ks[j-2], a.ks[j-1])) {
				changed[j-1] = append(slices.Clip(changed[j-1]), i)
			}
		}
		changed[j] = nil
		if j > 1 && len(changed[j-1]) > 0 {
			j--
		}
	}
	return true
}

// narrow leaves fewer versions of part i in hop j, and reports whether it did.
func (a assignment) narrow(grid [][]set, j, i int, to set) bool {
	if grid[j][i].equal(to) {
		return false
	}
	grid[j][i] = to
	return true
}

// leading leaves the versions of part i from which a hop leads to one of next.
func (a assignment) leading(i int, p, next set, from, to int) set {
	if i == a.kube {
		return p
	}
	reach := next
	careful := a.careful(from, to)
	if careful {
		reach = next.and(a.accepting[i][from])
	}
	highest := reach.max()
	out := p.clone()
	for v := range p.all {
		if !next.has(v) && (v >= highest || careful && !a.accepting[i][to].has(v)) {
			out.remove(v)
		}
	}
	return out
}

// excluded reports whether the versions of a hop, one for every part, are known
// not to be legal. That they meet each other's conditions is settled by then.
func (a assignment) excluded(possible []set, k int) bool {
	for n, r := range a.rejected {
		if !a.ignored.rejections[n] && r.matches(k, possible) {
			return true
		}
	}
	return false
}
