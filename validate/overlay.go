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
	unused := map[diag.Range]*idle{}
	for _, m := range f.members {
		for _, of := range m.overlays {
			matched["overlay "+of.Overlay.String()]++
			for _, found := range of.Findings {
				if unused[found.Range] == nil {
					unused[found.Range] = &idle{found: found}
				}
				unused[found.Range].clusters++
			}
		}
	}
	var out diag.Diagnostics
	for _, d := range documents {
		if d.Kind != "Overlay" {
			continue
		}
		users := matched[d.Name]
		for at, part := range unused {
			if part.clusters == users && at.File == d.At(nil).File {
				part.found.Severity = diag.Warning
				part.found.Summary += ": it does nothing in " + count(users, "cluster")
				out = append(out, part.found)
			}
		}
	}
	return out
}
