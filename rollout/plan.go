package rollout

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Plan says which cluster moves in which stage under which limits. It is
// immutable and named by its digest: two plans with one digest decide alike.
// Make one with [Compile] or decode one. The zero Plan has no stages and no
// digest.
type Plan struct {
	digest   string
	strategy string
	stages   []Stage
	held     []Member
	roster   *roster
}

// roster numbers the members of a plan stage by stage. A position is such a
// number.
type roster struct {
	members  []Member
	starts   []int // position of the first member of each stage, and the end
	position map[profile.Key]int
}

// newPlan freezes stages, whose members are checked, sorted and the plan's own.
func newPlan(strategy string, stages []Stage, held []Member) Plan {
	p := Plan{strategy: strategy, stages: stages, held: held, roster: newRoster(stages)}
	for i := range stages {
		from, to := p.roster.starts[i], p.roster.starts[i+1]
		stages[i].Members = p.roster.members[from:to:to]
	}
	p.digest = p.document().sum()
	return p
}

func newRoster(stages []Stage) *roster {
	total := 0
	for _, s := range stages {
		total += len(s.Members)
	}
	r := &roster{
		members:  make([]Member, 0, total),
		starts:   make([]int, 1, len(stages)+1),
		position: make(map[profile.Key]int, total),
	}
	for _, s := range stages {
		for _, m := range s.Members {
			r.position[m.Key] = len(r.members)
			r.members = append(r.members, m)
		}
		r.starts = append(r.starts, len(r.members))
	}
	return r
}

// stage is the number of the stage that position at belongs to.
func (r *roster) stage(at int) int {
	return sort.SearchInts(r.starts, at+1) - 1
}

// Digest names the plan by its content: "sha256:" and the hexadecimal SHA-256
// of its JSON form without the digest, compact and with < > & as themselves.
// Whatever changes a decision changes it.
func (p Plan) Digest() string { return p.digest }

// Strategy is the name of the strategy the plan was compiled from.
func (p Plan) Strategy() string { return p.strategy }

// Stages are the rings in the order they run, empty ones included.
func (p Plan) Stages() []Stage { return slices.Clone(p.stages) }

// Held are the clusters that must not move, by key, each with its reason.
func (p Plan) Held() []Member { return slices.Clone(p.held) }

// Len is the number of clusters that move.
func (p Plan) Len() int {
	if p.roster == nil {
		return 0
	}
	return len(p.roster.members)
}

// String is the plan in one line.
func (p Plan) String() string {
	text := fmt.Sprintf("plan %s: %s in %s", shortDigest(p.digest), count(p.Len(), "cluster"), count(len(p.stages), "stage"))
	if p.strategy != "" {
		text += ", strategy " + p.strategy
	}
	if len(p.held) > 0 {
		text += fmt.Sprintf(", %d held", len(p.held))
	}
	return text
}

const namedHeld = 10

// Text is a short account for people: the plan, a line for each stage, and the
// first held clusters with their reasons. It ends with a newline.
func (p Plan) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, p)
	for i, s := range p.stages {
		fmt.Fprintf(&b, "  %d. %v\n", i+1, s)
	}
	for i, m := range p.held {
		if i == namedHeld {
			fmt.Fprintf(&b, "  held: %d more\n", len(p.held)-i)
			break
		}
		fmt.Fprintf(&b, "  held: %v: %s\n", m.Key, m.Held)
	}
	return b.String()
}
