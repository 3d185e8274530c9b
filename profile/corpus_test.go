package profile_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var update = flag.Bool("update", false, "write what the cases of testdata give into them")

// TestResolveCorpus loads and resolves the workspaces in testdata/resolve. The
// comment of a case is the behaviour it holds. Its files are laid over those of
// testdata/base.txtar, so that a case shows only what it is about; a file that
// is only "absent" takes one of the base away. A first line "skip: reason" says
// which behaviour is known to be missing. What a case expects:
//
//	want/diagnostics  all findings of loading and resolving; without it, none
//	want/layers       the layers of each cluster in install order
//	want/inputs       the variables of each cluster
//	want/explain      "layer:path = value <- origin" for the lines "[cluster]
//	                  layer:path" of the file explain; a layer alone stands for
//	                  all that it has
//	want/content      the files and patches of each layer
//	want/classes      the worker classes of each cluster
//	want/profiles     the profile and overlay versions of each cluster
//	want/chosen       the presets of each cluster
//	want/pools        the pools of each cluster
//	want/idle         what overlays say of things that a stack does not have
func TestResolveCorpus(t *testing.T) {
	cases, err := filepath.Glob("testdata/resolve/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			runCase(t, file)
		})
	}
}

func runCase(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if reason, skip := strings.CutPrefix(string(archive.Comment), "skip: "); skip {
		t.Skip(strings.SplitN(reason, "\n", 2)[0])
	}
	input, want := fstest.MapFS{}, map[string]string{}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "want/") {
			want[f.Name] = string(f.Data)
		} else {
			input[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	got := view(overBase(t, input))
	if *update {
		writeCase(t, file, archive, got)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, checked := want[name]; !checked && name != "want/diagnostics" {
			continue
		}
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", name, file, diff)
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: nothing gives %s", file, name)
		}
	}
}

// overBase lays files over the workspace of testdata/base.txtar.
func overBase(t testing.TB, files fstest.MapFS) fstest.MapFS {
	t.Helper()
	base, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range base.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	maps.Copy(out, files)
	maps.DeleteFunc(out, func(_ string, f *fstest.MapFile) bool { return string(f.Data) == "absent\n" })
	return out
}

