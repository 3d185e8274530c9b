package diagnostics_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the findings of the examples, the index, and skeletons of pages that are missing")

// page is docs/diagnostics/<code>.md:
//
//	# code
//
//	what it means
//
//	## Example
//
//	```txtar
//	files, laid over the workspace of base.txtar
//	```
//
//	```text
//	the findings of this code
//	```
//
//	## What to do
//
//	how to mend it
//
// A finding that no file gives, or only one that is too long to print, has no first
// block; see unprinted.
type page struct {
	code, meaning, example, output, fix string
}

// todo stands where a person has to write.
const todo = "TODO"

func (p page) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n## Example\n\n", p.code, p.meaning)
	if p.example != "" {
		fmt.Fprintf(&b, "```txtar\n%s```\n\n", p.example)
	}
	fmt.Fprintf(&b, "```text\n%s```\n\n## What to do\n\n%s\n", p.output, p.fix)
	return b.String()
}

// readPage takes a page apart. What does not have the form of a page is left
// out, so that text differs.
func readPage(code, text string) page {
	p := page{code: code}
	head, rest, _ := strings.Cut(text, "\n## Example\n")
	_, meaning, _ := strings.Cut(head, "\n")
	example, fix, _ := strings.Cut(rest, "\n## What to do\n")
	p.meaning, p.fix = strings.TrimSpace(meaning), strings.TrimSpace(fix)
	p.example, p.output = block(example, "txtar"), block(example, "text")
	return p
}

func block(text, language string) string {
	_, rest, _ := strings.Cut(text, "```"+language+"\n")
	inside, _, _ := strings.Cut(rest, "```")
	return inside
}

// TestPages: every code has a page, every page a code; the example of a page
// gives what the page says.
func TestPages(t *testing.T) {
	known := codes(t)
	files, _ := filepath.Glob("*.md")
	pages := map[string]page{}
	for _, file := range files {
		code := strings.TrimSuffix(file, ".md")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if code == "README" {
			continue
		}
		if _, ok := known[code]; !ok {
			t.Errorf("%s: nothing has this code", file)
		}
		pages[code] = readPage(code, string(data))
		if !*update {
			if diff := cmp.Diff(pages[code].text(), string(data)); diff != "" {
				t.Errorf("%s has not the form of a page (-form +page):\n%s", file, diff)
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(known)) {
		t.Run(code, func(t *testing.T) { checkPage(t, code, pages) })
	}
	checkIndex(t, pages)
}

func checkPage(t *testing.T, code string, pages map[string]page) {
	p, there := pages[code]
	if !there && !*update {
		t.Fatalf("there is no page %s.md; run this test with -update, and write what it means and how to mend it", code)
	}
	if !there {
		p = page{code: code, meaning: todo, fix: todo, example: draft(t, code)}
	}
	got := findings(t, p)
	if *update {
		p.output, pages[code] = got, p
		if err := os.WriteFile(code+".md", []byte(p.text()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(p.meaning+p.fix, todo) || p.meaning == "" || p.fix == "" {
		t.Errorf("%s.md: write what it means and how to mend it", code)
	}
	if !strings.Contains(got, "["+code+"]") {
		t.Errorf("%s.md: the example does not give the finding", code)
	}
	if diff := cmp.Diff(p.output, got); diff != "" {
		t.Errorf("%s.md: findings (-page +got):\n%s", code, diff)
	}
}

// findings is what the example of a page gives, of its code.
func findings(t *testing.T, p page) string {
	if give, ok := unprinted[p.code]; ok {
		return give().Text(nil)
	}
	archive := txtar.Parse([]byte(p.example))
	fsys, found, err := raise(archive)
	if err != nil {
		t.Fatal(err)
	}
	return only(found, p.code).Sorted().Text(fsys)
}

// indexHead stands above the tables of the index.
const indexHead = `# Diagnostics

Every finding has a stable code. Its page says what it means, shows an example, and says what to do.
The files of an example are laid over those of ` + "`validate/testdata/base.txtar`; those below `have/`" + `
are how files were in the workspace that validation compares with. Lines in front of the files are options: ` + "`now`, `target` of a" + `
rollout, ` + "`limit` of a file in bytes, a symbolic `link`." + ` A page without files is about what
only a program can cause, or about files that are too long to print or cannot be read.

This list is made of the pages: ` + "`go test ./docs/diagnostics -update`" + ` writes it.
`

// checkIndex holds the list of all pages, by family.
func checkIndex(t *testing.T, pages map[string]page) {
	var b strings.Builder
	b.WriteString(indexHead)
	for _, f := range families {
		writeFamily(&b, f.name, f.about, pages)
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("README.md")
	if diff := cmp.Diff(string(data), b.String()); diff != "" || err != nil {
		t.Errorf("README.md (-committed +generated): %v\n%s", err, diff)
	}
}

func writeFamily(b *strings.Builder, family, about string, pages map[string]page) {
	fmt.Fprintf(b, "\n## %s\n\nAbout %s.\n\n| code | meaning |\n|---|---|\n", family, about)
	for _, code := range slices.Sorted(maps.Keys(pages)) {
		if strings.HasPrefix(code, family+".") {
			fmt.Fprintf(b, "| [%s](%s.md) | %s |\n", code, code, pages[code].gist())
		}
	}
}

// gist is the first sentence of the meaning, as a cell of a table.
func (p page) gist() string {
	first, _, _ := strings.Cut(strings.ReplaceAll(p.meaning, "\n", " "), ". ")
	return strings.ReplaceAll(strings.TrimSuffix(first, "."), "|", "\\|")
}
