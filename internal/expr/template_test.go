package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// evaluate gives the canonical JSON of a text's result.
func evaluate(tb testing.TB, scope *expr.Scope, text string) string {
	tb.Helper()
	template, errs := scope.Compile(text)
	if errs != nil {
		tb.Fatalf("compiling %s: %v", text, errs)
	}
	if template == nil {
		return fmt.Sprintf("%q", text)
	}
	n, err := template.Eval(inputs(tb), value.Place{})
	if err != nil {
		tb.Fatalf("evaluating %s: %v", text, err)
	}
	return string(n.AppendJSON(nil))
}

func TestEval(t *testing.T) {
	scope := newScope(t)
	for text, want := range map[string]string{
		// Texts without expressions, and escapes.
		"plain":                    `"plain"`,
		"$HOME costs $5":           `"$HOME costs $5"`,
		"$${vars.region}":          `"${vars.region}"`,
		"$$${vars.region}":         `"$${vars.region}"`,
		"a $${b} ${vars.zone}":     `"a ${b} a"`,
		"${vars.zone}$${vars.zone": `"a${vars.zone"`,

		// A whole expression keeps its type, an embedded one becomes text.
		"${vars.region}":                   `"eu-west-1"`,
		"${vars.replicas}":                 `3`,
		"${vars.audit}":                    `true`,
		"${vars.ratio}":                    `2`,
		"${vars.retention}":                `"360h"`,
		"${vars.podCIDR}":                  `"10.65.0.0/16"`,
		"${vars.remoteWrite.name}":         `"rw-eu"`,
		" ${vars.replicas}":                `" 3"`,
		"${vars.replicas}x${vars.audit}":   `"3xtrue"`,
		"${string(vars.ratio)}/s":          `"2/s"`,
		"${vars['with-dash']}":             `"dashed"`,
		"${vars['with-dash'] + '!'}":       `"dashed!"`,
		"${null}":                          `null`,
		"${consts.mirrors}":                `["a.corp","b.corp"]`,
		"${consts.registry}":               `{"host":"registry.corp","port":443}`,
		"${consts.registry.host}/x":        `"registry.corp/x"`,
		"${consts.mirrors.join(',')}":      `"a.corp,b.corp"`,
		"${values.flags}":                  `{"alpha":false,"zeta":true}`,
		"${values.nothing}":                `null`,
		"${cluster.labels.tier}":           `"edge"`,
		"${pool.class}":                    `"general"`,
		"${component.version}":             `"1.18.2"`,
		"${provided['storage-class']}":     `"standard"`,
		"${ {'b': [1, 2u], 'a': 'x'} }":    `{"a":"x","b":[1,2]}`,
		"${[{'name': 'a', 'port': 80}]}":   `[{"name":"a","port":80}]`,
		"${1.5}":                           `1.5`,
		"${dyn({'a': dyn(1)})}":            `{"a":1}`,
		"${vars.audit ? [1] : []}":         `[1]`,
		"${ // a comment }\n vars.region}": `"eu-west-1"`,

		// The end of an expression is the lexer's.
		"${'}' + '${' + \"}\"}":     `"}${}"`,
		"${r'\\}' + '''}'''}":       `"\\}}"`,
		"${ {'a': {'b': '}'}}.a.b}": `"}"`,

		// What may be missing.
		"${vars.?unset.orValue('none')}":                       `"none"`,
		"${vars[?'unset'].orValue('none')}":                    `"none"`,
		"${vars.?zone.orValue('none')}":                        `"a"`,
		"${vars.?zone.orValue(string(1 / 0))}":                 `"a"`,
		"${vars.?unset.or(vars.?zone).orValue('')}":            `"a"`,
		"${optional.none().or(optional.of(2)).value()}":        `2`,
		"${has(vars.unset)}":                                   `false`,
		"${has(vars['zone'])}":                                 `true`,
		"${has(vars.remoteWrite)}":                             `true`,
		"${vars.?remoteWrite.?name.orValue('')}":               `"rw-eu"`,
		"${cluster.labels[?'x'].orValue('y')}":                 `"y"`,
		"${has(cluster.labels.tier)}":                          `true`,
		"${{?'a': vars.?unset, ?'b': vars.?zone}}":             `{"b":"a"}`,
		"${has(consts.nothing)}":                               `false`,
		"${vars[cluster.labels.tier == 'edge' ? 'zone' : '']}": `"a"`,

		// What is selected by a computed name or from something computed, where the
		// true cost is counted.
		"${values.ports.all(a, values.flags['ze' + 'ta'] == (a > 0))}":                   `true`,
		"${values.ports.map(a, values.ports.map(b, {'x': a + b}['x' + ''])[0])}":         `[160,523]`,
		"${values.ports.map(a, 'x,a long text, and more'.split(',')[a % 2].size() + a)}": `[81,454]`,

		// Maps are walked in the order of their keys.
		"${{'d': 1, 'b': 2, 'a': 3, 'c': 4}.map(k, k)}":     `["a","b","c","d"]`,
		"${values.flags.map(k, k)}":                         `["alpha","zeta"]`,
		"${{'a': 1} == {'a': 1}}":                           `true`,
		"${values.flags == {'zeta': true, 'alpha': false}}": `true`,

		// The libraries.
		"${'a,b'.split(',')}":                                    `["a","b"]`,
		"${'%s-%d'.format([vars.zone, vars.replicas])}":          `"a-3"`,
		"${'%.2f in 2024'.format([vars.ratio])}":                 `"2.00 in 2024"`,
		"${[3, 1, 2].sort()}":                                    `[1,2,3]`,
		"${['bb', 'a'].sortBy(x, size(x))}":                      `["a","bb"]`,
		"${lists.range(vars.replicas).map(i, i * 2)}":            `[0,2,4]`,
		"${[[1], [2, 3]].flatten()}":                             `[1,2,3]`,
		"${[1, 1, 2].distinct()}":                                `[1,2]`,
		"${sets.contains([1, 2], [2])}":                          `true`,
		"${math.greatest(vars.replicas, 7)}":                     `7`,
		"${base64.encode(b'abc')}":                               `"YWJj"`,
		"${quantity(vars.memory).asInteger()}":                   `2147483648`,
		"${quantity(vars.memory).isGreaterThan(quantity('1G'))}": `true`,
		"${semver(vars.kubernetes).minor()}":                     `34`,
		"${semver('v1.2', true).major()}":                        `1`,
		"${isSemver('v1.2')}":                                    `false`,
		"${isSemver('v1.2', true)}":                              `true`,
		"${cidr(vars.podCIDR).prefixLength()}":                   `16`,
		"${string(cidr(vars.podCIDR).ip())}":                     `"10.65.0.0"`,
		"${cidr(vars.podCIDR).containsIP('10.65.3.4')}":          `true`,
		"${ip('10.0.0.1').family()}":                             `4`,
		"${vars.region.find('[0-9]+')}":                          `"1"`,
		"${vars.region.matches('^eu-')}":                         `true`,
		"${[1, 2, 3].sum()}":                                     `6`,
		"${string(duration(vars.retention))}":                    `"1296000s"`,
		"${timestamp('2020-01-01T10:00:00+02:00').getHours()}":   `8`,

		// What other releases of the libraries compute differently.
		"${'äöüö'.indexOf('ö')}": `1`,
		"${['äöüö'.indexOf('ö', 2), 'äöü'.indexOf('ö', 2), 'a'.indexOf('', 9)]}":                                   `[3,-1,1]`,
		"${['äöüö'.lastIndexOf('ö'), 'äöüö'.lastIndexOf('ö', 2), 'aa'.lastIndexOf('a', 2)]}":                       `[3,1,-1]`,
		"${dyn('abc').lastIndexOf(dyn('b'))}":                                                                      `1`,
		"${[quantity('99999999999999999999')].map(q, [q.add(quantity('1')).compareTo(q), q.sub(1).compareTo(q)])}": `[[1,-1]]`,
		"${quantity('1Gi').sub(24).asInteger()}":                                                                   `1073741800`,
		"${cluster.labels.`tier` + vars.`with-dash`}":                                                              `"edgedashed"`,

		// Names inside loops are the loop's own.
		"${[1, 2].map(vars, vars + 1)}": `[2,3]`,
	} {
		if got := evaluate(t, scope, text); got != want {
			t.Errorf("%s gives %s, want %s", text, got, want)
		}
	}
}

