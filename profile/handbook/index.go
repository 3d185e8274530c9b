package handbook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Index is the first page: what there is, and who answers for it.
func (h *Handbook) Index() Page {
	var m markdown
	m.heading(1, "Handbook")
	m.block(fmt.Sprintf("%s and %s for %s.", count(len(h.names()), "profile"), count(h.overlays(), "overlay"), count(h.ws.Len(), "cluster")))
	h.profiles(&m)
	h.overlayTable(&m)
	h.owners(&m)
	h.ownership(&m)
	h.hubs(&m)
	h.strategies(&m)
	return Page{Name: "README.md", Title: "Handbook", Text: m.String()}
}

func (h *Handbook) profiles(m *markdown) {
	var rows [][]string
	for _, name := range h.names() {
		ref, _ := h.latest(name)
		p, _ := h.ws.Profile(ref)
		rows = append(rows, []string{link(name), code(ref.Version), kind(p.Spec), plain(p.Spec.Owner), fmt.Sprint(h.clusters(name)), plain(p.Spec.Description)})
	}
	m.heading(2, "Profiles")
	m.table([]string{"Profile", "Latest", "Kind", "Owner", "Clusters", "Description"}, rows)
}

// link leads from the index to the page of a profile.
func link(name string) string { return "[" + plain(name) + "](<profiles/" + target(name) + ".md>)" }

// target is a name inside the angle brackets of a link.
func target(name string) string {
	return strings.NewReplacer("<", "%3C", ">", "%3E", "\\", "%5C", "\n", "%0A", "\r", "%0D").Replace(name)
}

func kind(s profile.ProfileSpec) string {
	if s.Abstract {
		return plain(s.Kind) + ", abstract"
	}
	return plain(s.Kind)
}

func (h *Handbook) overlays() int {
	names := map[string]bool{}
	for o := range h.ws.Overlays() {
		names[o.Ref().Name] = true
	}
	return len(names)
}

func (h *Handbook) overlayTable(m *markdown) {
	var rows [][]string
	for o := range h.ws.Overlays() {
		rows = append(rows, []string{code(o.Ref().String()), plain(o.Spec.Owner), fmt.Sprint(o.Spec.Order),
			selected(o.Spec.Selector), fmt.Sprint(len(h.uses[o.Ref()])), effects(o.Spec), plain(o.Spec.Description)})
	}
	if len(rows) == 0 {
		return
	}
	m.heading(2, "Overlays")
	m.block("Overlays change the clusters that they select. The highest order wins.")
	m.table([]string{"Overlay", "Owner", "Order", "Selects", "Clusters", "Changes", "Description"}, rows)
}

// effects are what an overlay does, without values.
func effects(o profile.OverlaySpec) string {
	var parts []string
	if len(o.Profiles) > 0 {
		parts = append(parts, "adds "+codes(o.Profiles))
	}
	if len(o.Variables) > 0 {
		parts = append(parts, "sets "+codes(slices.Sorted(maps.Keys(o.Variables))))
	}
	for _, group := range slices.Sorted(maps.Keys(o.Presets)) {
		parts = append(parts, "chooses "+code(o.Presets[group])+" of "+code(group))
	}
	if len(o.Layers) > 0 {
		parts = append(parts, "changes layers "+patched(o.Layers))
	}
	return orNone(sentence(parts))
}

// owners are who answers for what, in the latest versions.
func (h *Handbook) owners(m *markdown) {
	by := map[string][]string{}
	own := func(owner, what string) { by[owner] = append(by[owner], what) }
	for _, name := range h.names() {
		ref, _ := h.latest(name)
		p, _ := h.ws.Profile(ref)
		own(p.Spec.Owner, "profile "+code(name))
		for _, l := range p.Spec.Layers {
			if l.Owner != "" && l.Owner != p.Spec.Owner {
				own(l.Owner, "layer "+code(name+"/"+l.Name))
			}
		}
	}
	versions := map[string][]profile.Ref{}
	for o := range h.ws.Overlays() {
		versions[o.Ref().Name] = append(versions[o.Ref().Name], o.Ref())
	}
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		ref, _ := latestOf(versions[name])
		o, _ := h.ws.Overlay(ref)
		own(o.Spec.Owner, "overlay "+code(name))
	}
	rules, there := h.ws.Ownership() // whose owner answers for what says none
	if there {
		own(rules.Spec.Owner, "who may do what")
	}
	for _, hub := range h.ws.Hubs() {
		own(cmp.Or(hub.Spec.Owner, rules.Spec.Owner), "hub "+code(hub.Metadata.Name))
	}
	for _, s := range h.ws.Strategies() {
		own(cmp.Or(s.Spec.Owner, rules.Spec.Owner), "strategy "+code(s.Metadata.Name))
	}
	delete(by, "")
	var rows [][]string
	for _, owner := range slices.Sorted(maps.Keys(by)) {
		rows = append(rows, []string{plain(owner), strings.Join(slices.Compact(by[owner]), ", ")})
	}
	m.heading(2, "Owners")
	m.table([]string{"Owner", "Answers for"}, rows)
}

func (h *Handbook) hubs(m *markdown) {
	clusters := map[string]int{}
	for key := range h.ws.Clusters() {
		clusters[key.Hub]++
	}
	var rows [][]string
	for _, hub := range h.ws.Hubs() {
		delivery := hub.Spec.Delivery
		if delivery == "" {
			delivery = profile.ManifestsDelivery
		}
		rows = append(rows, []string{plain(hub.Metadata.Name), code(hub.Spec.ClusterAPI.Version), plain(delivery), fmt.Sprint(clusters[hub.Metadata.Name])})
	}
	if len(rows) == 0 {
		return
	}
	m.heading(2, "Hubs")
	m.table([]string{"Hub", "Cluster API", "Delivery", "Clusters"}, rows)
}

func (h *Handbook) strategies(m *markdown) {
	rules, _ := h.ws.Ownership()
	var rows [][]string
	for _, s := range h.ws.Strategies() {
		var stages []string
		for _, stage := range s.Spec.Stages {
			stages = append(stages, stage.Name)
		}
		rows = append(rows, []string{plain(s.Metadata.Name), plain(cmp.Or(s.Spec.Owner, rules.Spec.Owner)), codes(stages)})
	}
	if len(rows) == 0 {
		return
	}
	m.heading(2, "Strategies")
	m.table([]string{"Strategy", "Owner", "Stages, in order"}, rows)
}
