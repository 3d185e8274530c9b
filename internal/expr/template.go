package expr

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Template is a text with expressions, checked and ready to be computed. It
// does not change and may be used by many goroutines.
type Template struct {
	parts []part
	reads Reads
}

// part is a literal, or an expression that starts offset code points into the
// text.
type part struct {
	literal    string
	expression *expression
	offset     int
}

// Compile checks text and everything its expressions name. A text without ${
// gives nil. The errors are all that were found, in order of their offsets;
// with any of them there is no template.
func (s *Scope) Compile(text string) (*Template, []*Error) {
	if !strings.Contains(text, "${") {
		return nil, nil
	}
	segments, err := split(text)
	if err != nil {
		return nil, []*Error{err}
	}
	t := &Template{parts: make([]part, 0, len(segments))}
	var errs []*Error
	for _, segment := range segments {
		p, partErrs := s.part(segment, len(segments) == 1)
		errs = append(errs, partErrs...)
		if len(errs) > 0 {
			continue
		}
		t.parts = append(t.parts, p)
		if p.expression != nil {
			t.reads = t.reads.join(p.expression.reads)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return t, nil
}

func (s *Scope) part(segment segment, alone bool) (part, []*Error) {
	if !segment.expr {
		return part{literal: segment.text}, nil
	}
	e, found := s.expression(segment.text)
	if len(found) == 0 {
		if err := e.usable(alone); err != nil {
			found = []*Error{err}
		}
	}
	errs := make([]*Error, len(found))
	for i, err := range found {
		errs[i] = err.in(segment.offset)
	}
	return part{expression: e, offset: segment.offset}, errs
}

// usable judges the type of a result, as far as it is known: alone it may be
// any data, inside a longer text only what has one canonical form.
func (e *expression) usable(alone bool) *Error {
	at := whole(e.source)
	if offender, ok := dataType(e.result); !ok {
		err := unusable(offender.TypeName())
		err.Offset, err.Length = at.offset, at.length
		return err
	}
	if alone || textType(e.result) {
		return nil
	}
	return uninterpolated(typeName(e.result), at)
}

// dataType finds the part of a type that is not data.
func dataType(t *types.Type) (*types.Type, bool) {
	switch t.Kind() {
	case types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind,
		types.NullTypeKind, types.DynKind, types.AnyKind, types.TypeParamKind:
		return t, true
	case types.ListKind, types.MapKind:
		for _, parameter := range t.Parameters() {
			if offender, ok := dataType(parameter); !ok {
				return offender, false
			}
		}
		return t, true
	}
	return t, false
}

func textType(t *types.Type) bool {
	switch t.Kind() {
	case types.StringKind, types.IntKind, types.UintKind, types.BoolKind, types.DynKind, types.AnyKind, types.TypeParamKind:
		return true
	}
	return false
}

func typeName(t *types.Type) string {
	switch t.Kind() {
	case types.DoubleKind:
		return value.Float.String()
	case types.ListKind:
		return value.List.String()
	case types.MapKind:
		return value.Map.String()
	case types.NullTypeKind:
		return value.Null.String()
	}
	return t.TypeName()
}

func uninterpolated(kind string, at span) *Error {
	err := errorf(CodeType, at, "%s cannot stand inside a longer text", kind)
	switch kind {
	case value.List.String():
		return err.hinting("join the items with .join(','), or let the expression be the whole value")
	case value.Map.String():
		return err.hinting("let the expression be the whole value")
	case value.Float.String():
		return err.hinting("convert it with string(...) or int(...)")
	}
	return err.hinting("strings, integers and booleans can")
}

// Reads says which inputs the template reads.
func (t *Template) Reads() Reads { return t.reads }

// Paths yields what the template names, as far as it is written out: a root and
// the names behind it, of which those that are computed are left out with all
// that follows.
func (t *Template) Paths() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, p := range t.parts {
			if p.expression == nil {
				continue
			}
			for _, path := range p.expression.paths {
				if !yield(path) {
					return
				}
			}
		}
	}
}

// Eval computes the template. Every node of the result is placed at place; its
// causes are the places of the inputs that the expressions name. The error is
// an [*Error].
func (t *Template) Eval(in *Inputs, place value.Place) (*value.Node, error) {
	if len(t.parts) == 1 && t.parts[0].expression != nil {
		e := t.parts[0].expression
		n, err := e.eval(in)
		if err == nil {
			err = e.fits(n)
		}
		if err != nil {
			return nil, err.in(t.parts[0].offset)
		}
		return e.reasons(in, reasons{}).mark(n, place), nil
	}
	var text strings.Builder
	var why reasons
	for _, p := range t.parts {
		text.WriteString(p.literal)
		if p.expression == nil {
			continue
		}
		n, err := p.expression.eval(in)
		if err == nil {
			err = p.expression.interpolate(&text, n)
		}
		if err != nil {
			return nil, err.in(p.offset)
		}
		why = p.expression.reasons(in, why)
	}
	return why.mark(value.NewString(text.String(), place), place), nil
}

func (e *expression) interpolate(text *strings.Builder, n *value.Node) *Error {
	var piece string
	switch n.Kind() {
	case value.String, value.Bool:
		piece = n.Text()
	case value.Int:
		i, _ := n.Integer()
		piece = strconv.FormatInt(i, 10)
	default:
		return uninterpolated(n.Kind().String(), whole(e.source))
	}
	if err := guardText(text.Len() + len(piece)); err != nil {
		return e.tooLarge(err.Error())
	}
	text.WriteString(piece)
	return nil
}

// fits refuses results that no call made, and no guard has seen: a reference may
// name data of any size, and copies it unless it is one text.
func (e *expression) fits(n *value.Node) *Error {
	if room := maxNodes; n.Outgrows(&room) != nil {
		return e.tooLarge(fmt.Sprintf("the result has more than %d parts", maxNodes))
	}
	return nil
}

func (e *expression) tooLarge(summary string) *Error {
	return e.spread((&Error{Code: CodeTooCostly, Summary: summary}).hinting("use less of it, or keep it in a file of the content"))
}
