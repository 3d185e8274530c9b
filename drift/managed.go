package drift

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// managed is what metadata.managedFields say. It is used for one object and not
// shared.
type managed struct {
	entries []manager
	// elements of fieldsV1 nodes by their path step, made when first needed.
	elements map[*value.Node]map[string]*value.Node
}

// maxManagers bounds the entries. A server keeps about ten; an object with more
// than this counts as one without.
const maxManagers = 256

// manager is one entry.
type manager struct {
	actor  Actor
	ours   bool
	fields *value.Node
}

func newManaged(live *value.Node, ourName string) *managed {
	m := &managed{elements: map[*value.Node]map[string]*value.Node{}}
	list := live.Get("metadata", "managedFields")
	if list.Len() > maxManagers {
		return m
	}
	for _, n := range list.Items() {
		var a Actor
		a.Manager, _ = n.Get("manager").Str()
		a.Operation, _ = n.Get("operation").Str()
		a.Subresource, _ = n.Get("subresource").Str()
		a.Time, _ = n.Get("time").Str()
		a.Tool = toolOf(a)
		m.entries = append(m.entries, manager{actor: a, ours: isOurs(a, ourName), fields: n.Get("fieldsV1")})
	}
	return m
}

// isOurs reports whether an entry is of our applying: under our name anybody can
// update, but only an apply that names a field leaves it to us alone.
func isOurs(a Actor, name string) bool {
	return a.Manager == name && a.Operation == "Apply" && a.Subresource == ""
}

// applied reports whether we are among the managers.
func (m *managed) applied() bool {
	return slices.ContainsFunc(m.entries, func(e manager) bool { return e.ours && e.fields != nil })
}

// owners are the managers of the field at path, or of the atomic value around
// it, or of anything below it.
func (m *managed) owners(path diag.Path) []manager {
	var out []manager
	for _, e := range m.entries {
		if n, _ := m.follow(e.fields, path); n != nil {
			out = append(out, e)
		}
	}
	return out
}

// follow goes down a fieldsV1 tree. It stops early, with whole = true, at an
// entry that has nothing below: the manager owns all of it.
func (m *managed) follow(n *value.Node, path diag.Path) (at *value.Node, whole bool) {
	for i, s := range path {
		if n == nil {
			return nil, false
		}
		if i > 0 && isLeafSet(n) {
			return n, true
		}
		n = m.stepInto(n, s)
	}
	return n, n != nil && isLeafSet(n)
}

func isLeafSet(n *value.Node) bool {
	return n.Len() == 0 || n.Len() == 1 && n.Get(".") != nil
}

func (m *managed) stepInto(n *value.Node, s diag.Step) *value.Node {
	if name, ok := s.IsField(); ok {
		return n.Get("f:" + name)
	}
	if at := n.Get(elementName(s)); at != nil {
		return at
	}
	if m.elements[n] == nil {
		m.elements[n] = elementsOf(n)
	}
	return m.elements[n][diag.Path{s}.String()]
}

// elementsOf reads the element names of a fieldsV1 node, which need not be
// spelled as the server spells them. Of two spellings of one the first counts.
func elementsOf(n *value.Node) map[string]*value.Node {
	out := make(map[string]*value.Node, n.Len())
	for _, f := range n.Fields() {
		step, ok := parseElement(f.Name)
		if name := (diag.Path{step}).String(); ok && out[name] == nil {
			out[name] = f.Value
		}
	}
	return out
}

// elementName is how the server names a list element in fieldsV1, taking texts
// that look like integers for integers.
func elementName(s diag.Step) string {
	if text, ok := s.IsElement(); ok {
		return "v:" + jsonText(text)
	}
	keys, _ := s.IsKey()
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = jsonText(k.Name) + ":" + jsonText(k.Value)
		if _, err := strconv.ParseInt(k.Value, 10, 64); err == nil {
			parts[i] = jsonText(k.Name) + ":" + k.Value
		}
	}
	return "k:{" + strings.Join(parts, ",") + "}"
}

func jsonText(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}

// parseElement reads the name of a list element in fieldsV1.
func parseElement(name string) (diag.Step, bool) {
	if text, ok := strings.CutPrefix(name, "k:"); ok {
		return parseKey(text)
	}
	if text, ok := strings.CutPrefix(name, "v:"); ok {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return diag.Step{}, false
		}
		return diag.Element(fmt.Sprint(v)), true
	}
	return diag.Step{}, false
}

func parseKey(text string) (diag.Step, bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var fields map[string]any
	if decoder.Decode(&fields) != nil || len(fields) == 0 {
		return diag.Step{}, false
	}
	var parts []diag.KeyValue
	for name, v := range fields {
		parts = append(parts, diag.KeyValue{Name: name, Value: fmt.Sprint(v)})
	}
	return diag.Key(parts...), true
}

// accountsFor reports whether the entries speak about what is declared: some
// declared leaf has an owner. Entries that were wiped or cut say nothing about
// fields they do not list.
func (m *managed) accountsFor(want *value.Node) bool {
	if len(m.entries) == 0 {
		return false
	}
	for path := range want.Leaves(nil) {
		if name, _ := path[0].IsField(); name == "apiVersion" || name == "kind" || name == "status" || len(path) == 2 && name == "metadata" {
			continue
		}
		if i := slices.IndexFunc(path, func(s diag.Step) bool { _, ok := s.IsIndex(); return ok }); i >= 0 {
			path = path[:i]
		}
		for _, e := range m.entries {
			if _, whole := m.follow(e.fields, path); whole && e.actor.Subresource == "" && !e.isHuman() {
				return true
			}
		}
	}
	return false
}

// maxTaken bounds how often taken asks one entry for one field. Real objects
// need some thousands; what comes after is not listed.
const maxTaken = 100_000

// taken yields the fields that others own and we do not, each once, with the
// manager that changed last.
func (m *managed) taken() iter.Seq2[diag.Path, manager] {
	return func(yield func(diag.Path, manager) bool) {
		found := map[string]bool{}
		left := maxTaken
		for _, e := range m.entries {
			if e.ours || e.actor.Subresource != "" {
				continue
			}
			for _, path := range leafPaths(e.fields, nil) {
				if left -= len(m.entries); left < 0 {
					return
				}
				text := path.String()
				owners := m.owners(path)
				if found[text] || len(owners) == 0 || slices.ContainsFunc(owners, func(o manager) bool { return o.ours }) {
					continue
				}
				found[text] = true
				if !yield(path, latest(owners)) {
					return
				}
			}
		}
	}
}

func leafPaths(n *value.Node, at diag.Path) []diag.Path {
	var out []diag.Path
	for _, f := range n.Fields() {
		s, ok := diag.Step{}, f.Name != "."
		if name, isField := strings.CutPrefix(f.Name, "f:"); isField {
			s = diag.Field(name)
		} else if ok {
			s, ok = parseElement(f.Name)
		}
		switch {
		case !ok:
		case isLeafSet(f.Value):
			out = append(out, at.Join(s))
		default:
			out = append(out, leafPaths(f.Value, at.Join(s))...)
		}
	}
	return out
}

// latest is the manager that changed something last.
func latest(entries []manager) manager {
	return slices.MaxFunc(entries, func(a, b manager) int {
		return cmp.Or(cmp.Compare(a.actor.Time, b.actor.Time), cmp.Compare(a.actor.Manager, b.actor.Manager),
			cmp.Compare(a.actor.Operation, b.actor.Operation), cmp.Compare(a.actor.Subresource, b.actor.Subresource))
	})
}
