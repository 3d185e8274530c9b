package source

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Documents reads a text in this module's dialect, or as JSON. Empty documents
// are left out, so an empty file gives none. Every node is written by w, whose
// File names the text in diagnostics. Documents with errors are returned as far
// as they could be read.
func Documents(w *value.Writer, data []byte, limits Limits) ([]*value.Node, diag.Diagnostics) {
	t := &text{writer: w, limits: limits.withDefaults()}
	var docs []*value.Node
	data, ok := t.open(data)
	if !ok {
		return nil, t.diags
	}
	if roots, ok := t.jsonObjects(data, number); ok {
		return roots, nil
	}
	for _, root := range t.parse(data) {
		b := &builder{text: t, budget: t.limits.AliasNodes, known: map[*yaml.Node]expansion{}}
		if doc := b.node(root, 1); !doc.IsNull() {
			docs = append(docs, doc)
		}
	}
	return docs, t.diags.Sorted()
}

// builder makes one document's tree. An anchor's tree is built once and shared
// by its aliases; budget bounds the size it would have if it were copied.
type builder struct {
	*text
	budget  int
	spent   bool
	tooDeep bool
	known   map[*yaml.Node]expansion
}

type expansion struct {
	node   *value.Node
	size   int
	height int
	open   bool // being built: an alias to it is a cycle
}

// node builds n. It returns a null in place of what had to be left out, so that
// the rest of the document is still read and judged.
func (b *builder) node(n *yaml.Node, depth int) *value.Node {
	if depth > b.limits.Nesting {
		return b.refuseDepth(n)
	}
	if n.Kind != yaml.ScalarNode && n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != "!!map" && n.ShortTag() != "!!seq" {
		b.report(n, "source.tag", "the tag %s is not supported", "remove the tag", clipped(n.Tag))
		return value.NewNull(b.place(n))
	}
	switch n.Kind {
	case yaml.AliasNode:
		return b.alias(n, depth)
	case yaml.MappingNode:
		return b.anchored(n, func() *value.Node { return b.mapping(n, depth) })
	case yaml.SequenceNode:
		return b.anchored(n, func() *value.Node { return b.sequence(n, depth) })
	}
	return b.anchored(n, func() *value.Node { return b.scalar(n) })
}

// refuseDepth reports nesting, once in a document.
func (b *builder) refuseDepth(n *yaml.Node) *value.Node {
	if !b.tooDeep {
		b.tooDeep = true
		b.add(b.text.tooDeep(b.place(n).Range()))
	}
	return value.NewNull(b.place(n))
}

func (b *builder) anchored(n *yaml.Node, build func() *value.Node) *value.Node {
	if n.Anchor == "" {
		return build()
	}
	b.known[n] = expansion{open: true}
	node := build()
	b.known[n] = expansion{node: node, size: size(node, b.limits.AliasNodes), height: height(node, b.limits.Nesting)}
	return node
}

// size counts nodes, and the text in them, up to limit; shared trees count every
// time they appear.
func size(n *value.Node, limit int) int {
	room := limit
	n.Outgrows(&room)
	return limit - room
}

// height is how deep a tree is nested, counted up to limit.
func height(n *value.Node, limit int) int {
	deepest := 0
	if limit == 0 {
		return 1
	}
	for _, f := range n.Fields() {
		deepest = max(deepest, height(f.Value, limit-1))
	}
	for _, item := range n.Items() {
		deepest = max(deepest, height(item, limit-1))
	}
	return deepest + 1
}

func (b *builder) alias(n *yaml.Node, depth int) *value.Node {
	target := b.known[n.Alias]
	if target.open || target.node == nil {
		b.report(n, "source.alias-cycle", "alias *%s stands inside the anchor it names", "write the value out; a document cannot contain itself", clipped(n.Value))
		return value.NewNull(b.place(n))
	}
	if depth+target.height-1 > b.limits.Nesting {
		return b.refuseDepth(n)
	}
	if b.budget -= target.size; b.budget < 0 {
		if !b.spent {
			b.spent = true
			b.report(n, "source.alias-limit", "the aliases of this document expand to more than %d nodes", "write the values out, or split the document; aliases of aliases grow very fast", b.limits.AliasNodes)
		}
		return value.NewNull(b.place(n))
	}
	return target.node
}

func (b *builder) sequence(n *yaml.Node, depth int) *value.Node {
	content := n.Content
	if len(content) > b.limits.ListItems {
		b.report(n, "source.too-long", "this list has %d items, more than the %d allowed", "split it over several documents", len(content), b.limits.ListItems)
		content = content[:b.limits.ListItems]
	}
	items := make([]*value.Node, len(content))
	for i, c := range content {
		items[i] = b.node(c, depth+1)
	}
	return value.NewList(items, b.place(n))
}

func (b *builder) mapping(n *yaml.Node, depth int) *value.Node {
	fields := make([]value.Entry, 0, len(n.Content)/2)
	seen := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		name, ok := b.key(key)
		v := b.node(n.Content[i+1], depth+1)
		if !ok {
			continue
		}
		if first, twice := seen[name]; twice {
			b.duplicate(name, key, first)
			continue
		}
		seen[name] = key
		fields = append(fields, value.Entry{Name: name, Key: b.place(key), Value: v})
	}
	return value.NewMap(fields, b.place(n))
}

func (t *text) duplicate(name string, key, first *yaml.Node) {
	lines := fmt.Sprintf("lines %d and %d", first.Line+t.offset, key.Line+t.offset)
	if first.Line == key.Line {
		lines = fmt.Sprintf("line %d", key.Line+t.offset)
	}
	t.add(diag.Errorf("source.duplicate-key", t.place(key).Range(), "the key %q stands twice in this mapping, on %s", clipped(name), lines).
		WithDetail("keep one of the two; YAML readers disagree about which one counts").
		WithRelated(t.place(first).Range(), "the first %q is here", clipped(name)))
}

func (b *builder) key(n *yaml.Node) (string, bool) {
	if n.Kind == yaml.AliasNode && n.Alias != nil && n.Alias.Kind == yaml.ScalarNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		b.report(n, "source.key", "a key must be a string", "quote the key; lists and mappings cannot be keys here")
		return "", false
	}
	if n.Value == "<<" && n.Style&quoted == 0 {
		b.report(n, "source.merge-key", "the merge key << is not supported", "write the fields out, or use a layer, a preset or an overlay to share them")
		return "", false
	}
	return n.Value, true
}