func TestTextWithoutExpressionGivesNoTemplate(t *testing.T) {
	template, errs := newScope(t).Compile("a $ b {c} $d")
	if template != nil || errs != nil {
		t.Errorf("got %v, %v", template, errs)
	}
}

// failure is an error without what is wordy about it.
type failure struct {
	Code, Summary  string
	Offset, Length int
}

func failures(errs ...*expr.Error) []failure {
	var out []failure
	for _, e := range errs {
		out = append(out, failure{e.Code, e.Summary, e.Offset, e.Length})
	}
	return out
}

func TestCompileErrors(t *testing.T) {
	bare, err := expr.NewScope(expr.Declarations{Variables: variables})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want []failure
		hint string
	}{
		{"${vars.regoin}", []failure{{expr.CodeUndefinedVariable, `variable "regoin" is not declared`, 7, 6}}, `did you mean "region"?`},
		{"${vars['regoin']}", []failure{{expr.CodeUndefinedVariable, `variable "regoin" is not declared`, 8, 6}}, `did you mean "region"?`},
		{"${has(vars.regoin)}", []failure{{expr.CodeUndefinedVariable, `variable "regoin" is not declared`, 11, 6}}, `did you mean "region"?`},
		{"${vars.?regoin.orValue('')}", []failure{{expr.CodeUndefinedVariable, `variable "regoin" is not declared`, 8, 6}}, `did you mean "region"?`},
		{"äöü ${vars.a} ${vars.b}", []failure{
			{expr.CodeUndefinedVariable, `variable "a" is not declared`, 11, 1},
			{expr.CodeUndefinedVariable, `variable "b" is not declared`, 21, 1},
		}, ""},
		{"${claster.name}", []failure{{expr.CodeUndefinedName, `"claster" is not known`, 2, 7}}, `did you mean "cluster"?`},
		{"${inexistent}", []failure{{expr.CodeUndefinedName, `"inexistent" is not known`, 2, 10}}, "expressions start from vars, consts, cluster, component, provided"},
		{"${region}", []failure{{expr.CodeUndefinedName, `"region" is not known`, 2, 6}}, "variables are read as vars.region"},
		{"${cluster.nmae}", []failure{{expr.CodeUndefinedName, `cluster has no field "nmae"`, 10, 4}}, `did you mean "name"?`},
		{"${component.chart}", []failure{{expr.CodeUndefinedName, `component has no field "chart"`, 12, 5}}, "its fields are name, version"},
		{"${pool.name}", []failure{{expr.CodeUndefinedName, "pool is not known here", 2, 4}}, "pool can only be read in nodes, workers and classes"},
		{"${values.a}", []failure{{expr.CodeUndefinedName, "values is not known here", 2, 6}}, "values can only be read in patches and expanded content"},
		{"${consts.a}", []failure{{expr.CodeUndefinedName, `constant "a" is not defined`, 9, 1}}, "define it in the profile's spec.constants"},
		{"${lenght('a')}", []failure{{expr.CodeUndefinedName, `"lenght" is not known`, 2, 6}}, ""},

		{"${vars.region + 1}", []failure{{expr.CodeType, "${vars.region + 1}, column 13: found no matching overload for '+' applied to '(string, int)'", 14, 1}},
			"convert one side with string(...), int(...) or double(...)"},
		{"${vars.replicas.x}", []failure{{expr.CodeType, "${vars.replicas.x}, column 14: type 'int' does not support field selection", 15, 1}}, ""},
		{"${vars.remoteWrite}", []failure{{expr.CodeType, `variable "remoteWrite" is a reference to a secret, which is not data`, 7, 11}}, "only its name can be read: vars.remoteWrite.name"},
		{"${vars.remoteWrite.token}", []failure{{expr.CodeType, `variable "remoteWrite" is a reference to a secret, which is not data`, 7, 11}}, ""},
		{"${[vars.?remoteWrite]}", []failure{{expr.CodeType, `variable "remoteWrite" is a reference to a secret, which is not data`, 9, 11}}, ""},
		{"${cluster}", []failure{{expr.CodeType, "the result is of type cluster, which is not data", 2, 7}}, ""},
		{"${vars}", []failure{{expr.CodeType, "the result is of type vars, which is not data", 2, 4}}, "name one variable: vars.x"},
		{"${[quantity('1')]}", []failure{{expr.CodeType, "the result is of type kubernetes.Quantity, which is not data", 2, 15}}, ""},
		{"${vars.?unset}", []failure{{expr.CodeType, "the result is of type optional_type, which is not data", 2, 11}}, "end the expression with .orValue(...)"},
		{"${google.protobuf.Struct{}}", []failure{{expr.CodeType, "google.protobuf.Struct{...} makes a message, which is not data", 24, 1}}, ""},
		{"${timestamp('2020-01-01T00:00:00Z').getHours('Europe/Berlin')}", []failure{{expr.CodeType, "getHours cannot take a time zone", 44, 1}}, ""},
		{"${string(duration(vars.replicas))}", []failure{{expr.CodeType, "${string(duration(vars.replicas))}, column 16: found no matching overload for 'duration' applied to '(int)'", 17, 1}}, ""},
		{"${[{'IP': 1}].map(net, net.IP)}", []failure{{expr.CodeType, "net.IP is also the name of a type", 23, 3}}, "let the loop use another name than net"},
		{"${[vars.region].all(x, [x].all(y, 'abc'.matches('[')))}", []failure{{expr.CodeType, "${[vars.region].all(x, [x].all(y, 'abc'.matches('[')))}, column 47: invalid matches argument", 48, 1}}, ""},
		{"x${vars.ratio}", []failure{{expr.CodeType, "a number cannot stand inside a longer text", 3, 10}}, "convert it with string(...) or int(...)"},
		{"x${[1]}", []failure{{expr.CodeType, "a list cannot stand inside a longer text", 3, 3}}, ""},
		{"x${{}}", []failure{{expr.CodeType, "a mapping cannot stand inside a longer text", 3, 2}}, ""},
		{"x${null}", []failure{{expr.CodeType, "null cannot stand inside a longer text", 3, 4}}, ""},

		{"${}", []failure{{expr.CodeSyntax, "the expression is empty", 2, 0}}, ""},
		{"ä${vars.region", []failure{{expr.CodeSyntax, "${ has no closing }", 1, 2}}, ""},
		{"${'unclosed}", []failure{{expr.CodeSyntax, "${ has no closing }", 0, 2}}, ""},
		{"${1 +}", []failure{{expr.CodeSyntax, "${1 +}, column 4: unexpected end", 5, 1}}, ""},
		{"${1 +\n\n* 2}", []failure{{expr.CodeSyntax, "${1 + * 2}, column 6: unexpected '*'", 7, 1}}, ""},
		{"${'" + strings.Repeat("a", 4095) + "'}", []failure{{expr.CodeTooLong, "the expression has more than 4096 characters", 0, 2}}, ""},
		{"${'a'.matches('" + strings.Repeat("a", 1001) + "')}", []failure{{expr.CodeTooLong, "the regular expression has more than 1000 characters", 14, 1003}}, ""},
	} {
		template, errs := bare.Compile(c.text)
		if template != nil {
			t.Errorf("%s compiles", c.text)
			continue
		}
		if diff := cmp.Diff(c.want, failures(errs...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		} else if c.hint != "" && errs[0].Hint != c.hint {
			t.Errorf("%s has the hint %q, want %q", c.text, errs[0].Hint, c.hint)
		}
	}
}

