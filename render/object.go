package render

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Key is the identity of a Kubernetes object, whatever its version. It is
// comparable.
type Key struct {
	Group, Kind, Namespace, Name string
}

// String gives "kind.group namespace/name", without the parts that are empty.
func (k Key) String() string {
	kind := k.Kind
	if k.Group != "" {
		kind += "." + k.Group
	}
	if k.Namespace != "" {
		return kind + " " + k.Namespace + "/" + k.Name
	}
	return kind + " " + k.Name
}

// Compare orders keys by group, kind, namespace and name.
func (k Key) Compare(o Key) int {
	return cmp.Or(
		cmp.Compare(k.Group, o.Group),
		cmp.Compare(k.Kind, o.Kind),
		cmp.Compare(k.Namespace, o.Namespace),
		cmp.Compare(k.Name, o.Name),
	)
}

// Object is one Kubernetes object with the origin of each of its leaves. It
// never changes and may be shared between goroutines; the zero Object is empty.
type Object struct {
	tree    *value.Node
	key     Key
	version string
	made    *made
}

// made is what is computed of an object when first asked for.
type made struct {
	digestOnce, yamlOnce sync.Once
	digest               string
	yaml                 []byte
}

// Objects reads Kubernetes manifests (YAML or JSON, any number of documents,
// lists taken apart) exactly as kubectl would send them. file names the text in
// diagnostics and origins. Objects come in the order of the text.
func Objects(file string, data []byte) ([]Object, diag.Diagnostics) {
	return objects(&value.Writer{File: file, Kind: diag.Manifest}, data)
}

func objects(w *value.Writer, data []byte) ([]Object, diag.Diagnostics) {
	trees, diags := source.Manifests(w, data, source.ManifestLimits)
	out := make([]Object, 0, len(trees))
	for _, tree := range trees {
		o, err := FromTree(tree)
		if err != nil {
			diags = append(diags, diag.Errorf("render.object", tree.Place().Range(), "%v", err).
				WithDetail("every object has apiVersion, kind and metadata.name"))
			continue
		}
		out = append(out, o)
	}
	return out, diags.Sorted()
}

// FromUnstructured makes an Object of u, with origin for all its leaves.
func FromUnstructured(u *unstructured.Unstructured, file string) (Object, error) {
	tree, err := value.FromAny(u.Object, value.Place{Writer: &value.Writer{File: file, Kind: diag.Manifest}})
	if err != nil {
		return Object{}, fmt.Errorf("reading %s %s: %w", u.GetKind(), u.GetName(), err)
	}
	return FromTree(tree)
}

// FromTree makes an Object of a tree. It is for the packages of this module;
// others use [FromUnstructured] or [Objects].
func FromTree(tree *value.Node) (Object, error) {
	apiVersion, _ := tree.Get("apiVersion").Str()
	kind, _ := tree.Get("kind").Str()
	name, _ := tree.Get("metadata", "name").Str()
	namespace, _ := tree.Get("metadata", "namespace").Str()
	generateName, _ := tree.Get("metadata", "generateName").Str()
	if apiVersion == "" || kind == "" {
		return Object{}, fmt.Errorf("an object without apiVersion or kind")
	}
	if name == "" && generateName == "" {
		return Object{}, fmt.Errorf("a %s without metadata.name", kind)
	}
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		group, version = "", apiVersion
	}
	return Object{tree: tree, version: version, made: &made{}, key: Key{Group: group, Kind: kind, Namespace: namespace, Name: name}}, nil
}

// Key is the object's identity.
func (o Object) Key() Key { return o.key }

// Version is the API version without the group: "v1", "v1beta2".
func (o Object) Version() string { return o.version }

// IsZero reports whether the object is empty.
func (o Object) IsZero() bool { return o.tree == nil }

// Tree is the object's data. It is for the packages of this module; others use
// [Object.Unstructured].
func (o Object) Tree() *value.Node { return o.tree }

// Unstructured is a copy of the object for Kubernetes clients.
func (o Object) Unstructured() *unstructured.Unstructured {
	data, _ := o.tree.Any().(map[string]any)
	return &unstructured.Unstructured{Object: data}
}

// Origin says where the value at path came from; where path does not lead to a
// value, where the nearest value above it came from.
func (o Object) Origin(path diag.Path) diag.Origin { return o.tree.Nearest(path).Origin() }

// MarshalJSON gives the canonical JSON form.
func (o Object) MarshalJSON() ([]byte, error) { return o.tree.AppendJSON(nil), nil }

// Digest is "sha256:" and the SHA-256 of the canonical JSON form.
func (o Object) Digest() string {
	o.made.digestOnce.Do(func() { o.made.digest = o.tree.Digest() })
	return o.made.digest
}

// YAML is the object as a YAML document: fields sorted, every string that a YAML
// 1.1 or 1.2 reader would take for another type quoted, several lines as a
// block. The bytes are the same everywhere; the caller must not change them.
func (o Object) YAML() []byte {
	o.made.yamlOnce.Do(func() { o.made.yaml = appendYAML(nil, o.tree) })
	return o.made.yaml
}

// Find returns the value at path: list elements may be named by key or index.
func (o Object) Find(path diag.Path) (profile.Value, bool) {
	n := o.tree.Find(path)
	return profile.NewValue(n), n != nil
}

// Leaves yields every scalar and every empty list or mapping with its path, in
// order. Items of lists whose items have a name are named by it.
func (o Object) Leaves() iter.Seq2[diag.Path, profile.Value] {
	return func(yield func(diag.Path, profile.Value) bool) {
		for path, n := range o.tree.Leaves(byName) {
			if !yield(path, profile.NewValue(n)) {
				return
			}
		}
	}
}

func byName(_ diag.Path, item *value.Node) (diag.Step, bool) {
	name, ok := item.Get("name").Str()
	return diag.Key(diag.KeyValue{Name: "name", Value: name}), ok
}
