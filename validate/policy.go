package validate

import (
	"cmp"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// policy is one rule of the organisation, written in CUE.
type policy struct {
	code     string // policy.<name>
	severity diag.Severity
	message  string
	hint     string
	owner    string
	// on is the kind of document that it judges, or Stack.
	on    string
	reads *reads
	shape *shape // of what it judges
	// match says which documents it is about, require what must hold for them.
	match, require cue.Value
	// work is how the work grows with what is read.
	work extent
	at   diag.Range // of its name
}

// onStack is what policies about resolved clusters judge.
const onStack = "Stack"

// tooLarge reports whether the policy would take too many steps over data.
func (p *policy) tooLarge(data *value.Node) bool {
	size := countItems(data) + len(data.AppendJSON(nil))/100
	steps := p.work.ways * size
	for range p.work.loops - 1 {
		steps = min(steps*size, 2*maxPolicySteps)
	}
	return steps > maxPolicySteps
}

func countItems(n *value.Node) int {
	items := len(n.Items())
	for _, item := range n.Items() {
		items += countItems(item)
	}
	for _, f := range n.Fields() {
		items += countItems(f.Value)
	}
	return items
}

// judge evaluates the policy over projected data and gives what it refuses,
// sorted by path.
func (p *policy) judge(projected *value.Node) []refusal {
	data := projected.Any()
	if p.match.Exists() && p.match.Unify(encode(data)).Validate(cue.Concrete(true)) != nil {
		return nil
	}
	all := refusals(data, p.pass)
	slices.SortFunc(all, refusal.compare)
	return all
}

// pass gives what is not known yet, one refusal at each place. That something
// is wrong inside a mapping or list is left out where it is said what.
func (p *policy) pass(data any, known places) []refusal {
	var found []refusal
	for _, e := range errors.Errors(p.require.Unify(encode(data)).Validate(cue.Concrete(true))) {
		r, _ := refusalOf(e, len(p.require.Path().Selectors()), data)
		found = append(found, r)
	}
	slices.SortFunc(found, refusal.compare)
	var fresh []refusal
	for i, r := range found {
		inner := i+1 < len(found) && len(found[i+1].path) > len(r.path) && found[i+1].path.Under(r.path)
		twice := len(fresh) > 0 && fresh[len(fresh)-1].path.Compare(r.path) == 0
		if !inner && !twice && !known.reach(r.path) {
			fresh = append(fresh, r)
		}
	}
	return fresh
}

// diagnostic says about a document or stack what the policy refuses there.
func (p *policy) diagnostic(root *value.Node, r refusal) diag.Diagnostic {
	d := diag.Diagnostic{Severity: p.severity, Code: p.code, Range: placeOf(root, r.path), Summary: p.message}
	switch {
	case r.text != "" && p.reads.project(p.shape, root).Sensitive():
		// the text may quote what is not shown
	case r.text != "":
		d.Summary += ": " + oneLine(r.text)
	case root.Find(r.path).IsNull():
		d.Summary += ": " + decode.Name(r.path) + " is missing"
	}
	return d.WithDetail("%s", cmp.Or(p.hint, "change it, or ask "+p.owner+" to approve a waiver of "+p.code)).
		WithPath(r.path).
		WithRelated(p.at, "this is a policy of %s", p.owner)
}

// overLimit says that the policy is not evaluated over something.
func (p *policy) overLimit(root *value.Node) diag.Diagnostic {
	return diag.Errorf("validate.policy-limit", p.at, "%s would take more than %d steps over what it reads here", p.code, maxPolicySteps).
		WithDetail("read less; write [...{...}] instead of for, and texts instead of mappings as alternatives").
		WithRelated(placeOf(root, nil), "this is too long")
}

// placeOf is where the value at path was written; of one that is missing, the
// field name of the mapping that lacks it.
func placeOf(root *value.Node, path diag.Path) diag.Range {
	if n := root.Find(path); n != nil && !n.Place().Range().IsZero() {
		return n.Place().Range()
	}
	for n := len(path) - 1; n >= 0; n-- {
		at := root.Find(path[:n])
		if at == nil {
			continue
		}
		if r := keyOf(root, path[:n]).Range(); !r.IsZero() {
			return r
		}
		if r := at.Place().Range(); !r.IsZero() {
			return r
		}
	}
	return root.Place().Range()
}

// keyOf is the place of the field name at the end of path, if it ends in one.
func keyOf(root *value.Node, path diag.Path) value.Place {
	if len(path) == 0 {
		return value.Place{}
	}
	name, _ := path[len(path)-1].IsField()
	e, _ := root.Find(above(path)).Entry(name)
	return e.Key
}