func TestUnknownConstantIsFoundWhenCompiling(t *testing.T) {
	_, errs := newScope(t).Compile("${consts.registry.hots}")
	want := []failure{{expr.CodeUndefinedName, `constant "registry.hots" is not defined`, 18, 4}}
	if diff := cmp.Diff(want, failures(errs...)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if errs[0].Hint != `did you mean "host"?` {
		t.Errorf("hint %q", errs[0].Hint)
	}
}

func TestEvalErrors(t *testing.T) {
	scope := newScope(t)
	for _, c := range []struct {
		text string
		want failure
		hint string
	}{
		{"${vars.unset}", failure{expr.CodeNoValue, `variable "unset" has no value`, 2, 10}, "set it, give it a default, or write vars.?unset.orValue(...)"},
		{"a ${vars.unset + 'x'}", failure{expr.CodeNoValue, `variable "unset" has no value`, 8, 1}, ""},
		{"${vars[cluster.name]}", failure{expr.CodeUndefinedVariable, `variable "store-0001" is not declared`, 6, 1}, ""},
		{"${cluster.labels.zone}", failure{expr.CodeMissingLabel, `label "zone" is not set`, 2, 19}, "set it, or write cluster.labels[?'zone'].orValue('...')"},
		{"${cluster.labels['zone']}", failure{expr.CodeMissingLabel, `label "zone" is not set`, 2, 22}, ""},
		{"${cluster.labels.zone + 'x'}", failure{expr.CodeMissingLabel, `label "zone" is not set`, 16, 1}, "set it, or write cluster.labels[?'zone'].orValue('...')"},
		{"${provided.ingress}", failure{expr.CodeNoValue, `no layer provides "ingress"`, 2, 16}, "add a layer that does, or write provided[?'ingress'].orValue('...')"},
		{"${values.a.b}", failure{expr.CodeNoValue, "values.a.b has no value", 2, 10}, ""},
		{"${values['in']}", failure{expr.CodeNoValue, "values.in has no value", 2, 12}, "write values[?'in'].orValue(...)"},
		{"${1 / 0}", failure{expr.CodeEvaluation, "${1 / 0}: division by zero", 4, 1}, ""},
		{"${[1, 0].map(x, 1 / x)}", failure{expr.CodeEvaluation, "${[1, 0].map(x, 1 / x)}: division by zero", 18, 1}, ""},
		{"${[[2]].map(y, y.exists(x, 1 / 0 == x))}", failure{expr.CodeEvaluation, "${[[2]].map(y, y.exists(x, 1 / 0 == x))}: division by zero", 29, 1}, ""},
		{"${optional.of(1 / 0).optMap(x, x).orValue(0)}", failure{expr.CodeEvaluation, "${optional.of(1 / 0).optMap(x, x).orValue(0)}: division by zero", 16, 1}, ""},
		{"${1 / 0 == 1 ? 1 : 2}", failure{expr.CodeEvaluation, "${1 / 0 == 1 ? 1 : 2}: division by zero", 4, 1}, ""},
		{"${values.ports[0].matches('a')}", failure{expr.CodeEvaluation, "${values.ports[0].matches('a')}: no such overload", 2, 28}, ""},
		{"${values.ports.all(p, p.matches('a'))}", failure{expr.CodeEvaluation, "${values.ports.all(p, p.matches('a'))}: no such overload", 2, 35}, ""},
		{"${lists.range(2 - vars.replicas)}", failure{expr.CodeEvaluation, "${lists.range(2 - vars.replicas)}: a list cannot have -1 items", 13, 1}, ""},
		{"${'abc'.indexOf('', -1)}", failure{expr.CodeEvaluation, "${'abc'.indexOf('', -1)}: index out of range: -1", 15, 1}, ""},
		{"${'abc'.lastIndexOf('a', -1)}", failure{expr.CodeEvaluation, "${'abc'.lastIndexOf('a', -1)}: index out of range: -1", 19, 1}, ""},
		{"${[?dyn(values.flags)]}", failure{expr.CodeEvaluation, "${[?dyn(values.flags)]}: cannot initialize optional list element from a value that is not optional", 2, 1}, ""},
		{"${1.0 / 0.0}", failure{expr.CodeEvaluation, "the result is +Inf, not a number that data can hold", 2, 9}, ""},
		{"${18446744073709551615u}", failure{expr.CodeEvaluation, "the result 18446744073709551615 does not fit into an integer of 64 bits", 2, 21}, ""},
		{"${{1: 2}}", failure{expr.CodeType, "the result is a map with a key of type int", 2, 6}, ""},
		{"${dyn(vars)}", failure{expr.CodeType, "the result is of type vars, which is not data", 2, 9}, ""},
		{"${vars['remote' + 'Write']}", failure{expr.CodeType, "the result is of type secretRef, which is not data", 2, 24}, "a secret is only ever a reference: read its .name"},
		{"x${values.ports}", failure{expr.CodeType, "a list cannot stand inside a longer text", 3, 12}, ""},
		{"x${consts.limit}", failure{expr.CodeType, "a number cannot stand inside a longer text", 3, 12}, ""},
		{"x${values.nothing}", failure{expr.CodeType, "null cannot stand inside a longer text", 3, 14}, ""},
	} {
		template, errs := scope.Compile(c.text)
		if errs != nil {
			t.Errorf("compiling %s: %v", c.text, errs)
			continue
		}
		n, err := template.Eval(inputs(t), value.Place{})
		found, ok := err.(*expr.Error)
		if !ok {
			t.Errorf("%s gives %#v, %v", c.text, n, err)
			continue
		}
		if diff := cmp.Diff([]failure{c.want}, failures(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		} else if c.hint != "" && found.Hint != c.hint {
			t.Errorf("%s has the hint %q, want %q", c.text, found.Hint, c.hint)
		}
	}
}

func TestVariableHoldsWhatItsTypeSays(t *testing.T) {
	in := &expr.Inputs{Vars: written(t, "f", map[string]any{"replicas": "3", "region": 10})}
	scope := newScope(t)
	for _, text := range []string{"${vars.replicas}", "${vars.replicas + 1}"} {
		template, errs := scope.Compile(text)
		if errs != nil {
			t.Fatal(errs)
		}
		if n, err := template.Eval(in, value.Place{}); err == nil || err.(*expr.Error).Code != expr.CodeType {
			t.Errorf("%s gives %#v, %v", text, n, err)
		}
	}
	for _, text := range []string{"${vars.region}", "${vars.region + ''}"} {
		template, errs := scope.Compile(text)
		if errs != nil {
			t.Fatal(errs)
		}
		n, err := template.Eval(in, value.Place{})
		if s, ok := n.Str(); err != nil || !ok || s != "10" {
			t.Errorf("%s gives %#v, %v", text, n, err)
		}
	}
}

func TestReads(t *testing.T) {
	scope := newScope(t)
	var all []string
	for _, v := range variables {
		all = append(all, v.Name)
	}
	for text, want := range map[string]expr.Reads{
		"$${vars.region}":                           {},
		"${vars.zone}-${vars.region}":               {Vars: []string{"region", "zone"}},
		"${has(vars.unset) ? 1 : 2}":                {Vars: []string{"unset"}},
		"${vars[?'zone'].orValue('')}":              {Vars: []string{"zone"}},
		"${vars['with-dash']}":                      {Vars: []string{"with-dash"}},
		"${[1].map(vars, vars)}":                    {},
		"${consts.mirrors[0]}":                      {Consts: true},
		"${cluster.labels.tier}":                    {Cluster: true},
		"${pool.name + component.name}":             {Pool: true, Component: true},
		"${provided['storage-class']}":              {Provided: true},
		"${values.ports.map(p, p + vars.replicas)}": {Vars: []string{"replicas"}, Values: true},
	} {
		template, errs := scope.Compile(text)
		if errs != nil {
			t.Fatalf("%s: %v", text, errs)
		}
		if diff := cmp.Diff(want, template.Reads()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	template, errs := scope.Compile("${vars[cluster.name]}")
	if errs != nil {
		t.Fatal(errs)
	}
	got := template.Reads()
	if len(got.Vars) != len(all) || !got.Cluster || !got.PerCluster() {
		t.Errorf("a computed name reads %v, want every variable and cluster", got)
	}
}

func TestOriginIsTheExpressionsWithItsInputsAsCauses(t *testing.T) {
	scope := newScope(t)
	place := value.Place{Writer: &value.Writer{File: "layer.yaml"}, Line: 7, Column: 9}
	for text, want := range map[string][]string{
		"${vars.region}":                               {"cluster.yaml"},
		"${vars.region + cluster.labels.tier}":         {"cluster.yaml", "fleet.yaml"},
		"${consts.mirrors}":                            {"profile.yaml"},
		"${vars.zone}-${vars.region}":                  {"cluster.yaml"},
		"${vars.?unset.orValue(consts.registry.host)}": {"cluster.yaml", "profile.yaml"},
		"${1 + 1}": nil,
	} {
		template, errs := scope.Compile(text)
		if errs != nil {
			t.Fatalf("%s: %v", text, errs)
		}
		n, err := template.Eval(inputs(t), place)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		origin := n.Origin()
		var causes []string
		for _, c := range origin.Causes {
			causes = append(causes, c.Range.File)
		}
		if diff := cmp.Diff(want, causes); diff != "" || origin.Range.String() != "layer.yaml:7:9" {
			t.Errorf("%s stands at %s, causes (-want +got):\n%s", text, origin.Range, diff)
		}
	}
}

// TestSensitive: what is computed from a sensitive input is sensitive, all of it,
// and nothing else is.
func TestSensitive(t *testing.T) {
	scope := newScope(t)
	in := inputs(t)
	in.Vars = in.Vars.With("region", in.Vars.Get("region").AsSensitive())
	in.Values = in.Vars.Set(in.Vars.Get("region"), "deep", "er")
	for text, want := range map[string]bool{
		"${vars.region}":                               true,
		"in ${vars.region}":                            true,
		"${[vars.region, 'a']}":                        true,
		"${vars.region == 'a' ? 1 : 2}":                true,
		"${vars[cluster.name == '' ? 'a' : 'region']}": true,
		"${values.deep}":                               true,
		"${values.deep.er}":                            true,
		"${vars.zone}":                                 false,
		"${values.zone}":                               false,
		"${cluster.name}":                              false,
		"${vars.?unset.orValue(consts.registry.host)}": false,
		"${vars.?unset.orValue(vars.region)}":          true,
	} {
		template, errs := scope.Compile(text)
		if errs != nil {
			t.Fatalf("%s: %v", text, errs)
		}
		n, err := template.Eval(in, value.Place{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for path, leaf := range n.Leaves(nil) {
			if leaf.Sensitive() != want {
				t.Errorf("%s is sensitive at %q: %v", text, path, !want)
			}
		}
	}
}

// TestValuesAreNeverRead: whatever a variable holds comes out as it is, in the
// one string where the expression stood.
func TestValuesAreNeverRead(t *testing.T) {
	scope := newScope(t)
	whole, errs := scope.Compile("${vars.region}")
	if errs != nil {
		t.Fatal(errs)
	}
	inside, errs := scope.Compile("key: '${vars.region}' # ${vars.region + '|'}")
	if errs != nil {
		t.Fatal(errs)
	}
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"${", "}", "$${", "{{ .x }}", "\n---\n", "'", `"`, ": ", "\\", "${vars.region}", "\x00", "- a"}),
			rapid.String(),
		)).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		in := &expr.Inputs{Vars: value.NewMap([]value.Entry{{Name: "region", Value: value.NewString(text, value.Place{})}}, value.Place{})}
		for template, want := range map[*expr.Template]string{
			whole:  text,
			inside: "key: '" + text + "' # " + text + "|",
		} {
			n, err := template.Eval(in, value.Place{})
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := n.Str(); !ok || got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

func TestNewScopeRefusesContradictions(t *testing.T) {
	for _, vs := range [][]expr.Variable{
		{{Name: "a", Type: expr.String}, {Name: "a", Type: expr.Integer}},
		{{Name: "a"}},
		{{Type: expr.String}},
	} {
		if _, err := expr.NewScope(expr.Declarations{Variables: vs}); err == nil {
			t.Errorf("%v is accepted", vs)
		}
	}
}
