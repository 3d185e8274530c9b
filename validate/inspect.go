package validate

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// inspection judges what a schema cannot: data whose field names are free, and
// what depends on options.
type inspection func(profile.Document, Options) diag.Diagnostics

// inspections are those of each kind of document.
var inspections = map[string][]inspection{
	"Profile":   {metadata, layers, presets},
	"Overlay":   {metadata, overlaySelector, overlayLayers},
	"Hub":       {metadata},
	"Cluster":   {metadata, timeZone, pools, overrides},
	"Strategy":  {metadata, selectors},
	"Ownership": {metadata},
}

func inspectAll(documents []profile.Document, opts Options) diag.Diagnostics {
	found := make([]diag.Diagnostics, len(documents))
	each(len(documents), func(i int) {
		for _, inspect := range inspections[documents[i].Kind] {
			found[i] = append(found[i], inspect(documents[i], opts)...)
		}
	})
	return slices.Concat(found...)
}

// field is a field of a document, in the mapping at a path.
type field struct {
	value.Entry
	of diag.Path
}

func (f field) path() diag.Path { return f.of.Join(diag.Field(f.Name)) }

// fields are the fields of the mapping at path, sorted by name.
func fields(d profile.Document, path diag.Path) []field {
	var out []field
	for _, e := range d.Tree().Find(path).Fields() {
		out = append(out, field{Entry: e, of: path})
	}
	return out
}

// items are the paths of the items of the list at path.
func items(d profile.Document, path diag.Path) []diag.Path {
	out := make([]diag.Path, len(d.Tree().Find(path).Items()))
	for i := range out {
		out[i] = path.Join(diag.Index(i))
	}
	return out
}
