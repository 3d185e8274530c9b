package upgrade

import (
	"encoding/json"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// overlayRules are the fields of an overlay's spec.
var overlayRules = map[string]fieldRule{
	"name": elsewhere, "version": elsewhere,
	"owner":       counts(OwnerChanged, Minor, "somebody else answers for it and approves"),
	"description": counts(DescriptionChanged, Patch, "text alone"),
	"order":       counts(OrderChanged, Minor, "another overlay may win"),
	"selector":    counts(SelectorChanged, Major, "clusters may lose it, or get it"),
	"profiles":    addedProfilesRule,
	"variables":   setValuesRule,
	"presets":     choicesRule,
	"layers":      layerPatchesRule(LayerChanged),
	"waivers":     counts(WaiverChanged, Minor, "policies count otherwise here, which their owners approve"),
}

// DiffOverlay compares two versions of an overlay, as [Diff] does of a profile.
func DiffOverlay(from, to profile.OverlayRelease) Difference {
	d := &differ{from: overlayHalf(from), to: overlayHalf(to), closed: closed{}}
	for _, name := range append(from.Sensitive(), to.Sensitive()...) {
		d.closed[name] = true
	}
	s := subject{name: "overlay", order: ofProfile}
	d.fields(s, nil, d.from.root.Get("spec"), d.to.root.Get("spec"), overlayRules)
	d.metadata(s)
	d.files()
	return d.difference(from.Ref(), to.Ref(), to.Document)
}

func overlayHalf(r profile.OverlayRelease) half {
	h := half{name: "overlay/" + r.Ref().String(), owner: r.Overlay.Spec.Owner, root: r.Document.Tree(), files: map[string]profile.File{}}
	if h.root == nil {
		h.root = built(r.Overlay)
	}
	for _, f := range r.Files {
		h.files[r.FileName(f)] = f
	}
	return h
}

// built is the document of what was made in Go.
func built(document any) *value.Node {
	data, err := json.Marshal(document)
	if err != nil {
		return nil
	}
	var v profile.Value
	if err := v.UnmarshalJSON(data); err != nil {
		return nil
	}
	return v.Tree()
}

// addedProfilesRule compares the profiles that an overlay adds.
func addedProfilesRule(d *differ, f field) {
	versions := func(list *value.Node) map[string]*value.Node {
		out := map[string]*value.Node{}
		for _, item := range list.Items() {
			name, _, _ := strings.Cut(item.Text(), "@")
			out[name] = item
		}
		return out
	}
	old, now := versions(f.from), versions(f.to)
	for _, name := range union(old, now) {
		path, from, to := f.path.Join(diag.Field(name)), old[name], now[name]
		switch {
		case from == nil:
			d.add(f.subject, path, nil, to, verdict{AddsProfile, Minor, "there is more on the clusters"}, "adds %s", to.Text())
		case to == nil:
			d.add(f.subject, path, from, nil, verdict{DropsProfile, Major, "what it brought is gone"}, "no longer adds %s", from.Text())
		case !from.Equal(to):
			d.add(f.subject, path, from, to, movedProfile(from.Text(), to.Text()), "adds %s, it was %s", to.Text(), from.Text())
		}
	}
}

// movedProfile: a profile counts by how much it rises.
func movedProfile(from, to string) verdict {
	_, old, _ := strings.Cut(from, "@")
	_, now, _ := strings.Cut(to, "@")
	order, between, ok := compareVersions(old, now)
	switch {
	case !ok:
		return verdict{MovesProfile, Minor, "who says the version of the profile changes"}
	case order > 0:
		return verdict{MovesProfile, Major, "an older version may not read what a newer one wrote"}
	}
	return verdict{MovesProfile, max(between, Patch), "the profile rises by as much"}
}

// setValuesRule compares values for variables; clusters may count on them.
func setValuesRule(d *differ, f field) {
	c := leafComparison{table: merge.Replace, note: func(at diag.Path, from, to *value.Node) {
		v := verdict{DefaultChanged, Minor, "clusters that do not set it get another value"}
		if to == nil {
			v = verdict{DefaultChanged, Major, "clusters that do not set it may have no value"}
		}
		d.change(field{subject: f.subject, path: f.path.Join(at...), from: from, to: to}, v)
	}}
	c.compare(nil, f.from, f.to)
}

// choicesRule compares the presets that an overlay chooses.
func choicesRule(d *differ, f field) {
	for _, group := range fieldNames(f.from, f.to) {
		each := field{subject: f.subject, path: f.path.Join(diag.Field(group)), from: f.from.Get(group), to: f.to.Get(group)}
		if each.from == nil || each.to == nil || !each.from.Equal(each.to) {
			d.change(each, verdict{ChoiceChanged, Minor, "clusters that do not choose get another preset"})
		}
	}
}
