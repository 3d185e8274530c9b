package drift

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Live is what was read from a cluster, and what was not.
type Live struct {
	Objects  []render.Object
	Coverage Coverage
}

// Coverage says which kinds were read. What was not read is Unknown, never
// Missing.
//
// With Complete, every kind counts as read everywhere but for NotRead. Without,
// a kind counts as read in a namespace when an object of that kind was read
// there; or when one was read elsewhere, and objects of this namespace or of at
// least two others were read too. A cluster-scoped kind counts as read when one
// object of it was.
type Coverage struct {
	Complete bool
	NotRead  []Gap
}

// Gap is a kind that could not be read, in one namespace or, when Namespace is
// empty, anywhere. An empty Kind stands for every kind.
type Gap struct {
	Group, Kind, Namespace string
	Reason                 string
}

// CoverageKind is the kind of the document that carries a Coverage.
const CoverageKind = "LiveCoverage"

// NewLive takes the objects of a dump. A dump may hold documents that say what
// it covers; they are taken out of the objects:
//
//	apiVersion: dayzero.dev/v1alpha1
//	kind: LiveCoverage
//	metadata: {name: coverage}
//	spec:
//	  complete: true              # all but what follows was read
//	  notRead:
//	  - {group: apps, kind: Deployment, namespace: shop, reason: forbidden}
//
// Several documents add up; the dump is complete when each of them says so. A
// document with mistakes says nothing about completeness.
func NewLive(objects []render.Object) (Live, diag.Diagnostics) {
	var l Live
	var diags diag.Diagnostics
	documents := 0
	for _, o := range objects {
		if o.Key().Kind != CoverageKind || o.Key().Group != "dayzero.dev" {
			l.Objects = append(l.Objects, o)
			continue
		}
		complete, gaps, found := readCoverage(o.Tree().Get("spec"))
		diags = append(diags, found...)
		l.Coverage.Complete = complete && len(found) == 0 && (documents == 0 || l.Coverage.Complete)
		l.Coverage.NotRead = append(l.Coverage.NotRead, gaps...)
		documents++
	}
	return l, diags.Sorted()
}

func readCoverage(spec *value.Node) (complete bool, gaps []Gap, diags diag.Diagnostics) {
	if !spec.IsNull() && spec.Kind() != value.Map {
		return false, nil, diag.Diagnostics{malformed(spec, "spec is a mapping")}
	}
	for _, f := range spec.Fields() {
		switch f.Name {
		case "complete":
			var ok bool
			if complete, ok = f.Value.Boolean(); !ok {
				diags = append(diags, malformed(f.Value, "complete is true or false"))
			}
		case "notRead":
			more, found := readGaps(f.Value)
			gaps, diags = append(gaps, more...), append(diags, found...)
		default:
			diags = append(diags, unknownField(f, "complete", "notRead"))
		}
	}
	return complete, gaps, diags
}

func readGaps(list *value.Node) (gaps []Gap, diags diag.Diagnostics) {
	if !list.IsNull() && list.Kind() != value.List {
		return nil, diag.Diagnostics{malformed(list, "notRead is a list")}
	}
	for _, item := range list.Items() {
		if item.Kind() != value.Map {
			diags = append(diags, malformed(item, "an item of notRead is a mapping"))
			continue
		}
		if item.Len() == 0 {
			diags = append(diags, diag.Errorf("drift.coverage", item.Place().Range(), "an item of notRead names a kind or a namespace, not nothing"))
			continue
		}
		g, found := readGap(item)
		gaps, diags = append(gaps, g), append(diags, found...)
	}
	return gaps, diags
}

func malformed(n *value.Node, want string) diag.Diagnostic {
	return diag.Errorf("drift.coverage", n.Place().Range(), "%s, not %s", want, n.Kind())
}

func readGap(item *value.Node) (Gap, diag.Diagnostics) {
	var g Gap
	var diags diag.Diagnostics
	fields := map[string]*string{"group": &g.Group, "kind": &g.Kind, "namespace": &g.Namespace, "reason": &g.Reason}
	for _, f := range item.Fields() {
		to, ok := fields[f.Name]
		if !ok {
			diags = append(diags, unknownField(f, "group", "kind", "namespace", "reason"))
			continue
		}
		if *to, ok = f.Value.Str(); !ok {
			diags = append(diags, malformed(f.Value, f.Name+" is a string"))
		}
	}
	return g, diags
}

func unknownField(f value.Entry, known ...string) diag.Diagnostic {
	return diag.Errorf("drift.coverage", f.Key.Range(), "unknown field %q", f.Name).
		WithDetail("a coverage document knows %s", strings.Join(known, ", "))
}

// reach answers whether a kind was read.
type reach struct {
	coverage   Coverage
	seen       map[render.Key]bool // without name; with and without namespace
	namespaces map[string]bool
}

func newReach(c Coverage, objects []render.Object, scope func(render.Key) render.Key) *reach {
	r := &reach{coverage: c, seen: map[render.Key]bool{}, namespaces: map[string]bool{}}
	for _, o := range objects {
		k := scope(o.Key())
		r.seen[render.Key{Group: k.Group, Kind: k.Kind}] = true
		if k.Namespace != "" {
			r.seen[render.Key{Group: k.Group, Kind: k.Kind, Namespace: k.Namespace}] = true
			r.namespaces[k.Namespace] = true
		}
	}
	return r
}

// covers reports whether objects like k were read; if not, why.
func (r *reach) covers(k render.Key) (ok bool, reason string) {
	if g, ok := r.gap(k); ok {
		return false, cmp.Or(g.Reason, "not read")
	}
	if r.coverage.Complete {
		return true, ""
	}
	if !r.seen[render.Key{Group: k.Group, Kind: k.Kind}] {
		return false, "nothing of this kind was read"
	}
	if k.Namespace == "" || r.seen[render.Key{Group: k.Group, Kind: k.Kind, Namespace: k.Namespace}] || r.namespaces[k.Namespace] || len(r.namespaces) > 1 {
		return true, ""
	}
	return false, "nothing in this namespace was read"
}

func (r *reach) gap(k render.Key) (Gap, bool) {
	i := slices.IndexFunc(r.coverage.NotRead, func(g Gap) bool {
		return (g.Kind == "" || g.Kind == k.Kind && g.Group == k.Group) && (g.Namespace == "" || g.Namespace == k.Namespace)
	})
	if i < 0 {
		return Gap{}, false
	}
	return r.coverage.NotRead[i], true
}
