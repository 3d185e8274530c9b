package validate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// waiversPath is where documents of every kind that may have waivers have them.
var waiversPath = diag.Fields("spec", "waivers")

// waivers suspend policies.
type waivers struct {
	documents []profile.Document
	owners    map[string]string // of the policies, by code
	// partial: some policies could not be read.
	partial bool
	now     time.Time
	list    []*waiver
	of      map[int][]*waiver // by document
}

type waiver struct {
	document int
	at       diag.Path
	policy   string
	path     diag.Path // nil for everything
	unread   error     // of the path: the waiver covers nothing then
	until    time.Time // its last day; zero where the date cannot be read
	used     bool
}

func newWaivers(documents []profile.Document, owners map[string]string, partial bool, now time.Time) *waivers {
	w := &waivers{documents: documents, owners: owners, partial: partial, now: now, of: map[int][]*waiver{}}
	for i, d := range documents {
		for _, at := range items(d, waiversPath) {
			n := d.Tree().Find(at)
			one := &waiver{document: i, at: at, policy: n.Get("policy").Text()}
			if path := n.Get("path"); !path.IsNull() {
				one.path, one.unread = diag.ParsePath(path.Text())
			}
			one.until, _ = time.Parse(time.DateOnly, n.Get("expires").Text())
			w.list, w.of[i] = append(w.list, one), append(w.of[i], one)
		}
	}
	return w
}

// expired reports whether the last day is over. Without a time nothing expires.
func (w *waiver) expired(now time.Time) bool {
	return !now.IsZero() && !w.until.IsZero() && !now.Before(w.until.AddDate(0, 0, 1))
}

// cover reports whether a waiver in one of the documents suspends the policy
// for this violation. Negative documents are none.
func (w *waivers) cover(v violation, documents ...int) bool {
	covered := false
	for _, i := range documents {
		for _, one := range w.of[i] {
			if one.policy == v.code && one.reaches(v) {
				one.used = true
				covered = covered || !one.expired(w.now)
			}
		}
	}
	return covered
}

// reaches reports whether the waiver's path leads to the violation or to data
// around it, with list items named by key or by index.
func (w *waiver) reaches(v violation) bool {
	if len(w.path) == 0 {
		return w.unread == nil
	}
	target := v.root.Find(w.path)
	for n := range len(v.path) + 1 {
		at := v.path[:n]
		if at.Compare(w.path) == 0 || target != nil && v.root.Find(at) == target {
			return true
		}
	}
	return false
}

// diagnostics are about waivers that do nothing.
func (w *waivers) diagnostics(f *fleet) diag.Diagnostics {
	resolved := !slices.ContainsFunc(f.members, func(m member) bool { return !m.resolved })
	var out diag.Diagnostics
	for _, one := range w.list {
		d := w.documents[one.document]
		at := func(field string) diag.Path { return one.at.Join(diag.Field(field)) }
		_, known := w.owners[one.policy]
		switch {
		case !known && (w.partial || !strings.HasPrefix(one.policy, "policy.")):
		case !known:
			out = append(out, diag.Errorf("validate.waiver-unknown", d.At(at("policy")), "there is no policy %q", clipped(one.policy)).
				WithDetail("%s", knownPolicies(one.policy, w.owners)).WithPath(at("policy")))
		case one.unread != nil && !strings.HasPrefix(d.Tree().Find(at("path")).Text(), "/"): // which the schema says
		case one.unread != nil:
			out = append(out, diag.Errorf("validate.value", d.At(at("path")), "%v", one.unread).
				WithDetail("for instance /spec/pools/workers[name=web]").WithPath(at("path")))
		case one.expired(w.now):
			out = append(out, diag.Warningf("validate.waiver-expired", d.At(at("expires")), "the waiver of %s expired on %s", one.policy, one.until.Format(time.DateOnly)).
				WithDetail("remove it, or ask %s for a later date", w.owners[one.policy]).WithPath(at("expires")))
		case !one.used && resolved:
			out = append(out, diag.Warningf("validate.waiver-unused", d.At(at("policy")), "nothing here breaks %s: the waiver does nothing", one.policy).
				WithDetail("remove it").WithPath(at("policy")))
		}
	}
	return out
}

func knownPolicies(code string, owners map[string]string) string {
	if len(owners) == 0 {
		return "the workspace has no policies: they are files in policies/"
	}
	return among(code, slices.Sorted(maps.Keys(owners)))
}
