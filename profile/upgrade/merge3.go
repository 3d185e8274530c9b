package upgrade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// MergeOptions are the choices of a caller of [Merge3].
type MergeOptions struct {
	// Resolve decides on a leaf that blocks. Default: it stays blocking.
	Resolve func(Leaf) Choice
	// Old and New are what lies between the profiles and the overrides, before the
	// move and after it. Default: nothing, as where a cluster has no presets and no
	// overlays.
	Old, New Between
}

// Between is what lies between the profiles of a cluster and its overrides.
type Between struct {
	// Presets are in the order of [profile.Stack.Presets]. They are looked up by
	// their profile's name, whatever its version.
	Presets []profile.ChosenPreset
	// Overlays are put over each other as their Order says.
	Overlays []profile.Overlay
}

// Merge is what becomes of the overrides of a cluster that moves.
type Merge struct {
	// Leaves are all leaves of all overrides, in the order of the overrides and
	// their paths. None is left out.
	Leaves []Leaf
	// Overrides are the overrides for the new versions: without the leaves that
	// are equal now or that the caller dropped, and without overrides of which
	// nothing is left.
	Overrides []profile.Override
}

// Merge3 decides, leaf by leaf, what becomes of the overrides of a cluster that
// moves from one set of profile versions to another. The base of a leaf is what
// the old profiles say, theirs is what the new ones say, each with what lies
// between over it, and the overrides that come earlier and are kept. Lists merge
// by key where they do in a stack; any other list is one leaf.
//
//   - mine is what the new profiles say: equal, the leaf is dropped and reported,
//     unless it is an earlier override that says so, which may go some day
//   - the profiles say what they said: kept
//   - the layer is gone, or they no longer have the leaf, or the item of a list that
//     holds it: obsolete, blocking
//   - they say something else now: conflict, blocking
//
// Merging again what came out, with the same choices, changes nothing.
func Merge3(from, to []profile.Release, overrides []profile.Override, o MergeOptions) Merge {
	var out Merge
	old, now := newUnder(from, o.Old), newUnder(to, o.New)
	for i, each := range overrides {
		m := &merge3{index: i, override: each, options: o, table: merge.Replace}
		m.old, m.now = old.layer(each.Layer), now.layer(each.Layer)
		kept, any := m.merge()
		out.Leaves = append(out.Leaves, m.leaves...)
		if any {
			out.Overrides = append(out.Overrides, kept)
			m.old.put(overriding(kept))
			m.now.put(overriding(kept))
		}
	}
	return out
}

// Blocking reports whether any leaf blocks.
func (m Merge) Blocking() bool { return slices.ContainsFunc(m.Leaves, Leaf.Blocking) }

// Diagnostics are the findings: an error for each leaf that blocks, a warning for
// what cannot be judged, information about what is dropped.
func (m Merge) Diagnostics() diag.Diagnostics {
	var out diag.Diagnostics
	for _, l := range m.Leaves {
		if found, ok := l.diagnostic(); ok {
			out = append(out, found)
		}
	}
	return out.Sorted()
}

func (l Leaf) diagnostic() (diag.Diagnostic, bool) {
	at := l.Mine.Origin.Range
	path := diag.Fields("spec", "overrides").Join(diag.Index(l.Override)).Join(l.path...)
	where := fmt.Sprintf("%s of layer %s", l.Path, l.Layer)
	var found diag.Diagnostic
	switch l.Outcome {
	case Conflict:
		found = diag.Errorf("upgrade.conflict", at, "%s: %s changed it from %s to %s, and the override says %s", where, l.Theirs.source(), l.text(l.Base), l.text(l.Theirs), l.text(l.Mine)).
			WithDetail("keep the override, or drop it and take %s", l.text(l.Theirs)).
			WithRelated(l.Base.Origin.Range, "the old value is %s", l.text(l.Base)).
			WithRelated(l.Theirs.Origin.Range, "the new value is %s, owner %s", l.text(l.Theirs), l.Theirs.Origin.Owner)
	case Obsolete:
		found = diag.Errorf("upgrade.obsolete", at, "%s: the new version no longer has it", where).
			WithDetail("find out what takes its place, or drop the override")
		if l.gone {
			found.Summary = fmt.Sprintf("%s: there is no such layer any more", where)
		}
		if !l.Base.Origin.Range.IsZero() {
			found = found.WithRelated(l.Base.Origin.Range, "it was %s here", l.text(l.Base))
		}
	case Unjudged:
		found = diag.Warningf("upgrade.unjudged", at, "%s: the content that it patches changed", where).
			WithDetail("render the cluster at both versions and compare")
	case Equal:
		found = diag.Informationf("upgrade.equal", at, "%s: %s says %s now, so the override is not needed", where, l.Theirs.source(), l.text(l.Mine)).
			WithRelated(l.Theirs.Origin.Range, "it says so here")
	default:
		return found, false
	}
	return found.WithPath(path), true
}

