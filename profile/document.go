package profile

import (
	"errors"
	"iter"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Document is one document of a workspace as it was read.
type Document struct {
	// Kind is Profile, Overlay, Hub, Cluster, Strategy or Ownership.
	Kind string
	// Name names it in messages: "profile mem-base@1.0.0".
	Name string
	root *value.Node
}

// Tree is the document's data with its places. It is for the packages of this
// module.
func (d Document) Tree() *value.Node { return d.root }

// At is the place of the value at path, or of the nearest value above it.
func (d Document) At(path diag.Path) diag.Range { return d.root.Nearest(path).Place().Range() }

// KeyAt is the place of the field name at path; where path does not end in a
// field that is there, what At gives.
func (d Document) KeyAt(path diag.Path) diag.Range {
	if len(path) > 0 {
		if name, ok := path[len(path)-1].IsField(); ok {
			if e, ok := d.root.Find(path[:len(path)-1]).Entry(name); ok {
				return e.Key.Range()
			}
		}
	}
	return d.At(path)
}

// source is what every kind of loaded document has: the document and whether
// it can be relied on.
type source struct {
	Document
	broken bool
}

// later are fields of the format that this release does not support.
var later = map[string]string{
	"Stage.split":            "write one stage for each group",
	"Stage.calendar":         "start and pause the rollout by hand",
	"Stage.gates":            "pause the rollout by hand",
	"Stage.orderBy":          "clusters of a stage are ordered by their keys",
	"StrategySpec.limits":    "write stages that keep the clusters apart",
	"StrategySpec.calendars": "start and pause the rollout by hand",
	"StrategySpec.freezes":   "start and pause the rollout by hand",
	"StrategySpec.guards":    "review the plan's impacts before it starts",
}

var decoding = decode.Options{
	Later: later,
	Empty: map[string]bool{"JSONOperation.path": true}, // the whole object
	Raw: map[reflect.Type]func(*value.Node, reflect.Value) error{
		reflect.TypeFor[Value](): func(n *value.Node, out reflect.Value) error {
			out.Set(reflect.ValueOf(Value{node: n}))
			return nil
		},
		reflect.TypeFor[intstr.IntOrString](): decodeAmount,
		reflect.TypeFor[metav1.Duration]():    decodeDuration,
	},
}

func decodeAmount(n *value.Node, out reflect.Value) error {
	if i, ok := n.Integer(); ok && int64(int32(i)) == i {
		out.Set(reflect.ValueOf(intstr.FromInt32(int32(i))))
		return nil
	}
	if s, ok := n.Str(); ok {
		out.Set(reflect.ValueOf(intstr.FromString(s)))
		return nil
	}
	return errors.New("must be a number or a percentage, for instance 3 or 10%")
}

func decodeDuration(n *value.Node, out reflect.Value) error {
	var d metav1.Duration
	if s, ok := n.Str(); !ok || d.UnmarshalJSON(value.NewString(s, value.Place{}).AppendJSON(nil)) != nil || d.Duration < 0 {
		return errors.New("must be a duration that is not negative, for instance 24h or 90m")
	}
	out.Set(reflect.ValueOf(d))
	return nil
}

// Documents yields the documents of the workspace in the order of their places,
// with those of [Layout.Library]: of two at one place, those of the workspace come
// first. A document that was built in Go stands at the file in which it would lie,
// without lines.
func (w *Workspace) Documents() iter.Seq[Document] {
	docs := slices.Concat(w.documents, w.whole().Library.documents())
	slices.SortStableFunc(docs, func(a, b Document) int {
		return a.root.Place().Range().Compare(b.root.Place().Range())
	})
	return slices.Values(docs)
}
