package profiletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v4"

	"github.com/dayzero-sdk/dayzero/profile"
)

// With is the workspace with parts of documents put over it, as YAML. It may be
// broken; the receiver stays as it is.
//
// A part without kind is fields of the spec of each cluster:
//
//	ws.With(t, `overrides: [{layer: cni, enabled: false, reason: x, owner: y}]`)
//
// A part with kind changes the document of that kind, metadata.name and, if it
// says so, metadata.namespace and spec.version; one that no document meets is a
// new document, which a profile or overlay is only with a version:
//
//	ws.With(t, `{kind: Overlay, metadata: {name: edge}, spec: {order: 300}}`)
//
// Mappings merge, null removes a field, lists of named items (layers, variables,
// pools) merge by name, and everything else, other lists too, is replaced.
func (w *Workspace) With(t testing.TB, partial string) *Workspace {
	t.Helper()
	out, err := w.Patched(partial)
	return must(t, out, err)
}

// Patched is With for callers without a test.
func (w *Workspace) Patched(partial string) (*Workspace, error) {
	parts, err := read([]byte(partial))
	if err != nil || len(parts) == 0 {
		return nil, fmt.Errorf("reading what is put over the workspace: %w", orEmpty(err))
	}
	e := edit{ws: w, files: fstest.MapFS{}, read: map[string][]*yaml.Node{}}
	for _, part := range parts {
		if err := e.apply(part); err != nil {
			return nil, err
		}
	}
	return e.done()
}

// With is the workspace with fields put over the spec of this cluster alone, as
// [Workspace.With] puts them over all.
func (s Stack) With(t testing.TB, spec string) *Workspace {
	t.Helper()
	out, err := s.Patched(spec)
	return must(t, out, err)
}

// Patched is With for callers without a test.
func (s Stack) Patched(spec string) (*Workspace, error) {
	parts, err := read([]byte(spec))
	if err != nil || len(parts) != 1 || field(parts[0], "kind") != nil {
		return nil, fmt.Errorf("reading fields of the spec of cluster %s: %w", s.Key(), orEmpty(err))
	}
	e := edit{ws: s.ws, files: fstest.MapFS{}, read: map[string][]*yaml.Node{}}
	for d := range s.ws.Documents() {
		if d.Kind == "Cluster" && d.Name == "cluster "+s.Key().String() {
			err = e.change(d, specOf(parts[0]))
		}
	}
	if err != nil {
		return nil, err
	}
	return e.done()
}

func orEmpty(err error) error {
	if err == nil {
		return errors.New("want one mapping, or documents with kind")
	}
	return err
}

// edit is a change of the files of a workspace.
type edit struct {
	ws    *Workspace
	files fstest.MapFS
	read  map[string][]*yaml.Node // by file
}

// apply puts one part where it belongs.
func (e *edit) apply(part *yaml.Node) error {
	if part.Kind != yaml.MappingNode {
		return orEmpty(nil)
	}
	kind, met := text(part, "kind"), false
	over := part
	if kind == "" {
		over = specOf(part)
	}
	for d := range e.ws.Documents() {
		if kind == "" && d.Kind != "Cluster" || kind != "" && !names(part, d) {
			continue
		}
		met = true
		if err := e.change(d, over); err != nil {
			return err
		}
	}
	switch {
	case met:
		return nil
	case kind == "":
		return errors.New("there is no cluster whose spec could be changed")
	}
	return e.add(part)
}

// names reports whether a part is about a document.
func names(part *yaml.Node, d profile.Document) bool {
	if text(part, "kind") != d.Kind {
		return false
	}
	for _, at := range [][]string{{"metadata", "name"}, {"metadata", "namespace"}, {"spec", "version"}} {
		has, _ := d.Tree().Get(at...).Str()
		if says := text(part, at...); says != "" && says != has && !isDefault(d, at, says, has) {
			return false
		}
	}
	return text(part, "metadata", "name") != ""
}

// isDefault reports whether a part writes out the namespace that a cluster has
// without saying so.
func isDefault(d profile.Document, at []string, says, has string) bool {
	return d.Kind == "Cluster" && at[1] == "namespace" && says == "default" && has == ""
}

// change puts a part over a document.
func (e *edit) change(d profile.Document, over *yaml.Node) error {
	at := d.At(nil)
	documents, err := e.documents(at.File)
	if err != nil {
		return err
	}
	for _, document := range documents {
		if document.Line == at.Start.Line {
			merge(document, over)
			return nil
		}
	}
	return fmt.Errorf("changing %s: it is not in %s", d.Name, at.File)
}

