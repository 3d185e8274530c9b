// Package expr reads and computes the ${...} expressions that stand inside
// values.
//
// Values are data, never text: a string that is exactly one expression becomes
// the expression's typed result, an expression inside a longer string is put
// into that one string, and what comes out is never read again. Whatever a
// variable holds, it cannot change the structure around it.
//
// Expressions are written in CEL. The end of one is where CEL's own lexer finds
// the closing brace, so strings, comments and maps inside it may hold any
// character. $${ stands for a literal ${, and a $ alone for itself.
//
// # Use
//
// A [Scope] knows what expressions may see. It is made once for each profile
// version; [Scope.Compile] then checks a text once, and [Template.Eval] computes
// it for any number of clusters:
//
//	scope, err := expr.NewScope(expr.Declarations{Variables: variables, Consts: constants})
//	template, errs := scope.Compile("${vars.region}-${cluster.name}")
//	node, err := template.Eval(&expr.Inputs{Vars: vars, Cluster: cluster}, place)
//
// # Guarantees
//
// Names and types are checked when a text is compiled. The work is bounded
// before it starts, by the length of an expression and a static estimate of its
// cost, and once more while it runs, by the true cost and by limits on
// everything that can grow. Results depend on nothing but the inputs: no clock,
// time zone database, environment or order of Go maps, nor on which release of
// cel-go, from 0.26 to 0.29, a program is built with. A plain reference such as
// ${vars.region} is looked up without the evaluator. Scopes and templates do
// not change and may be used by many goroutines.
//
// The functions are CEL's own, cel-go's strings, lists, sets, math, encoders and
// optionals, and Kubernetes' quantity, semver, ip, cidr, regex, lists and
// format. They are part of the documents' apiVersion.
package expr
