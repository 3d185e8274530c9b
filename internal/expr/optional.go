package expr

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// alternative is a.or(b) or a.orValue(b): b is evaluated only where a has no
// value, so it may be something that fails.
type alternative struct {
	id            int64
	first, second interpreter.Interpretable
	unwrap        bool
}

// alternatives is the decorator that plans them.
func alternatives(i interpreter.Interpretable) (interpreter.Interpretable, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || len(call.Args()) != 2 {
		return i, nil
	}
	switch call.Function() {
	case "or", "orValue":
		return &alternative{
			id:     call.ID(),
			first:  call.Args()[0],
			second: call.Args()[1],
			unwrap: call.Function() == "orValue",
		}, nil
	}
	return i, nil
}

// ID implements [interpreter.Interpretable].
func (a *alternative) ID() int64 { return a.id }

// Eval implements [interpreter.Interpretable].
func (a *alternative) Eval(vars interpreter.Activation) ref.Val {
	v := a.first.Eval(vars)
	optional, ok := v.(*types.Optional)
	switch {
	case !ok:
		return types.MaybeNoSuchOverloadErr(v)
	case !optional.HasValue():
		return a.second.Eval(vars)
	case a.unwrap:
		return optional.GetValue()
	}
	return optional
}
