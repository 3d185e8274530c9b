package source_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"
	kubeyaml "sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// ours reads one document in this module's dialect: canonical JSON, or the code
// of the first error.
func ours(text string) string {
	docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, []byte(text), source.Limits{})
	for _, d := range diags {
		if d.Severity.String() == "error" {
			return "error " + d.Code
		}
	}
	if len(docs) == 0 {
		return "null"
	}
	return string(docs[0].AppendJSON(nil))
}

// theirs reads it as kubectl does.
func theirs(text string) string {
	asJSON, err := kubeyaml.YAMLToJSON([]byte(text))
	if err != nil {
		return "error"
	}
	var data any
	if err := kubejson.Unmarshal(asJSON, &data); err != nil {
		return "error"
	}
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		return "error"
	}
	return string(n.AppendJSON(nil))
}

// differences are all the ways in which a plain scalar of our documents means
// something else than it means to kubectl. An empty ours or theirs is any value.
var differences = []struct {
	name         string
	form         *regexp.Regexp
	ours, theirs string
}{
	{"old booleans are text", regexp.MustCompile(`^(y|Y|yes|Yes|YES|on|On|ON)$`), `string`, `true`},
	{"old booleans are text", regexp.MustCompile(`^(n|N|no|No|NO|off|Off|OFF)$`), `string`, `false`},
	{"a leading zero is decimal, not octal or floating", regexp.MustCompile(`^[-+]?0[0-9]+$`), `number`, `number`},
	{"octal and hexadecimal are written with 0o and 0x, without a sign", regexp.MustCompile(`^([-+]?0O[0-7_]+|[-+]0o[0-7_]+|0X[0-9a-fA-F_]+|[-+]0[xX][0-9a-fA-F_]+)$`), `string`, `number`},
	{"binary is text", regexp.MustCompile(`^[-+]?0[bB][01_]+$`), `string`, `number`},
	{"underscores are text", regexp.MustCompile(`^[-+]?[0-9.xXoObB]*_`), `string`, `number`},
	{"infinity and not-a-number are refused with a place", regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`), `error source.number`, `error`},
	{"integers have 64 bits", regexp.MustCompile(`^[-+]?[0-9]{19,}$`), `error source.number`, `number`},
	{"a large number with an exponent stays a floating one", regexp.MustCompile(`^[-+]?[0-9.]+[eE][+]?[0-9]{2,}$`), `number`, `number`},
	{"numbers are finite", regexp.MustCompile(`^[-+]?[0-9.]+[eE][-+]?[0-9]{3,}$`), `error source.number`, `string`},
}

// TestPlainScalarsAgainstKubectl draws scalars and finds no difference but the
// documented ones.
func TestPlainScalarsAgainstKubectl(t *testing.T) {
	scalar := rapid.OneOf(
		rapid.StringMatching(`[-+]?[0-9]{1,3}(\.[0-9]{0,2})?([eE][-+]?[0-9]{1,3})?`),
		rapid.StringMatching(`[-+]?0[xXoObB][0-9a-f]{1,3}`),
		rapid.StringMatching(`[-+.0-9e]{1,5}`),
		rapid.StringMatching(`[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?`),
		rapid.StringMatching(`[0-9]{17,21}`),
		rapid.StringMatching(`[a-zA-Z.=~<][a-zA-Z.=~<]{0,4}`),
		rapid.SampledFrom([]string{"yes", "No", "ON", "off", "y", "N", "true", "True", "TRUE", "tRUE", "~", "null", "Null", "NULL", "010", "-010", "08", "0o10",
			"1_000", "0x_1", "0b11", ".inf", "-.Inf", "+.INF", ".nan", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e999", "1.30", "12:30"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := scalar.Draw(t, "scalar")
		holdScalar(t, text)
	})
}

func holdScalar(t *rapid.T, text string) {
	a, b := ours("v: "+text+"\n"), theirs("v: "+text+"\n")
	if a == b || strings.HasPrefix(a, "error source.syntax") && b == "error" {
		return
	}
	for _, d := range differences {
		if d.form.MatchString(text) && is(a, d.ours) && is(b, d.theirs) {
			return
		}
	}
	t.Fatalf("%s is %s to us and %s to kubectl, which is not among the documented differences", text, a, b)
}

// is reports whether a result of the field v is of the kind, or is it.
func is(result, kind string) bool {
	v, found := strings.CutPrefix(strings.TrimSuffix(result, "}"), `{"v":`)
	switch kind {
	case "string":
		return found && v[0] == '"'
	case "number":
		return found && strings.Trim(v[:1], "-0123456789") == ""
	}
	return v == kind
}

// TestDocumentedDifferences holds that each difference exists: a list that
// nothing needs would hide a change.
func TestDocumentedDifferences(t *testing.T) {
	got := map[string][2]string{}
	for _, text := range []string{"yes", "No", "ON", "off", "y", "N", "010", "-017", "0O10", "0X1f", "-0x1", "0b11", "1_000", "-.Inf", "+.Inf", ".nan", "9223372036854775808", "1e999"} {
		got[text] = [2]string{ours("v: " + text + "\n"), theirs("v: " + text + "\n")}
	}
	want := map[string][2]string{
		"yes": {`{"v":"yes"}`, `{"v":true}`}, "No": {`{"v":"No"}`, `{"v":false}`}, "ON": {`{"v":"ON"}`, `{"v":true}`}, "off": {`{"v":"off"}`, `{"v":false}`},
		"y": {`{"v":"y"}`, `{"v":true}`}, "N": {`{"v":"N"}`, `{"v":false}`},
		"010": {`{"v":10}`, `{"v":8}`}, "-017": {`{"v":-17}`, `{"v":-15}`}, "0O10": {`{"v":"0O10"}`, `{"v":8}`}, "0X1f": {`{"v":"0X1f"}`, `{"v":31}`}, "-0x1": {`{"v":"-0x1"}`, `{"v":-1}`},
		"0b11": {`{"v":"0b11"}`, `{"v":3}`}, "1_000": {`{"v":"1_000"}`, `{"v":1000}`},
		"-.Inf": {"error source.number", "error"}, "+.Inf": {"error source.number", "error"}, ".nan": {"error source.number", "error"},
		"9223372036854775808": {"error source.number", `{"v":9.223372036854776e+18}`}, "1e999": {"error source.number", `{"v":"1e999"}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ours, theirs (-want +got):\n%s", diff)
	}
}

// TestTagsMustFit: a tag that contradicts its text is an error, not a string.
func TestTagsMustFit(t *testing.T) {
	for _, text := range []string{"!!bool yes", "!!int x", "!!null x", "!!float x"} {
		if got := ours("v: " + text + "\n"); got != "error source.tag" {
			t.Errorf("%s gives %s", text, got)
		}
	}
}

// TestDocumentsRoundTrip: what sigs.k8s.io/yaml writes, quotes, line breaks,
// separators and template marks inside values included, is read back as the
// same data, and so are line ends of YAML 1.1, which strict reading refuses.
func TestDocumentsRoundTrip(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "---", "...", "a\n---\nb", "{{ .x }}", "${vars.x}", "'", `"`, "a: b", "- a", "# c", "\t", " x ", "x\n", "\n\n", "yes", "0x1", "010", "1e3", "2001-01-01", "~", "<<", "=", "*a", "&a", "!t", "%", "@", "`", "é\u0085\u2028\ufeff", "\r\n"}))
	name := text.Filter(func(s string) bool { return s != "<<" }) // written bare: a merge key, which is refused
	var node func(depth int) *rapid.Generator[any]
	node = func(depth int) *rapid.Generator[any] {
		scalar := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.Int64(), func(i int64) any { return i }),
			rapid.Map(rapid.Float32Range(-1e6, 1e6), func(f float32) any { return float64(f) }), rapid.Map(text, func(s string) any { return s }))
		if depth == 0 {
			return scalar
		}
		below := rapid.Deferred(func() *rapid.Generator[any] { return node(depth - 1) })
		return rapid.OneOf(scalar, rapid.Map(rapid.SliceOfN(below, 0, 3), func(s []any) any { return s }), rapid.Map(rapid.MapOfN(name, below, 0, 3), func(m map[string]any) any { return m }))
	}
	rapid.Check(t, func(t *rapid.T) {
		data := map[string]any{"data": node(3).Draw(t, "data")}
		written, err := kubeyaml.Marshal(data)
		if err != nil {
			t.Skip(err)
		}
		if theirs(string(written)) == "error" {
			return // sigs.k8s.io/yaml does not read what it writes
		}
		if strings.ContainsAny(string(written), "\u0085\u2028\u2029") {
			strict, found := read(string(written), source.Limits{StrictLineEnds: true})
			if len(strict) > 0 || !strings.HasSuffix(found[0], " source.line-end") {
				t.Fatalf("%s is read as %s", written, strict)
			}
		}
		want, err := value.FromAny(data, value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, written, source.Limits{})
		if diags.HasErrors() || len(docs) != 1 {
			t.Fatalf("%s\n%d documents, %v", written, len(docs), diags)
		}
		if !docs[0].Equal(want) && theirs(string(written)) == string(want.AppendJSON(nil)) {
			t.Fatalf("%s\nis read as %#v, want %#v", written, docs[0], want)
		}
	})
}

