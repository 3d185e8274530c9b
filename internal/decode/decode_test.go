package decode_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

type header struct {
	Kind string `json:"kind"`
}

type garden struct {
	header     `json:",inline"`
	Beds       []bed             `json:"beds,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Fence      *fence            `json:"fence,omitempty"`
	Area       int               `json:"area,omitempty"`
	Open       bool              `json:"open,omitempty"`
	Raw        raw               `json:"raw,omitempty"`
	Short      short             `json:"short,omitempty"`
	Small      int32             `json:"small,omitempty"`
	Hidden     string            `json:"-"`
	Unnamed    string
	Greenhouse *garden `json:"greenhouse,omitempty"`
}

type bed struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

type fence struct {
	Height int `json:"height"`
}

// raw takes any tree.
type raw struct{ text string }

// short is read from JSON.
type short struct{ text string }

func (s *short) UnmarshalJSON(data []byte) error {
	if string(data) == `"bad"` {
		return errors.New("must be good")
	}
	s.text = string(data)
	return nil
}

func decoded(t *testing.T, text string) (garden, []string) {
	t.Helper()
	docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, []byte(text), source.Limits{})
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatal(diags)
	}
	var g garden
	found := decode.Into(docs[0], &g, decode.Options{
		Later: map[string]string{"garden.pond": "dig a hole"},
		Raw: map[reflect.Type]func(*value.Node, reflect.Value) error{
			reflect.TypeFor[raw](): func(n *value.Node, out reflect.Value) error {
				if n.Kind() == value.Bool {
					return errors.New("must be anything but a boolean")
				}
				out.Set(reflect.ValueOf(raw{text: string(n.AppendJSON(nil))}))
				return nil
			},
		},
	})
	var lines []string
	for _, d := range found.Sorted() {
		lines = append(lines, fmt.Sprintf("%d:%d %s %s: %s; %s", d.Range.Start.Line, d.Range.Start.Column, d.Code, d.Path, d.Summary, d.Detail))
	}
	return g, lines
}

// TestManyMistakes: the first ones are reported, and how many more there are.
func TestManyMistakes(t *testing.T) {
	var text strings.Builder
	for i := range 150 {
		fmt.Fprintf(&text, "unknown%d: 1\n", i)
	}
	_, found := decoded(t, "kind: Garden\n"+text.String()+"beds: 1\n")
	const want = "1:1 source.more : 51 more things are wrong in this document; they are not shown; mend those that are, and read it again"
	if len(found) != 101 || found[0] != want {
		t.Errorf("%d findings: %q", len(found), found)
	}
}

func TestInto(t *testing.T) {
	got, found := decoded(t, `
kind: Garden
beds: [{name: a, rows: 1}, {name: b, rows: 2}]
labels: {x: y1, "1": "2"}
fence: {height: 3}
area: 9007199254740993
open: true
raw: {a: [1, null]}
short: [1]
small: 2147483647
greenhouse: {kind: Small, fence: null}
`)
	want := garden{
		header: header{Kind: "Garden"}, Beds: []bed{{"a", 1}, {"b", 2}}, Labels: map[string]string{"x": "y1", "1": "2"}, Fence: &fence{3},
		Area: 9007199254740993, Open: true, Raw: raw{`{"a":[1,null]}`}, Short: short{"[1]"}, Small: 2147483647,
		Greenhouse: &garden{header: header{Kind: "Small"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(garden{}, raw{}, short{})); diff != "" || len(found) > 0 {
		t.Errorf("found %v (-want +got):\n%s", found, diff)
	}
}

// TestFindings: all mistakes of a document in one pass, each once, with place,
// path and what to do.
func TestFindings(t *testing.T) {
	_, found := decoded(t, `
beds: [{nam: a, rows: "1"}, null, {rows: 1.5}, text]
lables: {}
pond: {depth: 1}
fence: []
labels: {x: 1, y1: null}
area: 99999999999
open: "true"
raw: true
short: bad
small: 0.5
hidden: x
Unnamed: x
greenhouse: {kind: 1.30, beds: {name: a}}
`)
	want := []string{
		`2:1 profile.required /kind: kind is missing; add kind: with a value`,
		`2:9 profile.unknown-field /beds[0]/nam: unknown field "nam" in beds[0]; did you mean "name"? known fields are name, rows`,
		`2:23 profile.type /beds[0]/rows: beds[0].rows must be an integer, not a string "1"; write a whole number without quotes: rows: 1`,
		`2:29 profile.type /beds[1]: beds[1] is empty; write the item or remove its dash`,
		`2:35 profile.required /beds[2]/name: name is missing in beds[2]; add name: with a value`,
		`2:42 profile.type /beds[2]/rows: beds[2].rows must be an integer, not a number 1.5; write an integer`,
		`2:48 profile.type /beds[3]: beds[3] must be a mapping, not a string "text"; write the fields of beds below it, indented`,
		`3:1 profile.unknown-field /lables: unknown field "lables"; did you mean "labels"? known fields are area, beds, fence, greenhouse, kind, labels, open, raw, short, small`,
		`4:1 profile.unsupported /pond: pond is not supported yet; dig a hole`,
		`5:8 profile.type /fence: fence must be a mapping, not a list; write the fields of fence below it, indented`,
		`6:13 profile.type /labels/x: labels.x must be a string, not an integer 1; quote it: x: "1"`,
		`8:7 profile.type /open: open must be a boolean, not a string "true"; write true or false without quotes`,
		`9:6 profile.value /raw: raw must be anything but a boolean; `,
		`10:8 profile.value /short: short must be good; `,
		`11:8 profile.type /small: small must be an integer, not a number 0.5; write an integer`,
		`12:1 profile.unknown-field /hidden: unknown field "hidden"; known fields are area, beds, fence, greenhouse, kind, labels, open, raw, short, small`,
		`13:1 profile.unknown-field /Unnamed: unknown field "Unnamed"; known fields are area, beds, fence, greenhouse, kind, labels, open, raw, short, small`,
		`14:20 profile.type /greenhouse/kind: greenhouse.kind must be a string, not a number 1.30; quote it: kind: "1.30"; without quotes YAML reads a number, and 1.30 becomes 1.3`,
		`14:32 profile.type /greenhouse/beds: greenhouse.beds must be a list, not a mapping; write a list, also for one item: beds: [...]`,
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestIntegers: an integer that does not fit is told its range, and a number that
// seems to be one is shown with its point.
func TestIntegers(t *testing.T) {
	for text, want := range map[string][]string{
		"2147483647":  nil,
		"-2147483648": nil,
		"3000000000":  {`1:23 profile.value /small: small must be an integer from -2147483648 to 2147483647, not 3000000000; `},
		"1.0":         {`1:23 profile.type /small: small must be an integer, not a number 1.0; write it without point and exponent: small: 1`},
		"1e3":         {`1:23 profile.type /small: small must be an integer, not a number 1e3; write it without point and exponent: small: 1000`},
		"1.5":         {`1:23 profile.type /small: small must be an integer, not a number 1.5; write an integer`},
	} {
		if _, found := decoded(t, "{kind: Garden, small: "+text+"}\n"); !slices.Equal(found, want) {
			t.Errorf("%s: found %q, want %q", text, found, want)
		}
	}
}

// TestEmpty: a required string that is empty is reported at its place, unless the
// format has a use for it; one of another type, and an optional one, is not.
func TestEmpty(t *testing.T) {
	root := value.NewMap([]value.Entry{{Name: "name", Value: value.NewString("", value.Place{})}, {Name: "rows", Value: value.NewString("", value.Place{})}}, value.Place{})
	for allowed, want := range map[string][]string{
		"bed.rows": {"name is empty", `rows must be an integer, not a string ""`},
		"bed.name": {`rows must be an integer, not a string ""`},
	} {
		var got []string
		for _, d := range decode.Into(root, &bed{}, decode.Options{Empty: map[string]bool{allowed: true}}).Sorted() {
			got = append(got, d.Summary)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with %s allowed (-want +got):\n%s", allowed, diff)
		}
	}
}

// TestName: what stands between dots is a field.
func TestName(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "the document",
		"/spec/pools/workers[0]":     "spec.pools.workers[0]",
		"/spec/merge/~1values~1a":    `spec.merge["/values/a"]`,
		"/metadata/labels/a.b~1c":    `metadata.labels["a.b/c"]`,
		"/spec/layers[name=cni]/off": "spec.layers[name=cni].off",
	} {
		path, err := diag.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := decode.Name(path); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
