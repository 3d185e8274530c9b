package expr_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// chain repeats step behind start, about as deep as the parser goes.
func chain(start, step string) string { return start + strings.Repeat(step, 40) }

func ints(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }

// TestCostIsBounded: each of these is refused when it is compiled or stopped
// early when it is evaluated, whatever it holds.
func TestCostIsBounded(t *testing.T) {
	long := "'" + strings.Repeat("a", 900) + "'"
	scope := newScope(t)
	in := inputs(t)
	in.Values = written(t, "values.yaml", map[string]any{
		"text": strings.Repeat("a", 1<<20),
		"list": make([]any, 10_000),
		"many": make([]any, 100_001),
	})
	for name, source := range map[string]string{
		"nested loops over literals":     fmt.Sprintf("%[1]s.all(a, %[1]s.all(b, %[1]s.all(c, a + b + c > 0)))", ints(150)),
		"nested loops over inputs":       "values.list.all(a, values.list.all(b, values.list.all(c, a == c)))",
		"loop over too many real items":  "values.list.map(a, values.list.exists(b, b == 1)).size()",
		"doubling text":                  chain("['aaaaaaaa']", ".map(x,x+x)"),
		"doubling lists":                 chain("[[1,1]]", ".map(x,x+x)"),
		"shared lists compared":          chain("[dyn(1)]", ".map(x,dyn([x,x]))") + "== [2]",
		"shared lists as the result":     chain("[dyn(1)]", ".map(x,dyn([x,x]))"),
		"shared lists flattened":         "[[1,1]].map(x,[x,x,x,x,x,x,x,x,x,x]).map(x,[x,x,x,x,x,x,x,x,x,x]).map(x,[x,x,x,x,x,x,x,x,x,x]).map(x,[x,x,x,x,x,x,x,x,x,x]).map(x,[x,x,x,x,x,x,x,x,x,x]).flatten(9).size()",
		"text replaced by longer text":   fmt.Sprintf("%[1]s.replace('', %[1]s).replace('', %[1]s)", long),
		"input replaced by itself":       "values.text.replace('a', values.text)",
		"join with a long separator":     "values.list.map(x, 'x').join(values.text)",
		"join of text repeated":          "lists.range(10000).map(x, values.text).join('')",
		"repetition through joins":       chain("'aaaaaaaa'", ".split('').join('aaaaaaaaaaaaaaaa')"),
		"text added to itself":           "values.text + values.text",
		"lists added to each other":      "values.list + values.list",
		"a range without end":            "lists.range(9000000000000)",
		"a range of computed length":     "lists.range(vars.replicas * 1000000000)",
		"digits of a format":             "'%.1000000f'.format([1.0])",
		"distinct over many":             "lists.range(vars.replicas * 3000).distinct()",
		"sets over many":                 "sets.contains(lists.range(vars.replicas * 3000), lists.range(vars.replicas * 3000))",
		"long literals in a loop":        "values.list.all(a, !'" + strings.Repeat("a", 3000) + "'.contains('b'))",
		"a huge exponent":                "quantity('1e99999999').asApproximateFloat()",
		"a search that nearly matches":   "values.text.indexOf(values.text.substring(0, 500000) + 'b') + values.text.lastIndexOf('b' + values.text.substring(0, 500000)) + 1 / 0",
		"regular expressions over text":  strings.TrimSuffix(strings.Repeat("values.text.matches('(a|b|c)*d' + vars.zone) || ", 60), "|| "),
		"a regular expression as input":  "vars.zone.matches(values.text)",
		"deep nesting":                   strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000),
		"deep lists":                     strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		"a reference to too much":        "values.many",
		"a text many times":              "values.list.map(x, values.text)",
		"deep selection of unknown data": "values" + strings.Repeat(".a", 2000),
	} {
		before := allocated()
		err := run(scope, in, source)
		used := allocated() - before
		if err == nil {
			t.Errorf("%s is computed", name)
		}
		if used > maxAllocated {
			t.Errorf("%s allocates %d MiB: %v", name, used>>20, err)
		}
		t.Logf("%-32s %4d MiB  %v", name, used>>20, err)
	}
}