// source is who says a value that an override meets.
func (s Side) source() string {
	switch s.Origin.Kind {
	case diag.Overlay:
		return s.Origin.Document
	case diag.Override:
		return "an earlier override"
	}
	return "the profile"
}

func (l Leaf) text(s Side) string {
	if isDeletion(s.Value.Tree()) {
		return "that it is not there"
	}
	return shown(s.Value.Tree())
}

func (l *baseLayer) get(names ...string) *value.Node {
	if l == nil {
		return nil
	}
	return l.root.Get(names...)
}

// content tells contents apart: the fields and the files that they name.
func (l *baseLayer) content() string {
	if l == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(string(l.root.Get("content").AppendJSON(nil)))
	b.WriteString(string(l.root.Get("values").AppendJSON(nil)))
	for _, f := range l.release.Files {
		b.WriteString("\n" + l.release.FileName(f) + " " + f.Digest)
	}
	return b.String()
}

// merge3 is the work on one override.
type merge3 struct {
	index    int
	override profile.Override
	options  MergeOptions
	old, now *baseLayer
	table    merge.Table
	leaves   []Leaf
	// lost: what is judged is in an item of a keyed list that the new version no
	// longer has.
	lost bool
}

// merge judges all leaves and returns what is left; any is false for nothing.
func (m *merge3) merge() (_ profile.Override, any bool) {
	out := m.override
	if out.Enabled != nil && m.simple(diag.Fields("enabled"), value.NewBool(*out.Enabled, m.place())) {
		out.Enabled = nil
	}
	m.table = merge.Declared(m.now.get("merge"))
	out.Values = profile.NewValue(m.tree(diag.Fields("values"), m.override.Values.Tree()))
	m.table = merge.Capi
	if m.override.Capi != nil {
		out.Capi = capiOf(m.tree(diag.Fields("capi"), capiTree(m.override.Capi)))
	}
	out.Patches = m.patches()
	return out, out.Enabled != nil || !out.Values.IsZero() || out.Capi != nil || len(out.Patches) > 0
}

// place is where the override is, as far as its values tell.
func (m *merge3) place() value.Place {
	if n := m.override.Values.Tree(); n != nil {
		return n.Place()
	}
	return capiTree(m.override.Capi).Place()
}

// simple judges what stands beside the layer's own fields and exists as long as
// the layer does; it reports whether the leaf is dropped.
func (m *merge3) simple(path diag.Path, mine *value.Node) bool {
	outcome := Kept
	if m.now == nil {
		outcome = Obsolete
	}
	return m.note(path, outcome, nil, mine, nil)
}

func (m *merge3) patches() []profile.ContentPatch {
	var out []profile.ContentPatch
	for i, p := range m.override.Patches {
		mine := p.Merge.Tree()
		outcome := Kept
		switch {
		case m.now == nil:
			outcome = Obsolete
		case m.old.content() != m.now.content():
			outcome = Unjudged
		}
		if !m.note(diag.Fields("patches").Join(diag.Index(i)), outcome, nil, mine, nil) {
			out = append(out, p)
		}
	}
	return out
}

// tree judges the leaves of a tree of the override and returns it without those
// that are dropped.
func (m *merge3) tree(path diag.Path, mine *value.Node) *value.Node {
	if mine.Len() == 0 {
		return mine
	}
	name := lastName(path)
	return m.node(path, nil, m.old.get(name), mine, m.now.get(name))
}

