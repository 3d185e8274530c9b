package expr

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

const (
	// maxNodes bounds the parts of a result, and of everything that a call
	// walks through as a whole.
	maxNodes = 100_000
	// maxItems bounds lists that expressions build.
	maxItems = 10_000
	// maxText bounds strings that expressions build, in bytes.
	maxText = 1 << 20
)

// guards judge the arguments of calls whose work or result can be out of all
// proportion to them: CEL counts the cost of such a call after it is done.
var guards = map[string]func(args []ref.Val) error{
	operators.Add:           guardAdd,
	operators.Equals:        guardWeight,
	operators.NotEquals:     guardWeight,
	operators.In:            guardWeight,
	"replace":               guardReplace,
	"join":                  guardJoin,
	"format":                guardFormat,
	"lists.range":           guardRange,
	"flatten":               guardWeight,
	"distinct":              guardWeight,
	"sort":                  guardWeight,
	"@sortByAssociatedKeys": guardWeight,
	"indexOf":               guardWeight,
	"lastIndexOf":           guardWeight,
	"sets.contains":         guardWeight,
	"sets.equivalent":       guardWeight,
	"sets.intersects":       guardWeight,
	"quantity":              guardQuantity,
	"isQuantity":            guardQuantity,
	"matches":               guardRegexp,
	"find":                  guardRegexp,
	"findAll":               guardRegexp,
}

func guardWeight(args []ref.Val) error {
	if weight(args) > maxNodes {
		return fmt.Errorf("the operands hold more than %d parts", maxNodes)
	}
	return nil
}

func guardAdd(args []ref.Val) error {
	if a, b, ok := texts(args[0], args[1]); ok {
		return guardText(len(a) + len(b))
	}
	a, aList := args[0].(traits.Lister)
	b, bList := args[1].(traits.Lister)
	if aList && bList && a.Size().(types.Int)+b.Size().(types.Int) > maxItems {
		return fmt.Errorf("the list has more than %d items", maxItems)
	}
	return nil
}

func guardText(size int) error {
	if size > maxText {
		return fmt.Errorf("the text has more than %d bytes", maxText)
	}
	return nil
}

func guardReplace(args []ref.Val) error {
	text, old, ok := texts(args[0], args[1])
	replacement, isText := args[2].(types.String)
	if !ok || !isText {
		return nil
	}
	return guardText(len(text) + strings.Count(text, old)*len(replacement))
}

func guardJoin(args []ref.Val) error {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return nil
	}
	separator := 0
	if len(args) > 1 {
		text, _ := args[1].(types.String)
		separator = len(text)
	}
	size := 0
	for it := list.Iterator(); size <= maxText && it.HasNext() == types.True; {
		item, _ := it.Next().(types.String)
		size += len(item) + separator
	}
	return guardText(size)
}

// longPrecision is a precision as in '%.900000f'.
var longPrecision = regexp.MustCompile(`%\.[0-9]{3}`)

func guardFormat(args []ref.Val) error {
	if text, _ := args[0].(types.String); longPrecision.MatchString(string(text)) {
		return fmt.Errorf("the format asks for more than 99 digits")
	}
	return guardWeight(args)
}

func guardRange(args []ref.Val) error {
	if n, ok := args[0].(types.Int); ok && n > maxItems {
		return fmt.Errorf("the list has more than %d items", maxItems)
	}
	return nil
}

// guardQuantity keeps huge exponents from the parser, which would compute them.
func guardQuantity(args []ref.Val) error {
	text, _ := args[0].(types.String)
	if len(text) > 64 {
		return fmt.Errorf("a quantity has at most 64 characters")
	}
	if i := strings.LastIndexAny(string(text), "eE"); i >= 0 && len(strings.TrimLeft(string(text[i+1:]), "+-0")) > 2 {
		return fmt.Errorf("the exponent of the quantity is too large")
	}
	return nil
}

func guardRegexp(args []ref.Val) error {
	if pattern, ok := args[1].(types.String); ok && len(pattern) > maxRegexp {
		return fmt.Errorf("the regular expression has more than %d characters", maxRegexp)
	}
	return nil
}

func texts(a, b ref.Val) (string, string, bool) {
	x, isX := a.(types.String)
	y, isY := b.(types.String)
	return string(x), string(y), isX && isY
}

