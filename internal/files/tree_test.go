package files_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/files"
)

// recorder notes every name that is opened or listed.
type recorder struct {
	fs.FS
	names []string
}

func (r *recorder) Open(name string) (fs.File, error) {
	r.names = append(r.names, name)
	return r.FS.Open(name)
}

func (r *recorder) ReadLink(name string) (string, error)   { return fs.ReadLink(r.FS, name) }
func (r *recorder) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(r.FS, name) }

// linked makes root/{real.yaml,dir/a.yaml} and links, beside outside/secret.yaml.
func linked(t *testing.T, links map[string]string) *recorder {
	t.Helper()
	base := t.TempDir()
	for name, text := range map[string]string{"root/real.yaml": "real", "root/dir/a.yaml": "a", "outside/secret.yaml": "secret"} {
		file := filepath.Join(base, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range links {
		if err := os.Symlink(strings.ReplaceAll(target, "BASE", base), filepath.Join(base, "root", filepath.FromSlash(name))); err != nil {
			t.Skip("this system makes no symbolic links: ", err)
		}
	}
	return &recorder{FS: os.DirFS(filepath.Join(base, "root"))}
}

func found(tree *files.Tree) []string {
	var out []string
	for _, d := range tree.Diags.Sorted() {
		out = append(out, d.Range.File+" "+d.Code+": "+d.Summary)
	}
	return out
}

// TestLinksAreRefused: a link to a file, inside or outside, absolute or
// relative, dangling or to a directory, is reported and neither read nor
// walked.
func TestLinksAreRefused(t *testing.T) {
	const in, out = "this is a symbolic link, which is not followed", "this is a symbolic link that leads out of the workspace"
	for name, c := range map[string]struct {
		link, target, want string
		read               string
	}{
		"into the root":        {"dir/link.yaml", "../real.yaml", in, "dir/link.yaml"},
		"out of the root":      {"dir/link.yaml", "../../outside/secret.yaml", out, "dir/link.yaml"},
		"absolute":             {"dir/link.yaml", "BASE/outside/secret.yaml", out, "dir/link.yaml"},
		"to nothing":           {"dir/link.yaml", "nothing", in, "dir/link.yaml"},
		"to itself":            {"dir/link.yaml", "link.yaml", in, "dir/link.yaml"},
		"directory inside":     {"dir/link", "../dir", in, "dir/link/a.yaml"},
		"directory outside":    {"dir/link", "../../outside", out, "dir/link/secret.yaml"},
		"in place of a top":    {"top", "../outside", out, "top/secret.yaml"},
		"absolute, of a top":   {"top", "BASE/outside", out, "top/secret.yaml"},
		"to the root's parent": {"top", "..", out, "top/outside/secret.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := linked(t, map[string]string{c.link: c.target})
			tree := files.NewTree(fsys, 1<<20)
			if data, ok := tree.Read(c.read, 1<<10); ok {
				t.Errorf("read %q through the link", data)
			}
			top := strings.SplitN(c.link, "/", 2)[0]
			dirs, _ := tree.List(top)
			names := append(tree.Files(top), dirs...)
			if matched, err := tree.Match(top, strings.TrimPrefix(c.read, top+"/")); err != nil || len(matched) > 0 {
				t.Errorf("matched %v, %v", matched, err)
			}
			if want := map[string][]string{"dir": {"dir/a.yaml"}, "top": nil}[top]; !slices.Equal(names, want) {
				t.Errorf("listed %v, want %v", names, want)
			}
			if diff := cmp.Diff([]string{c.link + " source.link: " + c.want}, found(tree)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, opened := range fsys.names {
				if opened == c.link || strings.HasPrefix(opened, c.link+"/") {
					t.Errorf("opened %s, at or behind the link", opened)
				}
			}
		})
	}
}

// TestBelow: a name stays below its directory or is refused, whatever it is.
func TestBelow(t *testing.T) {
	for name, want := range map[string]string{
		"a.yaml": "d/e/a.yaml", "./a": "d/e/a", "x/../a": "d/e/a", "x//a": "d/e/x/a", "*.yaml": "d/e/*.yaml", ".": "d/e",
		"": "", "../a": "", "x/../../a": "", "/a": "", `..\a`: "", "a\x00": "", "..": "",
	} {
		got, err := files.Below("d/e", name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v, want %q", name, got, err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[./a\\]{0,10}`)).Draw(t, "name")
		if got, err := files.Below("d/e", name); err == nil && got != "d/e" && !strings.HasPrefix(got, "d/e/") {
			t.Fatalf("%q leads to %q", name, got)
		}
	})
}

// TestReadIsBounded: one file and all files together, with one finding when
// all together are too large.
func TestReadIsBounded(t *testing.T) {
	fsys := fstest.MapFS{"a": {Data: make([]byte, 60)}, "b": {Data: make([]byte, 60)}, "c": {Data: make([]byte, 60)}, "big": {Data: make([]byte, 101)}}
	tree := files.NewTree(fsys, 150)
	var read []string
	for _, name := range []string{"big", "a", "b", "c", "a", "gone"} {
		if data, ok := tree.Read(name, 100); ok {
			read = append(read, fmt.Sprint(name, len(data)))
		}
	}
	if want := []string{"a60", "b60"}; !slices.Equal(read, want) {
		t.Errorf("read %v, want %v", read, want)
	}
	want := []string{
		"big source.too-large: the file is larger than the 100 bytes allowed",
		"c source.too-large: with this file the workspace is larger than the 150 bytes allowed",
		"gone source.read: open gone: file does not exist",
	}
	if diff := cmp.Diff(want, found(tree)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOnlyRegularFiles: what is neither a file nor a link is not there to be
// read, and is not opened: opening a pipe can wait for ever.
func TestOnlyRegularFiles(t *testing.T) {
	fsys := &recorder{FS: fstest.MapFS{"pipe": {Mode: fs.ModeNamedPipe}, "device": {Mode: fs.ModeDevice}, "socket": {Mode: fs.ModeSocket}, "dir/a": {}}}
	tree := files.NewTree(fsys, 100)
	var want []string
	for _, name := range []string{"device", "dir", "pipe", "socket"} {
		if _, ok := tree.Read(name, 100); ok || !tree.Exists(name) {
			t.Errorf("%s was read: %v, exists: %v", name, ok, tree.Exists(name))
		}
		want = append(want, name+" source.read: this is not a regular file")
	}

	if diff := cmp.Diff(want, found(tree)); diff != "" || len(fsys.names) > 0 {
		t.Errorf("opened %v (-want +got):\n%s", fsys.names, diff)
	}
	other := files.NewTree(fsys.FS, 100)
	if listed := other.Files("."); len(listed) != 1 || len(other.Diags) != 3 {
		t.Errorf("listed %v, refused %v", listed, other.Diags)
	}
}

func TestListing(t *testing.T) {
	fsys := fstest.MapFS{"d/b": {}, "d/a": {}, "d/.git/x": {}, "d/.hidden": {}, "d/e/f/g": {}, "other": {}}
	tree := files.NewTree(fsys, 1)
	dirs, names := tree.List("d")
	noDirs, noNames := tree.List("no")
	got := map[string][]string{"files": tree.Files("d"), "dirs": dirs, "names": names, "none": slices.Concat(tree.Files("no"), noDirs, noNames)}
	want := map[string][]string{"files": {"d/a", "d/b", "d/e/f/g"}, "dirs": {"e"}, "names": {"a", "b"}, "none": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for pattern, want := range map[string][]string{"*": {"d/a", "d/b"}, "a": {"d/a"}, "e/*/g": {"d/e/f/g"}, "[ab]": {"d/a", "d/b"}, ".hidden": nil, "e/*": nil} {
		if got, err := tree.Match("d", pattern); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s matches %v, %v, want %v", pattern, got, err, want)
		}
	}
	if _, err := tree.Match("d", "["); err == nil {
		t.Error("a broken pattern was accepted")
	}
	if !tree.Exists("d/a") || !tree.Exists("d") || tree.Exists("d/z") || len(tree.Diags) > 0 {
		t.Errorf("Exists is wrong, or there are findings: %v", tree.Diags)
	}
}
