package profile

import (
	"cmp"
	"maps"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Approval is the consent of one owner that a change needs.
type Approval struct {
	Owner string `json:"owner"`
	// Reasons are what the change does to what the owner answers for, by place.
	Reasons []Reason `json:"reasons"`
}

// Reason is one thing that a change does to what an owner answers for.
type Reason struct {
	// Summary says what changes: "profile base@1.1.0 changes layer cni".
	Summary string `json:"summary"`
	// Document is what changes: "profile base@1.1.0".
	Document string `json:"document"`
	// Path is the piece of data, in the text form of [diag.Path]: below a layer,
	// or else below the document. Empty for the whole.
	Path string `json:"path,omitempty"`
	// Range is the place, in the workspace that is wanted.
	Range diag.Range `json:"range"`
	// Gone: the place is in the workspace as it is, because the change removes it.
	Gone bool `json:"gone,omitempty"`
}

func (r Reason) compare(o Reason) int {
	gone := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return cmp.Or(r.Range.Compare(o.Range), cmp.Compare(gone(r.Gone), gone(o.Gone)), cmp.Compare(r.Path, o.Path),
		cmp.Compare(r.Document, o.Document), cmp.Compare(r.Summary, o.Summary))
}

// Approvals lists the consents that the change from have to want needs, sorted by
// owner: a change that touches what k owners answer for needs k of them.
//
// Who owns what is judged by have, so that nobody avoids to ask by changing the
// owner; what is new belongs to whom want says.
//
//   - A version of a profile that is added, changed or removed needs its owner,
//     and the owner of each layer that differs, leaf by leaf and in its files,
//     from the version before it; the first version of a profile that extends
//     another is compared with that one. Patches in presets need the owners of
//     the layers that they are about.
//   - A layer that declares, newly or otherwise than before, that it overrides
//     another one needs the owner of that one.
//   - A value that another owner fixes needs him, too, and so does a rule of his
//     that is dropped.
//   - A version of an overlay needs its owner, and the owners of the layers whose
//     patches differ.
//   - An override of a cluster that is added, changed or removed needs the owner
//     of its layer. Labels of a cluster that make an overlay match, or no longer
//     match, need the owner of the overlay.
//   - A waiver that is added or changed needs the owner of its policy. Policies
//     are not read here, so that the Owner is the code of the policy;
//     validate.Approvals names the owner.
//   - Hubs and strategies need their owners, where they say none the owner of the
//     Ownership document, as that document itself does.
//
// Nobody is asked for variables, presets, pools and profiles of a cluster, which
// their declarations bound, for a cluster that is removed, and for the lock, which
// rollouts write. Only content counts: neither places, nor comments, nor the order
// of files and documents.
func Approvals(have, want *Workspace) []Approval {
	have, want = have.whole(), want.whole()
	c := &consent{have: have, want: want, rules: have.rulesOnOthers(), by: map[string][]Reason{}}
	c.profiles()
	c.overlays()
	c.clusters()
	c.waivers()
	c.settings()
	delete(c.by, "") // a document without an owner, which is an error of its own
	out := make([]Approval, 0, len(c.by))
	for _, owner := range slices.Sorted(maps.Keys(c.by)) {
		reasons := c.by[owner]
		slices.SortFunc(reasons, Reason.compare)
		out = append(out, Approval{Owner: owner, Reasons: slices.Compact(reasons)})
	}
	return out
}

// consent collects whom a change has to ask.
type consent struct {
	have, want *Workspace
	rules      []ruleOnOther
	by         map[string][]Reason // by owner
}

func (c *consent) ask(owner string, r Reason) { c.by[owner] = append(c.by[owner], r) }

// ruleOnOther is a path that an owner fixes in a layer that belongs to another
// one.
type ruleOnOther struct {
	fixed
	profile string // of the layer, empty for any
	layer   string
}

// about reports whether the rule is about a layer.
func (r ruleOnOther) about(profile, layer string) bool {
	return r.layer == layer && (r.profile == "" || r.profile == profile) || r.profile == "" && r.layer == profile+"/"+layer
}

// rulesOnOthers are those of the latest versions of all profiles.
func (w *Workspace) rulesOnOthers() []ruleOnOther {
	var out []ruleOnOther
	for _, name := range w.names() {
		r := cmp.Or(w.latest(name), last(w.releases[name]))
		for _, ly := range r.layers {
			for i, declared := range ly.Fixed {
				f, ok := ly.binding("fixed", i, declared.Path)
				switch {
				case !ok:
				case declared.Layer != "":
					out = append(out, ruleOnOther{fixed: f, layer: declared.Layer})
				case f.owner != ly.owner():
					out = append(out, ruleOnOther{fixed: f, profile: name, layer: ly.Name})
				}
			}
		}
	}
	return out
}
