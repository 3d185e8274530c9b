package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/render"
)

// Compare judges every declared object against what is live, and what is live
// without being declared. It never writes, needs no server, and gives the same
// report for the same input in any order. Its arguments are not changed.
func Compare(want []render.Object, live Live, evidence Evidence) Report {
	c := newComparison(want, live, evidence)
	r := Report{Table: c.schemas.table.Name()}
	for _, o := range want {
		r.Objects = append(r.Objects, c.declared(o))
	}
	r.Objects = append(r.Objects, c.undeclared()...)
	slices.SortStableFunc(r.Objects, compareFindings)
	return r
}

func compareFindings(a, b Finding) int {
	if c := cmp.Or(a.Key.Compare(b.Key), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Detail, b.Detail)); c != 0 {
		return c
	}
	return cmp.Or(a.Declared.Range.Compare(b.Declared.Range), strings.Compare(a.signature(), b.signature()))
}

// signature orders findings about one key, which only invalid input has.
func (f Finding) signature() string { return fmt.Sprint(f.Reason, f.Fields) }

// comparison is what all objects of one Compare share.
type comparison struct {
	schemas  *schemas
	reach    *reach
	live     map[render.Key]render.Object
	stale    map[render.Key]bool // read more than once
	previous map[render.Key]render.Object
	history  bool // previous objects are known
	manager  string
	scalers  scalers
	matched  map[render.Key]bool
	declares map[render.Key]int // how often a key is declared
	unnamed  []render.Object    // declared, the server chooses the name
	defined  map[render.Key]bool
	crdsRead bool
}

func newComparison(want []render.Object, live Live, evidence Evidence) *comparison {
	s := newSchemas(want, live.Objects)
	c := &comparison{
		schemas:  s,
		reach:    newReach(live.Coverage, live.Objects, s.scope),
		live:     make(map[render.Key]render.Object, len(live.Objects)),
		stale:    map[render.Key]bool{},
		previous: make(map[render.Key]render.Object, len(evidence.Previous)),
		history:  evidence.Previous != nil,
		manager:  cmp.Or(evidence.FieldManager, DefaultFieldManager),
		matched:  make(map[render.Key]bool, len(want)),
		declares: make(map[render.Key]int, len(want)),
	}
	for _, o := range live.Objects {
		c.addLive(o)
	}
	for _, o := range evidence.Previous {
		if have, twice := c.previous[s.scope(o.Key())]; !twice || newer(o.Tree(), have.Tree()) {
			c.previous[s.scope(o.Key())] = o
		}
	}
	for _, o := range want {
		c.declares[s.scope(o.Key())]++
		if o.Key().Name == "" {
			c.unnamed = append(c.unnamed, o)
		}
	}
	c.scalers = c.findScalers(want)
	c.defined, c.crdsRead = c.definitions()
	return c
}

// addLive indexes o. Of one object read twice the newest counts.
func (c *comparison) addLive(o render.Object) {
	k := c.schemas.scope(o.Key())
	have, twice := c.live[k]
	if twice {
		c.stale[k] = true
		if !newer(o.Tree(), have.Tree()) {
			return
		}
	}
	c.live[k] = o
}

// newer compares resource versions, which are numbers in practice; without
// them, the text of the objects, so that the order of reading does not count.
func newer(a, b *value.Node) bool {
	x, _ := a.Get("metadata", "resourceVersion").Str()
	y, _ := b.Get("metadata", "resourceVersion").Str()
	return cmp.Or(
		cmp.Compare(len(x), len(y)),
		strings.Compare(x, y),
		strings.Compare(string(a.AppendJSON(nil)), string(b.AppendJSON(nil))),
	) > 0
}

// definitions are the kinds of custom resources the cluster knows, and whether
// that list can be relied on.
func (c *comparison) definitions() (map[render.Key]bool, bool) {
	out := map[render.Key]bool{}
	for k, o := range c.live {
		if k.Kind != definitionKind {
			continue
		}
		if d, ok := kubeschema.Custom(o.Tree()); ok {
			out[render.Key{Group: d.Group, Kind: d.Kind}] = true
		}
	}
	covered, _ := c.reach.covers(render.Key{Group: "apiextensions.k8s.io", Kind: definitionKind})
	return out, covered
}

// declared judges one declared object.
func (c *comparison) declared(o render.Object) Finding {
	k := c.schemas.scope(o.Key())
	f := Finding{Key: k, Version: o.Version(), Declared: o.Origin(nil)}
	if k.Name == "" {
		return c.generated(f, o)
	}
	live, ok := c.live[k]
	if !ok {
		return c.absent(f, o)
	}
	c.matched[k] = true
	f = c.present(f, o, live)
	if c.declares[k] > 1 {
		f.Detail, f.Verdict, f.Confidence = InvalidDesired, Drift, Probable
		f.Reason = joinReasons(f.Reason, "the object is declared more than once")
	}
	return f
}

// generated looks for the one live object that fits an object whose name the
// server chooses.
func (c *comparison) generated(f Finding, o render.Object) Finding {
	prefix, _ := o.Tree().Get("metadata", "generateName").Str()
	f.Key.Name = prefix
	var fits []render.Key
	for k, live := range c.live {
		if (k.Name == "" || c.declares[k] == 0) && c.generates(o, k, live) {
			fits = append(fits, k)
		}
	}
	if len(fits) != 1 {
		return f.as(Unidentified, Unsure, "the name is generated, and not exactly one live object has its prefix and labels")
	}
	c.matched[fits[0]] = true
	if c.contested(fits[0]) {
		return f.as(Unidentified, Unsure, "the name is generated, and more declared objects than this one fit the live one")
	}
	return c.present(f, o, c.live[fits[0]])
}

