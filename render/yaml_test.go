package render_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml4 "go.yaml.in/yaml/v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"
	kubeyaml "sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/render"
)

// nasty are texts that some YAML reader takes for something else than a string,
// or that some writer breaks.
var nasty = []string{
	"", " ", "~", "null", "Null", "y", "n", "Y", "N", "yes", "no", "on", "off", "On", "OFF", "true", "TRUE", "false",
	"0", "1", "-1", "+1", "007", "010", "0o7", "0x1F", "0b11", "1_000", "1e3", "1.0", ".5", "5.", "-.5", "1e", "e3", "12:30:45", "190:20:30",
	".inf", "-.inf", "+.inf", ".Inf", ".nan", ".NaN", "NaN", "inf", "2024-01-01", "2024-01-01T00:00:00Z",
	"=", "<<", "-", "--", "---", "...", "?", ":", "- a", "? a", ": a", "a: b", "a:", "a:b", "a :b", "# x", "a # b", "a#b", "&a", "*a", "!a", "!!str a", "|", ">", "|-\n", "%YAML 1.2", "%a", "@a", "`a", "'a'", `"a"`, "[a]", "{a}", "{{ a }}", "${a}", ",a", "a,b",
	" x", "x ", "\tx", "x\t", "a\tb", "a\nb", "a\n", "\na", "\n", "\n\n", "a\n\n", "a\n\n\n", "a\n b\n", " a\nb", "a \nb", "a\n---\nb\n", "a\n...\n", "# a\nb", "a\r\nb", "\r", "a\rb", "a\n\tb\n", "\ta\nb",
	"\u0085", "a\u0085b", "a\u0085\nb", "\u2028", "a\u2029b", "\ufeff", "\ufeffa\nb\n", "\u00a0", "a\u00a0b\nc", "\u200b", "\x00", "\x01", "\x7f", "\u0080", "\ufffd", "\ufffe", "a\ufffdb\nc\n", "é", "日本語", "😀", "a\n😀\n", "\U0010ffff",
	strings.Repeat("long ", 60), strings.Repeat("x", 200), strings.Repeat("long ", 60) + "\nnext\n",
}

func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom(nasty),
		rapid.String(),
		rapid.StringN(0, 5, -1),
		rapid.Custom(func(t *rapid.T) string {
			return rapid.SampledFrom(nasty).Draw(t, "head") + rapid.SampledFrom([]string{"", "\n", " ", ":"}).Draw(t, "glue") + rapid.SampledFrom(nasty).Draw(t, "tail")
		}),
	)
}

// data generates what JSON can say, as Kubernetes' unstructured objects hold it.
func data(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		texts().AsAny(),
		rapid.Bool().AsAny(),
		rapid.Int64().AsAny(),
		rapid.SampledFrom([]float64{0.5, 3, -0.25, 1e21, 1e-7, 123456789.125, math.MaxFloat64, 5e-324, 1e300}).AsAny(),
		rapid.Float64().Filter(readable).AsAny(),
		rapid.Just[any](nil),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.SliceOfN(data(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(texts(), data(depth-1), 0, 4).AsAny(),
	)...)
}

// readable leaves out what JSON lacks, and the large integral numbers that
// kubectl's own reader turns into other integers.
func readable(f float64) bool {
	large := math.Abs(f) >= 1<<53 && math.Abs(f) < 1e21
	return !large && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// TestYAMLReadsBack writes any object and reads it with the reader of kubectl
// (YAML 1.1), with one of YAML 1.2, and with the two of this module: all find
// the same data.
func TestYAMLReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkReadsBack(t, object(rapid.MapOfN(texts(), data(3), 0, 5).Draw(t, "data")))
	})
}

func TestYAMLReadsBackNasty(t *testing.T) {
	for _, s := range nasty {
		checkReadsBack(t, object(map[string]any{"value": s, "list": []any{s, s}, "nested": map[string]any{s: map[string]any{s: s}}}))
	}
}

func object(data map[string]any) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "Thing", "metadata": map[string]any{"name": "x"}, "data": data}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkReadsBack(t failer, want map[string]any) {
	t.Helper()
	o, err := render.FromUnstructured(&unstructured.Unstructured{Object: want}, "")
	if err != nil {
		t.Fatalf("making the object: %v", err)
	}
	for name, read := range readers {
		got, err := read(o.YAML())
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, o.YAML())
		}
		if diff := cmp.Diff(numbers(want), numbers(got)); diff != "" {
			t.Fatalf("%s reads other data (-want +got):\n%s\n%s", name, diff, o.YAML())
		}
	}
}

