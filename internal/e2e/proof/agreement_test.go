package proof

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/internal/variabletest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// TestOraclesVariablesAgree holds the ClusterClass variables that are made of
// declarations against the library, with Cluster API's own validation as judge:
// every definition is taken; what the library accepts is accepted; and where
// docs/variables.md says that a ClusterClass says all of a declaration, what the
// library refuses is refused.
func TestOraclesVariablesAgree(t *testing.T) {
	o := e2etest.Oracle(t)
	text, err := os.ReadFile("../../../docs/variables.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := variabletest.ParseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	context := t.Context()
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v := variabletest.Variable().Draw(t, "variable")
		definitions := definitionsOf(t, v)
		exact, err := table.Exact(v, variabletest.ClusterClass)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			data := variabletest.Data(v.Schema).Draw(t, "data")
			value, err := profile.ValueOf(data)
			if err != nil {
				t.Fatal(err)
			}
			if beyondFloat(value.Any()) {
				continue // docs/variables.md says so
			}
			fine := !v.Judge(value).HasErrors()
			verdict, err := o.Variables(context, oracle.Variables{
				Definitions: definitions,
				Values:      []any{map[string]any{"name": v.Name, "value": value.Any()}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(verdict.Definitions) > 0 {
				t.Fatalf("the definition is refused: %+v\n%v", verdict.Definitions, definitions)
			}
			taken := len(verdict.Values) == 0
			if fine != taken && (fine || exact) {
				t.Errorf("exact %t: the library accepts %#v: %t, Cluster API: %+v\n%v", exact, data, fine, verdict.Values, definitions)
			}
			if taken {
				accepted++
			} else {
				refused++
			}
		}
	})
	t.Logf("%d values accepted, %d refused", accepted, refused)
	if accepted == 0 || refused == 0 {
		t.Error("the values that were drawn prove nothing")
	}
}

// beyondFloat reports whether a value holds an integer that Cluster API, which
// reads numbers as 64-bit floats, does not keep.
func beyondFloat(data any) bool {
	const exact = 1 << 53
	switch d := data.(type) {
	case int64:
		return d > exact || d < -exact
	case []any:
		return slices.ContainsFunc(d, beyondFloat)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(d)), beyondFloat)
	}
	return false
}

// definitionsOf is a declaration as spec.variables of a ClusterClass.
func definitionsOf(t *rapid.T, v profile.Variable) any {
	schema, err := validate.NewVariableSchema([]profile.Variable{v})
	if err != nil {
		t.Fatal(err)
	}
	text, err := schema.ClusterClass()
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
