package vet_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/vet"
)

var update = flag.Bool("update", false, "write what the cases of testdata give into them")

// TestCases holds what is found in each workspace of testdata: a base profile
// and files of the case. The comment of a case may name what is vetted, the
// profiles beside it, and the limit.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 2 {
		t.Fatalf("found %d cases, %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) != "base.txtar" {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
		}
	}
}

func runCase(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := &archive.Files[len(archive.Files)-1]
	ws := load(t, archive.Files[:len(archive.Files)-1]...)
	refs, opts := options(t, string(archive.Comment))
	var b strings.Builder
	for _, ref := range vet.Releases(ws, refs...) {
		b.WriteString(text(ws, ref, opts))
	}
	if *update {
		want.Data = []byte(b.String())
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want.Data), b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// text is a report with the corners of the plan, where they are few.
func text(ws *profile.Workspace, ref profile.Ref, opts vet.Options) string {
	r := vet.Profile(ws, ref, opts)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d corners, %d refused\n", ref, r.Corners, r.Refused)
	if r.Corners <= 30 {
		for c := range vet.Corners(ws, ref, opts) {
			fmt.Fprintf(&b, "  %v %s\n", c.With, c.Name)
		}
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s, and %d more\n  %s\n", f.Corner.Name, f.More, f.Diagnostic)
	}
	for _, u := range r.Unvaried {
		fmt.Fprintf(&b, "not varied: %s: %s\n", u.Variable, u.Reason)
	}
	return b.String()
}

func options(t testing.TB, comment string) (refs []profile.Ref, opts vet.Options) {
	parse := func(text string) (out []profile.Ref) {
		for _, field := range strings.Fields(text) {
			ref, err := profile.ParseRef(field)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, ref)
		}
		return out
	}
	for line := range strings.Lines(comment) {
		switch name, text, _ := strings.Cut(strings.TrimSpace(line), ": "); name {
		case "vet":
			refs = parse(text)
		case "with":
			opts.With = parse(text)
		case "limit":
			fmt.Sscan(text, &opts.Limit)
		}
	}
	return refs, opts
}

// load is the base workspace with more files.
func load(t testing.TB, files ...txtar.File) *profile.Workspace {
	ws, found := loadBroken(t, files...)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return ws
}

// loadBroken is the same where files have errors.
func loadBroken(t testing.TB, files ...txtar.File) (*profile.Workspace, diag.Diagnostics) {
	base, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := txtar.FS(&txtar.Archive{Files: append(base.Files, files...)})
	if err != nil {
		t.Fatal(err)
	}
	return profile.Load(fsys, profile.Layout{})
}

// TestUnreachable: a declaration whose values are too large to make is given up
// and named.
func TestUnreachable(t *testing.T) {
	crowd := "type: object, properties: {"
	for i := range 400 {
		crowd += fmt.Sprintf("p%d: {type: string}, ", i)
	}
	crowd += "}"
	const crowded = "it has too many properties to vary each of them: give the variable examples"
	for variable, want := range map[string]string{
		"type: string, minLength: 9000000000000000000":                             "no value was found: give the variable examples",
		"type: list, items: {type: integer}, minItems: 1000000":                    "no value was found: give the variable examples",
		"type: map, values: {type: string}, minItems: 1000000":                     "no value was found: give the variable examples",
		"type: string, minLength: 1, pattern: '^((((((((((^)*)*)*)*)*)*)*)*)*)*$'": "no text was found that matches ^((((((((((^)*)*)*)*)*)*)*)*)*)*$: give the variable examples",
		"type: list, items: {type: integer}, minItems: 100":                        "",
		crowd + ", examples: [{p1: x}]":                                            "",
		crowd:                                                                      crowded,
		"type: map, values: {type: object, properties: {o: {" + crowd + "}}}":      crowded,
	} {
		ws := load(t, document("large", "  kind: Infrastructure\n  extends: base@1.0.0\n  variables: [{name: v, "+variable+"}]\n  layers: [{name: cni, values: {x: \"${string(vars.?v.hasValue())}\"}}]\n"))
		var wants []vet.Unvaried
		if want != "" {
			wants = []vet.Unvaried{{Variable: "v", Reason: want}}
		}
		got := vet.Profile(ws, profile.Ref{Name: "large", Version: "1.0.0"}, vet.Options{Limit: 10})
		if diff := cmp.Diff(wants, got.Unvaried); diff != "" || len(got.Findings) > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", variable, got.Findings, diff)
		}
	}
}

// TestExample: the profiles of the example do at every corner.
func TestExample(t *testing.T) {
	ws, found := profile.Load(os.DirFS("../../examples/quickstart/workspace"), profile.Layout{})
	if found.HasErrors() {
		t.Fatal(found)
	}
	refs := vet.Releases(ws)
	if len(refs) < 5 {
		t.Fatalf("releases are %v", refs)
	}
	for _, ref := range refs {
		r := vet.Profile(ws, ref, vet.Options{})
		for _, f := range r.Findings {
			t.Errorf("%s at %s: %s", ref, f.Corner.Name, f.Diagnostic)
		}
		if r.Corners < 1 || len(r.Unvaried) > 0 {
			t.Errorf("%s: %d corners, not varied %v", ref, r.Corners, r.Unvaried)
		}
	}
}