func writeCase(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	kept := slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want/diagnostics" && got[f.Name] == "" })
	found := false
	for i, f := range kept {
		if text, ok := got[f.Name]; ok {
			kept[i].Data = []byte(text)
		}
		found = found || f.Name == "want/diagnostics"
	}
	if text := got["want/diagnostics"]; text != "" && !found {
		kept = append(kept, txtar.File{Name: "want/diagnostics", Data: []byte(text)})
	}
	archive.Files = kept
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// view is all that a case can expect of a workspace, by section.
func view(fsys fstest.MapFS) map[string]string {
	w, diags := profile.Load(fsys, profile.Layout{})
	var layers, inputs, content, classes, profiles, chosen, idle, pools strings.Builder
	stacks := map[profile.Key]*profile.Stack{}
	for key := range w.Clusters() {
		stack, found := w.Resolve(key)
		diags = append(diags, found...)
		if stack == nil {
			continue
		}
		stacks[key] = stack
		fmt.Fprintf(&layers, "%s\n", key)
		fmt.Fprintf(&inputs, "%s\n", key)
		fmt.Fprintf(&content, "%s\n", key)
		fmt.Fprintf(&classes, "%s\n", key)
		fmt.Fprintf(&profiles, "%s %v overlays=%v held=%t\n", key, stack.Profiles(), stack.Overlays(), stack.Held())
		fmt.Fprintf(&chosen, "%s %v\n", key, stack.Presets())
		spec, _ := json.Marshal(stack.Cluster().Spec.Pools)
		fmt.Fprintf(&pools, "%s %s\n", key, spec)
		for _, f := range stack.OverlayFindings() {
			fmt.Fprintf(&idle, "%s %s\n%s\n", key, f.Overlay, f.Findings.Text(fsys))
		}
		for _, l := range stack.Layers() {
			fmt.Fprintf(&layers, "  %s/%s %s (%s, %s)\n", l.Profile.Name, l.Name, l.Kind, l.Component, l.Owner)
			writeContent(&content, l)
		}
		for _, c := range stack.Capi().Classes {
			fmt.Fprintf(&classes, "  %s pool=%q\n    nodes %s\n    workers %s\n    class %s\n", c.Name, c.Pool, c.Nodes, c.Workers, c.Class)
		}
		for _, in := range stack.Inputs() {
			name := strings.TrimPrefix(in.Profile+"/"+in.Name, "/")
			fmt.Fprintf(&inputs, "  %s = %s <- %s\n", name, in.Value, origin(in.Origin))
		}
	}
	return map[string]string{
		"want/diagnostics": diags.Sorted().Text(fsys),
		"want/layers":      layers.String(),
		"want/inputs":      inputs.String(),
		"want/content":     content.String(),
		"want/classes":     classes.String(),
		"want/profiles":    profiles.String(),
		"want/chosen":      chosen.String(),
		"want/idle":        idle.String(),
		"want/pools":       pools.String(),
		"want/explain":     explained(fsys, stacks),
	}
}

func writeContent(b *strings.Builder, l profile.StackLayer) {
	if l.Helm != nil {
		fmt.Fprintf(b, "  %s chart %s %s\n", l.Name, l.Helm.Chart, l.Helm.Version)
	}
	for _, f := range l.Manifests {
		fmt.Fprintf(b, "  %s file %s, %d bytes\n", l.Name, f.Name, len(f.Data))
		for _, o := range f.Objects() {
			fmt.Fprintf(b, "    %s\n", o)
		}
	}
	for _, p := range l.Patches {
		fmt.Fprintf(b, "  %s patch %s/%s/%s at %s\n    merge %s\n    json %s\n", l.Name, p.Target.Kind, p.Target.Namespace, p.Target.Name, p.Range, p.Merge, p.JSON)
	}
}

// explained answers the lines of the file explain.
func explained(fsys fs.FS, stacks map[profile.Key]*profile.Stack) string {
	text, err := fs.ReadFile(fsys, "explain")
	if err != nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}
		if len(words) == 2 {
			key.Name = words[0]
			b.WriteString(words[0] + " ")
		}
		stack := stacks[key]
		if stack == nil {
			fmt.Fprintf(&b, "no stack of %s\n", key)
			continue
		}
		explain(&b, stack, words[len(words)-1])
	}
	return b.String()
}

func explain(b *strings.Builder, stack *profile.Stack, address string) {
	name, text, one := strings.Cut(address, ":")
	layer, ok := stack.Layer(name)
	if !ok {
		fmt.Fprintf(b, "%s: no such layer\n", address)
		return
	}
	paths := stack.Paths(layer)
	if one {
		path, err := diag.ParsePath(text)
		if err != nil {
			fmt.Fprintf(b, "%s: %v\n", address, err)
			return
		}
		paths = []diag.Path{path}
	}
	for _, path := range paths {
		v, from, ok := stack.Find(layer, path)
		if !ok {
			fmt.Fprintf(b, "%s:%s is not there\n", name, path)
			continue
		}
		fmt.Fprintf(b, "%s:%s = %s <- %s\n", name, path, v, origin(from))
		for _, cause := range from.Causes {
			fmt.Fprintf(b, "  reads %s\n", origin(cause))
		}
		for _, l := range stack.Lost(layer, path) {
			fmt.Fprintf(b, "  over %s <- %s\n", l.Value, origin(l.Origin))
		}
	}
}

func origin(o diag.Origin) string {
	text := o.Kind.String() + " " + o.String()
	if o.Owner != "" {
		text += ", owner " + o.Owner
	}
	return text
}
