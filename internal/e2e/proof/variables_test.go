package proof_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
)

// variableCases are definitions of variables with values, in YAML, and what
// Cluster API refuses of them: the field and the type of each cause.
var variableCases = []struct {
	name                string
	definitions, values string
	old                 string // values before the change
	refused             []string
	schemas             []string // what the CRDs of a server refuse before webhooks are asked
	defaulted           string
}{
	{name: "nothing", definitions: `[]`, values: `[]`, defaulted: `[]`},
	{name: "a value in its range", definitions: integer("minimum: 3"), values: `[{name: v, value: 3}]`, defaulted: `[{name: v, value: 3}]`},
	{name: "a value below its range", definitions: integer("minimum: 3"), values: `[{name: v, value: 2}]`, refused: bad("spec.topology.variables[v].value")},
	{name: "a value of another type", definitions: integer(""), values: `[{name: v, value: "3"}]`, refused: badType("spec.topology.variables[v].value")},
	{name: "a value that is missing", definitions: required("{type: integer}"), values: `[]`, refused: []string{"spec.topology.variables FieldValueRequired"}},
	{name: "a value by default", definitions: required("{type: integer, default: 7}"), values: `[]`, defaulted: `[{name: v, value: 7}]`},
	{name: "a value of an optional one by default", definitions: integer("default: 7"), values: `[]`, defaulted: `[{name: v, value: 7}]`},
	{name: "no value of an optional one", definitions: integer(""), values: `[]`, defaulted: `[]`},
	{name: "a value of an unknown variable", definitions: `[]`, values: `[{name: w, value: 1}]`, refused: bad("spec.topology.variables[w]")},
	{name: "one value twice", definitions: integer(""), values: `[{name: v, value: 1}, {name: v, value: 2}]`, refused: bad("spec.topology.variables[v]")},
	{name: "a text of another pattern", definitions: required("{type: string, pattern: '^a+$'}"), values: `[{name: v, value: b}]`, refused: bad("spec.topology.variables[v].value")},
	{name: "a text that is no choice", definitions: required(`{type: string, enum: ["a", "b"]}`), values: `[{name: v, value: c}]`, refused: []string{"spec.topology.variables[v].value FieldValueNotSupported"}},
	{name: "a text that is too long", definitions: required("{type: string, maxLength: 2}"), values: `[{name: v, value: abc}]`, refused: []string{"spec.topology.variables[v].value FieldValueTooLong"}},
	{name: "an item of a list", definitions: required("{type: array, items: {type: integer}}"), values: `[{name: v, value: [1, a]}]`, refused: badType("spec.topology.variables[v].value.[1]")},
	{name: "fields and their defaults", definitions: required("{type: object, properties: {a: {type: integer, default: 1}, b: {type: string}}}"),
		values: `[{name: v, value: {b: x}}]`, defaulted: `[{name: v, value: {a: 1, b: x}}]`},
	{name: "a field that is missing", definitions: required("{type: object, required: [a], properties: {a: {type: integer}}}"),
		values: `[{name: v, value: {}}]`, refused: []string{"spec.topology.variables[v].value.a FieldValueRequired"}},
	{name: "a field that is unknown", definitions: required("{type: object, properties: {a: {type: integer}}}"),
		values: `[{name: v, value: {b: 1}}]`, refused: bad("spec.topology.variables[v]")},
	{name: "a map", definitions: required("{type: object, additionalProperties: {type: integer}}"),
		values: `[{name: v, value: {x: 1}}]`, defaulted: `[{name: v, value: {x: 1}}]`},
	{name: "a rule that is met", definitions: integer(`x-kubernetes-validations: [{rule: "self % 2 == 1"}]`), values: `[{name: v, value: 3}]`, defaulted: `[{name: v, value: 3}]`},
	{name: "a rule that is not met", definitions: integer(`x-kubernetes-validations: [{rule: "self % 2 == 1"}]`), values: `[{name: v, value: 2}]`, refused: bad("spec.topology.variables[v].value")},
	{name: "a change that is allowed", definitions: integer(`x-kubernetes-validations: [{rule: "self >= oldSelf"}]`), old: `[{name: v, value: 2}]`, values: `[{name: v, value: 3}]`, defaulted: `[{name: v, value: 3}]`},
	{name: "a change that is not", definitions: integer(`x-kubernetes-validations: [{rule: "self >= oldSelf"}]`), old: `[{name: v, value: 4}]`, values: `[{name: v, value: 3}]`, refused: bad("spec.topology.variables[v].value")},
	{name: "a default out of range", definitions: integer("minimum: 3, default: 2"), refused: bad("spec.variables[v].schema.openAPIV3Schema.default")},
	{name: "an example of another type", definitions: integer("example: a"), refused: badType("spec.variables[v].schema.openAPIV3Schema.example")},
	{name: "a type that is none", definitions: required("{type: number32}"), refused: []string{"spec.variables[v].schema.openAPIV3Schema.type FieldValueNotSupported"},
		schemas: []string{"spec.variables[0].schema.openAPIV3Schema.type FieldValueNotSupported"}},
	{name: "a pattern that does not parse", definitions: required("{type: string, pattern: '('}"), refused: bad("spec.variables[v].schema.openAPIV3Schema.pattern")},
	{name: "a rule that does not parse", definitions: integer(`x-kubernetes-validations: [{rule: "self +"}]`), refused: bad("spec.variables[v].schema.openAPIV3Schema.x-kubernetes-validations[0].rule")},
	{name: "a rule that is no verdict", definitions: integer(`x-kubernetes-validations: [{rule: "self + 1"}]`), refused: bad("spec.variables[v].schema.openAPIV3Schema.x-kubernetes-validations[0].rule")},
	{name: "one variable twice", definitions: "[{name: v, required: true, schema: {openAPIV3Schema: {type: integer}}}, {name: v, required: true, schema: {openAPIV3Schema: {type: integer}}}]",
		refused: bad("spec.variables[v].name")},
	{name: "the name builtin", definitions: "[{name: builtin, required: true, schema: {openAPIV3Schema: {type: integer}}}]", refused: bad("spec.variables[builtin].name")},
}

