package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// told is what is known to be wrong already, by document and path, so that CUE
// does not say it again in its own words.
type told []toldDocument

type toldDocument struct {
	// at are the paths that a finding is about.
	at places
	// whole are those whose finding speaks for all that is below.
	whole places
	// misspelt are the mappings with fields that nobody knows.
	misspelt places
	// positions are where findings without a path are.
	positions map[diag.Position]bool
}

// aboutMembership are codes of findings about a list as a whole or an item's
// place among the others: they say nothing about what is inside.
var aboutMembership = []string{
	"profile.base", "profile.conflict", "profile.cycle", "profile.duplicate", "profile.required-layer",
}

func newTold(documents []profile.Document, known diag.Diagnostics) told {
	t := make(told, len(documents))
	for i := range t {
		t[i] = toldDocument{at: places{}, whole: places{}, misspelt: places{}, positions: map[diag.Position]bool{}}
	}
	for _, d := range known {
		if i := documentAt(documents, d.Range); i >= 0 && d.Severity == diag.Error {
			t[i].add(d)
		}
	}
	return t
}

// documentAt gives the document that a place lies in: documents are sorted by
// their places. It is -1 for none.
func documentAt(documents []profile.Document, at diag.Range) int {
	i, found := slices.BinarySearchFunc(documents, at, func(d profile.Document, at diag.Range) int {
		start := d.At(nil)
		return cmp.Or(cmp.Compare(start.File, at.File), cmp.Compare(start.Start.Line, at.Start.Line), cmp.Compare(start.Start.Column, at.Start.Column))
	})
	if !found {
		i--
	}
	if i < 0 || documents[i].At(nil).File != at.File {
		return -1
	}
	return i
}

func (t toldDocument) add(d diag.Diagnostic) {
	path, err := diag.ParsePath(d.Path)
	if err != nil || len(path) == 0 {
		t.positions[d.Range.Start] = d.Range.Start.Line > 0 // a document without lines is one position
		return
	}
	t.at.add(path)
	if !slices.Contains(aboutMembership, d.Code) {
		t.whole.add(path)
	}
	if d.Code == "profile.unknown-field" {
		t.misspelt.add(above(path))
		if name, ok := meant(d); ok {
			t.at.add(above(path).Join(diag.Field(name)))
		}
	}
}

// meant is the field that an unknown one was probably meant to be, as the hint
// of the finding says: that it is missing is the same mistake.
func meant(d diag.Diagnostic) (string, bool) {
	rest, ok := strings.CutPrefix(d.Detail, `did you mean "`)
	name, _, found := strings.Cut(rest, `"`)
	return name, ok && found
}

// covers reports whether r, which stands at range at, is told: by a finding about
// the same path, or one above that speaks for it. That a mapping breaks a rule is
// told, too, by a misspelt field in it.
func (t told) covers(document int, r refusal, at diag.Range) bool {
	d, path := t[document], r.path.String()
	return d.at[path] || d.whole.reach(r.path) || d.positions[at.Start] || r.rule && d.misspelt[path]
}