// TestJSONIsADocument: JSON is read as encoding/json reads it.
func TestJSONIsADocument(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.Just("\u0085"))
	rapid.Check(t, func(t *rapid.T) {
		data := map[string]any{"text": text.Draw(t, "text"), "list": rapid.SliceOf(rapid.Int64()).Draw(t, "list"), "a\"b": nil}
		written, err := json.MarshalIndent(data, "", rapid.SampledFrom([]string{"", "  ", " "}).Draw(t, "indent"))
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := kubejson.Unmarshal(written, &plain); err != nil {
			t.Fatal(err)
		}
		want, err := value.FromAny(plain, value.Place{})
		if err != nil {
			t.Fatal(err)
		}
		if got := ours(string(written)); got != string(want.AppendJSON(nil)) {
			t.Fatalf("%s\nis read as %s, want %#v", written, got, want)
		}
	})
}

// TestNumbersKeepKindAndText: integers are integers however they are spelt, and
// a number remembers how it was written.
func TestNumbersKeepKindAndText(t *testing.T) {
	for text, want := range map[string]value.Kind{
		"0": value.Int, "-0": value.Int, "010": value.Int, "+5": value.Int, "0o10": value.Int, "0x1F": value.Int, "1.0": value.Float, "1.30": value.Float, "1e3": value.Float, ".5": value.Float,
	} {
		docs, _ := source.Documents(&value.Writer{File: "a.yaml"}, []byte("v: "+text+"\n"), source.Limits{})
		if v := docs[0].Get("v"); v.Kind() != want || v.Text() != text {
			t.Errorf("%s is %s with the text %s, want %s", text, v.Kind(), v.Text(), want)
		}
	}
}