// guardedCall is a call whose arguments are judged before it is done.
type guardedCall struct {
	id       int64
	function string
	args     []interpreter.Interpretable
	guard    func(args []ref.Val) error
	do       *functions.Overload
}

// ID implements [interpreter.Interpretable].
func (c *guardedCall) ID() int64 { return c.id }

// Eval implements [interpreter.Interpretable].
func (c *guardedCall) Eval(vars interpreter.Activation) ref.Val {
	var fixed [3]ref.Val
	args := fixed[:0]
	for _, arg := range c.args {
		args = append(args, arg.Eval(vars))
	}
	for _, v := range args {
		if types.IsUnknownOrError(v) {
			return v
		}
	}
	if err := c.guard(args); err != nil {
		return types.LabelErrNode(c.id, types.WrapErr(&Error{Code: CodeTooCostly, Summary: err.Error()}))
	}
	return types.LabelErrNode(c.id, call(c.do, c.function, args))
}

func call(do *functions.Overload, name string, args []ref.Val) ref.Val {
	if do.OperandTrait != 0 && !args[0].Type().HasTrait(do.OperandTrait) {
		return types.NewErr("no such overload: %s", name)
	}
	switch {
	case len(args) == 1 && do.Unary != nil:
		return do.Unary(args[0])
	case len(args) == 2 && do.Binary != nil:
		return do.Binary(args[0], args[1])
	case do.Function != nil:
		return do.Function(args...)
	}
	return types.NewErr("no such overload: %s", name)
}

// guarding gives the decorator that puts the guards, and the ordered maps, into
// programs.
var guarding = sync.OnceValues(func() (interpreter.InterpretableDecorator, error) {
	env, err := baseEnvironment()
	if err != nil {
		return nil, err
	}
	bindings := map[string]*functions.Overload{
		operators.Equals: {Binary: types.Equal},
		operators.NotEquals: {Binary: func(a, b ref.Val) ref.Val {
			return types.Bool(types.Equal(a, b) != types.True)
		}},
	}
	for name := range guards {
		if bindings[name] != nil {
			continue
		}
		found, err := env.Functions()[name].Bindings()
		if err != nil {
			return nil, fmt.Errorf("guarding %s: %w", name, err)
		}
		for _, b := range found {
			bindings[b.Operator] = b
		}
	}
	return func(i interpreter.Interpretable) (interpreter.Interpretable, error) {
		switch i := i.(type) {
		case interpreter.InterpretableConst:
			if m, ok := i.Value().(traits.Mapper); ok {
				return interpreter.NewConstValue(i.ID(), ordered{m}), nil
			}
		case interpreter.InterpretableConstructor:
			if i.Type() == types.MapType {
				return orderedConstructor{i}, nil
			}
		case interpreter.InterpretableCall:
			return guarded(i, bindings), nil
		}
		return i, nil
	}, nil
})

func guarded(c interpreter.InterpretableCall, bindings map[string]*functions.Overload) interpreter.Interpretable {
	guard, ok := guards[c.Function()]
	args := plain(c.Args())
	if !ok || arithmetic[c.OverloadID()] || isCompiled(c.Function(), args) {
		return c
	}
	do := bindings[c.OverloadID()]
	if do == nil {
		do = bindings[c.Function()]
	}
	return &guardedCall{id: c.ID(), function: c.Function(), args: args, guard: guard, do: do}
}

// plain forgets what releases of cel-go call the type of arguments.
func plain[T interpreter.Interpretable](args []T) []interpreter.Interpretable {
	plain := make([]interpreter.Interpretable, len(args))
	for i, arg := range args {
		plain[i] = arg
	}
	return plain
}

// isCompiled reports whether the call matches a constant regular expression,
// which the planner has compiled by then.
func isCompiled(function string, args []interpreter.Interpretable) bool {
	if !takesRegexp(function) {
		return false
	}
	_, constant := args[1].(interpreter.InterpretableConst)
	return constant
}

func takesRegexp(function string) bool {
	return function == "matches" || function == "find" || function == "findAll"
}

// arithmetic are the additions that cannot grow.
var arithmetic = map[string]bool{
	overloads.AddInt64: true, overloads.AddUint64: true, overloads.AddDouble: true,
	overloads.AddDurationDuration: true, overloads.AddDurationTimestamp: true, overloads.AddTimestampDuration: true,
}
