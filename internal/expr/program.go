package expr

import (
	"fmt"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/library"
)

// baseDispatcher holds the implementations of all functions. A cel.Program has
// one of its own, which is 50 KiB for each expression; this one is shared.
var baseDispatcher = sync.OnceValues(func() (interpreter.Dispatcher, error) {
	env, err := baseEnvironment()
	if err != nil {
		return nil, err
	}
	// Evaluations only read it from now on, so they can run side by side.
	types.LabelErrNode(nowhere, shared)
	dispatcher := interpreter.NewDispatcher()
	for name, function := range env.Functions() {
		bindings, err := function.Bindings()
		if err == nil {
			err = dispatcher.Add(bindings...)
		}
		if err != nil {
			return nil, fmt.Errorf("binding %s: %w", name, err)
		}
	}
	return dispatcher, nil
})

// newInterpreter plans the programs of one scope.
func newInterpreter(env *cel.Env) (interpreter.Interpreter, error) {
	dispatcher, err := baseDispatcher()
	if err != nil {
		return nil, err
	}
	provider, adapter := env.CELTypeProvider(), env.CELTypeAdapter()
	factory := attributes{interpreter.NewAttributeFactory(env.Container, adapter, provider)}
	return interpreter.NewInterpreter(dispatcher, env.Container, provider, adapter, factory), nil
}

// makeProgram counts the true cost only where some input could make it too
// high: most expressions are cheap whatever they read.
//
// The nodes that this package puts into programs hold those of cel-go in fields
// and embed none: since its release 0.29 they have a second way to be
// evaluated, Exec, which it prefers to Eval. A node that inherited it would be
// passed by, and what it guards with it.
func (e *expression) makeProgram(checked *cel.Ast) (interpreter.Interpretable, error) {
	guard, err := guarding()
	if err != nil {
		return nil, err
	}
	// The planner's own improvements come first: they know only its own nodes.
	options := []interpreter.PlannerOption{
		interpreter.Optimize(),
		interpreter.CompileRegexConstants(interpreter.MatchesRegexOptimization, library.FindRegexOptimization, library.FindAllRegexOptimization),
		interpreter.CustomDecorator(alternatives),
		interpreter.CustomDecorator(guard),
	}
	if cost, err := e.cost(checked, worst); err != nil || cost > maxCost {
		e.metered = true
		options = append(options, interpreter.CustomDecorator(metering(checked.NativeRep().Expr())))
	}
	options = append(options, interpreter.CustomDecorator(tracing(checked.NativeRep().Expr())))
	return e.scope.interpreter.NewInterpretable(checked.NativeRep(), options...)
}

// run evaluates the program. A panic of an implementation becomes an error, as
// does the meter's.
func (e *expression) run(in *Inputs) (out ref.Val, err error) {
	vars := activation{expression: e, in: in}
	if e.metered {
		vars.meter = &meter{left: maxCost}
	}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case interpreter.EvalCancelledError:
			err = p
		default:
			err = fmt.Errorf("the evaluation broke off: %v", p)
		}
	}()
	out = e.program.Eval(vars)
	if failed, ok := out.(*types.Err); ok {
		return nil, failed
	}
	return out, nil
}