var readers = map[string]func([]byte) (any, error){
	"sigs.k8s.io/yaml": func(data []byte) (any, error) {
		asJSON, err := kubeyaml.YAMLToJSONStrict(data)
		if err != nil {
			return nil, err
		}
		var out any
		return out, kubejson.Unmarshal(asJSON, &out)
	},
	"go.yaml.in/yaml/v4": func(data []byte) (any, error) {
		var out any
		return out, yaml4.Unmarshal(data, &out)
	},
	"source.Documents": func(data []byte) (any, error) {
		docs, diags := source.Documents(&value.Writer{}, data, source.Limits{})
		if len(diags) > 0 || len(docs) != 1 {
			return nil, fmt.Errorf("%d documents, %v", len(docs), diags)
		}
		return docs[0].Any(), nil
	},
	"render.Objects": func(data []byte) (any, error) {
		objects, diags := render.Objects("", data)
		if len(diags) > 0 || len(objects) != 1 {
			return nil, fmt.Errorf("%d objects, %v", len(objects), diags)
		}
		return objects[0].Unstructured().Object, nil
	},
}

// numbers makes data comparable: readers differ in the Go type of a number, and
// an integral number of any type is one integer.
func numbers(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case uint64:
		return numbers(float64(v))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v)
		}
		return v
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = numbers(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = numbers(item)
		}
		return out
	}
	return v
}

// TestYAMLStyle pins how texts are written: bare when every reader takes them for
// text, as a block when they have several plain lines, else in double quotes.
func TestYAMLStyle(t *testing.T) {
	for text, want := range map[string]string{
		"abc": "abc", "/etc/x": "/etc/x", "./x": "./x", "a.b-c_d": "a.b-c_d", "app:1": "app:1", "a@b": "a@b", "user%40": "user%40",
		"": `""`, "y": `"y"`, "No": `"No"`, "ON": `"ON"`, "true": `"true"`, "False": `"False"`, "null": `"null"`, "~": `"~"`, ".inf": `".inf"`, ".nan": `".nan"`, "NaN": `"NaN"`,
		"1": `"1"`, "1e3": `"1e3"`, "0o7": `"0o7"`, "12:30:45": `"12:30:45"`, "2024-01-01": `"2024-01-01"`, "16Mi": `"16Mi"`,
		"a b": `"a b"`, "a:": `"a:"`, "a#b": `"a#b"`, "=": `"="`, "<<": `"<<"`, "-x": `"-x"`, "${a}": `"${a}"`, "{{a}}": `"{{a}}"`, "a,b": `"a,b"`,
		"a\n": `"a\n"`, "a\nb": "|-\n    a\n    b", "a\nb\n": "|\n    a\n    b", "a\nb\n\n": "|+\n    a\n    b\n", "# a\n b\n": "|\n    # a\n     b",
		" a\nb": `" a\nb"`, "a \nb": `"a \nb"`, "a\n\tb": `"a\n\tb"`, "a\u0085\nb": `"a\N\nb"`, "a\r\nb": `"a\r\nb"`,
	} {
		o, err := render.FromUnstructured(&unstructured.Unstructured{Object: object(map[string]any{"v": text})}, "")
		if err != nil {
			t.Fatal(err)
		}
		_, got, _ := strings.Cut(string(o.YAML()), "  v: ")
		got, _, _ = strings.Cut(got, "\nkind: Thing")
		if got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

// TestYAMLOfIntegralNumbers: a number that a document writes as 3.0 is the
// integer 3, and stays without a tag.
func TestYAMLOfIntegralNumbers(t *testing.T) {
	o, err := render.FromUnstructured(&unstructured.Unstructured{Object: object(map[string]any{"a": 3.0, "b": 1e21, "c": 0.5})}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := "apiVersion: v1\ndata:\n  a: 3\n  b: 1e+21\n  c: 0.5\nkind: Thing\nmetadata:\n  name: x\n"
	if diff := cmp.Diff(want, string(o.YAML())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestYAMLOfInvalidUTF8: text that is no UTF-8 cannot come from YAML, but from a
// client or an engine. Nothing panics, and what is written reads back as what
// the JSON form says.
func TestYAMLOfInvalidUTF8(t *testing.T) {
	o, err := render.FromUnstructured(&unstructured.Unstructured{Object: object(map[string]any{"a": "x\xffy", "b\xc3": "z"})}, "")
	if err != nil {
		return // refusing it is as good
	}
	got, diags := render.Objects("", o.YAML())
	if len(diags) > 0 || len(got) != 1 {
		t.Fatalf("%v\n%s", diags, o.YAML())
	}
	if got[0].Digest() != o.Digest() {
		t.Errorf("the YAML reads back as other data:\n%s", o.YAML())
	}
}
