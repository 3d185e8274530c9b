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

// Managers that own thousands of elements cost work in proportion to them: each
// name is read once, not for each field that is looked for.
func TestHostileManagedFields(t *testing.T) {
	cost := func(elements int) float64 {
		p := managedBy(t, 4, elements)
		return testing.AllocsPerRun(1, func() { Compare(p[:1], Live{Objects: p[1:]}, Evidence{}) })
	}
	if few, many := cost(100), cost(800); many > 12*few {
		t.Errorf("800 elements take %.0f allocations, 100 take %.0f", many, few)
	}
}

// More managers than any server keeps are as good as none.
func TestVeryManyManagers(t *testing.T) {
	for _, n := range []int{maxManagers - 1, maxManagers} {
		p := managedBy(t, n, 1)
		if got := newManaged(p[1].Tree(), DefaultFieldManager).applied(); got != (n < maxManagers) {
			t.Errorf("%d managers: ours counts: %v", n+1, got)
		}
	}
}

// managedBy is a ConfigMap as declared, and live with so many managers besides
// us, each of elements of its own.
func managedBy(t *testing.T, managers, elements int) []render.Object {
	t.Helper()
	entries := []string{`{"manager":"dayzero","operation":"Apply","fieldsV1":{"f:data":{"f:a":{}}}}`}
	for m := range managers {
		names := make([]string, elements)
		for i := range names {
			names[i] = fmt.Sprintf(`"v:\"m%d/%d\"":{}`, m, i)
		}
		entries = append(entries, fmt.Sprintf(`{"manager":"m%d","operation":"Update","fieldsV1":{"f:metadata":{"f:finalizers":{%s}}}}`, m, strings.Join(names, ",")))
	}
	const config = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"%s},"data":{"a":"b"}}`
	want := objects(t, "want.yaml", fmt.Appendf(nil, config, ""))
	live := objects(t, "live.yaml", fmt.Appendf(nil, config, `,"managedFields":[`+strings.Join(entries, ",")+"]"))
	return append(want, live...)
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
