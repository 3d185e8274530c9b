package merge

import (
	"iter"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Conflict is a leaf that two trees of equal rank set to different values, or an
// item that the upper one deletes.
type Conflict struct {
	Path         diag.Path
	Lower, Upper *value.Node
}

// Over returns lower with upper put over it. Either may be nil.
func Over(lower, upper *value.Node, table Table) *value.Node {
	m := merger{table: table}
	return m.merge(nil, lower, upper)
}

// Patch is Over for trees that are merged with others later: directives stay,
// and act then.
func Patch(lower, upper *value.Node, table Table) *value.Node {
	m := merger{table: table, keep: true}
	return m.merge(nil, lower, upper)
}

// Join returns both trees put together and the leaves on which they disagree.
// For a disagreement wins says whether the upper value is meant to win; then it
// is no conflict. wins may be nil.
func Join(lower, upper *value.Node, table Table, wins func(at diag.Path, lower *value.Node) bool) (*value.Node, []Conflict) {
	m := merger{table: table, equals: true, wins: wins}
	joined := m.merge(nil, lower, upper)
	return joined, m.conflicts
}

// Directives are the fields that mean something in trees, beside those of data.
var Directives = []string{"$append", "$delete", "$file", "$replace", "$secret"}

// Misplaced yields the directives of an upper tree that mean nothing where they
// stand: $append and $replace beside other fields or without a list, $delete
// that is not true or not in an item of a keyed list, and what wrong says is no
// field of data.
func Misplaced(upper *value.Node, table Table, wrong func(name string) bool) iter.Seq2[diag.Path, value.Entry] {
	return func(yield func(diag.Path, value.Entry) bool) {
		(&search{table: table, wrong: wrong, yield: yield}).misplaced(nil, upper, false)
	}
}

type search struct {
	table Table
	wrong func(name string) bool
	yield func(diag.Path, value.Entry) bool
}

func (s *search) misplaced(path diag.Path, n *value.Node, keyed bool) bool {
	for _, f := range n.Fields() {
		at, wrong := path.Join(diag.Field(f.Name)), false
		switch f.Name {
		case "$append", "$replace":
			wrong = n.Len() != 1 || f.Value.Kind() != value.List
		case "$delete":
			remove, _ := f.Value.Boolean()
			wrong = !keyed || !remove
		default:
			wrong = strings.HasPrefix(f.Name, "$") && !slices.Contains(Directives, f.Name) && s.wrong(f.Name)
		}
		if wrong && !s.yield(at, f) || !s.misplaced(at, f.Value, false) {
			return false
		}
	}
	for i, item := range n.Items() {
		if !s.misplaced(path.Join(diag.Index(i)), item, len(s.table(path).Keys) > 0) {
			return false
		}
	}
	return true
}

type merger struct {
	table     Table
	equals    bool
	keep      bool
	wins      func(at diag.Path, lower *value.Node) bool
	conflicts []Conflict
}

func (m *merger) merge(path diag.Path, lower, upper *value.Node) *value.Node {
	if upper == nil {
		return lower
	}
	if m.keep {
		if kept, ok := m.kept(path, lower, upper); ok {
			return kept
		}
	}
	if items, replace, ok := directive(upper); ok {
		return m.directed(path, lower, items, replace)
	}
	if lower == nil {
		return m.alone(path, upper)
	}
	switch {
	case lower.Kind() == value.Map && upper.Kind() == value.Map && !whole(lower) && !whole(upper):
		return m.mergeMaps(path, lower, upper)
	case lower.Kind() == value.List && upper.Kind() == value.List:
		return m.mergeLists(path, lower, upper)
	}
	return m.replace(path, lower, upper)
}

// whole reports whether a mapping stands for one value: {$file: name} is a text,
// {$secret: {...}} a reference.
func whole(n *value.Node) bool { return n.Get("$file") != nil || n.Get("$secret") != nil }

// kept merges what is or meets a directive that stays.
func (m *merger) kept(path diag.Path, lower, upper *value.Node) (*value.Node, bool) {
	_, replace, directed := directive(upper)
	if directed && (lower == nil || replace) {
		return upper, true
	}
	items, replaces, ok := directive(lower)
	if !ok {
		return nil, false
	}
	// what lies over these items acts on them alone, now; but what it removes from
	// appended ones may be below, where only a list reaches
	if !replaces && len(m.table(path).Keys) > 0 && slices.ContainsFunc(upper.Items(), removes) {
		return m.merge(path, items, upper), true
	}
	merged := (&merger{table: m.table}).merge(path, items, upper)
	if merged.Kind() != value.List {
		return merged, true
	}
	return lower.WithFields([]value.Entry{{Name: lower.Fields()[0].Name, Key: lower.Fields()[0].Key, Value: merged}}), true
}

func (m *merger) replace(path diag.Path, lower, upper *value.Node) *value.Node {
	switch {
	case !m.equals:
		return m.alone(path, upper)
	case lower.Equal(upper), !m.disputes(path, lower, upper):
		return upper
	}
	return lower
}

// disputes reports, and notes, that an equal says something else of lower.
func (m *merger) disputes(path diag.Path, lower, upper *value.Node) bool {
	if !m.equals || m.wins != nil && m.wins(path, lower) {
		return false
	}
	m.conflicts = append(m.conflicts, Conflict{Path: path, Lower: lower, Upper: upper})
	return true
}

// alone resolves the directives of a tree that lies over nothing.
func (m *merger) alone(path diag.Path, n *value.Node) *value.Node {
	if m.keep || !hasDirective(n) {
		return n
	}
	if items, replace, ok := directive(n); ok {
		return m.directed(path, nil, items, replace)
	}
	switch n.Kind() {
	case value.Map:
		return m.mergeMaps(path, n.WithFields(nil), n)
	case value.List:
		if len(m.table(path).Keys) > 0 {
			return m.mergeKeyed(path, m.table(path).Keys, n.WithItems(nil), n)
		}
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = m.alone(path.Join(diag.Index(i)), item)
		}
		return n.WithItems(items)
	}
	return n
}

