package expr_test

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

func BenchmarkPlainReference(b *testing.B) { benchmark(b, "${vars.region}") }

func BenchmarkInterpolation(b *testing.B) { benchmark(b, "${cluster.name}-${vars.region}") }

func BenchmarkEval(b *testing.B) { benchmark(b, "${vars.region + '-' + cluster.name}") }

func BenchmarkEvalLoop(b *testing.B) {
	benchmark(b, "${['a', 'b', 'c', 'd'].filter(x, x != vars.region).map(x, x + '-' + cluster.name)}")
}

func benchmark(b *testing.B, text string) {
	template, errs := newScope(b).Compile(text)
	if errs != nil {
		b.Fatal(errs)
	}
	in := inputs(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := template.Eval(in, value.Place{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		scope := newScope(b)
		b.StartTimer()
		if _, errs := scope.Compile("${vars.region + '-' + cluster.name}"); errs != nil {
			b.Fatal(errs)
		}
	}
}

func BenchmarkNewScope(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := expr.NewScope(declared(b)); err != nil {
			b.Fatal(err)
		}
	}
}