func integer(more string) string {
	return strings.ReplaceAll(fmt.Sprintf("[{name: v, required: false, schema: {openAPIV3Schema: {type: integer, %s}}}]", more), ", }", "}")
}

func required(schema string) string {
	return "[{name: v, required: true, schema: {openAPIV3Schema: " + schema + "}}]"
}

func bad(field string) []string     { return []string{field + " FieldValueInvalid"} }
func badType(field string) []string { return []string{field + " FieldValueTypeInvalid"} }

// parsed reads YAML; an empty text is nothing.
func parsed(t *testing.T, text string) any {
	t.Helper()
	if text == "" {
		return nil
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// Definitions and values of variables get the verdict that the table says, and
// values their defaults.
func TestOraclesVariables(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	for _, c := range variableCases {
		v, err := o.Variables(t.Context(), oracle.Variables{Definitions: parsed(t, c.definitions), Values: parsed(t, c.values), OldValues: parsed(t, c.old)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.refused, causesIn(slices.Concat(v.Definitions, v.Values))); diff != "" {
			t.Errorf("%s: -want +got:\n%s%+v", c.name, diff, v)
		}
		if c.refused != nil {
			continue
		}
		got := []any{}
		for _, value := range v.Defaulted {
			got = append(got, map[string]any{"name": value.Name, "value": value.Value})
		}
		if diff := cmp.Diff(parsed(t, c.defaulted), any(got)); diff != "" {
			t.Errorf("%s: defaulted: -want +got:\n%s", c.name, diff)
		}
	}
}

// What is not of the API's types is told apart from what is judged.
func TestOraclesVariablesNotDecoded(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	for _, definitions := range []string{"[{name: 1}]", "{}", integer("minimum: a"), integer("unheard: of")} {
		v, err := o.Variables(t.Context(), oracle.Variables{Definitions: parsed(t, definitions)})
		if diff := cmp.Diff([]string{"spec.variables NotDecoded"}, causesIn(v.Definitions)); diff != "" || err != nil {
			t.Errorf("%s: -want +got:\n%s%v", definitions, diff, err)
		}
	}
}

// manyVariables is how many schemas are asked about.
const manyVariables = 10_000

// Property tests can ask about ten thousand schemas within seconds.
func TestOraclesVariablesMany(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	start, refused := time.Now(), 0
	for i := range manyVariables {
		low, value := i%7, i%11
		v, err := o.Variables(t.Context(), oracle.Variables{
			Definitions: []any{tree{"name": "v", "required": true, "schema": tree{"openAPIV3Schema": tree{"type": "integer", "minimum": low, "maximum": 8}}}},
			Values:      []any{tree{"name": "v", "value": value}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if ok := value >= low && value <= 8; ok != (v.Values == nil) || v.Definitions != nil {
			t.Fatalf("%d in %d..8: got %+v", value, low, v)
		}
		if v.Values != nil {
			refused++
		}
	}
	t.Logf("%d verdicts, %d refused, in %s", manyVariables, refused, time.Since(start).Round(time.Millisecond))
}

// causesIn are the fields and types of causes, sorted, each once.
func causesIn(all []oracle.Cause) []string {
	var out []string
	for _, c := range all {
		out = append(out, c.Field+" "+c.Type)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A real server says the same of every definition and value.
func TestOraclesVariablesOnTheHub(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	namespace := s.Namespace(t)
	var class *objects.Object
	for _, o := range s.ClusterClass(t) {
		if o.GetKind() != "ClusterClass" {
			s.Apply(t, namespace, o)
			continue
		}
		class = o
	}
	delete(class.Object["spec"].(map[string]any), "patches")
	classes, refused := make([]*objects.Object, len(variableCases)), make([]error, len(variableCases))
	for i, c := range variableCases {
		classes[i] = class.DeepCopy()
		classes[i].SetNamespace(namespace)
		classes[i].SetName(fmt.Sprintf("variables-%d", i))
		setVariables(classes[i].Object["spec"], parsed(t, c.definitions))
		refused[i] = s.client.Create(t.Context(), classes[i])
	}
	for i, c := range variableCases {
		got, want := statusCauses(t, refused[i]), c.refused
		if refused[i] == nil && c.values != "" {
			got = s.judgeValues(t, classes[i], parsed(t, c.values), parsed(t, c.old))
		}
		if c.schemas != nil {
			want = c.schemas
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +server:\n%s", c.name, diff)
		}
	}
}

// judgeValues passes a Cluster with the values through admission, changed from
// the old ones if there are any.
func (s server) judgeValues(t *testing.T, class *objects.Object, values, old any) []string {
	t.Helper()
	s.WaitCondition(t, class, patience, "VariablesReady", "True")
	cluster := objects.Parse(fmt.Sprintf(`
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata: {name: %[1]s, namespace: %[2]s}
spec: {paused: true, topology: {classRef: {name: %[1]s}, version: v1.34.2, controlPlane: {replicas: 1}}}
`, class.GetName(), class.GetNamespace()))[0]
	topology := cluster.Object["spec"].(map[string]any)["topology"]
	if old == nil {
		setVariables(topology, values)
		return statusCauses(t, s.client.Create(t.Context(), cluster, client.DryRunAll))
	}
	setVariables(topology, old)
	if err := s.client.Create(t.Context(), cluster); err != nil {
		t.Fatal(err)
	}
	setVariables(cluster.Object["spec"].(map[string]any)["topology"], values)
	return statusCauses(t, s.client.Update(t.Context(), cluster, client.DryRunAll))
}

// setVariables sets a field that may not be an empty list.
func setVariables(of, variables any) {
	delete(of.(map[string]any), "variables")
	if list, ok := variables.([]any); ok && len(list) > 0 {
		of.(map[string]any)["variables"] = list
	}
}

// statusCauses are the fields and types that a server refuses.
func statusCauses(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range status.Status().Details.Causes {
		if c.Field != "<nil>" { // rules that were not tried
			out = append(out, c.Field+" "+string(c.Type))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
