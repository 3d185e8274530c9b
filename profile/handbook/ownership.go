package handbook

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/profile"
)

// ownership is what the library's Ownership says, where it has one.
func (h *Handbook) ownership(m *markdown) {
	o, ok := h.ws.Ownership()
	if !ok {
		return
	}
	m.heading(2, "Who may do what")
	grants(m, o.Spec.Grants)
	entitlements(m, o.Spec.Entitlements)
}

func grants(m *markdown, all []profile.Grant) {
	if len(all) == 0 {
		m.block("Nothing is granted to anybody, so everybody may do everything.")
		return
	}
	var rows [][]string
	for _, g := range all {
		if who := people(g); who != "" {
			rows = append(rows, []string{who, verbs(g), orNone(limits(g))})
		}
	}
	m.block("Only what is granted here is allowed. A limit is for the verbs that it is about.")
	m.table([]string{"Who", "May", "Limited to"}, rows)
}

// people are those whom a grant is for; "" for one of a document with mistakes,
// which allows nothing.
func people(g profile.Grant) string {
	if slices.Contains(g.Users, "*") {
		return "everybody"
	}
	return sentence(listed([]string{"users", "groups"}, g.Users, g.Groups))
}

func verbs(g profile.Grant) string {
	var out []string
	for _, v := range g.Verbs {
		out = append(out, plain(string(v)))
	}
	return strings.Join(out, ", ")
}

// limits are what a grant is limited to.
func limits(g profile.Grant) string {
	var parts []string
	if g.Clusters != nil && !everything(*g.Clusters) {
		parts = append(parts, "clusters "+selected(*g.Clusters))
	}
	names := listed([]string{"profiles", "variables", "layers", "paths", "policies"}, g.Profiles, g.Variables, g.Layers, g.Paths, g.Policies)
	return sentence(append(parts, names...))
}

// listed names lists that are there, which may be empty.
func listed(names []string, lists ...[]string) []string {
	var parts []string
	for i, list := range lists {
		switch {
		case len(list) > 0:
			parts = append(parts, names[i]+" "+codes(list))
		case list != nil:
			parts = append(parts, "no "+names[i])
		}
	}
	return parts
}

// selected are the labels of what a selector selects.
func selected(s metav1.LabelSelector) string {
	if everything(s) {
		return "all"
	}
	return code(metav1.FormatLabelSelector(&s))
}

func everything(s metav1.LabelSelector) bool { return len(s.MatchLabels)+len(s.MatchExpressions) == 0 }

func entitlements(m *markdown, all []profile.Entitlement) {
	if len(all) == 0 {
		m.block("Nobody may fix or constrain paths of layers that belong to others.")
		return
	}
	var rows [][]string
	for _, e := range all {
		rows = append(rows, []string{plain(e.Owner), orNone(codes(e.Layers)), orNone(codes(e.Paths))})
	}
	m.block("These owners may fix and constrain paths of layers that belong to others.")
	m.table([]string{"Owner", "Layers", "Paths"}, rows)
}
