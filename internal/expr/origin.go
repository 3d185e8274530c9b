package expr

import (
	"errors"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// origin is what an error came from: the innermost that names a part of the
// expression, or nil.
func origin(err error) *types.Err {
	var found *types.Err
	for ; err != nil; err = errors.Unwrap(err) {
		if node, ok := err.(*types.Err); ok && node.NodeID() != 0 {
			found = node
		}
	}
	return found
}

// shared is an error that all evaluations of a process have in common. The first
// to meet it would write its place into it.
var shared, _ = types.NoSuchOverloadErr().(*types.Err)

// nowhere is the id of no part of an expression.
const nowhere = -1

// place is the part of the expression that an error came from.
func place(err error) (int64, bool) {
	from := origin(err)
	if from == nil || from == shared {
		return 0, false
	}
	return from.NodeID(), true
}

// tracing gives the decorator that keeps the places of errors in loops: what a
// loop hands to its next turn goes through a variable, which releases of cel-go
// before 0.29 take for the place of the error.
func tracing(e ast.Expr) interpreter.InterpretableDecorator {
	handed := map[int64]bool{}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			handed[e.AsComprehension().AccuInit().ID()] = true
			handed[e.AsComprehension().LoopStep().ID()] = true
		}
	}))
	return func(i interpreter.Interpretable) (interpreter.Interpretable, error) {
		if _, constant := i.(interpreter.InterpretableConst); constant || !handed[i.ID()] || isOperand(i) {
			return i, nil
		}
		return traced{i}, nil
	}
}

// traced is a part of a program whose errors keep their place.
type traced struct{ inner interpreter.Interpretable }

// ID implements [interpreter.Interpretable].
func (t traced) ID() int64 { return t.inner.ID() }

// Eval implements [interpreter.Interpretable].
func (t traced) Eval(vars interpreter.Activation) ref.Val {
	v := t.inner.Eval(vars)
	err, ok := v.(*types.Err)
	if !ok {
		return v
	}
	if from := origin(err); from != nil {
		return types.WrapErr(from)
	}
	return v
}
