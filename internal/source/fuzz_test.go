package source_test

import (
	"bytes"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var seeds = []string{
	"", "a: 1\n", "\ufeffa: &x [1, *x]\r\n---\r\nb: {<<: *x}\r\n", "? [a]\n: b\n", "a: |\n  ${x}\n  ---\n", "{\"a\": [1, 1.5, true, null, \"\\u0000\"]}",
	"a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret}\n--- # x\nkind: A\n", "a: 'it''s\n  long'\n", "[[[[[[", "- - - - x", "!!binary aGk=", "%YAML 1.1\n---\na: 010\n", "a: *b", "\xff\xfe",
}

// small limits reach the refusals with short inputs.
var small = source.Limits{Bytes: 1 << 12, Nesting: 8, AliasNodes: 64, ListItems: 16}

var strict = source.Limits{Bytes: small.Bytes, Nesting: small.Nesting, AliasNodes: small.AliasNodes, ListItems: small.ListItems, StrictLineEnds: true}

// FuzzDocuments: no text makes the reader panic, findings have places inside
// the text, trees keep the limits, and reading twice gives the same.
func FuzzDocuments(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, data, strict)
		again, same := source.Documents(&value.Writer{File: "a.yaml"}, data, strict)
		holdFindings(t, data, diags)
		if len(docs) != len(again) || diags.Text(nil) != same.Text(nil) {
			t.Fatalf("reading twice gives %d and %d documents, %v and %v", len(docs), len(again), diags, same)
		}
		for i, d := range docs {
			if !d.Equal(again[i]) {
				t.Fatalf("reading twice gives %#v and %#v", d, again[i])
			}
			holdTree(t, d)
		}
	})
}

// FuzzManifests: as FuzzDocuments; and a text that gives one object and no
// finding is what kubectl would send.
func FuzzManifests(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, diags := source.Manifests(&value.Writer{File: "a.yaml"}, data, small)
		holdFindings(t, data, diags)
		for _, o := range objects {
			holdTree(t, o)
			if o.Get("kind").IsNull() || o.Get("apiVersion").IsNull() {
				t.Fatalf("no object: %#v", o)
			}
		}
		one := len(objects) == 1 && !diags.HasErrors()
		if !one || bytes.Contains(data, []byte("---")) || bytes.Contains(data, []byte("...")) || bytes.Contains(data, []byte("items")) {
			return // several documents, or a list that was taken apart
		}
		if want := theirs(string(bytes.TrimPrefix(data, []byte("\ufeff")))); want != string(objects[0].AppendJSON(nil)) {
			t.Fatalf("%q gives %#v, kubectl sends %s", data, objects[0], want)
		}
	})
}

func holdFindings(t *testing.T, data []byte, diags diag.Diagnostics) {
	t.Helper()
	lines := 1
	for _, c := range data {
		if c == '\n' || c == '\r' {
			lines++
		}
	}
	mayHide := bytes.Contains(data, []byte("Secret")) // then lines have no columns
	for _, d := range diags {
		line, column := d.Range.Start.Line, d.Range.Start.Column
		if d.Code == "" || d.Summary == "" || d.Range.File != "a.yaml" || line < 0 || line > lines+1 || line > 0 && column < 1 && !mayHide {
			t.Fatalf("%q: %+v", data, d)
		}
	}
}

func holdTree(t *testing.T, n *value.Node) {
	t.Helper()
	nodes := 0
	for path := range n.Leaves(nil) {
		if nodes++; nodes > 1<<16 {
			t.Fatalf("more than %d leaves, at %s", nodes, path)
		}
	}
}
