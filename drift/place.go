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

// refuse notes that the server would refuse what is declared.
func (w *walker) refuse(format string, args ...any) {
	if len(w.invalid) >= maxRefused {
		return
	}
	if text := fmt.Sprintf(format, args...); !slices.Contains(w.invalid, text) {
		w.invalid = append(w.invalid, text)
	}
}
