package validate_test

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// One declaration, for three other tools.
func ExampleVariableSchema() {
	least, _ := profile.ValueOf(30)
	preset, _ := profile.ValueOf(110)
	schema, err := validate.NewVariableSchema([]profile.Variable{
		{Name: "region", Schema: profile.Schema{Type: profile.EnumVariable, Enum: []string{"eu", "us"}, Description: "where the cluster runs"}, Required: true, Immutable: true},
		{Name: "maxPods", Schema: profile.Schema{Type: profile.IntegerVariable, Min: least, Default: preset}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", schema.CUE())
	fmt.Printf("%s", schema.JSONSchema())
	variables, err := schema.ClusterClass()
	fmt.Printf("%s%v\n", variables, err)
	// Output:
	// #Variables: {
	// 	"maxPods": int & >=30
	// 	"maxPods": *110 | _
	// 	// where the cluster runs
	// 	"region"!: ("eu" | "us")
	// }
	// {
	//   "$schema": "https://json-schema.org/draft/2020-12/schema",
	//   "additionalProperties": false,
	//   "properties": {
	//     "maxPods": {
	//       "default": 110,
	//       "minimum": 30,
	//       "type": "integer"
	//     },
	//     "region": {
	//       "description": "where the cluster runs",
	//       "enum": [
	//         "eu",
	//         "us"
	//       ],
	//       "type": "string"
	//     }
	//   },
	//   "required": [
	//     "region"
	//   ],
	//   "type": "object"
	// }
	// [
	//   {
	//     "name": "maxPods",
	//     "required": false,
	//     "schema": {
	//       "openAPIV3Schema": {
	//         "default": 110,
	//         "minimum": 30,
	//         "type": "integer"
	//       }
	//     }
	//   },
	//   {
	//     "name": "region",
	//     "required": true,
	//     "schema": {
	//       "openAPIV3Schema": {
	//         "description": "where the cluster runs",
	//         "enum": [
	//           "eu",
	//           "us"
	//         ],
	//         "type": "string",
	//         "x-kubernetes-validations": [
	//           {
	//             "message": "the variable is immutable",
	//             "rule": "self == oldSelf"
	//           }
	//         ]
	//       }
	//     }
	//   }
	// ]
	// <nil>
}
