package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// PublishedChanges holds want to what have published: versions that are not -dev
// keep their content, and library.sum its lines. What want's own library.sum says
// already is not repeated. Ranges are those of want; places in have are related
// ranges without a column, since they lie in another workspace.
func PublishedChanges(have, want *Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	for _, now := range want.editions() {
		was := have.edition(now.ref)
		if known, ok := want.sum.Digest(now.ref); ok && known != now.digest {
			continue // reported when it was loaded
		}
		if was == nil || was.version.IsDev() || was.digest == now.digest && was.Kind == now.Kind {
			continue
		}
		at := diag.Fields("spec", "version")
		out = append(out, diag.Errorf("profile.immutable", now.At(at), "%s has other content than before", now.Name).
			WithDetail("a version never changes: undo the change, or publish it as another version").WithPath(at).
			WithRelated(elsewhere(was.At(at)), "it was %s, owner %s, and is %s now", was.digest, was.statedOwner(), now.digest))
	}
	for _, line := range have.sum.lines {
		out = append(out, want.sum.keeps(line)...)
	}
	return out.Sorted()
}

// keeps says what became of a line.
func (s Sum) keeps(line sumLine) diag.Diagnostics {
	now := s.line(line.ref)
	switch {
	case now == nil:
		return diag.Diagnostics{diag.Errorf("profile.immutable", diag.Range{File: sumFile}, "library.sum no longer has the line of %s", line.ref).
			WithDetail("bring it back: lines are added and never removed").
			WithRelated(elsewhere(line.at), "the line was here: %s", line.digest)}
	case now.digest != line.digest:
		return diag.Diagnostics{diag.Errorf("profile.immutable", now.at, "library.sum has another digest for %s than before", line.ref).
			WithDetail("undo the change: lines are added and never changed; publish another version").
			WithRelated(elsewhere(line.at), "the digest was %s", line.digest)}
	}
	return nil
}

// elsewhere is a place in another workspace: its line is not shown.
func elsewhere(at diag.Range) diag.Range {
	at.Start.Column, at.End = 0, diag.Position{}
	return at
}

// FixedChanges holds the versions that want adds to what have's versions fix. An
// owner who fixed a path may change and free it. A version in which the path's
// layer belongs to another one may not: that is an error. Where a layer is bound
// by a rule of another profile, its owner may change the value with the consent
// of the rule's owner, which is a warning. Ranges are as for [PublishedChanges].
func FixedChanges(have, want *Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	rules := have.rulesOnOthers()
	for _, v := range changedVersions(have.releases, want.releases) {
		if v.gone || v.base == nil {
			continue
		}
		before, after := v.base.layerNodes(), v.this.layerNodes()
		for _, name := range sortedKeys(before) {
			h := holding{this: v.this, name: name, was: before[name], now: after[name]}
			out = append(out, h.own(v.base)...)
			out = append(out, h.foreign(rules)...)
		}
	}
	return out.Sorted()
}

// holding is a layer of a version beside the same layer of the one before it.
type holding struct {
	this     *release
	name     string
	was, now *value.Node // now is nil for a layer that is gone
}

// owner answers for the layer in the version.
func (h holding) owner() string {
	if h.now == nil {
		return h.this.statedOwner()
	}
	return ownerOfLayer(h.now)
}

// at is the place of what is nearest to a path of the layer.
func (h holding) at(path diag.Path) diag.Range {
	if h.now == nil {
		return h.this.KeyAt(diag.Fields("spec", "layers"))
	}
	return h.now.Nearest(path).Place().Range()
}

// own judges the rules that the layer itself had.
func (h holding) own(base *release) diag.Diagnostics {
	var out diag.Diagnostics
	for _, rule := range h.was.Get("fixed").Items() {
		by := rule.Place().Writer
		path, err := diag.ParsePath(ruleText(rule))
		if err != nil || len(path) < 2 || by.Owner == h.owner() {
			continue
		}
		verb := ""
		switch {
		case h.now == nil:
			verb = "leaves out layer " + h.name + ", in which"
		case !slices.ContainsFunc(h.now.Get("fixed").Items(), rule.Equal):
			verb = "frees"
		case rule.Get("layer") == nil && !sameNodes(standingAt(h.was, path), standingAt(h.now, path)):
			verb = "changes"
		default:
			continue
		}
		out = append(out, h.found(verb, path, base, by.Owner).
			WithRelated(elsewhere(rule.Place().Range()), "layer %s of %s, owner %s, fixes it here", h.name, base.ref, by.Owner))
	}
	return out
}

// ruleText is the path of an item of fixed, in both its forms.
func ruleText(rule *value.Node) string {
	if text, ok := rule.Str(); ok {
		return text
	}
	return rule.Get("path").Text()
}

func (h holding) found(verb string, path diag.Path, base *release, owner string) diag.Diagnostic {
	summary := "%s, owner %s, %s %s, which %s of %s, owner %s, fixes"
	args := []any{h.this.Name, h.owner(), verb, path, h.name, base.ref, owner}
	if h.now == nil {
		summary = "%[1]s, owner %[2]s, %[3]s %[7]s fixes %[4]s"
	}
	return diag.Errorf("profile.fixed", h.at(path), summary, args...).
		WithDetail("keep the layer, its owner and its rules as %s has them, or ask %s to publish the change", base.ref, owner).
		WithPath(path)
}

// foreign warns of values that rules of other profiles bind.
func (h holding) foreign(rules []ruleOnOther) diag.Diagnostics {
	var out diag.Diagnostics
	for _, rule := range rules {
		if !rule.about(h.this.ref.Name, h.name) || rule.owner == h.owner() || sameNodes(standingAt(h.was, rule.path), standingAt(h.now, rule.path)) {
			continue
		}
		out = append(out, diag.Warningf("profile.fixed-changed", h.at(rule.path), "%s, owner %s, changes %s of layer %s, which %s of %s, owner %s, fixes",
			h.this.Name, h.owner(), rule.path, h.name, rule.by.Name, rule.by.release.ref, rule.owner).
			WithDetail("the change needs the approval of %s", rule.owner).WithPath(rule.path).
			WithRelated(elsewhere(rule.at), "layer %s, owner %s, fixes it here", rule.by.Name, rule.owner))
	}
	return out
}
