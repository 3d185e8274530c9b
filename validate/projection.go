package validate

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// project cuts a document down to what the schema lists, so that what enters
// CUE is bounded by the schema and equal for documents of one form:
//
//   - fields that the schema does not list are left out; loading reported them,
//   - the content of free mappings and lists is left out,
//   - data that may be anything is true: only that it is there counts,
//   - names and texts that are fine are all the same.
func (s *shape) project(n *value.Node) *value.Node {
	if s.any {
		return value.NewBool(true, value.Place{})
	}
	switch n.Kind() {
	case value.Map:
		return s.projectFields(n)
	case value.List:
		return s.projectItems(n)
	case value.String:
		if same, ok := sameTexts[s.definition]; ok && same.fine(n.Text()) {
			return value.NewString(same.text, value.Place{})
		}
	}
	return n
}

func (s *shape) projectFields(n *value.Node) *value.Node {
	kept := make([]value.Entry, 0, min(n.Len(), len(s.fields)))
	for _, f := range n.Fields() {
		field, ok := s.fields[f.Name]
		if !ok || f.Value.IsNull() && !field.any {
			continue
		}
		kept = append(kept, value.Entry{Name: f.Name, Value: field.project(f.Value)})
	}
	return value.NewMap(kept, value.Place{})
}

func (s *shape) projectItems(n *value.Node) *value.Node {
	if s.item == nil {
		return value.NewList(nil, value.Place{})
	}
	kept := make([]*value.Node, n.Len())
	for i, item := range n.Items() {
		kept[i] = s.item.project(item)
	}
	return value.NewList(kept, value.Place{})
}

// sameText is what stands for every text that is fine for a definition. fine
// accepts what the definition accepts, which a test holds; CUE judges the rest.
type sameText struct {
	text string
	fine func(string) bool
}

var sameTexts = map[string]sameText{
	"#Text":  {text: "text", fine: isText},
	"#Label": {text: "label", fine: isLabel},
	"#Name":  {text: "name", fine: isName},
}

func isText(s string) bool {
	return slices.ContainsFunc([]byte(s), func(c byte) bool { return c != ' ' && c != '\t' && c != '\r' && c != '\n' })
}

func isLabel(s string) bool { return len(validation.IsDNS1123Label(s)) == 0 }

func isName(s string) bool {
	return len(s) <= validation.LabelValueMaxLength && len(validation.IsDNS1123Subdomain(s)) == 0
}
