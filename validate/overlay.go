package validate

import (
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// overlaySelector holds what an overlay selects by to Kubernetes' rules.
func overlaySelector(d profile.Document, _ Options) diag.Diagnostics {
	return selector(d, diag.Fields("spec", "selector"))
}

// overlayLayers judges what is free in the patches of an overlay.
func overlayLayers(d profile.Document, _ Options) diag.Diagnostics {
	return patches(d, diag.Fields("spec", "layers"))
}

// idle is what a part of an overlay finds in no cluster that it matches.
type idle struct {
	found    diag.Diagnostic
	clusters int
}

// overlays warns of parts of overlays that do nothing in any cluster that the
// overlay matches, and tells which overlays match none.
func (f *fleet) overlays(documents []profile.Document) diag.Diagnostics {
	matched := map[string]int{} // by the name of the document
	type part struct {
		at   diag.Range
		path string // what was built in Go has no lines
	}
	unused := map[part]*idle{}
	for _, m := range f.members {
		for _, of := range m.overlays {
			matched["overlay "+of.Overlay.String()]++
			for _, found := range of.Findings {
				key := part{found.Range, found.Path}
				if unused[key] == nil {
					unused[key] = &idle{found: found}
				}
				unused[key].clusters++
			}
		}
	}
	var out diag.Diagnostics
	for _, d := range documents {
		if d.Kind != "Overlay" {
			continue
		}
		users := matched[d.Name]
		for key, one := range unused {
			if one.clusters == users && key.at.File == d.At(nil).File {
				one.found.Severity = diag.Warning
				one.found.Summary += ": it does nothing in " + count(users, "cluster")
				out = append(out, one.found)
			}
		}
	}
	return out
}
