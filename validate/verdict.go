package validate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// refusal is one thing that CUE refuses in a document, whatever document of
// that form it is.
type refusal struct {
	path diag.Path
	// missing: the field at path has to be there.
	missing bool
	// text is the schema's own message, for a field that must not be there.
	text string
	// rule: the mapping at path breaks the rule of its definition.
	rule bool
}

func (r refusal) compare(o refusal) int {
	return cmp.Or(r.path.Compare(o.path), cmp.Compare(o.text, r.text))
}

// maxPasses bounds how often one document is evaluated. CUE hides mistakes
// behind others: a conflict hides missing fields.
const maxPasses = 3

// refusals are what the passes find in data, which they change: what one finds is
// taken out of the data for the next. A pass gives what is not known yet.
func refusals(data any, pass func(data any, known places) []refusal) []refusal {
	var all []refusal
	known := places{}
	for range maxPasses {
		found := pass(data, known)
		if len(found) == 0 {
			break
		}
		all = append(all, found...)
		for _, r := range found {
			known.add(r.path)
			data = r.mend(data, r.path)
		}
	}
	return all
}

// judge evaluates a projected document, sorted by path. Callers take turns.
func (s *schema) judge(document *value.Node) []refusal {
	evaluating.Lock()
	defer evaluating.Unlock()
	all := refusals(document.Any(), s.pass)
	all = append(all, s.shape.broken(nil, document, forbidden(all))...)
	slices.SortFunc(all, refusal.compare)
	return all
}

// forbidden are the mappings with fields that must not be there anyway: that
// they break a rule is the consequence.
func forbidden(all []refusal) places {
	out := places{}
	for _, r := range all {
		if r.text != "" {
			out.add(above(r.path))
		}
	}
	return out
}

// broken gives the mappings that break the rules of their definitions, without
// those in except.
func (s *shape) broken(at diag.Path, n *value.Node, except places) []refusal {
	if s == nil {
		return nil
	}
	var out []refusal
	if s.rule != nil && n.Kind() == value.Map && !except[at.String()] && s.rule.brokenBy(n) {
		out = append(out, refusal{path: at, rule: true})
	}
	for _, f := range n.Fields() {
		out = append(out, s.fields[f.Name].broken(at.Join(diag.Field(f.Name)), f.Value, except)...)
	}
	for i, item := range n.Items() {
		out = append(out, s.item.broken(at.Join(diag.Index(i)), item, except)...)
	}
	return out
}

// brokenBy asks CUE about which fields are there, and not about what is in them:
// else a rule would fail for what is wrong inside a field.
func (r *rule) brokenBy(n *value.Node) bool {
	there := make(map[string]bool, n.Len())
	for _, f := range n.Fields() {
		b, ok := f.Value.Boolean()
		there[f.Name] = b || !ok
	}
	v := r.definition.Unify(encode(there))
	return v.Validate(cue.Concrete(true)) != nil
}

// pass gives what is not known yet: at each place one refusal, and none below
// another one.
func (s *schema) pass(data any, known places) []refusal {
	err := s.definition.Unify(encode(data)).Validate(cue.Concrete(true))
	var found []refusal
	for _, e := range errors.Errors(err) {
		if r, about := refusalOf(e, 1, data); r.missing || r.text != "" || !s.shape.at(r.path).takes(about) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, refusal.compare)
	var fresh []refusal
	told := places{}
	for _, r := range found {
		if n := len(fresh); n > 0 && fresh[n-1].path.Compare(r.path) == 0 {
			fresh[n-1] = fresh[n-1].and(r)
		} else if !known.reach(r.path) && !told.reach(r.path) {
			told.add(r.path)
			fresh = append(fresh, r)
		}
	}
	return fresh
}

// takes reports whether data is a mapping where there has to be one: nothing is
// wrong with it then, and its error is about what is in it.
func (s *shape) takes(data any) bool {
	_, ok := data.(map[string]any)
	return ok && s != nil && s.mapping
}

// refusalOf reads an error of CUE about a constraint that stands below other
// names, and gives the data that it is about. Of its text only the constraint's
// own messages are of use.
func refusalOf(e errors.Error, below int, data any) (refusal, any) {
	steps := e.Path()
	path, about := follow(steps[min(below, len(steps)):], data)
	r := refusal{path: path}
	format, args := e.Msg()
	text := ""
	if len(args) == 1 {
		text, _ = args[0].(string)
	}
	switch {
	case format == "%s":
		r.text = text
	case strings.HasPrefix(format, "field is required"):
		r.missing = true
	case strings.HasPrefix(format, "required field missing"), strings.HasPrefix(format, "cannot reference optional field"): // a condition reads it
		r.missing, r.path = true, append(path, diag.Field(unquoted(text)))
	}
	return r, about
}

// follow takes a path of CUE through the data.
func follow(steps []string, data any) (diag.Path, any) {
	path := make(diag.Path, 0, len(steps))
	for _, step := range steps {
		if items, ok := data.([]any); ok {
			i, _ := strconv.Atoi(step)
			path, data = append(path, diag.Index(i)), nil
			if i < len(items) {
				data = items[i]
			}
			continue
		}
		fields, _ := data.(map[string]any)
		path, data = append(path, diag.Field(unquoted(step))), fields[unquoted(step)]
	}
	return path, data
}

// unquoted takes the quotes from a field name that CUE has to quote.
func unquoted(name string) string {
	if plain, err := strconv.Unquote(name); err == nil {
		return plain
	}
	return name
}

func (r refusal) and(o refusal) refusal {
	r.missing = r.missing || o.missing
	r.text = cmp.Or(r.text, o.text)
	return r
}

// mend returns the data so that r is not found again: without the field where
// the schema forbids it, else with something there that is not known, which the
// next pass does not judge.
func (r refusal) mend(data any, path diag.Path) any {
	if len(path) == 0 {
		return ast.NewIdent("_")
	}
	switch data := data.(type) {
	case map[string]any:
		name, _ := path[0].IsField()
		inner, there := data[name]
		switch {
		case len(path) == 1 && r.text != "":
			delete(data, name)
		case len(path) == 1 || there:
			data[name] = r.mend(inner, path[1:])
		}
	case []any:
		if i, ok := path[0].IsIndex(); ok && i < len(data) {
			data[i] = r.mend(data[i], path[1:])
		}
	}
	return data
}