// node judges what is at and below a path; at is the path below the tree. It
// returns nil when nothing is left.
func (m *merge3) node(path, at diag.Path, base, mine, theirs *value.Node) *value.Node {
	switch {
	case isMap(mine) && mine.Len() > 0 && !isDirective(mine) && (isMap(theirs) || theirs == nil && mapOrAbsent(base)):
		return m.fields(path, at, base, mine, theirs)
	case mine.Kind() == value.List && mine.Len() > 0 && (isList(theirs) || theirs == nil && (base == nil || isList(base))):
		if kept, keyed := m.items(path, at, base, mine, theirs); keyed {
			return kept
		}
	}
	outcome := m.judge(at, base, mine, theirs)
	if m.note(path, outcome, base, mine, theirs) {
		return nil
	}
	return mine
}

// judge decides on a leaf; a list that others are appended to is never equal to
// what the profile says, unless the profile has all its items.
func (m *merge3) judge(at diag.Path, base, mine, theirs *value.Node) Outcome {
	items, appends := m.appended(at, mine)
	switch {
	case m.now == nil || m.lost:
		return Obsolete
	case !appends:
		outcome := judge(base, replaced(mine), theirs)
		if outcome == Equal && byOverride(theirs) {
			return Kept
		}
		return outcome
	case items.Len() > 0 && !isExpression(theirs) && holdsAll(theirs, items) && !holdsAll(base, items):
		return Equal
	case theirs == nil && base != nil:
		return Obsolete
	}
	return Kept
}

// appended returns the items that a leaf adds to a list.
func (m *merge3) appended(at diag.Path, mine *value.Node) (items *value.Node, ok bool) {
	if n := mine.Get("$append"); n != nil {
		return n, true
	}
	rule := m.table(at)
	return mine, mine.Kind() == value.List && (rule.Append || rule.Set)
}

// replaced is the list of a {$replace: [...]}.
func replaced(mine *value.Node) *value.Node {
	if n := mine.Get("$replace"); n != nil {
		return n
	}
	return mine
}

func isExpression(n *value.Node) bool { return n != nil && n.Kind() != value.List }

func isDirective(n *value.Node) bool {
	return n.Get("$append") != nil || n.Get("$replace") != nil || n.Get("$delete") != nil
}

func mapOrAbsent(n *value.Node) bool { return n == nil || isMap(n) }
func isList(n *value.Node) bool      { return n.Kind() == value.List }

