package diag_test

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/enumtest"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

func at(file string, line, column, endLine, endColumn int) diag.Range {
	return diag.Range{File: file, Start: diag.Position{Line: line, Column: column}, End: diag.Position{Line: endLine, Column: endColumn}}
}

// TestSorted holds the order by place, severity, code, path, text and notes, each
// finding once, and that the receiver keeps its order.
func TestSorted(t *testing.T) {
	want := diag.Diagnostics{
		diag.Errorf("z", diag.Range{}, "no place"),
		diag.Errorf("b", at("a.yaml", 2, 9, 2, 9), "x"),
		diag.Errorf("a", at("a.yaml", 10, 1, 10, 2), "x"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "w"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "x"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "x").WithRelated(at("b.yaml", 1, 1, 1, 1), "one"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "x").WithRelated(at("b.yaml", 1, 1, 1, 1), "two"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "x").WithRelated(at("b.yaml", 2, 1, 2, 1), "one"),
		diag.Errorf("b", at("a.yaml", 10, 1, 10, 2), "a").WithPath(diag.Fields("p")),
		diag.Warningf("a", at("a.yaml", 10, 1, 10, 2), "x"),
		diag.Informationf("a", at("b.yaml", 1, 1, 1, 1), "x"),
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := diag.Diagnostics(rapid.Permutation(slices.Concat(want, want)).Draw(t, "order"))
		kept := slices.Clone(shuffled)
		if diff := cmp.Diff(want, shuffled.Sorted()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(kept, shuffled); diff != "" {
			t.Fatalf("sorting changed the receiver (-want +got):\n%s", diff)
		}
	})
}

func TestErr(t *testing.T) {
	ds := diag.Diagnostics{diag.Warningf("w", diag.Range{}, "careful")}
	if err := ds.Err(); err != nil || ds.HasErrors() || ds.Count(diag.Warning) != 1 {
		t.Errorf("a warning gives the error %v", err)
	}
	ds = append(ds, diag.Errorf("b.c", at("b.yaml", 1, 2, 1, 3), "second"),
		diag.Errorf("a.b", at("a.yaml", 1, 2, 1, 3), "first").WithDetail("try this\nor\x1bthat"))
	if err := ds.Err(); err == nil || err.Error() != "a.yaml:1:2: error: first [a.b]: try this; or.that\nb.yaml:1:2: error: second [b.c]" {
		t.Errorf("got %v", err)
	}
}

// TestWithRelatedCopies: two diagnostics made from one do not share what is
// related to them.
func TestWithRelatedCopies(t *testing.T) {
	base := diag.Errorf("c", diag.Range{}, "s").WithRelated(at("a", 1, 1, 1, 1), "one").WithRelated(at("a", 2, 1, 2, 1), "two").WithRelated(at("a", 3, 1, 3, 1), "three")
	left, right := base.WithRelated(diag.Range{}, "left"), base.WithRelated(diag.Range{}, "right")
	if left.Related[3].Summary != "left" || right.Related[3].Summary != "right" || len(base.Related) != 3 {
		t.Errorf("got %v and %v from %v", left.Related, right.Related, base.Related)
	}
}

