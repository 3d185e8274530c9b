package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// TestJSONReadsAsYAML: the short way for JSON gives the data that the long way
// gives, and the same places.
func TestJSONReadsAsYAML(t *testing.T) {
	scalar := rapid.OneOf(
		rapid.Map(rapid.StringMatching(`[ -~äß中😀\n\t"\\/]{0,8}`), func(s string) any { return s }),
		rapid.SampledFrom([]any{nil, true, false, 0, -7, 1.5, 1e300, 1 << 53, "", "yes", "1", "null", "a: b"}),
	)
	var node func(depth int) *rapid.Generator[any]
	node = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return scalar
		}
		inner := node(depth - 1)
		return rapid.OneOf(scalar,
			rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,3}`), inner, 0, 3), func(m map[string]any) any { return m }))
	}
	rapid.Check(t, func(t *rapid.T) {
		object := map[string]any{"apiVersion": "v1", "kind": "A", "metadata": map[string]any{"name": "a"}, "spec": node(3).Draw(t, "spec")}
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "indent") {
			var indented bytes.Buffer
			_ = json.Indent(&indented, data, "", "  ")
			data = indented.Bytes()
		}
		w := &value.Writer{File: "a"}
		short, ok := (&text{writer: w, limits: ManifestLimits.withDefaults()}).jsonObjects(data, value.FromAny)
		if !ok || len(short) != 1 {
			t.Fatalf("%s was not read", data)
		}
		long := &text{writer: w, limits: ManifestLimits.withDefaults()}
		long.open(data)
		roots := long.parse(data)
		want := long.manifest(roots[0], data)[0]
		if !short[0].Equal(want) {
			t.Fatalf("got  %s\nwant %s", short[0].AppendJSON(nil), want.AppendJSON(nil))
		}
		for path, leaf := range want.Leaves(nil) {
			if got := short[0].Find(path).Place(); got.Line != leaf.Place().Line || got.Column != leaf.Place().Column {
				t.Fatalf("%s of %s is placed at %d:%d, want %d:%d", path, data, got.Line, got.Column, leaf.Place().Line, leaf.Place().Column)
			}
		}
	})
}

// TestDocumentsReadJSONAsYAML: a document in JSON gives what it gives as YAML,
// with the same places.
func TestDocumentsReadJSONAsYAML(t *testing.T) {
	var node func(depth int) *rapid.Generator[string]
	node = func(depth int) *rapid.Generator[string] {
		scalar := rapid.OneOf(
			rapid.Map(rapid.StringMatching(`[ -~äß中😀\n\t"\\/]{0,8}`), func(s string) string { b, _ := json.Marshal(s); return string(b) }),
			rapid.SampledFrom([]string{"null", "true", "0", "-0", "-7", "1.5", "1e300", "1E+2", "9007199254740993", "9223372036854775807", `"yes"`, `"2001-01-01"`, `"<<"`, `"\u00e9"`}))
		if depth == 0 {
			return scalar
		}
		inner := node(depth - 1)
		field := rapid.Custom(func(t *rapid.T) string {
			return rapid.SampledFrom([]string{`"a"`, `"b"`, `"<<"`, `""`, `"a b: c"`, `"1"`}).Draw(t, "key") + ": " + inner.Draw(t, "value")
		})
		join := func(open, close string) func([]string) string {
			return func(parts []string) string { return open + strings.Join(parts, ",\n  ") + close }
		}
		return rapid.OneOf(scalar, rapid.Map(rapid.SliceOfN(inner, 0, 3), join("[", "]")), rapid.Map(rapid.SliceOfN(field, 0, 3), join("{", "}")))
	}
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		data := []byte(`{"kind": ` + node(3).Draw(t, "value") + "}")
		w := &value.Writer{File: "a"}
		short, ok := (&text{writer: w, limits: Limits{}.withDefaults()}).jsonObjects(data, number)
		if !ok {
			return // a key twice
		}
		read++
		// a comment makes it YAML
		long, found := Documents(w, append(data, "\n#"...), Limits{})
		if len(found) > 0 || len(short) != 1 || len(long) != 1 || !short[0].Equal(long[0]) {
			t.Fatalf("%s\ngives %#v\nand   %#v %v", data, short, long, found)
		}
		for path, want := range long[0].Leaves(nil) {
			if got := short[0].Find(path); got.Place() != want.Place() || got.Text() != want.Text() || got.Kind() != want.Kind() {
				t.Fatalf("%s of %s is %s at %v, want %s at %v", path, data, got.Text(), got.Place(), want.Text(), want.Place())
			}
		}
	})
	if read == 0 {
		t.Errorf("no text is read")
	}
}

// TestJSONOnly: what only JSON allows is read, and what it does not allow is
// told as it is for YAML.
func TestJSONOnly(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": "\ud83d\ude00\/"}`:            `{"a":"😀/"} []`,
		`{"a": 1e400}`:                       `{"a":null} [source.number]`,
		`{"a": 99999999999999999999}`:        `{"a":null} [source.number]`,
		`{"a": 1, "a": 2}`:                   `{"a":1} [source.duplicate-key]`,
		`{"a": 1,}`:                          `{"a":1} []`,
		"{\"a\": 1}\n{\"b\": 2}\n":           `{"a":1} {"b":2} []`,
		"{\"a\": 1}\n---\n{\"b\": 2}\n# end": `{"a":1} {"b":2} []`,
	} {
		docs, found := Documents(&value.Writer{File: "a"}, []byte(text), Limits{})
		var got []string
		for _, d := range docs {
			got = append(got, string(d.AppendJSON(nil)))
		}
		codes := []string{}
		for _, d := range found {
			codes = append(codes, d.Code)
		}
		if got := strings.Join(append(got, fmt.Sprint(codes)), " "); got != want {
			t.Errorf("%s gives %s, want %s", text, got, want)
		}
	}
}

func TestJSONStreams(t *testing.T) {
	one := `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`
	for text, want := range map[string]string{
		one:                         "1 []",
		one + "\n" + one:            "2 []",
		one + "\n---\n" + one:       "2 []",
		"{apiVersion: v1, kind: A}": "1 []",
		one[:len(one)-1]:            "0 [source.syntax]",
		`{"kind":"A","kind":"B"}`:   "0 [source.duplicate-key]",
		`{"apiVersion":"v1","kind":"A","n":99999999999999999999}`: "1 []",
		"[1]": "0 [source.manifest]",
	} {
		objects, diags := Manifests(&value.Writer{File: "a"}, []byte(text), ManifestLimits)
		var codes []string
		for _, d := range diags {
			codes = append(codes, d.Code)
		}
		if got := fmt.Sprint(len(objects), " ", codes); got != want {
			t.Errorf("%s gives %s, want %s: %v", text, got, want, diag.Diagnostics(diags).Text(nil))
		}
	}
}
