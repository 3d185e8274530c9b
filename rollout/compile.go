package rollout

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options change how a plan is compiled. The zero value is safe.
type Options struct {
	// At finds the place of a piece of the strategy's document, so that
	// diagnostics name file and line; the At of a loaded document does. Stages
	// are keyed by name where it is unique: /spec/stages[name=canary]/soak. Nil:
	// diagnostics carry the path alone.
	At func(diag.Path) diag.Range
}

// Compile says which cluster moves in which stage, and freezes that with every
// limit resolved. A member belongs to the first stage whose selector matches
// its labels; the stage with rest takes all that no other stage takes, wherever
// it stands. Inside a stage members are ordered by key. A stage that takes
// nothing stays in the plan.
//
// The same members in any order give the same plan. Findings come all in one
// pass, sorted; with an error among them the plan is the zero Plan.
func Compile(members []Member, strategy profile.Strategy, opts Options) (Plan, diag.Diagnostics) {
	c := compiler{opts: opts}
	c.readStages(strategy.Spec.Stages)
	moving, held := c.readMembers(members)
	c.place(moving)
	c.resolveLimits(strategy.Spec.Stages)
	if c.diags.HasErrors() {
		return Plan{}, c.diags.Sorted()
	}
	stages := make([]Stage, len(c.stages))
	for i, s := range c.stages {
		stages[i] = s.Stage
	}
	return newPlan(strings.ToValidUTF8(strategy.Metadata.Name, "\ufffd"), stages, held), c.diags.Sorted()
}

type compiler struct {
	opts   Options
	diags  diag.Diagnostics
	stages []ring
	// unread: some selector could not be read, so nothing can be said about
	// clusters that no stage takes.
	unread bool
}

// ring is a stage while it is being compiled.
type ring struct {
	Stage
	title  string
	at     diag.Path
	taking labels.Selector // nil: takes nothing by itself
	rest   bool
}

func (c *compiler) errorf(code string, at diag.Path, format string, args ...any) {
	c.diags = append(c.diags, diag.Errorf(code, c.rangeOf(at), format, args...).WithPath(at))
}

func (c *compiler) rangeOf(at diag.Path) diag.Range {
	if c.opts.At == nil {
		return diag.Range{}
	}
	return c.opts.At(at)
}

func (c *compiler) readStages(stages []profile.Stage) {
	if len(stages) == 0 {
		c.unread = true
		c.errorf("rollout.no-stages", diag.Fields("spec", "stages"), "the strategy has no stages")
	}
	seen := map[string]int{}
	rest := -1
	for i, s := range stages {
		at := diag.Fields("spec", "stages").Join(diag.Index(i))
		if first, twice := seen[s.Name]; twice && s.Name != "" {
			c.errorf("rollout.stage-name", at.Join(diag.Field("name")), "stage %d is called %q, as stage %d is", i+1, s.Name, first+1)
		} else if c.checkName(s.Name, i, at) {
			seen[s.Name] = i
			at = diag.Fields("spec", "stages").Join(diag.Key(diag.KeyValue{Name: "name", Value: s.Name}))
		}
		r := c.readStage(s, stageTitle(s.Name, i), at)
		if r.rest && rest >= 0 {
			c.errorf("rollout.stage-taker", at.Join(diag.Field("rest")), "%s takes the rest, but stage %d does so already", r.title, rest+1)
		} else if r.rest {
			rest = i
		}
		c.stages = append(c.stages, r)
	}
}

func (c *compiler) checkName(name string, i int, at diag.Path) bool {
	switch {
	case name == "":
		c.errorf("rollout.stage-name", at, "stage %d has no name", i+1)
	case !utf8.ValidString(name):
		c.errorf("rollout.stage-name", at.Join(diag.Field("name")), "the name of stage %d is not UTF-8", i+1)
	default:
		return true
	}
	return false
}

func stageTitle(name string, i int) string {
	if name == "" {
		return fmt.Sprintf("stage %d", i+1)
	}
	return fmt.Sprintf("stage %q", name)
}