// TestDiagnosticJSON holds the documented form of output.
func TestDiagnosticJSON(t *testing.T) {
	d := diag.Errorf("profile.conflict", at("a.yaml", 1, 2, 1, 5), "no").WithDetail("do").WithPath(diag.Fields("a", "b")).WithRelated(at("b.yaml", 3, 4, 3, 4), "here")
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"severity":"error","code":"profile.conflict","summary":"no","detail":"do","path":"/a/b",` +
		`"range":{"file":"a.yaml","start":{"line":1,"column":2},"end":{"line":1,"column":5}},` +
		`"related":[{"summary":"here","range":{"file":"b.yaml","start":{"line":3,"column":4},"end":{"line":3,"column":4}}}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := json.Marshal(diag.Diagnostic{}); err == nil {
		t.Error("a diagnostic without severity was marshalled")
	}
}

// TestTextOfOddLines: tabs, wide and hostile characters, very long lines, places
// behind the end, and files that cannot be read.
func TestTextOfOddLines(t *testing.T) {
	fsys := fstest.MapFS{
		"tab.yaml":  {Data: []byte("\ufeff\ta:\tbad\r\nnext\n")},
		"bell.yaml": {Data: []byte("a: \x1b[31mred\x07\u0085\n")},
		"wide.yaml": {Data: []byte("é: 日本\n日\t😀: x\ne\u0301\u200dｱ: xe\u0301y\n")},
		"bidi.yaml": {Data: []byte("a: \u061c\u200e\u202e\u2066x\na:\u2028\u2029x\n")},
		"long.yaml": {Data: []byte(strings.Repeat("x", 500) + "HERE" + strings.Repeat("y", 500))},
	}
	for name, c := range map[string]struct {
		at   diag.Range
		want string
	}{
		"tabs":                   {at("tab.yaml", 1, 5, 1, 8), "    1 | \ta:\tbad\n      | \t  \t^^^\n"},
		"control codes":          {at("bell.yaml", 1, 4, 1, 5), "    1 | a: .[31mred..\n      |    ^\n"},
		"wide":                   {at("wide.yaml", 1, 4, 1, 6), "    1 | é: 日本\n      |    ^^^^\n"},
		"behind wide ones":       {at("wide.yaml", 2, 6, 2, 7), "    2 | 日\t😀: x\n      |   \t    ^\n"},
		"behind narrow ones":     {at("wide.yaml", 3, 7, 3, 9), "    3 | e\u0301\u200dｱ: xe\u0301y\n      |     ^^\n"},
		"a mark alone":           {at("wide.yaml", 3, 2, 3, 2), "    3 | e\u0301\u200dｱ: xe\u0301y\n      |  ^\n"},
		"several lines":          {at("tab.yaml", 1, 5, 2, 3), "    1 | \ta:\tbad\n      | \t  \t^^^\n"},
		"behind the end":         {at("wide.yaml", 1, 90, 1, 99), "    1 | é: 日本\n      |        ^\n"},
		"turned text":            {at("bidi.yaml", 1, 8, 1, 9), "    1 | a: ....x\n      |        ^\n"},
		"lines in lines":         {at("bidi.yaml", 2, 4, 2, 5), "    2 | a:..x\n      |    ^\n"},
		"no such line":           {at("wide.yaml", 9, 1, 9, 1), ""},
		"no such file":           {at("gone.yaml", 1, 1, 1, 1), ""},
		"outside the root":       {at("../gone.yaml", 1, 1, 1, 1), ""},
		"a long line":            {at("long.yaml", 1, 501, 1, 505), "    1 | " + strings.Repeat("x", 40) + "HERE" + strings.Repeat("y", 116) + "\n      | " + strings.Repeat(" ", 40) + "^^^^\n"},
		"the end of a long line": {at("long.yaml", 1, 1003, 1, 9999), "    1 | " + strings.Repeat("y", 42) + "\n      | " + strings.Repeat(" ", 40) + "^^\n"},
		"behind a long line":     {at("long.yaml", 1, 9999, 1, 9999), "    1 | " + strings.Repeat("y", 40) + "\n      | " + strings.Repeat(" ", 40) + "^\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := diag.Diagnostics{diag.Errorf("c", c.at, "s")}.Text(fsys)
			want := "error: s [c]\n  --> " + c.at.String() + "\n" + c.want
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestTextOfBigFiles: a file is read and split once, and a line of its size is
// neither shown nor copied.
func TestTextOfBigFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		at   func(i int) diag.Range
	}{
		"one line":   {strings.Repeat("é", 3<<19), func(i int) diag.Range { return at("a", 1, 1<<20+i, 1, 3<<19) }},
		"many lines": {strings.Repeat("é\n", 1<<20), func(i int) diag.Range { return at("a", 1<<19+i, 1, 1<<19+i+1, 1) }},
	} {
		fsys := fstest.MapFS{"a": {Data: []byte(c.file)}}
		var ds diag.Diagnostics
		for i := range 100 {
			ds = append(ds, diag.Errorf("c", c.at(i), "s"))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		text := ds.Text(fsys)
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 32<<20 || len(text) > 100*1000 {
			t.Errorf("%s: %d bytes of text cost %d", name, len(text), allocated)
		}
	}
}

// TestTextOfHostileFindings: texts that come from documents reach the terminal
// without control codes and on their line; only a detail has lines.
func TestTextOfHostileFindings(t *testing.T) {
	const hostile = "\x1b]0;x\u202e\r\n\tend"
	d := diag.Errorf(hostile, at(hostile, 1, 1, 1, 1), "%s", hostile).WithDetail("%s", hostile).WithRelated(at(hostile, 2, 1, 2, 1), "%s", hostile)
	const shown = ".]0;x...\tend"
	want := "error: " + shown + " [" + shown + "]\n  --> " + shown + ":1:1\n" +
		"  hint: .]0;x..\n        \tend\n" +
		"  note: " + shown + "\n  --> " + shown + ":2:1\n"
	if diff := cmp.Diff(want, diag.Diagnostics{d}.Text(nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(shown+":1:1: error: "+shown+" ["+shown+"]", d.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTextWithoutLine: where no line is known, the path says where to look.
func TestTextWithoutLine(t *testing.T) {
	d := diag.Errorf("c", diag.Range{File: "ManagedCluster/x"}, "s").WithRelated(diag.Range{File: "ManagedCluster/y"}, "n").WithPath(diag.Fields("spec", "hub\x1b"))
	for _, c := range []struct {
		at   diag.Range
		text string
		line string
	}{
		{diag.Range{File: "ManagedCluster/x"}, "  --> ManagedCluster/x /spec/hub.\n", "ManagedCluster/x /spec/hub.: "},
		{diag.Range{File: "a", Start: diag.Position{Line: 1}}, "  --> a:1\n", "a:1: "},
		{at("a", 1, 2, 1, 2), "  --> a:1:2\n", "a:1:2: "},
		{diag.Range{}, "", ""},
	} {
		d.Range = c.at
		if diff := cmp.Diff("error: s [c]\n"+c.text+"  note: n\n  --> ManagedCluster/y\n", diag.Diagnostics{d}.Text(nil)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(c.line+"error: s [c]", d.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestTextNeverPanics: whatever place a finding claims.
func TestTextNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.IntRange(-3, 300)
		fsys := fstest.MapFS{"a": {Data: []byte(rapid.String().Draw(t, "file"))}}
		r := at("a", number.Draw(t, "line"), number.Draw(t, "column"), number.Draw(t, "end line"), number.Draw(t, "end column"))
		if r.Start.Line < 0 {
			r.Start.Line = 1
		}
		text := diag.Diagnostics{diag.Errorf("c", r, "s")}.Text(fsys)
		if !strings.HasSuffix(text, "\n") || strings.ContainsAny(text, "\x1b\x07\r") {
			t.Fatalf("%q", text)
		}
	})
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"regoin", "region"}, {"replica", "replicas"}, {"Values", "values"}, {"vlaues", "values"}, {"values", ""}, {"nothing-like", ""}, {"", ""}, {strings.Repeat("v", 300), ""},
	} {
		got, ok := diag.Nearest(c.name, []string{"values", "region", "replicas"})
		if got != c.want || ok != (c.want != "") {
			t.Errorf("nearest to %q is %q, %t, want %q", c.name, got, ok, c.want)
		}
	}
	if got, _ := diag.Nearest("ab", []string{"ba"}); got != "ba" {
		t.Errorf("swapped letters are not one slip: %q", got)
	}
	if got, _ := diag.Nearest("ab", []string{"az", "ac", "ay"}); got != "ac" {
		t.Errorf("of equally near names %q was chosen", got)
	}
}

// TestNearestIsTheClosest holds the hint against the distance by its
// definition.
func TestNearestIsTheClosest(t *testing.T) {
	name := rapid.StringMatching(`[abc]{1,6}`)
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfN(name, 1, 5).Draw(t, "known")
		meant := name.Draw(t, "name")
		got, ok := diag.Nearest(meant, known)
		if !ok {
			return
		}
		for _, k := range known {
			if k != meant && edits(meant, k) < edits(meant, got) {
				t.Fatalf("%q was chosen for %q over %q", got, meant, k)
			}
		}
	})
}

// edits is the restricted Damerau distance by its recursive definition.
func edits(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	cost := 1
	if a[i] == b[j] {
		cost = 0
	}
	best := min(edits(a[:i], b)+1, edits(a, b[:j])+1, edits(a[:i], b[:j])+cost)
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		best = min(best, edits(a[:i-1], b[:j-1])+1)
	}
	return best
}

func TestOriginString(t *testing.T) {
	for want, o := range map[string]diag.Origin{
		"unknown":                        {},
		"default":                        {Kind: diag.Default},
		"base@1.0.0 layer cni (f:1:2)":   {Kind: diag.Profile, Document: "base@1.0.0", Layer: "cni", Range: at("f", 1, 2, 1, 3)},
		"generated (ManagedCluster/a/b)": {Kind: diag.Generated, Range: diag.Range{File: "ManagedCluster/a/b"}},
	} {
		if got := o.String(); got != want || o.IsZero() != (want == "unknown") {
			t.Errorf("%+v gives %q, want %q", o, got, want)
		}
	}
}

func TestEnumsPrint(t *testing.T) {
	var got []string
	for k := diag.Unknown; k <= diag.Generated+1; k++ {
		got = append(got, k.String())
	}
	for s := diag.Severity(0); s <= diag.Information; s++ {
		got = append(got, s.String())
	}
	want := []string{"unknown", "default", "preset", "profile", "overlay", "variable", "override", "cluster", "manifest", "generated", "origin(10)", "severity(0)", "error", "warning", "information"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEnumsReadBack: what output has as text is read back, and what is not in
// the list is refused with the list.
func TestEnumsReadBack(t *testing.T) {
	for k := diag.Unknown; k <= diag.Generated; k++ {
		enumtest.ReadBack(t, k, "manifest")
	}
	for s := diag.Error; s <= diag.Information; s++ {
		enumtest.ReadBack(t, s, "warning")
	}
	d := diag.Errorf("c", at("a", 1, 2, 3, 4), "s").WithDetail("d").WithPath(diag.Fields("p")).WithRelated(at("b", 1, 1, 1, 1), "r")
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var got diag.Diagnostic
	if err := json.Unmarshal(text, &got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
