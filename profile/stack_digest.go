package profile

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// canonical appends what the digest of a stack covers, as JSON: identity, hub,
// profile versions, layers with bound values, capi slots and pools. Places,
// descriptions and owners are not part of it.
func (s *Stack) canonical(b []byte) []byte {
	hub := s.hub.Spec
	b = appendText(append(b, `{"cluster":`...), s.key.String())
	b = appendNode(append(b, `,"metadata":`...), s.metadata)
	b = appendTexts(append(b, `,"hub":`...), hub.ClassNamespace, hub.Delivery, hub.ClusterAPI.Version)
	b = appendRefs(append(b, `,"profiles":`...), s.profiles)
	if len(s.overlays) > 0 {
		b = appendRefs(append(b, `,"overlays":`...), s.overlays)
	}
	b = appendText(append(b, `,"kubernetes":`...), s.version.Text())
	b = append(b, `,"layers":[`...)
	for i, l := range s.layers {
		if i > 0 {
			b = append(b, ',')
		}
		if same, ok := s.comp.unchanging()[l.layer]; ok {
			b = append(b, same.canonical...)
			continue
		}
		b = l.appendCanonical(b)
	}
	b = s.appendCapi(append(b, `],"capi":`...))
	pools := s.cluster.Spec.Pools
	pools.Workers = slices.SortedFunc(slices.Values(pools.Workers), func(x, y Pool) int { return cmp.Compare(x.Name, y.Name) })
	b = appendJSON(append(b, `,"pools":`...), plainPools(pools))
	return append(b, '}')
}

func appendJSON(b []byte, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of this package always marshal
	}
	return append(b, data...)
}

// appendText appends what json.Marshal gives for s.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendJSON(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendTexts(b []byte, texts ...string) []byte {
	b = append(b, '[')
	for i, s := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, s)
	}
	return append(b, ']')
}

func appendRefs(b []byte, refs []Ref) []byte {
	b = append(b, '[')
	for i, ref := range refs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, ref.String())
	}
	return append(b, ']')
}

func appendNode(b []byte, n *value.Node) []byte { return n.AppendJSON(b) }

func (l StackLayer) appendCanonical(b []byte) []byte {
	b = appendTexts(append(b, `{"layer":`...), l.Profile.Name, l.Name, l.Component.Name, l.Component.Version)
	b = appendNode(append(b, `,"values":`...), l.Values.node)
	if l.Helm != nil {
		b = appendJSON(append(b, `,"helm":`...), l.Helm)
	}
	b = append(b, `,"files":[`...)
	for i, f := range l.Manifests {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.appendCanonical(b)
	}
	b = append(b, `],"patches":[`...)
	for i, p := range l.Patches {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(append(b, '['), p.Target)
		b = appendNode(append(b, ','), p.Merge.node)
		b = append(appendNode(append(b, ','), p.JSON.node), ']')
	}
	return append(b, `]}`...)
}

func (f File) appendCanonical(b []byte) []byte {
	if !f.Expand {
		return appendText(b, f.Digest)
	}
	objects := make([]*value.Node, len(f.objects))
	copy(objects, f.objects)
	return appendNode(b, value.NewList(objects, value.Place{}))
}

// appendCapi appends the digests of the slots: those of trees that clusters
// share are computed once.
func (s *Stack) appendCapi(b []byte) []byte {
	c := s.capi
	b = append(b, '[')
	for _, v := range []Value{c.Cluster, c.Infrastructure, c.ControlPlane, c.ControlPlaneNodes} {
		b = append(appendText(b, s.treeDigest(v.node)), ',')
	}
	b = append(b, '[')
	for i, class := range c.Classes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTexts(b, class.Name, s.treeDigest(class.Nodes.node), s.treeDigest(class.Workers.node), s.treeDigest(class.Class.node))
	}
	return append(b, `]]`...)
}

func (s *Stack) treeDigest(n *value.Node) string {
	known, shared := s.comp.digests.Load(n)
	if shared && known != "" {
		return known.(string)
	}
	digest := n.Digest()
	if shared {
		s.comp.digests.Store(n, digest)
	}
	return digest
}

// shareSlots marks the slots that are the same node for all clusters, where they
// hold no expression.
func (c *composition) shareSlots() {
	for _, name := range []string{"infrastructure", "controlPlane", "nodes", "workers"} {
		c.digests.Store(c.capi.Get(name), "")
	}
	for _, class := range c.capi.Get("classes").Fields() {
		c.digests.Store(class.Value, "")
	}
}