func (c *compiler) readStage(s profile.Stage, title string, at diag.Path) ring {
	r := ring{Stage: Stage{Name: s.Name, Soak: s.Soak}, title: title, at: at, rest: s.Rest}
	if s.Selector != nil {
		r.taking = c.selector(*s.Selector, at.Join(diag.Field("selector")))
	}
	if s.Rest == (s.Selector != nil) {
		c.unread = true
		pair := [2]string{"neither", "nor"}
		if s.Rest {
			pair = [2]string{"both", "and"}
		}
		c.errorf("rollout.stage-taker", at, "%s has %s a selector %s rest: true; a stage has one of them", title, pair[0], pair[1])
	}
	if s.Soak.Duration < 0 {
		c.errorf("rollout.bad-soak", at.Join(diag.Field("soak")), "soak of %s: %v is negative", title, s.Soak.Duration)
	}
	return r
}

// readMembers gives the members that move and those that are held, by key.
func (c *compiler) readMembers(members []Member) (moving, held []Member) {
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(a, b Member) int { return a.Key.Compare(b.Key) })
	for i, m := range sorted {
		if err := checkKey(m.Key); err != nil {
			c.memberError("%v", err)
			continue
		}
		if i > 0 && sorted[i-1].Key == m.Key {
			c.memberError("cluster %v is given more than once", m.Key)
		}
		if err := checkHops(m.Hops); err != nil {
			c.memberError("cluster %v: %v", m.Key, err)
		}
		switch m = frozen(m); {
		case m.Held != "":
			m.Labels = nil
			held = append(held, m)
		case len(m.Hops) > 0:
			moving = append(moving, m)
		}
	}
	return moving, held
}

// memberError reports a finding that is not about the strategy's document.
func (c *compiler) memberError(format string, args ...any) {
	c.diags = append(c.diags, diag.Errorf("rollout.bad-member", diag.Range{}, format, args...))
}

// frozen shares nothing that the caller may change later, but for the labels,
// which are dropped once the member has its place.
func frozen(m Member) Member {
	m.Held = strings.ToValidUTF8(m.Held, "\ufffd")
	m.Hops = slices.Clone(m.Hops)
	for i := range m.Hops {
		m.Hops[i].Summary = strings.ToValidUTF8(m.Hops[i].Summary, "\ufffd")
	}
	return m
}

func (c *compiler) place(moving []Member) {
	rest := slices.IndexFunc(c.stages, func(r ring) bool { return r.rest })
	var unplaced []string
	for _, m := range moving {
		i := slices.IndexFunc(c.stages, func(r ring) bool { return r.taking != nil && r.taking.Matches(labels.Set(m.Labels)) })
		if i < 0 {
			i = rest
		}
		if i < 0 {
			unplaced = append(unplaced, m.Key.String())
			continue
		}
		m.Labels = nil
		c.stages[i].Members = append(c.stages[i].Members, m)
	}
	if len(unplaced) > 0 && !c.unread {
		c.reportUnplaced(unplaced)
	}
}

const namedUnplaced = 10

func (c *compiler) reportUnplaced(keys []string) {
	at := diag.Fields("spec", "stages")
	named := strings.Join(keys[:min(len(keys), namedUnplaced)], ", ")
	if more := len(keys) - namedUnplaced; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	d := diag.Errorf("rollout.unplaced", c.rangeOf(at), "no stage takes %s: %s", count(len(keys), "cluster"), named)
	c.diags = append(c.diags, d.WithPath(at).WithDetail("widen a selector, or add a last stage with rest: true"))
}

func (c *compiler) resolveLimits(stages []profile.Stage) {
	for i, s := range stages {
		r := &c.stages[i]
		r.MaxConcurrency = c.limit(s.MaxConcurrency, 1, r, "maxConcurrency")
		r.FailureBudget = c.limit(s.FailureBudget, 0, r, "failureBudget")
		if n := len(r.Members); n > 0 && r.FailureBudget.Count >= n {
			c.warnBudget(*r)
		}
	}
}

func (c *compiler) limit(v *intstr.IntOrString, least int, r *ring, field string) Limit {
	limit, err := bound(v, least, len(r.Members))
	if err != nil {
		c.errorf("rollout.bad-limit", r.at.Join(diag.Field(field)), "%s of %s: %v", field, r.title, err)
	}
	return limit
}

func (c *compiler) warnBudget(r ring) {
	at := r.at.Join(diag.Field("failureBudget"))
	d := diag.Warningf("rollout.budget-covers-stage", c.rangeOf(at), "the failure budget %v of stage %q covers the whole stage", r.FailureBudget, r.Name)
	c.diags = append(c.diags, d.WithPath(at).WithDetail("all %s may fail and the next stage still starts; lower the budget", count(len(r.Members), "cluster")))
}
