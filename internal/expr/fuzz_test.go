package expr_test

import (
	"testing"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// check compiles and evaluates a text that may be anything and holds what comes
// out against what the package promises.
func check(t *testing.T, scope *expr.Scope, text string) {
	t.Helper()
	before := allocated()
	template, errs := scope.Compile(text)
	for _, e := range errs {
		if e.Code == "" || e.Summary == "" || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > utf8.RuneCountInString(text)+1 {
			t.Errorf("%q gives %#v", text, e)
		}
	}
	if template != nil {
		first, err := template.Eval(inputs(t), value.Place{})
		again, _ := template.Eval(inputs(t), value.Place{})
		if err == nil && first.Digest() != again.Digest() {
			t.Errorf("%q gives %#v, then %#v", text, first, again)
		}
		if _, ok := err.(*expr.Error); err != nil && !ok {
			t.Errorf("%q gives an error of type %T", text, err)
		}
	}
	if used := allocated() - before; used > maxAllocated {
		t.Errorf("%q allocates %d MiB", text, used>>20)
	}
}

func FuzzCompile(f *testing.F) {
	for _, source := range []string{
		"vars.region", "has(vars.unset) ? 1 : 2", "{'a': [1, 2.5, null]}", "values.ports.map(p, p + 1)",
		"cluster.labels[?'x'].orValue('y')", "quantity('1Gi').asInteger()", "'a'.matches('[a-z]+')",
		"lists.range(9).sortBy(i, -i)", "'%s'.format([vars.ratio])", "vars[cluster.name]", "1 + '", "[[[", "a.b.c.d", "{1: 2}",
	} {
		f.Add(source)
	}
	scope := newScope(f)
	f.Fuzz(func(t *testing.T, source string) { check(t, scope, "${"+source+"}") })
}

func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"", "$", "$${", "${", "a${vars.zone}b${vars.replicas}", "${'}'}}", "$$${x}", "${{'a': '}'}}", "\xff${vars.zone}"} {
		f.Add(text)
	}
	scope := newScope(f)
	f.Fuzz(func(t *testing.T, text string) { check(t, scope, text) })
}
