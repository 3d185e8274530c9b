package handbook_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/corpus"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/handbook"
)

var update = flag.Bool("update", false, "write the pages into the case")

// TestPages holds the pages of a library, by their names, and those of single
// versions. No value of a sensitive variable, and nothing that an overlay or a
// cluster sets, is on any of them.
func TestPages(t *testing.T) {
	corpus.Run(t, "testdata/*.txtar", corpus.Options{Update: *update}, func(t testing.TB, c corpus.Case) corpus.Answer {
		ws, found := profile.Load(c.Files, profile.Layout{})
		book := handbook.Of(ws)
		all := map[string]string{}
		for _, page := range book.Pages() {
			all[page.Name] = page.Text
			if strings.Contains(page.Text, "hunter2") {
				t.Errorf("a secret is on page %s", page.Name)
			}
		}
		return func(section string) (string, bool) {
			if ref, err := profile.ParseRef(section); err == nil && ref.Version != "" {
				page, ok := book.Page(ref)
				return page.Text, ok
			}
			if section == corpus.Diagnostics {
				return found.Text(c.Files), true
			}
			text, ok := all[section]
			return text, ok
		}
	})
}

func TestPageIsNotThere(t *testing.T) {
	ws, _ := profile.Load(os.DirFS("../../examples/quickstart/workspace"), profile.Layout{})
	for _, ref := range []profile.Ref{{Name: "mem-bas"}, {Name: "mem-base", Version: "9.0.0"}} {
		if page, ok := handbook.Of(ws).Page(ref); ok {
			t.Errorf("%s has the page %s", ref, page.Title)
		}
	}
}

// TestAlwaysTheSame: the same pages, time after time.
func TestAlwaysTheSame(t *testing.T) {
	pages := func() []handbook.Page {
		ws, _ := profile.Load(os.DirFS("../../examples/quickstart/workspace"), profile.Layout{})
		return handbook.Of(ws).Pages()
	}
	first := pages()
	for range 5 {
		if diff := cmp.Diff(first, pages()); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	}
}

// TestTextMakesNoMarkup: whatever a document says, a page has the headings, lists
// and cells that it has for harmless words.
func TestTextMakesNoMarkup(t *testing.T) {
	harmless := skeleton(pageOf(t, "word"))
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"#", "##", "|", "`", "```", "-", "1.", "=", "---", "<b>", "</td>", "[a](b)", "*", "_", "\\", "\n", "\n\n", "  ", "&lt;", "word"}), 1, 8).Draw(t, "parts")
		text := "x" + strings.Join(parts, rapid.SampledFrom([]string{"", " "}).Draw(t, "glue"))
		if rapid.Bool().Draw(t, "first") {
			text = strings.TrimPrefix(text, "x") + "x"
		}
		if diff := cmp.Diff(harmless, skeleton(pageOf(t, text))); diff != "" {
			t.Fatalf("%q changes the page (-harmless +got):\n%s", text, diff)
		}
	})
}

// pageOf is the page of a profile that says a text wherever it can.
func pageOf(t rapid.TB, text string) string {
	document := fmt.Sprintf(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  description: %[1]q
  kind: AddOn
  variables:
  - {name: mtu, type: string, description: %[1]q, default: %[1]q, examples: [%[1]q]}
  rules: [{rule: "vars.mtu != '1'", message: %[1]q}]
  presets: [{group: size, name: small, description: %[1]q, layers: [{layer: cni, values: {a: 1}}]}]
  layers:
  - {name: cni, kind: AddOn, description: %[1]q, component: {none: %[1]q}, provides: {net: %[1]q}, values: {mtu: "${vars.mtu}"}}
`, text)
	ws, _ := profile.Load(fstest.MapFS{"library/base/1.0.0/profile.yaml": {Data: []byte(document)}}, profile.Layout{})
	page, ok := handbook.Of(ws).Page(profile.Ref{Name: "base"})
	if !ok || strings.Contains(page.Text, "has errors") {
		t.Fatalf("the profile with %q is broken", text)
	}
	return page.Text
}

var list = regexp.MustCompile(`^([-+=]+|[0-9]+[.)])$`)

// skeleton is the form of a page: how each line begins, and its cells.
func skeleton(page string) []string {
	var out []string
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		start, _, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "- "):
			out = append(out, start)
		case strings.HasPrefix(line, "|"):
			out = append(out, fmt.Sprintf("%d cells", strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")-1))
		case line == "":
			out = append(out, "")
		case strings.ContainsAny(line[:1], "<`>*_~ \t") || list.MatchString(start):
			out = append(out, "markup: "+line)
		default:
			out = append(out, "text")
		}
	}
	return out
}
