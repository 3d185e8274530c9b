package profile_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const clusterHead = "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: %s, namespace: fleet}\nspec:\n  profiles: [base]\n"

// findings are the codes and places of what loading and resolving finds.
func findings(w *profile.Workspace, diags diag.Diagnostics) []string {
	for key := range w.Clusters() {
		_, found := w.Resolve(key)
		diags = append(diags, found...)
	}
	var out []string
	for _, d := range diags.Sorted() {
		out = append(out, d.Range.String()+" "+d.Code)
	}
	return out
}

// TestHostileDocuments: whatever one document of the fleet does, loading and
// resolving say so in time and memory that do not grow with what it pretends to
// be, and the other clusters resolve.
func TestHostileDocuments(t *testing.T) {
	bomb := "  variables:\n    a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'm'; c++ {
		bomb += fmt.Sprintf("    %c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nested lists":    {fmt.Sprintf(clusterHead, "x") + "  variables: " + strings.Repeat("[", 100_000), []string{"fleet/hostile.yaml:6:10014 source.too-deep"}},
		"an alias bomb":   {fmt.Sprintf(clusterHead, "x") + bomb, nil},
		"a long list":     {fmt.Sprintf(clusterHead, "x") + "  timeZone: UTC\n---\n" + strings.Replace(fmt.Sprintf(clusterHead, "x"), "[base]", "["+strings.Repeat("base,", 10_001)+"]", 1), nil},
		"a large file":    {strings.Repeat("# comment\n", 350_000), []string{"fleet/hostile.yaml source.too-large"}},
		"a list too deep": {fmt.Sprintf(clusterHead, "x") + "  overrides: [{layer: cni, reason: r, owner: o, values: {a: " + strings.Repeat("[", 120) + strings.Repeat("]", 120) + "}}]\n", []string{"fleet/hostile.yaml:6:156 source.too-deep"}},
		"unknown fields":  {fmt.Sprintf(clusterHead, "x") + manyKeys("  "), nil},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := overBase(t, fstest.MapFS{"fleet/hostile.yaml": {Data: []byte(c.text)}})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w, diags := profile.Load(fsys, profile.Layout{})
			got := findings(w, diags)
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 256 {
				t.Errorf("took %d MiB", used)
			}
			if len(got) == 0 || len(got) > 110 {
				t.Errorf("%d findings", len(got))
			}
			if c.want != nil {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if stack, _ := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "one"}); stack == nil {
				t.Error("the cluster beside it is not resolved")
			}
		})
	}
}

// manyKeys are the fields of a large mapping.
func manyKeys(indent string) string {
	var text strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&text, "%sk%d: a\n", indent, i)
	}
	return text.String()
}

// TestManyMistakes: of what nobody reads to its end there is a number.
func TestManyMistakes(t *testing.T) {
	for _, field := range []string{"variables", "presets"} {
		text := fmt.Sprintf(clusterHead, "x") + "  " + field + ":\n" + manyKeys("    ")
		w, _ := profile.Load(overBase(t, fstest.MapFS{"fleet/hostile.yaml": {Data: []byte(text)}}), profile.Layout{})
		stack, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "x"})
		if stack != nil || len(found) != 1001 || found[0].Code != "source.more" || found[0].Severity != diag.Error {
			t.Errorf("%s: %d findings, the first: %v", field, len(found), found[0])
		}
	}
}

// TestManyBombs: each document of a file may expand its aliases to the limit,
// but what an alias repeats is kept once.
func TestManyBombs(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, clusterHead, fmt.Sprintf("c%d", i))
		text.WriteString("  overrides:\n  - layer: cni\n    reason: r\n    owner: o\n    values:\n      a: &a [1,1,1,1,1,1,1,1,1,1]\n      b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n      c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n      d: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n---\n")
	}
	fsys := overBase(t, fstest.MapFS{"fleet/many.yaml": {Data: []byte(text.String())}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w, diags := profile.Load(fsys, profile.Layout{})
	runtime.ReadMemStats(&after)
	if used := (after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)) >> 20; used > 64 || diags.HasErrors() {
		t.Errorf("%d KiB of text keep %d MiB, %v", text.Len()>>10, used, diags)
	}
	runtime.KeepAlive(w)
}

