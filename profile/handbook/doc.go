// Package handbook writes a workspace down for people, as Markdown: what each
// profile consists of, what can be set, who answers for it, who uses it, who may do
// what, and what changed from version to version.
//
//	for _, page := range handbook.Of(ws).Pages() {
//		write(page.Name, page.Text)
//	}
//
// There is an index, and a page for each profile: its latest version in full and
// its changelog. A single version has a page, too.
//
// # Guarantees
//
// The same workspace gives the same bytes. What documents say stands on pages as
// text: it makes no headings, links, tables or markup. Values of sensitive
// variables, and what overlays and clusters set, stand on no page. A workspace with
// errors has pages, which say which versions are broken.
package handbook
