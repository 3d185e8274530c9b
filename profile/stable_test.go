package profile_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// said is what a workspace says in the end: the digest of every profile version
// and of every stack, and all findings without their places.
func said(fsys fs.FS) string {
	w, diags := profile.Load(fsys, profile.Layout{})
	var b strings.Builder
	for p := range w.Profiles() {
		fmt.Fprintf(&b, "%s %s\n", p.Ref(), w.Digest(p.Ref()))
	}
	for o := range w.Overlays() {
		fmt.Fprintf(&b, "%s %s\n", o.Ref(), w.Digest(o.Ref()))
	}
	for key := range w.Clusters() {
		stack, found := w.Resolve(key)
		diags = append(diags, found...)
		if stack != nil {
			fmt.Fprintf(&b, "%s %s\n", key, stack.Digest())
		}
	}
	var lines []string
	for _, d := range diags {
		lines = append(lines, fmt.Sprintf("%s %s %s\n", d.Severity, d.Code, d.Summary))
	}
	slices.Sort(lines)
	return b.String() + strings.Join(slices.Compact(lines), "")
}

// TestDigestsDoNotDependOnFiles: documents may move between files and change
// their order; nothing but places changes.
func TestDigestsDoNotDependOnFiles(t *testing.T) {
	var fleet []string
	for i := range 9 {
		fleet = append(fleet, fmt.Sprintf(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c%d, namespace: fleet, labels: {n: "%d"}}
spec: {hub: eu-%d, profiles: [base], overrides: [{layer: %s, values: {n: %d}, reason: r, owner: o}]}`, i, i, 1+i%3, []string{"cni", "csi", "gone", "cni", "csi"}[i%5], i))
	}
	hubs := []string{"apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-2}\nspec: {clusterAPI: {version: 1.14.2}}"}
	base := overBase(t, fstest.MapFS{"fleet/one.yaml": {Data: []byte("absent\n")}})
	want := said(spread(base, map[string][]string{"fleet": fleet, "hubs": hubs}, func(int) string { return "all" }))
	if strings.Count(want, "sha256:") != 6 || !strings.Contains(want, "profile.hub") || !strings.Contains(want, "profile.unknown-layer") {
		t.Fatalf("the workspace says\n%s", want)
	}
	rapid.Check(t, func(t *rapid.T) {
		folders := map[string][]string{"fleet": rapid.Permutation(fleet).Draw(t, "fleet"), "hubs": hubs}
		if rapid.Bool().Draw(t, "mixed") {
			folders = map[string][]string{"fleet": rapid.Permutation(slices.Concat(hubs, fleet)).Draw(t, "all")}
		}
		name := func(int) string { return rapid.SampledFrom([]string{"a", "b/c", "z/y/x"}).Draw(t, "name") }
		if diff := cmp.Diff(want, said(spread(base, folders, name))); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// spread adds the documents of each folder to files of these names.
func spread(rest fstest.MapFS, folders map[string][]string, name func(int) string) fstest.MapFS {
	out := maps.Clone(rest)
	for folder, docs := range folders {
		for i, doc := range docs {
			file := folder + "/" + name(i) + ".yaml"
			if f, ok := out[file]; ok {
				doc = string(f.Data) + "\n---\n" + doc
			}
			out[file] = &fstest.MapFile{Data: []byte(doc)}
		}
	}
	return out
}

// TestExampleInOneFile: the whole fleet of the example, backwards and in one
// file, has the digests that it has in four.
func TestExampleInOneFile(t *testing.T) {
	source, one := os.DirFS(exampleDir), fstest.MapFS{}
	var fleet []string
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(source, name)
		if strings.HasPrefix(name, "fleet/") {
			fleet = append(fleet, strings.Split(string(data), "\n---\n")...)
		} else {
			one[name] = &fstest.MapFile{Data: data}
		}
		return err
	})
	if err != nil || len(fleet) < 100 {
		t.Fatalf("found %d clusters, %v", len(fleet), err)
	}
	slices.Reverse(fleet)
	one["fleet/all.yaml"] = &fstest.MapFile{Data: []byte(strings.Join(fleet, "\n---\n"))}
	if diff := cmp.Diff(said(source), said(one)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDigestsDoNotDependOnLineEnds: a byte order mark and CRLF change nothing
// in documents.
func TestDigestsDoNotDependOnLineEnds(t *testing.T) {
	base := overBase(t, nil)
	want := said(base)
	odd := fstest.MapFS{}
	for name, f := range base {
		odd[name] = &fstest.MapFile{Data: []byte("\ufeff" + strings.ReplaceAll(string(f.Data), "\n", "\r\n"))}
	}
	if diff := cmp.Diff(want, said(odd)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCorpusIsTheSameEveryTime: each case of the corpus, whose findings and
// results come out of many maps, says the same on one processor and on many,
// again and again.
func TestCorpusIsTheSameEveryTime(t *testing.T) {
	for name, fsys := range corpusOf(t) {
		first := view(fsys)
		for i := range 6 {
			before := runtime.GOMAXPROCS(1 + 3*(i%2))
			again := view(fsys)
			runtime.GOMAXPROCS(before)
			if diff := cmp.Diff(first, again); diff != "" {
				t.Fatalf("%s (-first +again):\n%s", name, diff)
			}
		}
	}
}

// corpusOf are the workspaces of testdata/resolve that are not skipped.
func corpusOf(t testing.TB) map[string]fstest.MapFS {
	t.Helper()
	out := map[string]fstest.MapFS{}
	files, err := fs.Glob(os.DirFS("testdata/resolve"), "*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile("testdata/resolve/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(archive.Comment), "skip: ") {
			continue
		}
		input := fstest.MapFS{}
		for _, f := range archive.Files {
			input[f.Name] = &fstest.MapFile{Data: f.Data}
		}
		out[file] = overBase(t, input)
	}
	return out
}

// TestManyResolveOneWorkspace: all clusters at once, each several times, give
// what they give one after the other. The race detector watches.
func TestManyResolveOneWorkspace(t *testing.T) {
	want := map[profile.Key]string{}
	for w, key := example(t), (profile.Key{}); len(want) == 0; {
		for key = range w.Clusters() {
			stack, _ := w.Resolve(key)
			want[key] = stack.Digest()
		}
	}
	w := example(t)
	var wait sync.WaitGroup
	for key := range w.Clusters() {
		for range 3 {
			wait.Go(func() {
				stack, diags := w.Resolve(key)
				if stack == nil || stack.Digest() != want[key] {
					t.Errorf("%s: %v", key, diags)
				}
			})
		}
	}
	wait.Wait()
}

// TestValuesNeverChangeStructure: a variable's text, whatever it holds, is that
// text at its leaf, and every other leaf stays as it was.
func TestValuesNeverChangeStructure(t *testing.T) {
	fsys := overBase(t, fstest.MapFS{"library/addon/1.0.0/profile.yaml": {Data: []byte(`
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: addon}
spec:
  version: 1.0.0
  owner: addon-team
  kind: AddOn
  variables: [{name: text, type: string, default: plain}]
  layers:
  - name: agent
    kind: AddOn
    component: {name: agent, version: 1.0.0}
    values: {whole: "${vars.text}", inside: "<${vars.text}>", "${vars.text}": key, other: 1}
    capi: {cluster: {metadata: {annotations: {a: "${vars.text}"}}}}
`)}})
	w, diags := profile.Load(fsys, profile.Layout{})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	hostile := []string{"", "\n---\nkind: Secret", `"`, "'", `\`, "a: b", "{{ .Values.x }}", "${vars.text}", "${", "$${x}", "}", "- a", "null", "true", "0x10", "# c", "\u2028\x00", "$(rm)", "`"}
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 4), func(parts []string) string { return strings.Join(parts, "") }))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text")
		c := profile.Cluster{TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Cluster"}, Metadata: profile.ObjectMeta{Name: "c"}}
		c.Spec.Hub, c.Spec.Profiles = "h", []string{"base", "addon"}
		c.Spec.Variables = map[string]profile.Value{"text": value(t, s)}
		stack, diags := w.Library.Resolve(c, "test")
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		agent, _ := stack.Layer("agent")
		want := map[string]any{"whole": s, "inside": "<" + s + ">", "${vars.text}": "key", "other": int64(1)}
		if diff := cmp.Diff(any(want), agent.Values.Any()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if v, _, _ := stack.Find(agent, diag.Fields("capi", "cluster", "metadata", "annotations", "a")); v.Any() != any(s) {
			t.Fatalf("%q became %v in capi", s, v)
		}
	})
}
