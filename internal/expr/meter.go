package expr

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// meter counts the true cost of one evaluation, in the units of the estimate.
// It stands in for cel-go's own tracker, whose time grows with the square of the
// cost.
//
// What is counted: each turn of a loop costs the parts of its body, each
// argument of a call costs its text, and of calls that compare or walk through
// lists and maps all they hold. Everything else is bounded by the length of the
// expression.
type meter struct{ left int64 }

// meterName is how programs find the meter: no expression can spell it.
const meterName = "#meter"

func spend(vars interpreter.Activation, cost uint64) {
	found, _ := vars.ResolveName(meterName)
	m, ok := found.(*meter)
	if !ok {
		return
	}
	if m.left -= int64(min(cost, maxCost+1)); m.left < 0 {
		// An error would be swallowed by || and &&, and loops would go on. This is
		// how CEL itself stops an evaluation; run turns it into an error.
		panic(interpreter.EvalCancelledError{Cause: interpreter.CostLimitExceeded, Message: costExceeded})
	}
}

const costExceeded = "cost limit exceeded"

// metering gives the decorator that puts counting into the program of e.
func metering(e ast.Expr) interpreter.InterpretableDecorator {
	prices := map[int64]price{}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.ComprehensionKind:
			c := e.AsComprehension()
			turn := bodySize(c.LoopCondition()) + bodySize(c.LoopStep())
			prices[c.LoopStep().ID()] = func(ref.Val) uint64 { return turn }
		case ast.CallKind:
			priceArguments(e, prices)
		}
	}))
	return func(i interpreter.Interpretable) (interpreter.Interpretable, error) {
		if price, ok := prices[i.ID()]; ok && !isOperand(i) {
			return metered{i, price}, nil
		}
		return i, nil
	}
}

// price is what it costs to use a value.
type price func(v ref.Val) uint64

// plus is the price with a fixed amount on top. A nil price is free.
func (p price) plus(fixed uint64) price {
	return func(v ref.Val) uint64 {
		if p == nil {
			return fixed
		}
		return p(v) + fixed
	}
}

// metered is a part of a program that has a price.
type metered struct {
	inner interpreter.Interpretable
	price price
}

// ID implements [interpreter.Interpretable].
func (m metered) ID() int64 { return m.inner.ID() }

// Eval implements [interpreter.Interpretable].
func (m metered) Eval(vars interpreter.Activation) ref.Val {
	v := m.inner.Eval(vars)
	spend(vars, m.price(v))
	return v
}

// bodySize counts the parts of a loop's body, without those of loops inside
// it, which have their own price.
func bodySize(e ast.Expr) uint64 {
	var size uint64
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			size += bodySize(c.Target())
		}
		for _, arg := range c.Args() {
			size += bodySize(arg)
		}
	case ast.SelectKind:
		size = bodySize(e.AsSelect().Operand())
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			size += bodySize(item)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			size += bodySize(entry.AsMapEntry().Key()) + bodySize(entry.AsMapEntry().Value())
		}
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		size = bodySize(c.IterRange()) + bodySize(c.AccuInit()) + bodySize(c.Result())
	}
	return size + 1
}

// unpriced are the operators that do not look into their arguments, or that
// CEL plans in another way than as calls.
var unpriced = map[string]bool{
	operators.Index: true, operators.OptIndex: true, operators.OptSelect: true,
	operators.Conditional: true, operators.LogicalAnd: true, operators.LogicalOr: true,
	operators.LogicalNot: true, operators.NotStrictlyFalse: true,
}

// priceArguments makes a call pay for its literals, which the planner must be
// able to recognise, and everything else pay for itself. A call is seen before
// its arguments.
func priceArguments(e ast.Expr, prices map[int64]price) {
	c := e.AsCall()
	if unpriced[c.FunctionName()] {
		return
	}
	charge := priceOf(c)
	var literals uint64
	for _, arg := range operands(c) {
		if arg.Kind() == ast.LiteralKind {
			literals += charge(arg.AsLiteral())
		} else {
			prices[arg.ID()] = charge
		}
	}
	if literals > 0 {
		prices[e.ID()] = prices[e.ID()].plus(literals)
	}
}

// operands are the arguments of a call, with its target.
func operands(c ast.CallExpr) []ast.Expr {
	if c.IsMemberFunction() {
		return append([]ast.Expr{c.Target()}, c.Args()...)
	}
	return c.Args()
}

func priceOf(c ast.CallExpr) price {
	switch name := c.FunctionName(); {
	case takesRegexp(name):
		length := uint64(maxRegexp)
		if pattern, ok := literalString(operands(c)[1]); ok {
			length = uint64(len(pattern))
		}
		return func(v ref.Val) uint64 { return (textCost(v) + 1) * (length/4 + 1) }
	case name == "distinct" || strings.HasPrefix(name, "sets."):
		return func(v ref.Val) uint64 { return textCost(v) + itemCount(v)*itemCount(v) + weight([]ref.Val{v}) }
	case guards[name] != nil && name != operators.Add:
		return func(v ref.Val) uint64 { return textCost(v) + weight([]ref.Val{v}) }
	}
	return textCost
}

// textCost is one for each ten bytes of a string.
func textCost(v ref.Val) uint64 {
	text, _ := v.(types.String)
	return uint64(len(text) / 10)
}

func itemCount(v ref.Val) uint64 {
	if list, ok := v.(traits.Lister); ok {
		return uint64(list.Size().(types.Int))
	}
	return 0
}
