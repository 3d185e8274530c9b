package source

import (
	"bytes"
	"iter"
	"strings"

	"go.yaml.in/yaml/v4"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	kubeyaml "sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ManifestLimits are the limits for manifests, which may be larger than our own
// documents: custom resource definitions take megabytes and nest deeply.
var ManifestLimits = Limits{Bytes: 64 << 20, Nesting: 500, ListItems: 1_000_000, Marks: 16_000_000, LineMarks: 1_000_000}

// Manifests reads Kubernetes manifests, YAML or JSON, exactly as kubectl would
// send them: values come from sigs.k8s.io/yaml and apimachinery's JSON decoder,
// places from a second reading of the same text. Lists (kind List or any
// *List with items) are taken apart. Empty documents are left out. A document
// that is not a mapping, or has no apiVersion or kind, is a diagnostic.
func Manifests(w *value.Writer, data []byte, limits Limits) ([]*value.Node, diag.Diagnostics) {
	t := &text{writer: w, limits: limits.withDefaults()}
	data, ok := t.open(data)
	if !ok {
		return nil, t.diags
	}
	var objects []*value.Node
	for chunk := range t.chunks(data) {
		told := len(t.diags)
		objects = append(objects, t.readChunk(chunk)...)
		if bytes.Contains(chunk, []byte("Secret")) {
			hideLines(t.diags[told:])
		}
	}
	return objects, t.diags.Sorted()
}

func (t *text) readChunk(chunk []byte) (objects []*value.Node) {
	if roots, ok := t.jsonObjects(chunk, value.FromAny); ok {
		for _, root := range roots {
			objects = append(objects, t.split(root)...)
		}
		return objects
	}
	if roots := t.parse(chunk); len(roots) > 0 {
		return t.manifest(roots[0], chunk)
	}
	return nil
}

// hideLines takes the columns away, so that the lines, which may hold the values
// of a Secret, are named and never shown.
func hideLines(diags diag.Diagnostics) {
	hidden := func(r diag.Range) diag.Range {
		r.Start.Column = 0
		r.End = r.Start
		return r
	}
	for i := range diags {
		diags[i].Range = hidden(diags[i].Range)
		for j := range diags[i].Related {
			diags[i].Related[j].Range = hidden(diags[i].Related[j].Range)
		}
	}
}

// chunks splits a stream where kubectl does, at lines that hold nothing but
// "---", and sets t.offset for each part.
func (t *text) chunks(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		t.offset = 0
		start, line := 0, 0
		for at := 0; at <= len(data); line++ {
			end := len(data)
			if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
				end = at + i + 1
			}
			if isSeparator(data[at:end]) {
				if !yield(data[start:at]) {
					return
				}
				start, t.offset = end, line+1
			}
			if at = end; end == len(data) {
				break
			}
		}
		yield(data[start:])
	}
}

func isSeparator(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	rest = bytes.TrimSpace(rest)
	return ok && (len(rest) == 0 || rest[0] == '#')
}

func depthOf(n *yaml.Node, limit int) int {
	if limit < 0 {
		return 1
	}
	deepest := 0
	for _, c := range n.Content {
		deepest = max(deepest, depthOf(c, limit-1))
	}
	return deepest + 1
}

func (t *text) manifest(root *yaml.Node, chunk []byte) []*value.Node {
	if depthOf(root, t.limits.Nesting) > t.limits.Nesting {
		t.add(t.tooDeep(t.place(root).Range()))
		return nil
	}
	if t.refuseDuplicates(root) {
		return nil
	}
	data, err := asKubectl(chunk)
	if err != nil {
		t.report(root, "source.syntax", "this manifest cannot be read: %s", "check the YAML of this document", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if data == nil {
		return nil
	}
	n, err := value.FromAny(data, t.place(root))
	if err != nil || n.Kind() != value.Map {
		t.report(root, "source.manifest", "a manifest is a mapping with apiVersion, kind and metadata", "check that the file holds Kubernetes objects; other files do not belong in a manifest list")
		return nil
	}
	return t.split(align(t, n, root))
}

// asKubectl converts one document with the libraries that kubectl uses.
func asKubectl(chunk []byte) (any, error) {
	asJSON, err := kubeyaml.YAMLToJSON(chunk)
	if err != nil {
		return nil, err
	}
	var data any
	if err := kubejson.Unmarshal(asJSON, &data); err != nil {
		return nil, err
	}
	return data, nil
}

// refuseDuplicates reports keys that stand twice, and whether there are any.
func (t *text) refuseDuplicates(n *yaml.Node) (any bool) {
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]*yaml.Node, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if first, twice := seen[key.Value]; twice && key.Kind == yaml.ScalarNode && key.Value != "<<" {
				t.duplicate(key.Value, key, first)
				any = true
			}
			seen[key.Value] = key
		}
	}
	for _, c := range n.Content {
		any = t.refuseDuplicates(c) || any
	}
	return any
}

// align places the nodes of n where root's nodes of the same path stand. What
// has no counterpart (merge keys) keeps its parent's place.
func align(t *text, n *value.Node, root *yaml.Node) *value.Node {
	if root.Kind == yaml.AliasNode {
		root = root.Alias
	}
	p := t.place(root)
	switch {
	case n.Kind() == value.Map && root.Kind == yaml.MappingNode:
		return alignMap(t, n, root, p)
	case n.Kind() == value.List && root.Kind == yaml.SequenceNode && len(root.Content) == n.Len():
		items := make([]*value.Node, n.Len())
		for i, item := range n.Items() {
			items[i] = align(t, item, root.Content[i])
		}
		return value.NewList(items, p)
	}
	return n.At(p)
}

func alignMap(t *text, n *value.Node, root *yaml.Node, p value.Place) *value.Node {
	at := make(map[string]int, len(root.Content)/2)
	for i := 0; i+1 < len(root.Content); i += 2 {
		at[root.Content[i].Value] = i
	}
	fields := make([]value.Entry, 0, n.Len())
	for _, f := range n.Fields() {
		i, ok := at[f.Name]
		if !ok {
			fields = append(fields, value.Entry{Name: f.Name, Key: p, Value: f.Value.At(p)})
			continue
		}
		fields = append(fields, value.Entry{Name: f.Name, Key: t.place(root.Content[i]), Value: align(t, f.Value, root.Content[i+1])})
	}
	return value.NewMap(fields, p)
}

// split takes lists apart and refuses what is not an object.
func (t *text) split(n *value.Node) []*value.Node {
	kind, _ := n.Get("kind").Str()
	version, _ := n.Get("apiVersion").Str()
	if items := n.Get("items"); version != "" && strings.HasSuffix(kind, "List") && items.Kind() == value.List {
		var out []*value.Node
		for _, item := range items.Items() {
			out = append(out, t.split(item)...)
		}
		return out
	}
	if kind == "" || version == "" {
		t.add(diag.Errorf("source.manifest", n.Place().Range(), "an object needs apiVersion and kind").
			WithDetail("add both, or take the file out of the list of manifests"))
		return nil
	}
	return []*value.Node{n}
}