// TestLinks: symbolic links are never followed, whatever they stand for, and
// nothing outside the root is read; what does not need them still loads.
func TestLinks(t *testing.T) {
	for name, c := range map[string]struct {
		link, target string
		want         []string
	}{
		"a cluster, inside":        {"fleet/two.yaml", "one.yaml", []string{"fleet/two.yaml source.link"}},
		"a cluster, outside":       {"fleet/two.yaml", "../../outside/secret.yaml", []string{"fleet/two.yaml source.link"}},
		"a folder of clusters":     {"fleet/more", "../../outside", []string{"fleet/more source.link"}},
		"a folder, round in rings": {"fleet/more", "..", []string{"fleet/more source.link"}},
		"the strategies":           {"strategies", "../outside", []string{"strategies source.link"}},
		"a profile":                {"library/other", "../../outside", []string{"library/other source.link"}},
		"a profile's version":      {"library/base/2.0.0", "1.0.0", []string{"library/base/2.0.0 source.link"}},
		"the lock":                 {"fleet.lock", "../outside/secret.yaml", []string{"fleet.lock source.link"}},
		"a file nobody refers to":  {"library/base/1.0.0/note.txt", "../../../../outside/secret.yaml", nil},
		"absolute":                 {"fleet/two.yaml", "/etc/passwd", []string{"fleet/two.yaml source.link"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := findings(profile.Load(linkedWorkspace(t, c.link, c.target), profile.Layout{}))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// linkedWorkspace is the base workspace in a directory with one link in it, and
// a secret beside it.
func linkedWorkspace(t *testing.T, link, target string) fs.FS {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	if err := os.CopyFS(root, overBase(t, nil)); err != nil {
		t.Fatal(err)
	}
	secret := fstest.MapFS{"secret.yaml": {Data: []byte("apiVersion: v1\nkind: Secret\nhunter2: [\n")}, "1.0.0/profile.yaml": {Data: []byte("hunter2: [\n")}}
	if err := os.CopyFS(filepath.Join(dir, "outside"), secret); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.FromSlash(target), filepath.Join(root, filepath.FromSlash(link))); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
	return os.DirFS(root)
}

// TestRoot: a root that cannot be read is no empty workspace.
func TestRoot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		fsys fs.FS
		want []string
	}{
		"nothing there":      {os.DirFS(filepath.Join(t.TempDir(), "nothing")), []string{"error source.read ."}},
		"a file":             {os.DirFS(file), []string{"error source.read ."}},
		"no sub directory":   {sub(t, fstest.MapFS{"a/fleet/a.yaml": {}}, "b"), []string{"error source.read ."}},
		"an empty directory": {os.DirFS(t.TempDir()), nil},
		"no files":           {fstest.MapFS{}, nil},
	} {
		ws, found := profile.Load(c.fsys, profile.Layout{})
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprint(d.Severity, " ", d.Code, " ", d.Range.File))
		}
		if !slices.Equal(got, c.want) || ws.Len() != 0 {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

func sub(t *testing.T, fsys fs.FS, dir string) fs.FS {
	out, err := fs.Sub(fsys, dir)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLinkedFile: a $file or manifest that is a link, or lies behind one, is
// refused at its name.
func TestLinkedFile(t *testing.T) {
	for name, c := range map[string]struct{ link, target, file, want string }{
		"a link":                {"library/base/1.0.0/note.txt", "../../../../outside/secret.yaml", "note.txt", "library/base/1.0.0/note.txt source.link"},
		"behind a link":         {"library/base/1.0.0/more", "../../../../outside", "more/secret.yaml", "library/base/1.0.0/more source.link"},
		"a pattern over a link": {"library/base/1.0.0/more", "../../../../outside", "more/*.yaml", "library/base/1.0.0/more source.link"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := linkedWorkspace(t, c.link, c.target)
			read := fstest.MapFS{}
			file := "library/base/1.0.0/profile.yaml"
			text, err := fs.ReadFile(fsys, file)
			if err != nil {
				t.Fatal(err)
			}
			read[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(text), "mtu: 1450", "mtu: {$file: \""+c.file+"\"}", 1))}
			w, diags := profile.Load(over{fsys, read}, profile.Layout{})
			got := findings(w, diags)
			if want := []string{"fleet/one.yaml:3:18 profile.not-resolved", c.want}; !cmp.Equal(want, got) {
				t.Errorf("got %v, want %v", got, want)
			}
			if text := diags.Text(fsys); strings.Contains(text, "hunter2") {
				t.Errorf("the secret was read:\n%s", text)
			}
		})
	}
}

// over is a file system with some files in place of its own.
type over struct {
	fs.FS
	files fstest.MapFS
}

func (o over) Open(name string) (fs.File, error) {
	if _, ok := o.files[name]; ok {
		return o.files.Open(name)
	}
	return o.FS.Open(name)
}

func (o over) ReadLink(name string) (string, error)   { return fs.ReadLink(o.FS, name) }
func (o over) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(o.FS, name) }

// TestLayoutBounds: the limits of the caller hold, for one document and for all
// files together.
func TestLayoutBounds(t *testing.T) {
	fsys := overBase(t, fstest.MapFS{"fleet/large.yaml": {Data: []byte("# " + strings.Repeat("x", 3000))}})
	for layout, want := range map[profile.Layout][]string{
		{}:                  nil,
		{MaxDocument: 2000}: {"fleet/large.yaml source.too-large"},
		{MaxBytes: 3000}:    {"fleet/large.yaml source.too-large"},
	} {
		if diff := cmp.Diff(want, findings(profile.Load(fsys, layout))); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", layout, diff)
		}
	}
}

// TestSlowRecipeBlocksNoOther: while the layers of one recipe are put together,
// which an overlay can make slow, clusters of another one resolve. The slow ones
// have a mistake, so that they are done when the layers are.
func TestSlowRecipeBlocksNoOther(t *testing.T) {
	var values []string
	for i := range 10_000 {
		values = append(values, fmt.Sprintf("v%d: \"${cluster.name + '%d'}\"", i, i))
	}
	w := load(t, overBase(t, fstest.MapFS{
		"library/overlays/slow/1.0.0/overlay.yaml": {Data: fmt.Appendf(nil, "apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: slow}\nspec: {version: 1.0.0, owner: o, order: 10, selector: {matchLabels: {tier: slow}}, layers: [{layer: cni, values: {%s}}]}\n", strings.Join(values, ",\n"))},
		"fleet/slow.yaml":                          {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: slow, labels: {tier: slow}}\nspec: {profiles: [base], variables: {nobodys: 1}}\n")},
	}))
	slow := make(chan int, 2)
	for range cap(slow) {
		go func() {
			_, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "default", Name: "slow"})
			slow <- len(found)
		}()
	}
	time.Sleep(50 * time.Millisecond) // so that they have begun
	if stack, found := w.Resolve(one); stack == nil {
		t.Fatal(found)
	}
	if len(slow) > 0 {
		t.Error("the other cluster waited for the slow recipe")
	}
	if a, b := <-slow, <-slow; a != 1 || b != 1 {
		t.Errorf("%d and %d findings about the slow clusters", a, b)
	}
}
