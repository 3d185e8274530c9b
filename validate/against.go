package validate

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// changes holds the clusters that exist already to what may not change on them.
// A cluster that resolves on one side only is not judged, which is said once.
func (f *fleet) changes(documents []profile.Document, have *profile.Workspace) diag.Diagnostics {
	if have == nil {
		return nil
	}
	found, skipped := make([]diag.Diagnostics, len(f.members)), make([]bool, len(f.members))
	each(len(f.members), func(i int) {
		key := f.members[i].key
		if _, existed := have.Cluster(key); !existed || !f.members[i].resolved {
			return
		}
		was, _ := have.Resolve(key)
		if skipped[i] = was == nil; skipped[i] {
			return
		}
		now, _ := f.workspace.Resolve(key)
		found[i] = profile.ImmutableChanges(was, now)
	})
	out := slices.Concat(found...)
	var unknown []profile.Key
	for i, m := range f.members {
		if skipped[i] {
			unknown = append(unknown, m.key)
		}
	}
	if len(unknown) > 0 {
		out = append(out, aboutClusters("validate.not-compared", documents, unknown, "nothing to compare %s with: %s").
			WithDetail("they do not resolve in the workspace that this one is compared with, so nothing holds their immutable variables; mend them there, or see to it that those stay"))
	}
	return out
}