// contested reports whether several declared objects may have become the live
// object at k.
func (c *comparison) contested(k render.Key) bool {
	fit := 0
	for _, o := range c.unnamed {
		if c.generates(o, k, c.live[k]) {
			fit++
		}
	}
	return fit > 1
}

// generates reports whether live, at k, may be what the server made of o.
func (c *comparison) generates(o render.Object, k render.Key, live render.Object) bool {
	from := c.schemas.scope(o.Key())
	return k.Group == from.Group && k.Kind == from.Kind && k.Namespace == from.Namespace && isGeneratedFrom(o.Tree(), live.Tree())
}

func isGeneratedFrom(want, live *value.Node) bool {
	a, _ := want.Get("metadata", "generateName").Str()
	b, _ := live.Get("metadata", "generateName").Str()
	if a != b {
		return false
	}
	for _, label := range want.Get("metadata", "labels").Fields() {
		if !live.Get("metadata", "labels", label.Name).Equal(label.Value) {
			return false
		}
	}
	return true
}

// absent judges a declared object that is not in what was read.
func (c *comparison) absent(f Finding, o render.Object) Finding {
	if rule, ok := goesAway(o.Tree()); ok {
		return f.as(MissingExpected, Probable, rule)
	}
	if reason, undefined := c.undefined(f.Key); undefined {
		return f.as(Undefined, Unsure, reason)
	}
	ok, reason := c.reach.covers(f.Key)
	if !ok {
		return f.as(Uncovered, Unsure, reason)
	}
	if _, applied := c.previous[f.Key]; c.history && !applied {
		return f.as(PendingApply, Probable, "it was not applied before")
	}
	if c.history {
		return f.as(Missing, Confirmed, "it was applied before")
	}
	return f.as(Missing, Probable, "")
}

// undefined reports whether the cluster does not know the kind at all.
func (c *comparison) undefined(k render.Key) (string, bool) {
	kind := render.Key{Group: k.Group, Kind: k.Kind}
	_, builtin := c.schemas.table.Namespaced(k.Group, k.Kind)
	if builtin || !c.crdsRead || c.defined[kind] || c.reach.seen[kind] {
		return "", false
	}
	return "the cluster has no CustomResourceDefinition of " + k.Kind + "." + k.Group, true
}

// present compares a declared object with the live one.
func (c *comparison) present(f Finding, want, live render.Object) Finding {
	s := c.schemas.between(f.Key, want.Version(), live.Version())
	pair := c.newPair(f.Key, want, live, s)
	w := &walker{required: s.custom && !s.apart, shown: pair.shown}
	w.fields(s.typ, pair.want, pair.live)
	if s.apart {
		w.out = slices.DeleteFunc(w.out, func(d difference) bool { return d.want == nil || d.live == nil })
	}
	for _, d := range w.out {
		f.Fields = append(f.Fields, pair.explain(d))
	}
	f.Fields = append(f.Fields, pair.lostOwnership(w.out)...)
	slices.SortStableFunc(f.Fields, func(a, b Field) int {
		return cmp.Or(a.Path.Compare(b.Path), cmp.Compare(a.Detail, b.Detail), cmp.Compare(a.Live, b.Live))
	})
	f.judge(s)
	f.special(pair, w.invalid, c.stale[c.schemas.scope(live.Key())])
	return f
}

// undeclared judges what is live and not declared.
func (c *comparison) undeclared() []Finding {
	ours := map[string]bool{}
	for k := range c.declares {
		ours[k.Namespace] = k.Namespace != ""
		if k.Kind == "Namespace" {
			ours[k.Name] = true
		}
	}
	var out []Finding
	for k, o := range c.live {
		if c.matched[k] || isControlled(o.Tree()) {
			continue
		}
		f := Finding{Key: k, Version: o.Version()}
		_, applied := c.previous[k]
		switch {
		case applied:
			out = append(out, f.as(Orphan, Confirmed, "it was applied before"))
		case newManaged(o.Tree(), c.manager).applied():
			out = append(out, f.as(Orphan, Probable, "the field manager "+c.manager+" applied it"))
		case k.Namespace != "" && ours[k.Namespace] && !isHousekeeping(k):
			out = append(out, f.as(Unmanaged, Unsure, ""))
		}
	}
	return out
}

// isControlled reports whether a controller made the object for another one.
func isControlled(tree *value.Node) bool {
	return slices.ContainsFunc(tree.Get("metadata", "ownerReferences").Items(), func(n *value.Node) bool {
		yes, _ := n.Get("controller").Boolean()
		return yes
	})
}

// isHousekeeping reports whether Kubernetes keeps such an object by itself.
func isHousekeeping(k render.Key) bool {
	switch k.Kind {
	case "Event", "Endpoints", "EndpointSlice", "Lease", "ControllerRevision", "CSIStorageCapacity":
		return true
	case "ConfigMap":
		return k.Name == "kube-root-ca.crt"
	case "ServiceAccount":
		return k.Name == "default"
	}
	return false
}
