package validate

import (
	"slices"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options change what is judged. The zero value is safe.
type Options struct {
	// Loaded are the findings that [profile.Load] returned with the workspace.
	// They are part of the result, and what they say is not said again. Those of
	// loading its [profile.Layout.Library] may stand among them.
	Loaded diag.Diagnostics
	// Against is the workspace as it is now: what may not change on the clusters
	// that it has is judged, and what its library has published and its owners
	// have fixed. Default: nothing is compared.
	Against *profile.Workspace
	// Now is the time at which overrides and waivers have expired or not; their
	// dates end with the day in UTC. Zero: expiry is not judged.
	Now time.Time
	// Engines are the kinds of content that the caller can render, by their
	// fields in documents. Default: manifests.
	Engines []string
}

// Workspace judges a workspace as a whole, in one pass: every document by the
// schema of its kind, by the rules that a schema cannot say and by the policies
// of the organisation, and every cluster by resolving it. The result holds opts.Loaded too, is sorted, and has
// one finding for each mistake. It is the same for the same workspace, however
// many goroutines take part.
func Workspace(ws *profile.Workspace, opts Options) diag.Diagnostics {
	if len(opts.Engines) == 0 {
		opts.Engines = []string{"manifests"}
	}
	documents := slices.Collect(ws.Documents())
	org := newOrganisation(ws, documents, opts.Now)
	fleet := resolve(ws, documents, org)
	told := slices.Concat(opts.Loaded, fleet.diagnostics())
	judged := newJudge(documents, told).all()
	found := slices.Concat(told, judged,
		composed(ws, documents, slices.Concat(told, judged)),
		inspectAll(documents, opts),
		fleet.lock(documents, opts),
		fleet.variables(),
		fleet.apart(),
		fleet.overlays(documents),
		fleet.changes(documents, opts.Against),
		kept(ws, opts.Against),
		strategies(ws, documents),
		org.all(fleet, told),
	)
	return ws.Withhold(withoutConsequences(found)).Sorted()
}

// withoutConsequences leaves out that clusters are not resolved where it is said
// why.
func withoutConsequences(found diag.Diagnostics) diag.Diagnostics {
	consequence := func(d diag.Diagnostic) bool { return d.Code == profile.CodeNotResolved }
	causes := slices.DeleteFunc(slices.Clone(found), consequence)
	if causes.HasErrors() {
		return causes
	}
	return found
}
