package drift

import (
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// as gives the finding a detail and its verdict.
func (f Finding) as(d Detail, c Confidence, reason string) Finding {
	f.Detail, f.Verdict, f.Confidence = d, d.Verdict(), c
	f.Reason = joinReasons(f.Reason, reason)
	return f
}

func joinReasons(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// judge sums the fields up: drift comes before unknown, and counts as sure as
// its surest field.
func (f *Finding) judge(s schema) {
	f.Verdict, f.Confidence = InSync, Confirmed
	if !s.known {
		f.Confidence = Probable
	}
	pending := false
	for _, field := range f.Fields {
		pending = pending || field.Rule == pendingRule
		switch {
		case field.Verdict == Drift && f.Verdict != Drift:
			f.Verdict, f.Confidence = Drift, field.Confidence
		case field.Verdict == Drift:
			f.Confidence = max(f.Confidence, field.Confidence)
		case field.Verdict == Unknown && f.Verdict == InSync:
			f.Verdict, f.Confidence = Unknown, Unsure
		case field.Verdict == InSync && f.Verdict == InSync:
			f.Confidence = min(f.Confidence, field.Confidence)
		}
	}
	if s.apart && f.Verdict == InSync {
		*f = f.as(Unconverted, Unsure, "the live object is of another version")
	}
	if pending && f.Verdict == InSync {
		f.Detail = PendingApply
	}
}

// special looks for what concerns the object as a whole. The first that applies
// is the detail.
func (f *Finding) special(p *pair, invalid []string, stale bool) {
	if stale {
		f.Reason = joinReasons(f.Reason, "it was read more than once, the newest counts")
	}
	switch {
	case p.live.Get("metadata", "deletionTimestamp") != nil:
		at, _ := p.live.Get("metadata", "deletionTimestamp").Str()
		*f = f.as(Terminating, Confirmed, "deleted at "+at)
	case len(invalid) > 0:
		*f = f.as(InvalidDesired, Probable, strings.Join(invalid, "; "))
	case p.rival() != "":
		*f = f.as(Conflict, Probable, p.rival())
	case p.recreated() && f.Verdict == InSync && f.Detail == None:
		*f = f.as(Recreated, Confirmed, "its uid is another than before")
	}
}

// recreated reports whether the object's identity is another than the one that
// was declared or applied.
func (p *pair) recreated() bool {
	uid := p.live.Get("metadata", "uid")
	for _, n := range []*value.Node{p.want, p.applied} {
		if known := n.Get("metadata", "uid"); known != nil && uid != nil && !known.Equal(uid) {
			return true
		}
	}
	return false
}

// inventories are marks of tools that keep track of what they own. The marks of
// delivery tools stand on objects that were declared without them; they claim an
// object only against another mark of their kind.
var inventories = []struct {
	field, name string
	delivery    bool
}{
	{"labels", "applyset.kubernetes.io/part-of", false},
	{"annotations", "config.k8s.io/owning-inventory", false},
	{"labels", "kapp.k14s.io/app", false},
	{"annotations", "meta.helm.sh/release-name", true},
	{"annotations", "argocd.argoproj.io/tracking-id", true},
	{"labels", "argocd.argoproj.io/instance", true},
	{"labels", "kustomize.toolkit.fluxcd.io/name", true},
	{"labels", "helm.toolkit.fluxcd.io/name", true},
	{"annotations", "objectset.rio.cattle.io/id", true},
}

// rival says by which mark another tool claims the object; "" when none does.
func (p *pair) rival() string {
	for _, mark := range inventories {
		live, want := p.live.Get("metadata", mark.field, mark.name), p.want.Get("metadata", mark.field, mark.name)
		if live != nil && !live.Equal(want) && (want != nil || !mark.delivery) {
			if want.Sensitive() {
				return "live is claimed by " + mark.name
			}
			return "live is claimed by " + mark.name + " " + live.Text()
		}
	}
	return ""
}

// goesAway reports whether an object is expected to be gone at some time, and
// why.
func goesAway(want *value.Node) (string, bool) {
	kind, _ := want.Get("kind").Str()
	if kind == "Job" && want.Get("spec", "ttlSecondsAfterFinished") != nil {
		return "a Job with ttlSecondsAfterFinished is deleted when it is done", true
	}
	hook, _ := want.Get("metadata", "annotations", "helm.sh/hook").Str()
	policy, _ := want.Get("metadata", "annotations", "helm.sh/hook-delete-policy").Str()
	if hook != "" && (strings.Contains(policy, "hook-succeeded") || strings.Contains(policy, "hook-failed") || isLaterHook(hook)) {
		return "a Helm hook is not kept", true
	}
	policy, _ = want.Get("metadata", "annotations", "argocd.argoproj.io/hook-delete-policy").Str()
	if strings.Contains(policy, "HookSucceeded") || strings.Contains(policy, "HookFailed") {
		return "an Argo CD hook is not kept", true
	}
	return "", false
}

// isLaterHook reports whether a hook runs only on events that need not have
// happened.
func isLaterHook(hook string) bool {
	for event := range strings.SplitSeq(hook, ",") {
		switch strings.TrimSpace(event) {
		case "test", "test-success", "test-failure", "pre-delete", "post-delete", "pre-rollback", "post-rollback":
		default:
			return false
		}
	}
	return true
}
