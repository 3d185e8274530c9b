package source

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		short, ok := (&text{writer: w, limits: ManifestLimits.withDefaults()}).jsonObjects(data)
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
