package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/env"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apimachinery/pkg/api/resource"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// standard is CEL's own library without duration(int), which is not in CEL's
// definition and which releases of cel-go before 0.29 have.
func standard() cel.EnvOption {
	duration := env.NewFunction("duration", &env.Overload{ID: "int64_to_duration"})
	return cel.StdLib(cel.StdLibSubset(env.NewLibrarySubset().AddExcludedFunctions(duration)))
}

// bindFunctions binds the functions that give other results in other releases
// of cel-go or Kubernetes. Which of them a program is built with is not up to
// this module, and profiles must mean the same in all. The signatures stay those
// of the libraries.
func bindFunctions(env *cel.Env) (*cel.Env, error) {
	text, number, quantity := types.StringType, types.IntType, apiservercel.QuantityType
	search, searchFrom := []*types.Type{text, text}, []*types.Type{text, text, number}
	operands, operandAndInt := []*types.Type{quantity, quantity}, []*types.Type{quantity, number}
	return extend(env,
		cel.Function("lists.range",
			cel.Overload("lists_range", []*types.Type{number}, types.NewListType(number), cel.UnaryBinding(rangeOf))),
		cel.Function("indexOf",
			cel.MemberOverload("string_index_of_string", search, number, cel.BinaryBinding(index)),
			cel.MemberOverload("string_index_of_string_int", searchFrom, number, cel.FunctionBinding(indexFrom))),
		cel.Function("lastIndexOf",
			cel.MemberOverload("string_last_index_of_string", search, number, cel.BinaryBinding(lastIndex)),
			cel.MemberOverload("string_last_index_of_string_int", searchFrom, number, cel.FunctionBinding(lastIndexFrom))),
		cel.Function("add",
			cel.MemberOverload("quantity_add", operands, quantity, cel.BinaryBinding(addQuantity)),
			cel.MemberOverload("quantity_add_int", operandAndInt, quantity, cel.BinaryBinding(addQuantity))),
		cel.Function("sub",
			cel.MemberOverload("quantity_sub", operands, quantity, cel.BinaryBinding(subtractQuantity)),
			cel.MemberOverload("quantity_sub_int", operandAndInt, quantity, cel.BinaryBinding(subtractQuantity))),
	)
}

func extend(env *cel.Env, options ...cel.EnvOption) (*cel.Env, error) {
	for _, option := range options {
		var err error
		if env, err = option(env); err != nil {
			return nil, err
		}
	}
	return env, nil
}

// rangeOf refuses negative lengths, which some releases take for zero.
func rangeOf(length ref.Val) ref.Val {
	n := length.(types.Int)
	if n < 0 {
		return types.NewErr("a list cannot have %d items", n)
	}
	items := make([]ref.Val, n)
	for i := range items {
		items[i] = types.Int(i)
	}
	return types.NewRefValList(adapter{}, items)
}

func index(text, part ref.Val) ref.Val { return indexFrom(text, part, types.IntZero) }

// indexFrom finds part at or behind an offset, counted in code points. The
// empty text is found everywhere up to the end. The search takes linear time, as
// that of the libraries does not.
func indexFrom(args ...ref.Val) ref.Val {
	text, part, offset := string(args[0].(types.String)), string(args[1].(types.String)), args[2].(types.Int)
	if offset < 0 {
		return outOfRange(offset)
	}
	start := byteOffset(text, offset)
	found := strings.Index(text[start:], part)
	if found < 0 {
		return types.Int(-1)
	}
	return runeCount(text[:start+found])
}

func lastIndex(text, part ref.Val) ref.Val {
	return lastIndexIn(string(text.(types.String)), string(part.(types.String)))
}

// lastIndexFrom finds part at or before an offset. An offset behind the end is
// taken for a mistake, and nothing is found, unless part is empty.
func lastIndexFrom(args ...ref.Val) ref.Val {
	text, part, offset := string(args[0].(types.String)), string(args[1].(types.String)), args[2].(types.Int)
	if offset < 0 {
		return outOfRange(offset)
	}
	start := byteOffset(text, offset)
	if start == len(text) && part != "" {
		return types.Int(-1)
	}
	return lastIndexIn(text[:min(len(text), start+len(part))], part)
}

func lastIndexIn(text, part string) ref.Val {
	found := strings.LastIndex(text, part)
	if found < 0 {
		return types.Int(-1)
	}
	return runeCount(text[:found])
}

func runeCount(text string) ref.Val { return types.Int(utf8.RuneCountInString(text)) }

// byteOffset is where the code point at offset starts, at most the text's end.
func byteOffset(text string, offset types.Int) int {
	for i := range text {
		if offset == 0 {
			return i
		}
		offset--
	}
	return len(text)
}

func outOfRange(offset types.Int) ref.Val { return types.NewErr("index out of range: %d", offset) }

func addQuantity(a, b ref.Val) ref.Val {
	return combine(a, b, (*resource.Quantity).Add)
}

func subtractQuantity(a, b ref.Val) ref.Val {
	return combine(a, b, (*resource.Quantity).Sub)
}

// combine works on copies: large quantities share what they point to.
func combine(a, b ref.Val, do func(*resource.Quantity, resource.Quantity)) ref.Val {
	sum, ok := quantityOf(a)
	other, isQuantity := quantityOf(b)
	if !ok || !isQuantity {
		return types.NoSuchOverloadErr()
	}
	do(&sum, other)
	return &apiservercel.Quantity{Quantity: &sum}
}

func quantityOf(v ref.Val) (resource.Quantity, bool) {
	switch v := v.Value().(type) {
	case *resource.Quantity:
		return v.DeepCopy(), true
	case int64:
		return *resource.NewQuantity(v, resource.DecimalExponent), true
	}
	return resource.Quantity{}, false
}
