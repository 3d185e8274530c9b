package policy

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Actor is who makes a change. Groups are as the caller knows them.
type Actor struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups,omitempty"`
}

// String gives "ann (store-ops, edge)"; somebody, for want of a name.
func (a Actor) String() string {
	name := cmp.Or(a.Name, "somebody")
	if len(a.Groups) == 0 {
		return name
	}
	return name + " (" + strings.Join(a.Groups, ", ") + ")"
}

// Decision is the answer to whether a change is allowed.
type Decision struct {
	Allowed bool `json:"allowed"`
	// Reason names the grant that allows the change, or what is lacking.
	Reason string `json:"reason"`
	// Grant is the place of the grant that allows the change.
	Grant diag.Range `json:"grant,omitzero"`
}

// Rules are the grants of a library. They never change and may be used by many
// goroutines.
type Rules struct{ grants []profile.Grant }

// Of gives the rules of a library.
func Of(l *profile.Library) Rules {
	o, _ := l.Ownership()
	return Rules{grants: o.Spec.Grants}
}

// Decide says whether the actor may make the change. One grant has to cover it as
// a whole; of several, the first one is named.
func (r Rules) Decide(actor Actor, c Change) Decision {
	if len(r.grants) == 0 {
		return Decision{Allowed: true, Reason: "the library grants nothing to anybody in particular, so everybody may do everything"}
	}
	lack := ""
	for i, g := range r.grants {
		if !includes(g, actor) || !slices.Contains(g.Verbs, c.Verb) {
			continue
		}
		limit := limitOf(g, c)
		if limit == "" {
			return Decision{Allowed: true, Reason: fmt.Sprintf("%s lets %s %s", named(g, i), actor, c), Grant: g.Range()}
		}
		if lack == "" {
			lack = fmt.Sprintf("; %s is limited to %s", named(g, i), limit)
		}
	}
	return Decision{Reason: fmt.Sprintf("no grant lets %s %s%s", actor, c, lack)}
}

// named is how a reason calls a grant.
func named(g profile.Grant, i int) string {
	if at := g.Range(); at.Start.Line > 0 {
		return "the grant at " + at.String()
	}
	return fmt.Sprintf("grant %d", i+1)
}

// includes reports whether a grant is for the actor.
func includes(g profile.Grant, actor Actor) bool {
	return slices.Contains(g.Users, "*") || actor.Name != "" && slices.Contains(g.Users, actor.Name) ||
		slices.ContainsFunc(actor.Groups, func(group string) bool { return slices.Contains(g.Groups, group) })
}

// limitOf says what of the grant does not cover the change; "" where it does.
func limitOf(g profile.Grant, c Change) string {
	for _, field := range c.Verb.Limits() {
		if l := limits[field]; !l.covers(g, c) {
			return l.text(g)
		}
	}
	return ""
}

// limit is what a field of a grant covers.
type limit struct {
	covers func(profile.Grant, Change) bool
	text   func(profile.Grant) string
}

// limits are the fields that [profile.Verb.Limits] names.
var limits = map[string]limit{
	"clusters": {coversCluster,
		func(g profile.Grant) string { return "clusters with " + metav1.FormatLabelSelector(g.Clusters) }},
	"profiles": {func(g profile.Grant, c Change) bool { return matches(g.Profiles, c.Profile) },
		func(g profile.Grant) string { return listed("profiles", g.Profiles) }},
	"variables": {func(g profile.Grant, c Change) bool { return matches(g.Variables, c.Variable) },
		func(g profile.Grant) string { return listed("variables", g.Variables) }},
	"layers": {func(g profile.Grant, c Change) bool { return matches(g.Layers, c.Layer) },
		func(g profile.Grant) string { return listed("layers", g.Layers) }},
	"paths": {coversPath,
		func(g profile.Grant) string { return listed("paths", g.Paths) }},
	"policies": {func(g profile.Grant, c Change) bool { return matches(g.Policies, c.Policy) },
		func(g profile.Grant) string { return listed("policies", g.Policies) }},
}

func listed(what string, names []string) string { return what + " " + strings.Join(names, ", ") }

// matches reports whether a name, or the part behind its slash, matches one of
// the patterns. No patterns match everything.
func matches(patterns []string, name string) bool {
	if patterns == nil {
		return true
	}
	bare := name[strings.LastIndex(name, "/")+1:]
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		whole, _ := path.Match(pattern, name)
		part, _ := path.Match(pattern, bare)
		return whole || part
	})
}

// coversCluster reports whether a grant is for the cluster as it is and as it
// will be, so that nobody reaches a cluster by changing its labels.
func coversCluster(g profile.Grant, c Change) bool {
	if g.Clusters == nil {
		return true
	}
	selector, err := metav1.LabelSelectorAsSelector(g.Clusters)
	if err != nil || c.Before == nil && c.After == nil {
		return false
	}
	return !slices.ContainsFunc([]map[string]string{c.Before, c.After}, func(l map[string]string) bool {
		return l != nil && !selector.Matches(labels.Set(l))
	})
}

// coversPath reports whether the path lies at or below one of the grant's.
func coversPath(g profile.Grant, c Change) bool {
	if g.Paths == nil {
		return true
	}
	at, err := diag.ParsePath(c.Path)
	return err == nil && slices.ContainsFunc(g.Paths, func(text string) bool {
		top, err := diag.ParsePath(text)
		return err == nil && len(top) > 0 && at.Under(top)
	})
}
