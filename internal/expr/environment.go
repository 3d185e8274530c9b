package expr

import (
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"k8s.io/apiserver/pkg/cel/library"
)

// The names that expressions start with.
const (
	rootVars      = "vars"
	rootConsts    = "consts"
	rootCluster   = "cluster"
	rootPool      = "pool"
	rootComponent = "component"
	rootProvided  = "provided"
	rootValues    = "values"
)

// maxNesting bounds the parser's recursion.
const maxNesting = 100

// baseEnvironment is the language without the variables of a profile. Making it
// takes milliseconds, so all scopes share it.
var baseEnvironment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewCustomEnv(
		standard(),
		cel.CustomTypeAdapter(adapter{}),
		cel.OptionalTypes(),
		ext.Strings(ext.StringsVersion(3)),
		ext.Lists(ext.ListsVersion(3)),
		ext.Sets(ext.SetsVersion(0)),
		ext.Math(ext.MathVersion(2)),
		ext.Encoders(ext.EncodersVersion(0)),
		library.Quantity(),
		library.SemverLib(library.SemverVersion(1)),
		library.IP(),
		library.CIDR(),
		library.Regex(),
		library.Lists(),
		library.Format(),
		bindFunctions,
		declareRoots,
		cel.CostEstimatorOptions(costOptions()...),
		cel.EagerlyValidateDeclarations(true),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.EnableIdentifierEscapeSyntax(),
		cel.ParserRecursionLimit(maxNesting),
		cel.ParserExpressionSizeLimit(maxLength),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals()),
	)
})

// declareRoots declares every root; whether a scope has it is judged by the
// resolver, which can say why it is missing.
func declareRoots(env *cel.Env) (*cel.Env, error) {
	data := types.NewMapType(types.StringType, types.DynType)
	return extend(env,
		cel.Variable(rootVars, varsType),
		cel.Variable(rootConsts, data),
		cel.Variable(rootCluster, clusterType),
		cel.Variable(rootPool, poolType),
		cel.Variable(rootComponent, componentType),
		cel.Variable(rootProvided, types.NewMapType(types.StringType, types.StringType)),
		cel.Variable(rootValues, data),
		cel.Function(operators.Index,
			cel.Overload("vars_index_string", []*types.Type{varsType, types.StringType}, types.DynType)),
		cel.Function(operators.OptIndex,
			cel.Overload("vars_optindex_string", []*types.Type{varsType, types.StringType}, types.NewOptionalType(types.DynType))),
		cel.Macros(
			cel.GlobalMacro(operators.Index, 2, selectVariable),
			cel.GlobalMacro(operators.OptIndex, 2, selectVariableIfSet),
		),
	)
}

// selectVariable reads vars['x'] as vars.x, so that it has the variable's type.
func selectVariable(factory cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	if name, ok := literalString(args[1]); ok && isIdent(args[0], rootVars) {
		return factory.NewSelect(args[0], name), nil
	}
	return nil, nil
}

func selectVariableIfSet(factory cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	if _, ok := literalString(args[1]); ok && isIdent(args[0], rootVars) {
		return factory.NewCall(operators.OptSelect, args...), nil
	}
	return nil, nil
}

func literalString(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

func isIdent(e ast.Expr, name string) bool {
	return e.Kind() == ast.IdentKind && e.AsIdent() == name
}
