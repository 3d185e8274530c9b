package drift

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// scalers are the bounds within which autoscalers may set an object's replicas,
// by the object's key.
type scalers map[render.Key][]bounds

type bounds struct {
	min, max int64
	rule     string
}

// findScalers collects the autoscalers that run. Declared ones count only when
// it is not known which run.
func (c *comparison) findScalers(want []render.Object) scalers {
	out := scalers{}
	for _, o := range want {
		if covered, _ := c.reach.covers(c.schemas.scope(o.Key())); !covered {
			out.add(o)
		}
	}
	for _, o := range c.live {
		out.add(o)
	}
	return out
}

func (s scalers) add(o render.Object) {
	k, spec := o.Key(), o.Tree().Get("spec")
	target := spec.Get("scaleTargetRef")
	if target == nil {
		return
	}
	switch {
	case k.Group == "autoscaling" && k.Kind == "HorizontalPodAutoscaler":
		s.bound(targetKey(k.Namespace, target, ""), bounds{count(spec.Get("minReplicas"), 1), count(spec.Get("maxReplicas"), 0), "autoscaler/hpa"})
	case k.Group == "keda.sh" && k.Kind == "ScaledObject":
		s.bound(targetKey(k.Namespace, target, "Deployment"), bounds{count(spec.Get("minReplicaCount"), 0), count(spec.Get("maxReplicaCount"), 100), "autoscaler/keda"})
	}
}

func (s scalers) bound(target render.Key, b bounds) { s[target] = append(s[target], b) }

func count(n *value.Node, otherwise int64) int64 {
	if i, ok := n.Integer(); ok {
		return i
	}
	return otherwise
}

func targetKey(namespace string, target *value.Node, kind string) render.Key {
	name, _ := target.Get("name").Str()
	named, _ := target.Get("kind").Str()
	return render.Key{Kind: cmp.Or(named, kind), Namespace: namespace, Name: name}
}

var replicasPath = diag.Fields("spec", "replicas")

// scaled reports whether an autoscaler set the number of replicas, within its
// bounds. Of several that may have, the first by rule is named.
func (p *pair) scaled(d difference) (string, bool) {
	n, ok := d.live.Integer()
	if !ok || d.path.Compare(replicasPath) != 0 {
		return "", false
	}
	all := p.scalers[render.Key{Kind: p.key.Kind, Namespace: p.key.Namespace, Name: p.key.Name}]
	if b, ok := p.nodeGroup(); ok && len(all) == 0 {
		all = []bounds{b}
	}
	rule := ""
	for _, b := range all {
		if b.min <= n && n <= b.max && (rule == "" || b.rule < rule) {
			rule = b.rule
		}
	}
	return rule, rule != ""
}

// nodeGroup are the bounds that the cluster autoscaler reads from a Cluster API
// object itself.
func (p *pair) nodeGroup() (bounds, bool) {
	if !strings.HasSuffix(p.key.Group, "cluster.x-k8s.io") {
		return bounds{}, false
	}
	const prefix = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-"
	low, _ := p.live.Get("metadata", "annotations", prefix+"min-size").Str()
	high, _ := p.live.Get("metadata", "annotations", prefix+"max-size").Str()
	from, errFrom := strconv.ParseInt(low, 10, 64)
	to, errTo := strconv.ParseInt(high, 10, 64)
	return bounds{from, to, "autoscaler/cluster-api"}, errFrom == nil && errTo == nil
}
