package expr

import "github.com/google/cel-go/interpreter"

// attributes makes attributes that show whether something is selected from them.
type attributes struct{ interpreter.AttributeFactory }

// RelativeAttribute implements [interpreter.AttributeFactory].
func (a attributes) RelativeAttribute(id int64, operand interpreter.Interpretable) interpreter.Attribute {
	return &relative{Attribute: a.AttributeFactory.RelativeAttribute(id, operand)}
}

// relative is a selection from something computed, or that alone as long as
// nothing is selected.
type relative struct {
	interpreter.Attribute
	selects bool
}

// AddQualifier implements [interpreter.Attribute].
func (r *relative) AddQualifier(q interpreter.Qualifier) (interpreter.Attribute, error) {
	r.selects = true
	_, err := r.Attribute.AddQualifier(q)
	return r, err
}

// isOperand reports whether i is what the planner makes of a computed operand or
// index on the way to a selection. It borrows the id of the one or the other
// and must stay an attribute.
func isOperand(i interpreter.Interpretable) bool {
	a, ok := i.(interpreter.InterpretableAttribute)
	if !ok {
		return false
	}
	r, ok := a.Attr().(*relative)
	return ok && !r.selects
}
