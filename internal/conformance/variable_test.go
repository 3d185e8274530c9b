package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"pgregory.net/rapid"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	"github.com/dayzero-sdk/dayzero/internal/variabletest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

// classVariable is a variable of a ClusterClass, judged as an API server judges
// the structural schema that Cluster API makes of it.
type classVariable struct {
	name       string
	required   bool
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

func classVariableOf(v profile.Variable) (*classVariable, error) {
	schema, err := validate.NewVariableSchema([]profile.Variable{v})
	if err != nil {
		return nil, err
	}
	text, err := schema.ClusterClass()
	if err != nil {
		return nil, err
	}
	var list []clusterv1.ClusterClassVariable
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("reading %s into Cluster API's type: %w", text, err)
	}
	if len(list) != 1 {
		return nil, fmt.Errorf("one variable becomes %d", len(list))
	}
	return compileVariable(list[0])
}

// compileVariable takes the schema as Cluster API's type has it.
func compileVariable(v clusterv1.ClusterClassVariable) (*classVariable, error) {
	text, err := json.Marshal(v.Schema.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	var props apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(text, &props); err != nil {
		return nil, err
	}
	var inner apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&props, &inner, nil); err != nil {
		return nil, err
	}
	root := apiextensions.JSONSchemaProps{Type: "object", Properties: map[string]apiextensions.JSONSchemaProps{v.Name: inner}}
	structural, err := structuralschema.NewStructural(&root)
	if err != nil {
		return nil, fmt.Errorf("%s is not structural: %w", text, err)
	}
	if err := structuralschema.ValidateStructural(nil, structural).ToAggregate(); err != nil {
		return nil, fmt.Errorf("%s is not structural: %w", text, err)
	}
	validator, _, err := validation.NewSchemaValidator(&root)
	if err != nil {
		return nil, err
	}
	return &classVariable{name: v.Name, required: v.Required != nil && *v.Required, structural: structural, validator: validator, rules: cel.NewValidator(structural, false, celconfig.PerCallLimit)}, nil
}

// judge says why a value is refused; old is the value before, nil for none.
func (c *classVariable) judge(data, old any) error {
	object, err := plain(map[string]any{c.name: data})
	if err != nil {
		return err
	}
	pruned := pruning.PruneWithOptions(object, c.structural, false, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	if len(pruned) > 0 {
		return fmt.Errorf("unknown fields %v", pruned)
	}
	found := validation.ValidateCustomResource(field.NewPath("value"), object, c.validator)
	if c.rules != nil && old != nil && len(found) == 0 {
		before, err := plain(map[string]any{c.name: old})
		if err != nil {
			return err
		}
		broken, _ := c.rules.Validate(context.Background(), field.NewPath("value"), c.structural, object, before, celconfig.RuntimeCELCostBudget)
		found = append(found, broken...)
	}
	return found.ToAggregate()
}

// plain is data as an API server reads it.
func plain(data map[string]any) (map[string]any, error) {
	v, err := profile.ValueOf(data)
	if err != nil {
		return nil, err
	}
	out, ok := v.Any().(map[string]any)
	if !ok {
		return nil, errors.New("no mapping")
	}
	return out, nil
}

func published(t *testing.T) variabletest.Table {
	t.Helper()
	text, err := os.ReadFile("../../docs/variables.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := variabletest.ParseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func accepts(t rapid.TB, v profile.Variable, data any) bool {
	t.Helper()
	value, err := profile.ValueOf(data)
	if err != nil {
		t.Fatal(err)
	}
	return !v.Judge(value).HasErrors()
}

// TestClusterClassVariablesAgree holds what a ClusterClass says of a variable
// against the library, by the published table.
func TestClusterClassVariablesAgree(t *testing.T) {
	table := published(t)
	rapid.Check(t, func(t *rapid.T) {
		v := variabletest.Variable().Draw(t, "variable")
		c, err := classVariableOf(v)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := table.Exact(v, variabletest.ClusterClass)
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			data := variabletest.Data(v.Schema).Draw(t, "data")
			fine := accepts(t, v, data)
			if err := c.judge(data, nil); fine != (err == nil) && (fine || exact) {
				t.Errorf("exact %t: the library accepts %#v: %t, the class: %v; variable %+v", exact, data, fine, err, v)
			}
		}
		if c.required != v.Required {
			t.Errorf("required %t became %t", v.Required, c.required)
		}
	})
}

// TestClusterClassTable holds the column of the published table.
func TestClusterClassTable(t *testing.T) {
	table := published(t)
	for _, w := range variabletest.Witnesses {
		c, err := classVariableOf(profile.Variable{Name: "v", Schema: w.Schema})
		if err != nil {
			t.Errorf("%s: %v", w.Construct, err)
			continue
		}
		accepted := c.judge(w.Refused, nil) == nil
		if exact := table[w.Construct][variabletest.ClusterClass]; accepted == exact {
			t.Errorf("%s: the table says exact %t, and %#v is accepted: %t", w.Construct, exact, w.Refused, accepted)
		}
	}
}

// TestClusterClassImmutable: an immutable scalar keeps its value, and a first
// value is accepted.
func TestClusterClassImmutable(t *testing.T) {
	for _, kind := range []profile.VariableType{profile.StringVariable, profile.IntegerVariable, profile.CIDRVariable, profile.BooleanVariable} {
		one, other := any("10.0.0.0/8"), any("10.0.0.0/9")
		switch kind {
		case profile.IntegerVariable:
			one, other = int64(1), int64(2)
		case profile.BooleanVariable:
			one, other = true, false
		}
		c, err := classVariableOf(profile.Variable{Name: "v", Schema: profile.Schema{Type: kind}, Immutable: true})
		if err != nil {
			t.Fatal(err)
		}
		if same, first, changed := c.judge(one, one), c.judge(one, nil), c.judge(other, one); same != nil || first != nil || changed == nil {
			t.Errorf("%s: the same value: %v, a first one: %v, another one: %v", kind, same, first, changed)
		}
	}
}