func (m *merger) mergeMaps(path diag.Path, lower, upper *value.Node) *value.Node {
	a, b := lower.Fields(), upper.Fields()
	fields := make([]value.Entry, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Name < b[0].Name:
			fields, a = append(fields, a[0]), a[1:]
		case len(a) == 0 || b[0].Name < a[0].Name:
			f := b[0]
			f.Value = m.alone(path.Join(diag.Field(f.Name)), f.Value)
			fields, b = append(fields, f), b[1:]
		default:
			f := b[0]
			f.Value = m.merge(path.Join(diag.Field(f.Name)), a[0].Value, f.Value)
			fields, a, b = append(fields, f), a[1:], b[1:]
		}
	}
	return upper.WithFields(fields)
}

func (m *merger) mergeLists(path diag.Path, lower, upper *value.Node) *value.Node {
	rule := m.table(path)
	switch {
	case rule.Append:
		return upper.WithItems(slices.Concat(lower.Items(), upper.Items()))
	case rule.Set:
		return upper.WithItems(union(lower.Items(), upper.Items()))
	case len(rule.Keys) > 0:
		return m.mergeKeyed(path, rule.Keys, lower, upper)
	}
	return m.replace(path, lower, upper)
}

func union(lower, upper []*value.Node) []*value.Node {
	out := newIndex(nil, lower, len(upper))
	for _, item := range upper {
		if out.first(item) < 0 {
			out.append(item)
		}
	}
	return out.left()
}

func (m *merger) mergeKeyed(path diag.Path, keys []string, lower, upper *value.Node) *value.Node {
	items := newIndex(keys, lower.Items(), upper.Len())
	for _, item := range upper.Items() {
		step, ok := keyOf(item, keys)
		at := -1
		if ok {
			at = m.find(items, item)
		}
		remove := removes(item)
		switch {
		case remove && m.keep && ok:
			for i := items.first(item); i >= 0; i = items.first(item) {
				items.remove(i)
			}
			items.append(item)
		case remove && at >= 0 && !m.disputes(path.Join(step), items.nodes[at], item):
			items.remove(at)
		case remove:
		case at >= 0:
			items.nodes[at] = m.merge(path.Join(step), items.nodes[at], item)
		default:
			items.append(m.alone(path.Join(step), item))
		}
	}
	return upper.WithItems(items.left())
}

// find is where the item of the same key is, -1 if nowhere. Of a list that is
// merged later the last counts: what it removes before is not there any more.
func (m *merger) find(items *index, item *value.Node) int {
	if !m.keep {
		return items.first(item)
	}
	at := items.last(item)
	if at >= 0 && removes(items.nodes[at]) {
		return -1
	}
	return at
}

func removes(item *value.Node) bool {
	remove, _ := item.Get("$delete").Boolean()
	return remove
}

// keyOf is the step to an item by its key fields; fields that are missing do not
// take part, but one must be there.
func keyOf(item *value.Node, keys []string) (diag.Step, bool) {
	var parts []diag.KeyValue
	for _, key := range keys {
		if field := item.Get(key); field != nil {
			parts = append(parts, diag.KeyValue{Name: key, Value: field.Text()})
		}
	}
	return diag.Key(parts...), len(parts) > 0
}

// KeyOf names the items of a list at path by the table's keys, for
// [value.Node.Leaves].
func (t Table) KeyOf(path diag.Path, item *value.Node) (diag.Step, bool) {
	rule := t(path)
	if rule.Set && item.Kind() == value.String {
		return diag.Element(item.Text()), true
	}
	return keyOf(item, rule.Keys)
}

// directive recognises {$append: [...]} and {$replace: [...]}.
func directive(n *value.Node) (items *value.Node, replace, ok bool) {
	if n.Kind() != value.Map || n.Len() != 1 {
		return nil, false, false
	}
	switch f := n.Fields()[0]; f.Name {
	case "$append":
		return f.Value, false, f.Value.Kind() == value.List
	case "$replace":
		return f.Value, true, true
	}
	return nil, false, false
}

func hasDirective(n *value.Node) bool {
	for _, f := range n.Fields() {
		if f.Name == "$append" || f.Name == "$replace" || f.Name == "$delete" || hasDirective(f.Value) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items(), hasDirective)
}

func (m *merger) directed(path diag.Path, lower, items *value.Node, replace bool) *value.Node {
	if replace || lower.Kind() != value.List {
		return m.replaceOr(path, lower, items, replace)
	}
	return items.WithItems(slices.Concat(lower.Items(), items.Items()))
}

func (m *merger) replaceOr(path diag.Path, lower, items *value.Node, replace bool) *value.Node {
	if lower.IsNull() || replace && !m.equals {
		return items
	}
	return m.replace(path, lower, items)
}
