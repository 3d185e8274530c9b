package validate

import (
	"cmp"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layerPlaces are the layers of the library as written, by their places.
type layerPlaces map[diag.Position]map[layerName]*value.Node

// layerName tells layers of one position apart: of several files, or of a document
// that was built in Go and has no lines.
type layerName struct{ file, name string }

func newLayerPlaces(documents []profile.Document) layerPlaces {
	out := layerPlaces{}
	for _, d := range documents {
		for _, layer := range d.Tree().Get("spec", "layers").Items() {
			at := layer.Place().Range()
			if out[at.Start] == nil {
				out[at.Start] = map[layerName]*value.Node{}
			}
			out[at.Start][layerName{at.File, layer.Get("name").Text()}] = layer
		}
	}
	return out
}

func (l layerPlaces) of(layer profile.StackLayer) *value.Node {
	at := layer.Origin.Range
	return l[at.Start][layerName{at.File, layer.Name}]
}

// stackTree is the named fields of a stack as policies see it, see #Stack in
// schema/stack.cue. What was written keeps its place: in the library, or in the
// cluster's document.
func stackTree(s *profile.Stack, names map[string]bool, written layerPlaces, document *value.Node) *value.Node {
	spec := document.Get("spec")
	whole := tree{at: document.Get("metadata", "name").Place(), keys: spec}
	for name, build := range map[string]func(){
		"metadata": func() {
			whole.fields = append(whole.fields, value.Entry{Name: "metadata", Key: keyOf(document, diag.Fields("metadata")), Value: s.Metadata().Tree()})
		},
		"hub":        func() { whole.text("hub", s.Key().Hub, spec.Get("hub")) },
		"timeZone":   func() { whole.text("timeZone", s.Cluster().Spec.TimeZone, spec.Get("timeZone")) },
		"kubernetes": func() { whole.node("kubernetes", kubernetesTree(s)) },
		"profiles": func() {
			whole.list("profiles", profileTrees(s, cmp.Or(spec.Get("profiles").Place(), whole.at)))
		},
		"layers":    func() { whole.list("layers", layerTrees(s, written)) },
		"variables": func() { whole.node("variables", variableTree(s, whole.at)) },
		"pools":     func() { whole.node("pools", poolTree(s, spec.Get("pools"), whole.at)) },
		"capi":      func() { whole.node("capi", capiTree(s.Capi(), whole.at)) },
	} {
		if names[name] {
			build()
		}
	}
	return whole.mapping()
}

func kubernetesTree(s *profile.Stack) *value.Node {
	version, origin := s.KubernetesVersion()
	return value.NewString(version, value.PlaceOf(origin))
}

func layerTrees(s *profile.Stack, written layerPlaces) []*value.Node {
	var out []*value.Node
	for _, l := range s.Layers() {
		out = append(out, layerTree(l, written.of(l)))
	}
	return out
}

// tree builds a mapping. What has no place of its own stands at at.
type tree struct {
	at     value.Place
	keys   *value.Node // whose field names are those of the mapping
	fields []value.Entry
}

func (t *tree) node(name string, n *value.Node) {
	if n != nil {
		written, _ := t.keys.Entry(name)
		t.fields = append(t.fields, value.Entry{Name: name, Key: cmp.Or(written.Key, n.Place(), t.at), Value: n})
	}
}

// text adds a text that is not empty, at the place where it is written.
func (t *tree) text(name, text string, written *value.Node) {
	place := t.at
	if written.Text() == text {
		place = cmp.Or(written.Place(), t.at)
	}
	if text != "" {
		t.node(name, value.NewString(text, place))
	}
}

func (t *tree) list(name string, items []*value.Node) {
	if len(items) > 0 {
		t.node(name, value.NewList(items, t.at))
	}
}

func (t *tree) mapping() *value.Node { return value.NewMap(t.fields, t.at) }

func profileTrees(s *profile.Stack, at value.Place) []*value.Node {
	var out []*value.Node
	for _, ref := range s.Profiles() {
		t := tree{at: at}
		t.text("name", ref.Name, nil)
		t.text("version", ref.Version, nil)
		out = append(out, t.mapping())
	}
	return out
}

func layerTree(l profile.StackLayer, written *value.Node) *value.Node {
	t := tree{at: value.PlaceOf(l.Origin), keys: written}
	t.text("name", l.Name, written.Get("name"))
	t.text("profile", l.Profile.Name, nil)
	t.text("version", l.Profile.Version, nil)
	t.text("kind", string(l.Kind), written.Get("kind"))
	t.text("owner", l.Owner, written.Get("owner"))
	t.node("component", componentTree(l.Component, written.Get("component"), t.at))
	if chart := chartTree(l.Helm, written.Get("content"), t.at); chart != nil {
		t.fields = append(t.fields, value.Entry{Name: "helm", Key: cmp.Or(keyOf(written, diag.Fields("content", "helm")), t.at), Value: chart})
	}
	var files []*value.Node
	for _, f := range l.Manifests {
		files = append(files, value.NewString(f.Name, cmp.Or(written.Get("content", "manifests").Place(), t.at)))
	}
	t.list("manifests", files)
	t.node("values", l.Values.Tree())
	return t.mapping()
}

func componentTree(c profile.Component, written *value.Node, at value.Place) *value.Node {
	t := tree{at: cmp.Or(written.Place(), at)}
	t.text("name", c.Name, written.Get("name"))
	t.text("version", c.Version, written.Get("version"))
	t.text("scheme", c.Scheme, written.Get("scheme"))
	t.text("none", c.None, written.Get("none"))
	return t.mapping()
}

// chartTree is nil without a chart.
func chartTree(c *profile.HelmChart, content *value.Node, at value.Place) *value.Node {
	if c == nil {
		return nil
	}
	written := content.Get("helm")
	t := tree{at: cmp.Or(written.Place(), at)}
	t.text("chart", c.Chart, written.Get("chart"))
	t.text("version", c.Version, written.Get("version"))
	t.text("digest", c.Digest, written.Get("digest"))
	t.text("namespace", c.Namespace, written.Get("namespace"))
	t.text("mode", c.Mode, written.Get("mode"))
	return t.mapping()
}

func variableTree(s *profile.Stack, at value.Place) *value.Node {
	t := tree{at: at}
	for _, in := range s.Inputs() {
		name := in.Name
		if in.Profile != "" {
			name = in.Profile + "/" + in.Name
		}
		if n := in.Value.Tree(); n != nil {
			t.node(name, n.At(value.PlaceOf(in.Origin)))
		}
	}
	return t.mapping()
}

func poolTree(s *profile.Stack, written *value.Node, at value.Place) *value.Node {
	t := tree{at: cmp.Or(written.Place(), at), keys: written}
	controlPlane, workers := s.PoolPlaces()
	t.node("controlPlane", controlPlane.Tree())
	var pools []*value.Node
	for _, w := range workers {
		pools = append(pools, w.Tree())
	}
	t.list("workers", pools)
	return t.mapping()
}

func capiTree(c profile.CapiSlots, at value.Place) *value.Node {
	t := tree{at: at}
	t.node("cluster", c.Cluster.Tree())
	t.node("infrastructure", c.Infrastructure.Tree())
	t.node("controlPlane", c.ControlPlane.Tree())
	t.node("nodes", c.ControlPlaneNodes.Tree())
	var classes []*value.Node
	for _, class := range c.Classes {
		of := tree{at: at}
		of.text("name", class.Name, nil)
		of.node("nodes", class.Nodes.Tree())
		of.node("workers", class.Workers.Tree())
		of.node("class", class.Class.Tree())
		classes = append(classes, of.mapping())
	}
	t.list("classes", classes)
	return t.mapping()
}
