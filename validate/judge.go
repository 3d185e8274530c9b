package validate

import (
	"crypto/sha256"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// judge holds documents to the schemas of their kinds. Documents of one form
// are evaluated once.
type judge struct {
	documents []profile.Document
	told      told
	// forms are the distinct projections, in the order of the documents.
	forms []form
	// formOf gives the form of each document; -1 for none.
	formOf []int
}

// form is what CUE sees of a document.
type form struct {
	schema   *schema
	key      [sha256.Size]byte
	data     *value.Node
	refusals []refusal
}

// form is what the schema sees of a document.
func (s *schema) form(document *value.Node) form {
	data := s.shape.project(document)
	return form{schema: s, key: sha256.Sum256(data.AppendJSON(append(make([]byte, 0, 1<<10), s.name...))), data: data}
}

func (f *form) judge() {
	f.refusals = verdicts.of(f.key, func() []refusal { return f.schema.judge(f.data) })
}

// newJudge prepares to judge documents. known is what is found already, by
// loading and resolving.
func newJudge(documents []profile.Document, known diag.Diagnostics) *judge {
	j := &judge{documents: documents, told: newTold(documents, known), formOf: make([]int, len(documents))}
	seen := map[[sha256.Size]byte]int{}
	for i, d := range documents {
		schema, ok := schemas()[d.Kind]
		if !ok {
			j.formOf[i] = -1
			continue
		}
		if extends(d) {
			schema = extendingSchema()
		}
		f := schema.form(d.Tree())
		at, twice := seen[f.key]
		if !twice {
			at = len(j.forms)
			seen[f.key] = at
			j.forms = append(j.forms, f)
		}
		j.formOf[i] = at
	}
	return j
}

// all evaluates every form and gives what is wrong with the documents.
func (j *judge) all() diag.Diagnostics {
	for i := range j.forms {
		j.forms[i].judge()
	}
	var out diag.Diagnostics
	for i, d := range j.documents {
		if j.formOf[i] < 0 {
			continue
		}
		f := j.forms[j.formOf[i]]
		for _, r := range f.refusals {
			if found := f.schema.diagnostic(d, r); !j.told.covers(i, r, found.Range) {
				out = append(out, found)
			}
		}
	}
	return out
}
