package drift

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/render"
)

// Large lists that were made to be slow are answered all the same.
func TestHostileLists(t *testing.T) {
	repeat := func(n int, item func(int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = item(i)
		}
		return "[" + strings.Join(parts, ",\n") + "]"
	}
	const many = 5_000
	same := func(int) string { return `{"name":"a","value":"b"}` }
	other := func(i int) string { return fmt.Sprintf(`{"name":"a","value":"%d"}`, i) }
	rule := func(i int) string { return fmt.Sprintf(`{"verbs":["v%d"],"apiGroups":[""]}`, i) }
	back := func(i int) string { return rule(many - i) }
	text := func(i int) string { return fmt.Sprintf(`"x/%d"`, i) }
	pairs := map[string][2]string{
		"duplicates":   {pod(repeat(many, same)), pod(repeat(many, other))},
		"uneven":       {pod(repeat(many, same)), pod(repeat(many+1, other))},
		"rules":        {role(repeat(many, rule)), role(repeat(many, back))},
		"uneven rules": {role(repeat(many, rule)), role(repeat(many-7, back))},
		"finalizers":   {finalized(repeat(many, text)), finalized("[]")},
	}
	for name, p := range pairs {
		want, live := objects(t, "want.yaml", []byte(p[0])), objects(t, "live.yaml", []byte(p[1]))
		if !Compare(want, Live{Objects: live}, Evidence{Previous: []render.Object{}}).Drifted() {
			t.Errorf("%s have not drifted", name)
		}
	}
}

func pod(env string) string {
	return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i:1","env":` + env + `}]}}`
}

func role(rules string) string {
	return `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"r"},"rules":` + rules + `}`
}

func finalized(list string) string {
	return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","finalizers":` + list + `}}`
}
