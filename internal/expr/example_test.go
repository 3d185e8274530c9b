package expr_test

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

func Example() {
	scope, err := expr.NewScope(expr.Declarations{Variables: []expr.Variable{
		{Name: "region", Type: expr.String},
		{Name: "replicas", Type: expr.Integer},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	vars, err := value.FromAny(map[string]any{"region": "eu-west-1", "replicas": 3}, value.Place{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"${vars.region}/pool", "${vars.replicas * 2}", "$${HOME}", "${vars.regoin}"} {
		template, errs := scope.Compile(text)
		if errs != nil {
			fmt.Println(errs[0])
			continue
		}
		node, err := template.Eval(&expr.Inputs{Vars: vars}, value.Place{})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s: %s\n", node.Kind(), node.Text())
	}
	// Output:
	// a string: eu-west-1/pool
	// an integer: 6
	// a string: ${HOME}
	// variable "regoin" is not declared; did you mean "region"?
}
