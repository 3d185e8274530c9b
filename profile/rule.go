package profile

import (
	"errors"
	"fmt"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// rule is a Rule that is typed and bounded.
type rule struct {
	*expr.Condition
	text    *value.Node
	message string
	release *release
}

// compileRules types the rules of a release, and holds them to its defaults.
func (l *loader) compileRules(r *release) {
	for i, declared := range r.profile.Spec.Rules {
		at := diag.Fields("spec", "rules").Join(diag.Index(i), diag.Field("rule"))
		text := r.whole.Find(at)
		if declared.Rule == "" || text == nil {
			continue // reported as missing
		}
		condition, errs := r.scopes.pool.Condition(declared.Rule)
		for _, e := range errs {
			l.add(expressionDiagnostic(e, text, declared.Rule).WithPath(at))
		}
		if condition == nil {
			continue
		}
		made := &rule{Condition: condition, text: text, message: declared.Message, release: r}
		r.rules = append(r.rules, made)
		l.holdDefaults(made, at)
	}
}

// holdDefaults refuses a rule that the defaults break, where it reads nothing
// else: no cluster could go without setting a variable, and none is required.
func (l *loader) holdDefaults(made *rule, at diag.Path) {
	reads := made.Reads()
	if len(reads.Vars) == 0 || reads.PerCluster() {
		return
	}
	var fields []value.Entry
	for _, name := range reads.Vars {
		for _, in := range made.release.inputs {
			if in != nil && in.Name == name && in.preset != nil {
				fields = append(fields, value.Entry{Name: name, Value: in.preset})
			}
		}
	}
	if len(fields) < len(reads.Vars) {
		return
	}
	held, err := made.Holds(&expr.Inputs{Vars: value.NewMap(fields, value.Place{})})
	if err != nil || held {
		return // what cannot be computed is a matter of the values that clusters have
	}
	found := diag.Errorf("profile.rule", made.text.Place().Range(), "the defaults break the rule: %s", made.says()).
		WithDetail("change the defaults or the rule: it is broken wherever nobody sets the variables").WithPath(at)
	for _, name := range reads.Vars {
		for _, in := range made.release.inputs {
			if in != nil && in.Name == name {
				found = found.WithRelated(in.preset.Place().Range(), "variable %s is %s by default", name, shown(in.preset))
			}
		}
	}
	l.add(found)
}

// says is what is wrong where the rule does not hold.
func (u *rule) says() string {
	if u.message != "" {
		return u.message
	}
	return clipped(u.text.Text()) + " does not hold"
}

// holdRules judges the rules of all profiles, for the cluster and, where they
// read a variable of pool scope, for each pool.
func (r *resolution) holdRules() {
	for _, rel := range r.comp.recipe.releases {
		for _, u := range rel.rules {
			switch {
			case r.doubts(u):
			case !r.comp.perPoolRule(u):
				r.hold(u, nil, diag.Fields("metadata", "name"))
			default:
				pools := diag.Fields("spec", "pools")
				r.hold(u, r.pools.controlPlane, pools.Join(diag.Field("controlPlane")))
				for i, pool := range r.pools.workers {
					r.hold(u, pool, pools.Join(diag.Field("workers"), diag.Index(i)))
				}
			}
		}
	}
}

// doubts reports whether something is wrong with a variable of the rule, which
// is told.
func (r *resolution) doubts(u *rule) bool {
	for _, name := range u.Reads().Vars {
		if r.distrusted(name) {
			return true
		}
	}
	return false
}

// distrusted reports whether something is wrong with a variable, which is told:
// with its declaration, or with what an overlay or the cluster sets.
func (r *resolution) distrusted(name string) bool {
	return r.unfit[name] || r.comp.unjudged[name] || r.comp.unfit[name]
}

func (c *composition) perPoolRule(u *rule) bool {
	reads := u.Reads()
	if reads.Pool {
		return true
	}
	for _, name := range reads.Vars {
		if c.poolScoped(name) {
			return true
		}
	}
	return false
}

// hold judges a rule for the cluster, or for one of its pools. where is the part
// of the cluster's document that it is about.
func (r *resolution) hold(u *rule, pool *boundPool, where diag.Path) {
	in := expr.Inputs{Vars: r.vars[u.release.ref.Name], Cluster: r.cluster, Provided: r.provided}
	if pool != nil {
		in.Vars, in.Pool = pool.vars[u.release.ref.Name], pool.node
	}
	held, err := u.Holds(&in)
	if err == nil && held {
		return
	}
	var found diag.Diagnostic
	var wrong *expr.Error
	at := r.blame(u, in.Vars, where)
	switch {
	case err == nil:
		found = diag.Errorf("profile.rule", at, "%s", u.says()).WithDetail("change one of the variables that the rule reads so that it holds")
	case errors.As(err, &wrong) && (wrong.Code == expr.CodeNoValue || !r.readsSensitive(u.Reads(), nil)):
		found = diag.Errorf(wrong.Code, at, "the rule cannot be judged: %s", wrong.Summary).WithDetail("%s", wrong.Hint)
	default:
		found = diag.Errorf("expr.evaluation", at, "the rule cannot be judged: %s", unshown)
	}
	found = found.WithPath(where).WithRelated(u.text.Place().Range(), "the rule is here, owner %s", u.release.profile.Spec.Owner)
	for _, name := range u.Reads().Vars {
		if n := in.Vars.Get(name); n != nil {
			found = found.WithRelated(r.placeOf(name, n), "variable %s is %s", name, r.shownOf(name, n))
		}
	}
	r.add(found)
}

// blame is where the cluster sets the first of the rule's variables that it
// sets, else what the rule is about.
func (r *resolution) blame(u *rule, vars *value.Node, where diag.Path) diag.Range {
	for _, name := range u.Reads().Vars {
		if n := vars.Get(name); n != nil && n.Place().Range().File == r.member.root.Place().Range().File {
			return r.placeOf(name, n)
		}
	}
	return r.member.KeyAt(where)
}

// placeOf is the place of a variable's value, without an excerpt where it is
// sensitive.
func (r *resolution) placeOf(name string, n *value.Node) diag.Range {
	if r.comp.sensitive[name] {
		return withoutExcerpt(n.Place().Range())
	}
	return n.Place().Range()
}

func (r *resolution) shownOf(name string, n *value.Node) string {
	if r.comp.sensitive[name] {
		return "sensitive and not shown"
	}
	if n.Kind() == value.List || n.Kind() == value.Map {
		return fmt.Sprintf("%s of %d", n.Kind(), n.Len())
	}
	return shown(n)
}
