package validate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/variabletest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

func table(t testing.TB) variabletest.Table {
	t.Helper()
	text, err := os.ReadFile("../docs/variables.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := variabletest.ParseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// judges are the languages of this package: each says whether it accepts a
// mapping of values.
type judges map[variabletest.Language]func(values map[string]any) error

func judgesOf(t rapid.TB, v profile.Variable) judges {
	t.Helper()
	schema, err := validate.NewVariableSchema([]profile.Variable{v})
	if err != nil {
		t.Fatal(err)
	}
	return judges{variabletest.CUE: cueJudge(t, schema), variabletest.JSONSchema: jsonJudge(t, schema)}
}

func cueJudge(t rapid.TB, schema validate.VariableSchema) func(map[string]any) error {
	t.Helper()
	ctx := cuecontext.New(cuecontext.CUE_DEBUG(""))
	root := ctx.CompileBytes(schema.CUE())
	if err := root.Err(); err != nil {
		t.Fatalf("%v in\n%s", err, schema.CUE())
	}
	definition := root.LookupPath(cue.MakePath(cue.Def("Variables")))
	return func(values map[string]any) error {
		return definition.Unify(ctx.Encode(values)).Validate(cue.Concrete(true))
	}
}

func jsonJudge(t rapid.TB, schema validate.VariableSchema) func(map[string]any) error {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("variables.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("variables.json")
	if err != nil {
		t.Fatalf("%v in\n%s", err, schema.JSONSchema())
	}
	return func(values map[string]any) error {
		text, err := json.Marshal(values)
		if err != nil {
			return err
		}
		data, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		return compiled.Validate(data)
	}
}

// accepts is what the library says of a mapping with the variable's value.
func accepts(t rapid.TB, v profile.Variable, data any) bool {
	t.Helper()
	value, err := profile.ValueOf(data)
	if err != nil {
		t.Fatal(err)
	}
	return !v.Judge(value).HasErrors()
}

// TestLanguagesAgree holds the languages against the library, by the published
// table: what is exact agrees, what is weaker accepts all that the library does.
func TestLanguagesAgree(t *testing.T) {
	table := table(t)
	valid, judged := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v := variabletest.Variable().Draw(t, "variable")
		all := judgesOf(t, v)
		for range 8 {
			data := variabletest.Data(v.Schema).Draw(t, "data")
			fine := accepts(t, v, data)
			if judged++; fine {
				valid++
			}
			for language, judge := range all {
				exact, err := table.Exact(v, language)
				if err != nil {
					t.Fatal(err)
				}
				if err := judge(map[string]any{v.Name: data}); fine != (err == nil) && (fine || exact) {
					t.Errorf("%s, exact %t: the library accepts %#v: %t, the language: %v; variable %+v", language, exact, data, fine, err, v)
				}
			}
		}
		for language, judge := range all {
			if err := judge(map[string]any{}); (err != nil) != v.Required {
				t.Errorf("%s: required %t, and without a value: %v", language, v.Required, err)
			}
			if judge(map[string]any{v.Name + "x": "y"}) == nil {
				t.Errorf("%s accepts a variable that is not declared", language)
			}
		}
	})
	if testing.Short() {
		return // too few draws to say anything of their mixture
	}
	if valid < judged/10 || valid > judged*9/10 {
		t.Errorf("of %d values %d are valid: one side is hardly tried", judged, valid)
	}
}

// TestTableOfLanguages holds each cell of the table: the witness of a row, which
// the library refuses, is refused where the cell says exact and accepted where it
// does not.
func TestTableOfLanguages(t *testing.T) {
	table, seen := table(t), map[string]bool{}
	for _, w := range variabletest.Witnesses {
		seen[w.Construct] = true
		v := profile.Variable{Name: "v", Schema: w.Schema}
		if accepts(t, v, w.Refused) {
			t.Errorf("%s: the library accepts %#v", w.Construct, w.Refused)
		}
		for language, judge := range judgesOf(t, v) {
			accepted := judge(map[string]any{"v": w.Refused}) == nil
			if exact, ok := table[w.Construct][language]; !ok || accepted == exact {
				t.Errorf("%s in %s: the table says exact %t, and %#v is accepted: %t", w.Construct, language, exact, w.Refused, accepted)
			}
		}
	}
	for construct := range table {
		if !seen[construct] {
			t.Errorf("nothing shows the row %s", construct)
		}
	}
}
