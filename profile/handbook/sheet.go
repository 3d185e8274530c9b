package handbook

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// sheet is the page of one version of a profile.
type sheet struct {
	*Handbook
	markdown
	release profile.Release
	spec    profile.ProfileSpec
}

// write writes all chapters: with the clusters of the versions that are counted,
// and the changes between those that are compared, both ascending.
func (s *sheet) write(counted, compared []profile.Ref) {
	ref := s.release.Ref()
	s.heading(1, plain(ref.Name)+" "+plain(ref.Version))
	if s.release.Broken() {
		s.block("**This version has errors: no cluster can use it.** Validation says which.")
	}
	if s.spec.Description != "" {
		s.block(plain(s.spec.Description))
	}
	s.facts()
	s.layers()
	s.variables()
	s.rules()
	s.presets()
	s.pools()
	s.fixed()
	s.constrained()
	s.users(counted)
	s.changes(compared)
}

func (s *sheet) facts() {
	ref := s.release.Ref()
	facts := []string{"Kind: " + kind(s.spec), "Owner: " + plain(s.spec.Owner), "Digest: " + code(s.ws.Digest(ref)) + s.published(ref)}
	if chain := s.ancestors(); len(chain) > 0 {
		facts = append(facts, "Extends: "+codes(texts(chain)))
	}
	if children := s.children(); len(children) > 0 {
		facts = append(facts, "Extended by: "+codes(texts(children)))
	}
	if len(s.spec.Constants) > 0 {
		facts = append(facts, "Constants: "+codes(slices.Sorted(maps.Keys(s.spec.Constants))))
	}
	s.list(facts)
}

func (s *sheet) published(ref profile.Ref) string {
	if _, ok := s.ws.Sum().Digest(ref); ok {
		return ", published"
	}
	return ""
}

// ancestors are what the version extends, the nearest first. A cycle, which is an
// error of its own, ends them.
func (s *sheet) ancestors() []profile.Ref {
	var out []profile.Ref
	for at := s.spec.Extends; at != ""; {
		ref, err := profile.ParseRef(at)
		if err != nil || slices.Contains(out, ref) {
			break
		}
		out = append(out, ref)
		p, _ := s.ws.Profile(ref)
		at = p.Spec.Extends
	}
	return out
}

func (s *sheet) children() []profile.Ref {
	var out []profile.Ref
	for p := range s.ws.Profiles() {
		if p.Spec.Extends == s.release.Ref().String() {
			out = append(out, p.Ref())
		}
	}
	return out
}

func texts(refs []profile.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out
}

func (s *sheet) rules() {
	var items []string
	for _, r := range s.spec.Rules {
		item := code(r.Rule)
		if r.Message != "" {
			item = plain(r.Message) + ": " + item
		}
		items = append(items, item)
	}
	if len(items) > 0 {
		s.heading(2, "Rules")
		s.block("These hold for the variables of every cluster.")
		s.list(items)
	}
}

func (s *sheet) presets() {
	var rows [][]string
	for _, p := range s.spec.Presets {
		rows = append(rows, []string{code(p.Group), code(p.Name), patched(p.Layers), plain(p.Description)})
	}
	if len(rows) > 0 {
		s.heading(2, "Presets")
		s.block("Of each group a cluster takes at most one.")
		s.table([]string{"Group", "Preset", "Changes layers", "Description"}, rows)
	}
}

// patched are the layers that patches are about.
func patched(patches []profile.LayerPatch) string {
	var names []string
	for _, p := range patches {
		names = append(names, p.Layer)
	}
	slices.Sort(names)
	return orNone(codes(slices.Compact(names)))
}

func (s *sheet) pools() {
	all := s.spec.Pools.Workers
	if c := s.spec.Pools.ControlPlane; c.Replicas != nil || c.Class != "" || len(c.Labels) > 0 || len(c.Variables) > 0 {
		c.Name = profile.ControlPlanePool
		all = append([]profile.Pool{c}, all...)
	}
	var rows [][]string
	for _, p := range all {
		labels := make([]string, 0, len(p.Labels))
		for _, name := range slices.Sorted(maps.Keys(p.Labels)) {
			labels = append(labels, name+"="+p.Labels[name])
		}
		rows = append(rows, []string{code(p.Name), orNone(plain(p.Class)), machines(p), orNone(codes(p.UpgradeAfter)), orNone(codes(labels)), orNone(codes(slices.Sorted(maps.Keys(p.Variables))))})
	}
	if len(rows) > 0 {
		s.heading(2, "Pools")
		s.block("These are defaults: a cluster may say otherwise.")
		s.table([]string{"Pool", "Class", "Machines", "Upgraded after", "Labels", "Sets variables"}, rows)
	}
}

func machines(p profile.Pool) string {
	switch {
	case p.Autoscale != nil:
		return fmt.Sprintf("%d to %d", p.Autoscale.Min, p.Autoscale.Max)
	case p.Replicas != nil:
		return fmt.Sprint(*p.Replicas)
	}
	return "-"
}

// users are the clusters of the versions, the newest first.
func (s *sheet) users(versions []profile.Ref) {
	var rows [][]string
	for _, ref := range slices.Backward(versions) {
		if keys := s.uses[ref]; len(keys) > 0 {
			rows = append(rows, []string{code(ref.Version), fmt.Sprint(len(keys)), clusterNames(keys)})
		}
	}
	if keys := s.uses[profile.Ref{Name: s.release.Ref().Name}]; len(keys) > 0 {
		rows = append(rows, []string{"does not resolve", fmt.Sprint(len(keys)), clusterNames(keys)})
	}
	s.heading(2, "Clusters")
	if len(rows) == 0 {
		s.block("No cluster uses it.")
		return
	}
	s.table([]string{"Version", "Clusters", "Names"}, rows)
}

func clusterNames(keys []profile.Key) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = plain(k.String())
	}
	return strings.Join(out, ", ")
}

// changes are the differences from version to version, the newest first.
func (s *sheet) changes(versions []profile.Ref) {
	if len(versions) < 2 {
		return
	}
	s.heading(2, "Changes")
	for i := len(versions) - 1; i > 0; i-- {
		from, _ := s.ws.Release(versions[i-1])
		to, _ := s.ws.Release(versions[i])
		if from.Broken() || to.Broken() {
			s.heading(3, plain(to.Ref().Name)+" "+plain(to.Ref().Version))
			s.block("Not compared with " + plain(from.Ref().Version) + ": one of the two has errors.")
			continue
		}
		s.block(strings.TrimSuffix(deeper(upgrade.Diff(from, to).Markdown()), "\n"))
	}
}

// deeper moves all headings of a text a level down.
func deeper(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			b.WriteByte('#')
		}
		b.WriteString(line)
	}
	return b.String()
}
