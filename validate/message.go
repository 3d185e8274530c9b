package validate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// diagnostic says about document d what CUE refuses there, in the words of the
// schema.
func (s *schema) diagnostic(d profile.Document, r refusal) diag.Diagnostic {
	shape, n := s.shape.at(r.path), d.Tree().Find(r.path)
	if shape == nil {
		shape = s.shape
	}
	found := diag.Errorf("validate.value", d.At(r.path), "%s is not allowed here", decode.Name(r.path)).WithDetail("%s", shape.hint)
	switch {
	case r.text != "":
		found = diag.Errorf("validate.rule", d.KeyAt(r.path), "%s", r.text).WithDetail("%s", shape.hint)
	case r.missing:
		found = diag.Errorf("validate.required", d.KeyAt(above(r.path)), "%s is missing%s", decode.Name(r.path[len(r.path)-1:]), inside(r.path)).WithDetail("%s", missingHint(shape))
	case len(shape.enum) > 0:
		found.Code, found.Summary = "validate.enum", fmt.Sprintf("%s must be one of the allowed values, not %s", decode.Name(r.path), shown(n))
		found.Detail = among(n.Text(), shape.enum)
	case r.rule:
		found = diag.Errorf("validate.rule", d.At(r.path), "%s", shape.rule.whole).WithDetail("%s", shape.rule.hint)
	case shape.item != nil && n.Len() == 0:
		found.Summary = fmt.Sprintf("%s must %s", decode.Name(r.path), cmp.Or(shape.must, "have at least one item"))
	case shape.must != "":
		found.Summary = fmt.Sprintf("%s must %s, not %s", decode.Name(r.path), shape.must, shown(n))
	case shape.mapping && n.Kind() != value.Map:
		found.Summary = fmt.Sprintf("%s must be a mapping, not %s", decode.Name(r.path), shown(n))
	}
	return found.WithPath(r.path)
}

func missingHint(s *shape) string {
	switch {
	case s.must != "":
		return "it must " + s.must
	case len(s.enum) > 0:
		return "it is one of " + strings.Join(s.enum, ", ")
	}
	return "add it"
}

// among is the hint for a text that is not one of known.
func among(text string, known []string) string {
	listed := strings.Join(known, ", ")
	if near, ok := diag.Nearest(text, known); ok {
		return fmt.Sprintf("did you mean %q? allowed are %s", near, listed)
	}
	return "allowed are " + listed
}

func above(path diag.Path) diag.Path { return path[:max(len(path)-1, 0)] }

func inside(path diag.Path) string {
	if len(path) < 2 {
		return ""
	}
	return " in " + decode.Name(above(path))
}

// shown is a value as messages show it.
func shown(n *value.Node) string {
	switch kind := n.Kind(); {
	case n.Sensitive():
		return "a sensitive value"
	case kind == value.String:
		return fmt.Sprintf("%q", clipped(n.Text()))
	case kind == value.Bool || kind == value.Int || kind == value.Float:
		return n.Text()
	default:
		return kind.String()
	}
}

// clipped keeps what hostile input says short.
func clipped(text string) string { return value.Short(text, 64) }
