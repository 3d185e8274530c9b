package drift

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// pair is a declared object with its live counterpart and what is known about
// both. It is used for one object and not shared: evidence is looked at only
// when there is a difference to explain.
type pair struct {
	key        render.Key
	declared   render.Object
	want, live *value.Node
	managed    *managed
	scalers    scalers
	apart      bool
	// applied is the object as it was applied last, if Evidence says.
	applied  *value.Node
	recorded bool // history is known: kubectl's annotation does not count

	annotation *value.Node
	annotated  bool
	accounted  bool
	complete   bool
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

func (c *comparison) newPair(k render.Key, want, live render.Object, s schema) *pair {
	p := &pair{
		key: k, declared: want, apart: s.apart, recorded: c.history,
		want: withData(k, want.Tree()), live: withData(k, live.Tree()),
		managed: newManaged(live.Tree(), c.manager), scalers: c.scalers,
	}
	if o, ok := c.previous[c.schemas.scope(live.Key())]; ok {
		p.applied = withData(k, o.Tree())
	}
	return p
}

// previous is the object as it was applied last; nil when not known.
func (p *pair) previous() *value.Node {
	if p.recorded || p.annotated {
		return cmp.Or(p.applied, p.annotation)
	}
	p.annotated = true
	if text, ok := p.live.Get("metadata", "annotations", lastApplied).Str(); ok {
		if n := readApplied(text); n != nil {
			p.annotation = withData(p.key, n)
		}
	}
	return p.annotation
}

// before is the value at path of the object as it was applied last. An item of a
// keyed list that leaves fields of its key to their defaults is found by those it
// has.
func (p *pair) before(path diag.Path) *value.Node {
	n := p.previous()
	for _, step := range path {
		next := n.Find(diag.Path{step})
		if keys, ok := step.IsKey(); ok && next == nil {
			next = partly(n, keys)
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}

// partly is the only item that has some of the fields of a key, and those alike.
func partly(list *value.Node, keys []diag.KeyValue) *value.Node {
	var found *value.Node
	for _, item := range list.Items() {
		alike := 0
		for _, kv := range keys {
			if field := item.Get(kv.Name); field != nil && field.Text() == kv.Value {
				alike++
			} else if field != nil {
				alike = -len(keys)
			}
		}
		if alike > 0 && found != nil {
			return nil
		}
		if alike > 0 {
			found = item
		}
	}
	return found
}

// readApplied reads kubectl's annotation; nil when it is not an object.
func readApplied(text string) *value.Node {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var data map[string]any
	if decoder.Decode(&data) != nil {
		return nil
	}
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		return nil
	}
	return n
}

// isAccounted reports whether managedFields account for what is declared.
func (p *pair) isAccounted() bool {
	if !p.accounted {
		p.accounted, p.complete = true, p.managed.accountsFor(p.want)
	}
	return p.complete
}

// withData is a Secret as the server keeps it: stringData moved into data. Other
// objects stay as they are.
func withData(k render.Key, tree *value.Node) *value.Node {
	plain := tree.Get("stringData")
	if k.Kind != "Secret" || k.Group != "" || plain == nil {
		return tree
	}
	for _, f := range plain.Fields() {
		text, _ := f.Value.Str()
		encoded := value.NewString(base64.StdEncoding.EncodeToString([]byte(text)), f.Value.Place())
		tree = tree.Set(encoded, "data", f.Name)
	}
	return tree.Without("stringData")
}