// documents are those of a file. Their lines are those of the file as it is,
// whatever has been changed.
func (e *edit) documents(file string) ([]*yaml.Node, error) {
	if known, ok := e.read[file]; ok {
		return known, nil
	}
	data, err := fs.ReadFile(e.ws.Files, file)
	if err != nil {
		return nil, err
	}
	documents, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	e.read[file] = documents
	return documents, nil
}

// add writes a new document. Its file may be there: of another cluster of the
// same name, in another namespace.
func (e *edit) add(part *yaml.Node) error {
	kind, name, version := text(part, "kind"), text(part, "metadata", "name"), text(part, "spec", "version")
	file := map[string]string{
		"Profile":  path.Join("library", name, version, "profile.yaml"),
		"Overlay":  path.Join("library/overlays", name, version, "overlay.yaml"),
		"Hub":      "hubs/with-" + name + ".yaml",
		"Cluster":  "fleet/with-" + name + ".yaml",
		"Strategy": "strategies/with-" + name + ".yaml",
	}[kind]
	if file == "" || name == "" || !fs.ValidPath(file) {
		return fmt.Errorf("there is no place for a new document of kind %q and name %q", kind, name)
	}
	if version == "" && (kind == "Profile" || kind == "Overlay") {
		what := strings.ToLower(kind)
		return fmt.Errorf("a new %s needs spec.version, and %w", what, unknown(what, name, e.names(kind)))
	}
	if field(part, "apiVersion") == nil {
		part.Content = append([]*yaml.Node{scalar("apiVersion"), scalar(profile.APIVersion)}, part.Content...)
	}
	there, err := e.documents(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	e.read[file] = append(there, part)
	return nil
}

// names are those of the documents of a kind.
func (e *edit) names(kind string) []string {
	var out []string
	for d := range e.ws.Documents() {
		if name, _ := d.Tree().Get("metadata", "name").Str(); d.Kind == kind {
			out = append(out, name)
		}
	}
	return out
}

func (e *edit) done() (*Workspace, error) {
	for file, documents := range e.read {
		data, err := write(documents)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", file, err)
		}
		e.files[file] = &fstest.MapFile{Data: data}
	}
	return Open(Over(e.ws.Files, e.files)), nil
}

func read(data []byte) ([]*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	var out []*yaml.Node
	for err == nil {
		var document yaml.Node
		if err = loader.Load(&document); err == nil && len(document.Content) == 1 {
			out = append(out, document.Content[0])
		}
	}
	var load *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		return out, nil
	case errors.As(err, &load):
		return out, fmt.Errorf("line %d is not valid YAML: %s", load.Mark.Line, load.Message)
	}
	return out, err
}

func write(documents []*yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	dumper, err := yaml.NewDumper(&b, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		if err := dumper.Dump(d); err != nil {
			return nil, err
		}
	}
	err = dumper.Close()
	return b.Bytes(), err
}

// merge puts a mapping over another one.
func merge(base, over *yaml.Node) {
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, v := over.Content[i], over.Content[i+1]
		at := position(base, key.Value)
		switch {
		case v.Tag == "!!null" && at >= 0:
			base.Content = append(base.Content[:at:at], base.Content[at+2:]...)
		case v.Tag == "!!null":
		case at < 0:
			base.Content = append(base.Content, clone(key), clone(v))
		default:
			base.Content[at+1] = merged(base.Content[at+1], v)
		}
	}
}

func merged(base, over *yaml.Node) *yaml.Node {
	switch {
	case base.Kind == yaml.MappingNode && over.Kind == yaml.MappingNode:
		merge(base, over)
		return base
	case named(base) && named(over):
		for _, item := range over.Content {
			mergeItem(base, item)
		}
		return base
	}
	return clone(over)
}

// clone is a copy of a node, since a part may be put over several documents.
func clone(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		out.Content[i] = clone(child)
	}
	return &out
}

// named reports whether a list has items, which all have names.
func named(list *yaml.Node) bool {
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return false
	}
	for _, item := range list.Content {
		if text(item, "name") == "" {
			return false
		}
	}
	return true
}

func mergeItem(list, item *yaml.Node) {
	for _, known := range list.Content {
		if text(known, "name") == text(item, "name") {
			merge(known, item)
			return
		}
	}
	list.Content = append(list.Content, clone(item))
}

// position is the index of a key in the content of a mapping, or -1.
func position(mapping *yaml.Node, name string) int {
	if mapping.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(mapping.Content); i += 2 {
			if mapping.Content[i].Value == name {
				return i
			}
		}
	}
	return -1
}

// field is the value at names, or nil.
func field(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		at := position(n, name)
		if at < 0 {
			return nil
		}
		n = n.Content[at+1]
	}
	return n
}

// text is the scalar at names, or "".
func text(n *yaml.Node, names ...string) string {
	if n = field(n, names...); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}

func scalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// specOf is a document with a spec alone.
func specOf(spec *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar("spec"), spec}}
}
