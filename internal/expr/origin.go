package expr

import (
	"errors"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// origin is the part of an expression that an error comes from: the innermost
// that it names. Zero is none.
func origin(err error) int64 {
	var id int64
	for ; err != nil; err = errors.Unwrap(err) {
		if node, ok := err.(*types.Err); ok && node != shared && node.NodeID() != 0 {
			id = node.NodeID()
		}
	}
	return id
}

// shared is an error that all evaluations of the process have in common: it
// keeps the place where it occurred first.
var shared, _ = types.NoSuchOverloadErr().(*types.Err)

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
	for {
		within, ok := err.Unwrap().(*types.Err)
		if !ok {
			return types.WrapErr(err)
		}
		err = within
	}
}
