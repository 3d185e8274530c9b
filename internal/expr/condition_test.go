package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

func parts(t *testing.T) *Scope {
	t.Helper()
	text, count := Variable{Type: String}, Variable{Type: Integer}
	s, err := NewScope(Declarations{Pool: true, Variables: []Variable{
		{Name: "zones", Type: List, Items: &text},
		{Name: "sizes", Type: Map, Items: &count},
		{Name: "ratios", Type: List, Items: &Variable{Type: Number}},
		{Name: "node", Type: Object, Properties: []Variable{{Name: "count", Type: Integer}, {Name: "disk", Type: Object, Properties: []Variable{{Name: "size", Type: Quantity}}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCondition: a rule is typed down to the parts of variables, and says true
// or false.
func TestCondition(t *testing.T) {
	vars, err := value.FromAny(map[string]any{
		"zones": []any{"a", "b"}, "sizes": map[string]any{"a": int64(3)}, "ratios": []any{int64(1), 1.5},
		"node": map[string]any{"count": int64(2), "disk": map[string]any{}},
	}, value.Place{})
	if err != nil {
		t.Fatal(err)
	}
	for rule, want := range map[string]string{
		"vars.zones.all(z, z in vars.sizes || z == 'b')": "true",
		"vars.sizes.a > 3":                    "false",
		"vars.sizes['a'] == 3":                "true",
		"vars.ratios.exists(r, r > 1.2)":      "true",
		"vars.node.count == size(vars.zones)": "true",
		"has(vars.node.disk.size)":            "false",
		"vars.node.disk.size == '1Gi'":        "expr.no-value",
		"pool.name == 'x'":                    "expr.no-value",
		"vars.zones[0] > 1":                   "expr.type",
		"vars.sizes.a == 'x'":                 "expr.type",
		"vars.node.disk.siz == 'x'":           "expr.undefined-name",
		"vars.zone == []":                     "expr.undefined-variable",
		"vars.zones":                          "expr.type",
		"component.name == 'x'":               "expr.undefined-name",
		"":                                    "expr.syntax",
	} {
		if got := judged(parts(t), rule, vars); got != want {
			t.Errorf("%s is %s, want %s", rule, got, want)
		}
	}
}

// TestConditionLength: a rule is measured in characters, not in bytes.
func TestConditionLength(t *testing.T) {
	for n, want := range map[int]string{4088: "true", 4089: "expr.too-long"} {
		if got := judged(parts(t), "'"+strings.Repeat("漢", n)+"' != ''", nil); got != want {
			t.Errorf("%d characters and 8 more: %s, want %s", n, got, want)
		}
	}
}

func judged(s *Scope, rule string, vars *value.Node) string {
	c, errs := s.Condition(rule)
	if len(errs) > 0 {
		return errs[0].Code
	}
	held, err := c.Holds(&Inputs{Vars: vars})
	if wrong, ok := err.(*Error); ok {
		return wrong.Code
	}
	return map[bool]string{true: "true", false: "false"}[held]
}

// TestConditionReads: a rule says which variables it reads, by whatever part.
func TestConditionReads(t *testing.T) {
	c, errs := parts(t).Condition("vars.node.count > 0 && vars.zones.size() > 0 && pool.class == 'a'")
	if errs != nil {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(Reads{Vars: []string{"node", "zones"}, Pool: true}, c.Reads()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLengthOfConditions: characters count, not bytes, as in other expressions.
func TestLengthOfConditions(t *testing.T) {
	scope := parts(t)
	const around = len("'' != 'a'")
	for n, want := range map[int]int{4096 - around: 0, 4097 - around: 1} {
		if _, errs := scope.Condition("'" + strings.Repeat("語", n) + "' != 'a'"); len(errs) != want {
			t.Errorf("a condition of %d characters: %v", n+around, errs)
		}
	}
}
