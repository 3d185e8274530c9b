package validate

import (
	"cuelang.org/go/cue"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// shape is what a definition says about one place of a document, as far as Go
// needs it: to cut documents down to what CUE shall see, and to speak about what
// CUE refuses.
type shape struct {
	// definition is the name of the definition that a field refers to: "#Name".
	definition string
	// mapping: the data is a mapping, whose content is free without fields.
	mapping bool
	// fields are the listed fields of a mapping.
	fields map[string]*shape
	// item is what a list holds.
	item *shape
	// any: all data fits.
	any bool
	// enum are the allowed texts, in the order of the schema.
	enum []string
	// rule is about the fields of a mapping together, nil for none.
	rule *rule
	// words are those of messages.
	words
}

// words are the texts of the attributes of these names.
type words struct{ must, whole, hint string }

// rule is a definition that sees which fields of a mapping are there.
type rule struct {
	definition cue.Value
	words
}

// reader reads shapes from the definitions of root.
type reader struct{ root cue.Value }

func (r reader) shape(v cue.Value) *shape {
	s := &shape{}
	r.name(s, v)
	r.alternatives(s, cue.Dereference(v))
	s.any = v.IncompleteKind() == cue.TopKind
	if v := r.root.LookupPath(cue.ParsePath(s.definition + "Rule")); s.definition != "" && v.Exists() {
		s.rule = &rule{definition: v}
		s.rule.take(v)
	}
	return s
}

// name takes over definition and words: of a field before those of what it
// refers to, and of "A & B" both.
func (r reader) name(s *shape, v cue.Value) {
	s.take(v)
	if _, path := v.ReferencePath(); s.definition == "" {
		s.definition = path.String()
	}
	if target := cue.Dereference(v); target != v {
		s.take(target)
	}
	if op, args := v.Expr(); op == cue.AndOp {
		for _, arg := range args {
			r.name(s, arg)
		}
	}
}

// take takes over the attributes of v that are not set yet.
func (w *words) take(v cue.Value) {
	for _, a := range v.Attributes(cue.ValueAttr) {
		text, err := a.String(0)
		if err != nil {
			continue
		}
		for name, word := range map[string]*string{"must": &w.must, "rule": &w.whole, "hint": &w.hint} {
			if a.Name() == name && *word == "" {
				*word = text
			}
		}
	}
}

// alternatives reads v, which may be of the form "A | B".
func (r reader) alternatives(s *shape, v cue.Value) {
	if op, args := v.Expr(); op == cue.OrOp {
		for _, arg := range args {
			r.data(s, cue.Dereference(arg))
		}
		return
	}
	r.data(s, v)
}

func (r reader) data(s *shape, v cue.Value) {
	switch v.IncompleteKind() {
	case cue.StringKind:
		if text, err := v.String(); err == nil {
			s.enum = append(s.enum, text)
		}
	case cue.ListKind:
		s.item = r.item(v)
	case cue.StructKind:
		s.mapping = true
		r.fields(s, v)
	case cue.BottomKind:
		// A mapping with conditions has no kind before there is data.
		r.fields(s, v)
		s.mapping = s.fields != nil
	}
}

func (r reader) item(v cue.Value) *shape {
	for _, at := range []cue.Selector{cue.AnyIndex, cue.Index(0)} {
		if item := v.LookupPath(cue.MakePath(at)); item.Exists() {
			return r.shape(item)
		}
	}
	return nil
}

func (r reader) fields(s *shape, v cue.Value) {
	fields, err := v.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		if s.fields == nil {
			s.fields = map[string]*shape{}
		}
		s.fields[fields.Selector().Unquoted()] = r.shape(fields.Value())
	}
}

// at follows a path as far as the shape knows it; nil where it does not.
func (s *shape) at(path diag.Path) *shape {
	for _, step := range path {
		if s == nil {
			return nil
		}
		if name, ok := step.IsField(); ok {
			s = s.fields[name]
		} else {
			s = s.item
		}
	}
	return s
}
