package expr

import (
	"unicode/utf8"

	"github.com/google/cel-go/common/types"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Condition is an expression that stands alone, without ${}, and is true or
// false: a rule about variables. It may be used by many goroutines.
type Condition struct{ expression *expression }

// Condition compiles a rule. It may read what the scope's texts may read, but
// component: a rule belongs to no layer.
func (s *Scope) Condition(source string) (*Condition, []*Error) {
	if utf8.RuneCountInString(source) > maxLength {
		return nil, []*Error{errorf(CodeTooLong, whole(source), "the rule has more than %d characters", maxLength)}
	}
	e, errs := s.expression(source)
	if len(errs) > 0 {
		return nil, errs
	}
	if e.reads.Component {
		return nil, []*Error{errorf(CodeUndefinedName, whole(source), "component is not known here").
			hinting("a rule is about variables; it belongs to no layer")}
	}
	if kind := e.result.Kind(); kind != types.BoolKind && kind != types.DynKind {
		return nil, []*Error{errorf(CodeType, whole(source), "a rule is true or false, not %s", typeName(e.result)).
			hinting("compare the value with something")}
	}
	return &Condition{e}, nil
}

// Reads says which inputs the condition reads.
func (c *Condition) Reads() Reads { return c.expression.reads }

// Holds computes the condition. The error is an [*Error].
func (c *Condition) Holds(in *Inputs) (bool, error) {
	n, err := c.expression.eval(in)
	if err != nil {
		return false, err
	}
	if n.Kind() != value.Bool {
		return false, c.expression.spread(&Error{Code: CodeType, Summary: "a rule is true or false, not " + n.Kind().String()})
	}
	held, _ := n.Boolean()
	return held, nil
}