func (m *merge3) fields(path, at diag.Path, base, mine, theirs *value.Node) *value.Node {
	var kept []value.Entry
	for _, f := range mine.Fields() {
		step := diag.Field(f.Name)
		if n := m.node(path.Join(step), at.Join(step), base.Get(f.Name), f.Value, theirs.Get(f.Name)); n != nil {
			kept = append(kept, value.Entry{Name: f.Name, Key: f.Key, Value: n})
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return mine.WithFields(kept)
}

// items judges the items of a keyed list; keyed is false for other lists.
func (m *merge3) items(path, at diag.Path, base, mine, theirs *value.Node) (_ *value.Node, keyed bool) {
	keys := m.table(at).Keys
	if len(keys) == 0 {
		return nil, false
	}
	c := leafComparison{table: m.table}
	steps, named := c.steps(at, mine)
	if !named {
		return nil, false
	}
	old, now := c.byStep(at, base), c.byStep(at, theirs)
	var kept []*value.Node
	for i, item := range mine.Items() {
		step := steps[i]
		it := keyedItem{base: old[stepText(step)], mine: item, theirs: now[stepText(step)], keys: keys, listed: theirs != nil && !byOverride(theirs)}
		if n := m.item(path.Join(step), at.Join(step), it); n != nil {
			kept = append(kept, n)
		}
	}
	if len(kept) == 0 {
		return nil, true
	}
	return mine.WithItems(kept), true
}

// keyedItem is an item of a keyed list on the three sides.
type keyedItem struct {
	base, mine, theirs *value.Node
	keys               []string
	// listed: the new version, not an override, has the list.
	listed bool
}

// item judges an item of a keyed list. Its key alone is no leaf, and stays as
// long as anything else does.
func (m *merge3) item(path, at diag.Path, it keyedItem) *value.Node {
	rest := it.mine
	for _, key := range it.keys {
		rest = rest.Without(key)
	}
	if remove, _ := rest.Get("$delete").Boolean(); remove || rest.Len() == 0 || it.theirs != nil && !isMap(it.theirs) || it.theirs == nil && !mapOrAbsent(it.base) {
		if m.note(path, m.wholeItem(at, it, remove, rest.Len() == 0), it.base, it.mine, it.theirs) {
			return nil
		}
		return it.mine
	}
	around := m.lost
	m.lost = around || it.base != nil && it.theirs == nil
	kept := m.fields(path, at, it.base, rest, it.theirs)
	m.lost = around
	if kept == nil {
		return nil
	}
	for _, key := range it.keys {
		if n := it.mine.Get(key); n != nil {
			kept = kept.With(key, n)
		}
	}
	return kept
}

// wholeItem decides on an item that is taken out, that is asked for by its key
// alone, or that is no mapping.
func (m *merge3) wholeItem(at diag.Path, it keyedItem, remove, bare bool) Outcome {
	switch {
	case m.now == nil || m.lost:
		return Obsolete
	case bare && it.theirs != nil && !byOverride(it.theirs):
		return Equal
	case !remove:
		return m.judge(at, it.base, it.mine, it.theirs)
	case it.theirs == nil && it.listed:
		return Equal
	case it.theirs == nil || same(it.base, it.theirs):
		return Kept
	}
	return Conflict
}

// note adds a leaf, with the caller's choice when it blocks, and reports whether
// it is dropped.
func (m *merge3) note(path diag.Path, outcome Outcome, base, mine, theirs *value.Node) (dropped bool) {
	l := Leaf{
		Override: m.index, Layer: m.override.Layer, Path: path.String(), path: path, Outcome: outcome, gone: m.now == nil,
		Base: m.side(m.old, base), Mine: m.mine(mine), Theirs: m.side(m.now, theirs),
	}
	if l.Blocking() && m.options.Resolve != nil {
		if l.Choice = m.options.Resolve(l); l.Choice != Open {
			l.Outcome = Resolved
		}
	}
	m.leaves = append(m.leaves, l)
	return outcome == Equal || l.Choice == Theirs
}

// side is a value of a profile; the Origin of what is absent is its layer's.
func (m *merge3) side(of *baseLayer, n *value.Node) Side {
	out := sideOf(n, m.override.Layer)
	if n == nil && of != nil {
		out.Origin = of.root.Origin()
		out.Origin.Layer = m.override.Layer
	}
	if of != nil && out.Origin.Kind != diag.Overlay && out.Origin.Kind != diag.Override {
		out.Origin.Owner = of.owner()
	}
	return out
}

func (m *merge3) mine(n *value.Node) Side {
	out := sideOf(n, m.override.Layer)
	out.Origin.Kind, out.Origin.Owner = diag.Override, m.override.Owner
	return out
}

// capiTree is the capi of an override as one tree.
func capiTree(c *profile.Capi) *value.Node {
	if c == nil {
		return nil
	}
	var fields []value.Entry
	add := func(name string, v profile.Value) {
		if n := v.Tree(); n != nil {
			fields = append(fields, value.Entry{Name: name, Key: n.Place(), Value: n})
		}
	}
	add("cluster", c.Cluster)
	add("infrastructure", c.Infrastructure)
	add("controlPlane", c.ControlPlane)
	add("workers", c.Workers)
	add("nodes", c.Nodes)
	var classes []value.Entry
	for _, name := range sortedKeys(c.Classes) {
		if n := c.Classes[name].Tree(); n != nil {
			classes = append(classes, value.Entry{Name: name, Key: n.Place(), Value: n})
		}
	}
	if len(classes) > 0 {
		fields = append(fields, value.Entry{Name: "classes", Value: value.NewMap(classes, classes[0].Value.Place())})
	}
	if len(fields) == 0 {
		return nil
	}
	return value.NewMap(fields, fields[0].Value.Place())
}

// capiOf is the reverse of capiTree.
func capiOf(n *value.Node) *profile.Capi {
	if n == nil {
		return nil
	}
	out := &profile.Capi{
		Cluster: profile.NewValue(n.Get("cluster")), Infrastructure: profile.NewValue(n.Get("infrastructure")),
		ControlPlane: profile.NewValue(n.Get("controlPlane")), Workers: profile.NewValue(n.Get("workers")), Nodes: profile.NewValue(n.Get("nodes")),
	}
	for _, f := range n.Get("classes").Fields() {
		if out.Classes == nil {
			out.Classes = map[string]profile.Value{}
		}
		out.Classes[f.Name] = profile.NewValue(f.Value)
	}
	return out
}
