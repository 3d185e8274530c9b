package drift

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// here is the path of the current place.
func (w *walker) here() diag.Path {
	out := make(diag.Path, len(w.path))
	for i, s := range w.path {
		out[i] = s.public()
	}
	return out
}

func (s step) public() diag.Step {
	switch {
	case s.name != "":
		return diag.Field(s.name)
	case len(s.keys) > 0:
		parts := make([]diag.KeyValue, len(s.keys))
		for i, k := range s.keys {
			parts[i] = diag.KeyValue{Name: k, Value: keyText(s.list, s.elem, k)}
		}
		return diag.Key(parts...)
	case s.elem != nil:
		return diag.Element(s.elem.Text())
	}
	return diag.Index(s.index)
}

// shown is a path as reports tell it: an element that is named by what must not
// be shown, or stands in the place of such a one, goes by its index. A path ends
// before an element whose index is not known.
func (p *pair) shown(path diag.Path) diag.Path {
	if !p.isSecret() && !p.isClosed() {
		return path
	}
	out := slices.Clone(path)
	for i, s := range path {
		if p.names(path[:i], s) {
			continue
		}
		at := indexOf(p.want.Find(path[:i]), s)
		if at < 0 {
			at = indexOf(p.live.Find(path[:i]), s)
		}
		if at < 0 {
			return out[:i]
		}
		out[i] = diag.Index(at)
	}
	return out
}

// names reports whether a step may be shown by name.
func (p *pair) names(above diag.Path, s diag.Step) bool {
	_, isField := s.IsField()
	_, isIndex := s.IsIndex()
	if isField || isIndex {
		return true
	}
	list := p.want.Find(above)
	if at := indexOf(list, s); at >= 0 {
		return !p.isSecret() && !isNamedSecretly(list.Items()[at], s)
	}
	secretly := func(n *value.Node) bool { return isNamedSecretly(n, s) }
	return !p.isSecret() && !slices.ContainsFunc(list.Items(), secretly) && !slices.ContainsFunc(p.before(above).Items(), secretly)
}

// isNamedSecretly reports whether a step like s names element n by what must not
// be shown.
func isNamedSecretly(n *value.Node, s diag.Step) bool {
	keys, isKey := s.IsKey()
	return !isKey && n.Sensitive() || slices.ContainsFunc(keys, func(k diag.KeyValue) bool { return n.Get(k.Name).Sensitive() })
}

func indexOf(list *value.Node, s diag.Step) int {
	return slices.IndexFunc(list.Items(), func(n *value.Node) bool { return n.Matches(s) })
}

// keyText is the value of one key field of an element, with the default where
// the element leaves it out.
func keyText(list *kubeschema.Type, elem *value.Node, key string) string {
	if n := elem.Get(key); !n.IsNull() {
		return n.Text()
	}
	if list != nil && list.Elem != nil {
		for _, d := range list.Elem.Defaults {
			if len(d.Path) == 1 && d.Path[0] == key && d.Value != nil {
				return d.Value.Text()
			}
		}
	}
	return ""
}

// isElement reports whether the step goes into a list.
func (s step) isElement() bool { return s.name == "" }

// maxRefused bounds the reasons listed for one object.
const maxRefused = 20

// told is the path of the current place as reports tell it.
func (w *walker) told() diag.Path { return w.shown(w.here()) }

// refuse notes that the server would refuse what is declared.
func (w *walker) refuse(format string, args ...any) {
	if len(w.invalid) >= maxRefused {
		return
	}
	if text := fmt.Sprintf(format, args...); !slices.Contains(w.invalid, text) {
		w.invalid = append(w.invalid, text)
	}
}
