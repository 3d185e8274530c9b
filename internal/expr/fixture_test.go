package expr_test

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var variables = []expr.Variable{
	{Name: "region", Type: expr.String},
	{Name: "zone", Type: expr.Enum},
	{Name: "replicas", Type: expr.Integer},
	{Name: "ratio", Type: expr.Number},
	{Name: "audit", Type: expr.Boolean},
	{Name: "podCIDR", Type: expr.CIDR},
	{Name: "kubernetes", Type: expr.Version},
	{Name: "memory", Type: expr.Quantity},
	{Name: "retention", Type: expr.Duration},
	{Name: "remoteWrite", Type: expr.SecretRef},
	{Name: "unset", Type: expr.String},
	{Name: "with-dash", Type: expr.String},
}

// written is a node of plain data in file, so that causes can be told apart.
func written(tb testing.TB, file string, data any) *value.Node {
	tb.Helper()
	n, err := value.FromAny(data, value.Place{Writer: &value.Writer{File: file, Kind: diag.Variable}, Line: 3, Column: 5})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func declared(tb testing.TB) expr.Declarations {
	tb.Helper()
	return expr.Declarations{
		Variables: variables,
		Consts: written(tb, "profile.yaml", map[string]any{
			"registry": map[string]any{"host": "registry.corp", "port": 443},
			"mirrors":  []any{"a.corp", "b.corp"},
			"limit":    1.5,
		}),
		Pool:   true,
		Values: true,
	}
}

func newScope(tb testing.TB) *expr.Scope {
	tb.Helper()
	scope, err := expr.NewScope(declared(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return scope
}

func inputs(tb testing.TB) *expr.Inputs {
	tb.Helper()
	return &expr.Inputs{
		Vars: written(tb, "cluster.yaml", map[string]any{
			"region": "eu-west-1", "zone": "a", "replicas": 3, "ratio": 2, "audit": true,
			"podCIDR": "10.65.0.0/16", "kubernetes": "1.34.2", "memory": "2Gi", "retention": "360h",
			"remoteWrite": map[string]any{"name": "rw-eu"}, "with-dash": "dashed",
		}),
		Cluster: written(tb, "fleet.yaml", map[string]any{
			"name": "store-0001", "namespace": "fleet", "hub": "eu-1", "timeZone": "Europe/Berlin",
			"labels": map[string]any{"tier": "edge", "ring": "canary"},
		}),
		Pool:      written(tb, "fleet.yaml", map[string]any{"name": "workers", "class": "general", "labels": map[string]any{}}),
		Component: written(tb, "profile.yaml", map[string]any{"name": "cilium", "version": "1.18.2"}),
		Provided:  written(tb, "profile.yaml", map[string]any{"storage-class": "standard"}),
		Values: written(tb, "profile.yaml", map[string]any{
			"ports": []any{80, 443}, "flags": map[string]any{"zeta": true, "alpha": false}, "nothing": nil,
		}),
	}
}
