package source_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

func read(text string, limits source.Limits) ([]string, []string) {
	docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, []byte(text), limits)
	var forms, found []string
	for _, d := range docs {
		forms = append(forms, string(d.AppendJSON(nil)))
	}
	for _, d := range diags {
		found = append(found, fmt.Sprintf("%s %s", strings.TrimPrefix(d.Range.String(), "a.yaml:"), d.Code))
	}
	return forms, found
}

// TestDocuments holds what a text gives and what is found in it, line:column
// first.
func TestDocuments(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		docs  []string
		found []string
	}{
		"nothing":                         {"", nil, nil},
		"comments alone":                  {"# a\n---\n# b\n---\n", nil, nil},
		"a byte order mark":               {"\ufeffa: 1\n", []string{`{"a":1}`}, nil},
		"CRLF":                            {"a: |\r\n  x\r\n  y\r\nb: [1,\r\n  2]\r\n---\r\nc: 3\r\n", []string{`{"a":"x\ny\n","b":[1,2]}`, `{"c":3}`}, nil},
		"several documents":               {"a: 1\n---\n---\nb: 2\n...\n---\nc: 3\n", []string{`{"a":1}`, `{"b":2}`, `{"c":3}`}, nil},
		"a duplicate key":                 {"a: 1\nb: {c: 1,\n  c: 2}\na: 3\n", []string{`{"a":1,"b":{"c":1}}`}, []string{"3:3 source.duplicate-key", "4:1 source.duplicate-key"}},
		"a duplicate key, quoted":         {"a: 1\n\"a\": 2\n", []string{`{"a":1}`}, []string{"2:1 source.duplicate-key"}},
		"a merge key":                     {"a: &x {b: 1}\nc: {<<: *x, \"<<\": 2}\n", []string{`{"a":{"b":1},"c":{"<<":2}}`}, []string{"2:5 source.merge-key"}},
		"aliases":                         {"a: &x {b: [1]}\nc: *x\nd: [*x, *x]\n", []string{`{"a":{"b":[1]},"c":{"b":[1]},"d":[{"b":[1]},{"b":[1]}]}`}, nil},
		"an alias of a scalar as key":     {"a: &x k\n*x : 1\n", []string{`{"a":"k","k":1}`}, nil},
		"an alias inside its own anchor":  {"a: &x [*x]\nb: 1\n", []string{`{"a":[null],"b":1}`}, []string{"1:8 source.alias-cycle"}},
		"an unknown alias":                {"a: *x\n", nil, []string{"1:4 source.syntax"}},
		"an anchor of another document":   {"a: &x 1\n---\nb: *x\n", []string{`{"a":1}`}, []string{"3:4 source.syntax"}},
		"a mapping as key":                {"{a: 1}: 2\nb: 3\n", []string{`{"b":3}`}, []string{"1:1 source.key"}},
		"keys that are no strings":        {"1: a\ntrue: b\n~: c\n1.0: d\n", []string{`{"1":"a","1.0":"d","true":"b","~":"c"}`}, nil},
		"documents before a mistake":      {"a: 1\n---\nb: [\n", []string{`{"a":1}`}, []string{"4:1 source.syntax"}},
		"a tab":                           {"a:\n\tb: 1\n", nil, []string{"2:1 source.syntax"}},
		"control characters":              {"a: \x01\n", nil, []string{"1:4 source.syntax"}},
		"bytes that are no UTF-8":         {"a: \xff\n", nil, []string{"1:4 source.syntax"}},
		"next line in a quoted string":    {"a: \"x\u0085y\"\n", nil, []string{"1:6 source.line-end"}},
		"line separator in a comment":     {"a: 1\n# é\u2028b: 2\n", nil, []string{"2:4 source.line-end"}},
		"several in a block scalar":       {"a: |\n  x\u2029y\u2028\u2029\n", nil, []string{"2:4 source.line-end", "2:6 source.line-end"}},
		"escaped ones":                    {`a: "\N\L\P\r\u2028"`, []string{"{\"a\":\"\u0085\u2028\u2029\\u000d\u2028\"}"}, nil},
		"carriage returns alone":          {"a: 1\rb: 2\r\n", nil, []string{"1:5 source.line-end"}},
		"too many carriage returns":       {"a: 1\r\r\nb: 2\n", nil, []string{"1:5 source.line-end"}},
		"a carriage return at the end":    {"a: 1\r", []string{`{"a":1}`}, nil},
		"line separators in JSON":         {"{\"a\": \"\u0085\u2028\"}\r", []string{"{\"a\":\"\u0085\u2028\"}"}, nil},
		"JSON with a mistake":             {"{\"a\": \"\u2028\", \"a\": 1}\n", nil, []string{"1:8 source.line-end"}},
		"UTF-16 with CRLF":                {"\xff\xfea\x00:\x00 \x001\x00\r\x00\n\x00", []string{`{"a":1}`}, nil},
		"a scalar document":               {"text\n", []string{`"text"`}, nil},
		"block scalars":                   {"a: |-\n  ${x}\n  ---\nb: >\n  c\n  d\n", []string{`{"a":"${x}\n---","b":"c d\n"}`}, nil},
		"an explicit null, kept":          {"a: ~\nb:\n", []string{`{"a":null,"b":null}`}, nil},
		"warnings come in order of place": {"z: yes\na: 2001-01-01\n", []string{`{"a":"2001-01-01","z":"yes"}`}, []string{"1:4 source.plain-scalar", "2:4 source.plain-scalar"}},
	} {
		t.Run(name, func(t *testing.T) {
			docs, found := read(c.text, source.Limits{StrictLineEnds: true})
			if diff := cmp.Diff(c.docs, docs); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
			for i := range found {
				found[i] = strings.TrimPrefix(found[i], "a.yaml")
			}
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlaces holds where nodes stand, in code points, ends included.
func TestPlaces(t *testing.T) {
	const text = "# é\né: \"a\\\"b\" # c\nlist:\n- 'it''s'\n- plain text\n- {k: |\n    x\n   }\n---\nb: 1\n"
	docs, diags := source.Documents(&value.Writer{File: "a.yaml"}, []byte("\ufeff"+strings.Replace(text, "{k: |\n    x\n   }", "{k: 12.50}", 1)), source.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	got := map[string]diag.Range{}
	for i, d := range docs {
		for path, leaf := range d.Leaves(nil) {
			got[fmt.Sprintf("%d%s", i, path)] = leaf.Place().Range()
		}
	}
	at := func(line, from, to int) diag.Range {
		return diag.Range{File: "a.yaml", Start: diag.Position{Line: line, Column: from}, End: diag.Position{Line: line, Column: to}}
	}
	want := map[string]diag.Range{
		"0/é": at(2, 4, 10), "0/list[0]": at(4, 3, 10), "0/list[1]": at(5, 3, 13), "0/list[2]/k": at(6, 7, 12), "1/b": at(8, 4, 5),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLimits: what is too large, deep or long is one finding, and the text
// takes memory in proportion to its size, whatever stands on one line.
func TestLimits(t *testing.T) {
	bomb := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
	}
	for name, c := range map[string]struct {
		text   string
		limits source.Limits
		found  []string
	}{
		"bytes, exactly":    {"a: 12345", source.Limits{Bytes: 8}, nil},
		"bytes":             {"a: 123456", source.Limits{Bytes: 8}, []string{"a.yaml source.too-large"}},
		"nesting, exactly":  {strings.Repeat("[", 100) + strings.Repeat("]", 100), source.Limits{}, nil},
		"nesting":           {strings.Repeat("[", 102) + strings.Repeat("]", 102), source.Limits{}, []string{"1:101 source.too-deep"}},
		"nesting of blocks": {strings.Repeat("- ", 200) + "x", source.Limits{}, []string{"1:201 source.too-deep"}},
		"nesting 10^5":      {strings.Repeat("[", 100_000), source.Limits{}, []string{"1:10001 source.too-deep"}},
		"nesting of maps":   {strings.Repeat("{a: ", 100_000), source.Limits{}, []string{"1:40001 source.too-deep"}},
		"list, exactly":     {"[" + strings.Repeat("1,", 10_000) + "]", source.Limits{}, nil},
		"list":              {"[" + strings.Repeat("1,", 10_001) + "]", source.Limits{}, []string{"1:1 source.too-long"}},
		"marks, exactly":    {"a: [" + strings.Repeat("'',", 66_665) + "a]", source.Limits{ListItems: 1 << 20}, nil},
		"marks of a line":   {"b: c\na: [" + strings.Repeat("'',", 66_666) + "a]", source.Limits{}, []string{"2 source.too-wide"}},
		"marks of a text":   {strings.Repeat("a: b\n", 600_000), source.Limits{}, []string{"500001 source.too-wide"}},
		"nothing but marks": {"[" + strings.Repeat("[],", 1<<20-1), source.Limits{}, []string{"1 source.too-wide"}},
		"marks, and keys":   {"{" + strings.Repeat("?,", 3<<19-1), source.Limits{}, []string{"1 source.too-wide"}},
		"marks in JSON":     {`{"a":[` + strings.TrimSuffix(strings.Repeat("["+strings.Repeat("{},", 9_999)+"{}],", 50), ",") + "]}", source.Limits{}, nil},
		"list in JSON":      {`{"a":[` + strings.Repeat("1,", 10_000) + "1]}", source.Limits{}, []string{"1:6 source.too-long"}},
		"all on one line":   {`{"a":[` + strings.TrimSuffix(strings.Repeat("["+strings.Repeat("1,", 9_999)+"1],", 15), ",") + "]}", source.Limits{}, nil},
		"alias bomb":        {bomb, source.Limits{}, []string{"5:17 source.alias-limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, found := read(c.text, c.limits)
			runtime.ReadMemStats(&after)
			if diff := cmp.Diff(c.found, found); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+1536*uint64(len(c.text)) {
				t.Errorf("%d bytes of text took %d MiB", len(c.text), used>>20)
			}
		})
	}
}

// TestMistakesAreCounted: of many mistakes some are shown, and whether one of the
// others is an error is said.
func TestMistakesAreCounted(t *testing.T) {
	for text, worst := range map[string]diag.Severity{
		strings.Repeat("- yes\n", 5000):                               diag.Warning,
		strings.Repeat("- yes\n", 5000) + "- !a b\n":                  diag.Error,
		"{" + strings.Repeat("a: 1, ", 20_000) + "}":                  diag.Error,
		"- !a b\n" + strings.Repeat("- 2001-01-01\n", 5000) + "- 1\n": diag.Warning,
	} {
		_, found := source.Documents(&value.Writer{File: "a.yaml"}, []byte(text), source.Limits{})
		i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Code == "source.more" })
		if len(found) != 1001 || i < 0 || found[i].Severity != worst {
			t.Errorf("%.20q has %d findings: %+v", text, len(found), found[max(i, 0)])
		}
	}
}

// TestNestingThroughAliases: aliases do not add up to a deeper tree than the
// limit, or whoever walks the tree later needs a limit of its own.
func TestNestingThroughAliases(t *testing.T) {
	text := "a0: &a0 " + strings.Repeat("[", 80) + strings.Repeat("]", 80) + "\n"
	for i := 1; i < 20; i++ {
		text += fmt.Sprintf("a%d: &a%d %s*a%d%s\n", i, i, strings.Repeat("[", 80), i-1, strings.Repeat("]", 80))
	}
	_, found := read(text, source.Limits{})
	if len(found) == 0 {
		t.Error("a tree 1600 deep was accepted")
	}
}

// TestFindingsAreShort: what hostile input says is not said again at length.
func TestFindingsAreShort(t *testing.T) {
	long := strings.Repeat("9", 100_000)
	for _, text := range []string{"a: " + long, "a: " + long + ".0", "a: 0x" + long, "!!" + long + " a", "a: !" + long + " {}", "a: !!int " + long + "x", long + ": 1\n" + long + ": 2", "a: 2026-01-01 " + long, "&a" + long + " [*a" + long + "]"} {
		_, found := source.Documents(&value.Writer{File: "f.yaml"}, []byte(text), source.Limits{})
		if said := found.Text(nil); len(found) == 0 || len(said) > 1000 {
			t.Errorf("%.20s: %d findings of %d bytes: %.200s", text, len(found), len(said), said)
		}
	}
}

// TestDirectives: what is wrong with a line that YAML would take is said.
func TestDirectives(t *testing.T) {
	for _, text := range []string{"%YAML 1.2\n---\na: 1\n", "%YAML 9.9\n---\na: 1\n"} {
		_, found := source.Documents(&value.Writer{File: "f.yaml"}, []byte(text), source.Limits{})
		if len(found) != 1 || !strings.Contains(found[0].Detail, "%YAML 1.2, are not read") {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// TestIllegalCharactersHaveAPlace: the place of what no YAML holds is known.
func TestIllegalCharactersHaveAPlace(t *testing.T) {
	for text, want := range map[string]diag.Position{
		"a: 1\nb: é\x1b": {Line: 2, Column: 5},
		"a: 1\nb: x\x00": {Line: 2, Column: 5},
		"a: \xc3\x28":    {Line: 1, Column: 4},
		"\xff\xfea":      {Line: 1, Column: 1},
	} {
		_, found := source.Documents(&value.Writer{File: "f.yaml"}, []byte(text), source.Limits{})
		if len(found) != 1 || found[0].Code != "source.syntax" || found[0].Range.Start != want {
			t.Errorf("%q: %v, want one finding at %v", text, found, want)
		}
	}
}