// TestCostIsEstimatedBeforehand: what is too costly whatever it reads never
// runs.
func TestCostIsEstimatedBeforehand(t *testing.T) {
	long := "'" + strings.Repeat("a", 900) + "'"
	scope := newScope(t)
	for _, source := range []string{
		fmt.Sprintf("%[1]s.all(a, %[1]s.all(b, %[1]s.all(c, a + b + c > 0)))", ints(150)),
		"values.ports.all(a, values.ports.all(b, values.ports.all(c, a == c)))",
		fmt.Sprintf("%[1]s.replace('', %[1]s).replace('', %[1]s)", long),
		"lists.range(9000000000000)",
		chain("'aaaaaaaa'", ".split('').join('aaaaaaaaaaaaaaaa')"),
	} {
		_, errs := scope.Compile("${" + source + "}")
		if len(errs) != 1 || errs[0].Code != expr.CodeTooCostly {
			t.Errorf("%.60s gives %v", source, errs)
		}
	}
}

// TestUsefulExpressionsAreCheapEnough: the bounds leave room for work.
func TestUsefulExpressionsAreCheapEnough(t *testing.T) {
	scope := newScope(t)
	in := inputs(t)
	hosts := make([]any, 100)
	for i := range hosts {
		hosts[i] = map[string]any{"name": fmt.Sprintf("host-%03d.corp", i)}
	}
	in.Values = written(t, "values.yaml", map[string]any{"hosts": hosts, "allowed": hosts})
	for _, source := range []string{
		"values.hosts.filter(h, h.name.startsWith('host-') && h.name.contains('corp')).map(h, h.name.upperAscii() + ':443').join(',')",
		"values.hosts.all(h, values.allowed.exists(a, a.name == h.name))",
		"values.hosts == values.allowed",
		"values.hosts.map(h, h.name).sort().distinct().size()",
		"lists.range(1000).map(i, i * vars.replicas)",
		"vars.region.replace('-', '_').matches('^[a-z_0-9]{1,63}$')",
	} {
		if err := run(scope, in, source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// maxAllocated bounds what anything costs, in bytes: work that never ends
// allocates, and the count does not depend on how busy the machine is.
const maxAllocated = 64 << 20

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func run(scope *expr.Scope, in *expr.Inputs, source string) error {
	template, errs := scope.Compile("${" + source + "}")
	if errs != nil {
		return errs[0]
	}
	_, err := template.Eval(in, value.Place{})
	return err
}

func TestManyExpressionsInOneText(t *testing.T) {
	text := strings.Repeat("${vars.zone} ", 20_000)
	before := allocated()
	if got := evaluate(t, newScope(t), text); len(got) != 2*20_000+2 {
		t.Errorf("the result has %d bytes", len(got))
	}
	if used := allocated() - before; used > maxAllocated {
		t.Errorf("it allocates %d MiB", used>>20)
	}
}

func TestTemplatesAreSharedByGoroutines(t *testing.T) {
	scope := newScope(t)
	in := inputs(t)
	texts := []string{"${vars.region}", "${vars.region + '-' + cluster.name}", "${values.flags.map(k, k)}", "${{'b': 1, 'a': vars.replicas}}"}
	want := make([]string, len(texts))
	for i, text := range texts {
		want[i] = evaluate(t, scope, text)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for round := range 50 {
				text := texts[round%len(texts)]
				template, errs := scope.Compile(text)
				if errs != nil {
					t.Error(errs)
					return
				}
				n, err := template.Eval(in, value.Place{})
				if err != nil || string(n.AppendJSON(nil)) != want[round%len(texts)] {
					t.Errorf("%s gives %#v, %v", text, n, err)
				}
			}
		})
	}
	wait.Wait()
}

// TestMapsAreWalkedInOrder would fail at random if Go's order came through.
func TestMapsAreWalkedInOrder(t *testing.T) {
	scope := newScope(t)
	for range 30 {
		got := evaluate(t, scope, "${{'e': 1, 'c': 2, 'a': 3, 'd': 4, 'b': 5}.map(k, k).join('') + string({3: 1, 1: 2, 2: 3}.map(k, k)[0])}")
		if got != `"abcde1"` {
			t.Fatalf("got %s", got)
		}
	}
}
