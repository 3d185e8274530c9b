package validate

import (
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// extends reports whether d is a profile that extends another one. What it says
// of what it inherits is no whole, and judged by a schema of its own.
func extends(d profile.Document) bool {
	_, ok := d.Tree().Get("spec", "extends").Str()
	return ok && d.Kind == "Profile"
}

// composed judges profiles that extend another one once more, together with what
// they inherit. known is what is found already: a profile in which loading found
// errors may be without what it inherits, and is left alone.
func composed(ws *profile.Workspace, documents []profile.Document, known diag.Diagnostics) diag.Diagnostics {
	told := newTold(documents, known)
	var out diag.Diagnostics
	for _, d := range documents {
		if !extends(d) {
			continue
		}
		ref, _ := profile.ParseRef(strings.TrimPrefix(d.Name, "profile "))
		r, ok := ws.Release(ref)
		if !ok || r.Broken() {
			continue
		}
		out = append(out, told.ofWhole(documents, r.Document)...)
	}
	return out
}

// ofWhole gives what is wrong with a profile that was put together of documents,
// where it is written.
func (t told) ofWhole(documents []profile.Document, whole profile.Document) diag.Diagnostics {
	f := schemas()[whole.Kind].form(whole.Tree())
	f.judge()
	var out diag.Diagnostics
	for _, r := range f.refusals {
		i := documentAt(documents, whole.At(r.path))
		if i < 0 {
			continue // of a library that lies elsewhere
		}
		if r.text != "" && whole.Tree().Find(r.path).IsNull() {
			continue // null takes away what is inherited
		}
		path, ok := whole.Tree().PathIn(documents[i].Tree(), r.path)
		if !ok {
			continue
		}
		r.path = path
		if found := f.schema.diagnostic(documents[i], r); !t.covers(i, r, found.Range) {
			t[i].add(found)
			out = append(out, found)
		}
	}
	return out
}
