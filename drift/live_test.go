package drift

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/render"
)

func TestNewLive(t *testing.T) {
	live, diags := NewLive(objects(t, "live.yaml", []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: one}
spec: {complete: true, notRead: [{group: apps, kind: Deployment, namespace: shop, reason: timeout}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop}
---
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: two}
spec: {notRead: [{kind: Secret}]}
`)))
	if len(diags) > 0 || len(live.Objects) != 1 {
		t.Errorf("got %d objects, %v", len(live.Objects), diags)
	}
	want := Coverage{NotRead: []Gap{{"apps", "Deployment", "shop", "timeout"}, {Kind: "Secret"}}}
	if diff := cmp.Diff(want, live.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

func TestNewLiveRefusesMistakes(t *testing.T) {
	live, diags := NewLive(objects(t, "live.yaml", []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: one}
spec: {complete: "yes", notread: [], notRead: [{kind: 1, name: x}]}
---
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: two}
spec: complete
---
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: three}
spec: {complete: true, notRead: {group: apps, kind: Deployment}}
---
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: four}
spec: {complete: true, notRead: [Deployment, {}]}
`)))
	var got []string
	for _, d := range diags {
		got = append(got, d.String())
	}
	want := []string{
		`live.yaml:5:18: error: complete is true or false, not a string [drift.coverage]`,
		`live.yaml:5:25: error: unknown field "notread" [drift.coverage]`,
		`live.yaml:5:55: error: kind is a string, not an integer [drift.coverage]`,
		`live.yaml:5:58: error: unknown field "name" [drift.coverage]`,
		`live.yaml:10:7: error: spec is a mapping, not a string [drift.coverage]`,
		`live.yaml:15:33: error: notRead is a list, not a mapping [drift.coverage]`,
		`live.yaml:20:34: error: an item of notRead is a mapping, not a string [drift.coverage]`,
		`live.yaml:20:46: error: an item of notRead names a kind or a namespace, not nothing [drift.coverage]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if live.Coverage.Complete {
		t.Error("a dump counts as complete by a document with mistakes")
	}
}

// Without a statement a kind counts as read where the dump shows that it was.
func TestCoverageIsInferred(t *testing.T) {
	dump := func(namespaces ...string) []render.Object {
		var out []render.Object
		for _, ns := range namespaces {
			out = append(out, objects(t, "live.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: "+ns+"}\n"))...)
		}
		return out
	}
	tests := map[string]struct {
		live []render.Object
		key  render.Key
		want bool
	}{
		"nothing read":              {nil, render.Key{Kind: "ConfigMap", Namespace: "a"}, false},
		"same namespace":            {dump("a"), render.Key{Kind: "ConfigMap", Namespace: "a"}, true},
		"another kind":              {dump("a"), render.Key{Kind: "Secret", Namespace: "a"}, false},
		"another namespace":         {dump("a"), render.Key{Kind: "ConfigMap", Namespace: "b"}, false},
		"several other namespaces":  {dump("a", "c"), render.Key{Kind: "ConfigMap", Namespace: "b"}, true},
		"cluster-scoped, not there": {dump("a"), render.Key{Kind: "Namespace"}, false},
	}
	for name, test := range tests {
		scope := func(k render.Key) render.Key { return k }
		if got, _ := newReach(Coverage{}, test.live, scope).covers(test.key); got != test.want {
			t.Errorf("%s: covered is %v", name, got)
		}
	}
}
