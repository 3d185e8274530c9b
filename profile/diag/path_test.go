package diag_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// step draws steps with hostile texts. Names of key fields are identifiers, as
// the grammar has no quotes for them.
func step() *rapid.Generator[diag.Step] {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a~/\[\]=,"\\0-9 ]{0,6}`))
	name := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9._-]{0,4}`)
	return rapid.OneOf(
		rapid.Map(text, diag.Field),
		rapid.Map(rapid.IntRange(0, 1000), diag.Index),
		rapid.Map(text, diag.Element),
		rapid.Custom(func(t *rapid.T) diag.Step {
			var parts []diag.KeyValue
			for _, n := range rapid.SliceOfNDistinct(name, 1, 3, rapid.ID).Draw(t, "names") {
				parts = append(parts, diag.KeyValue{Name: n, Value: text.Draw(t, "value")})
			}
			return diag.Key(parts...)
		}),
	)
}

// TestPathRoundTrip: the text form says all that a path says, whatever the
// fields and values hold, and paths that differ have different texts.
func TestPathRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := diag.Path(rapid.SliceOfN(step(), 0, 5).Draw(t, "a"))
		b := diag.Path(rapid.SliceOfN(step(), 0, 2).Draw(t, "b"))
		read, err := diag.ParsePath(a.String())
		if err != nil || read.Compare(a) != 0 || read.String() != a.String() {
			t.Fatalf("%q is read as %q, %v", a, read, err)
		}
		if (a.Compare(b) == 0) != (a.String() == b.String()) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%q and %q compare as %d and %d", a, b, a.Compare(b), b.Compare(a))
		}
		if joined := a.Join(b...); joined.String() != a.String()+b.String() {
			t.Fatalf("joining %q and %q gives %q", a, b, joined)
		}
	})
}

// TestJoinLeavesThePath: paths that grow from one stem do not share their ends.
func TestJoinLeavesThePath(t *testing.T) {
	stem := append(make(diag.Path, 0, 8), diag.Fields("a", "b")...)
	left, right := stem.Join(diag.Field("l")), stem.Join(diag.Field("r"))
	if got, want := []string{stem.String(), left.String(), right.String()}, []string{"/a/b", "/a/b/l", "/a/b/r"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestUnder: a path lies under what it starts with, and not under what merely has
// the first letters of its text.
func TestUnder(t *testing.T) {
	for _, c := range []struct {
		path, top string
		want      bool
	}{
		{"/a/b", "/a", true}, {"/a/b", "/a/b", true}, {"/a", "", true}, {"", "", true},
		{"/a", "/a/b", false}, {"/ab", "/a", false}, {"/b/a", "/a", false},
		{"/a[name=x]/b", "/a[name=x]", true}, {"/a[name=xy]", "/a[name=x]", false}, {"/a[0]", "/a/0", false},
	} {
		path, _ := diag.ParsePath(c.path)
		top, _ := diag.ParsePath(c.top)
		if got := path.Under(top); got != c.want {
			t.Errorf("%q under %q: %v", c.path, c.top, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		top := diag.Path(rapid.SliceOfN(step(), 0, 3).Draw(t, "top"))
		if path := top.Join(step().Draw(t, "step")); !path.Under(top) || top.Under(path) {
			t.Fatalf("%q and %q", path, top)
		}
	})
}

// TestPathOfPointer: a JSON Pointer is read as the fields it names, as its RFC
// 6901 unescapes them.
func TestPathOfPointer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOf(rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "[") })).Draw(t, "fields")
		pointer := ""
		for _, f := range fields {
			pointer += "/" + strings.ReplaceAll(strings.ReplaceAll(f, "~", "~0"), "/", "~1")
		}
		got, err := diag.ParsePath(pointer)
		if err != nil || got.Compare(diag.Fields(fields...)) != 0 {
			t.Fatalf("%q gives %q, %v", pointer, got, err)
		}
	})
}

func TestParsePath(t *testing.T) {
	kv := func(n, v string) diag.KeyValue { return diag.KeyValue{Name: n, Value: v} }
	for text, want := range map[string]diag.Path{
		"":                                  nil,
		"/":                                 diag.Fields(""),
		"/a/0/b":                            diag.Fields("a", "0", "b"),
		"/a[0]/b":                           {diag.Field("a"), diag.Index(0), diag.Field("b")},
		"/a~1b~0c~2d~01":                    diag.Fields("a/b~c[d~1"),
		"[port=80,protocol=TCP]":            {diag.Key(kv("protocol", "TCP"), kv("port", "80"))},
		"[protocol=TCP,port=80]":            {diag.Key(kv("port", "80"), kv("protocol", "TCP"))},
		`[name="a]/,=b"]`:                   {diag.Key(kv("name", "a]/,=b"))},
		`[name=a/b]`:                        {diag.Key(kv("name", "a/b"))},
		`/f[=x][=""]`:                       {diag.Field("f"), diag.Element("x"), diag.Element("")},
		"/pod-security.kubernetes.io~1warn": diag.Fields("pod-security.kubernetes.io/warn"),
	} {
		got, err := diag.ParsePath(text)
		if err != nil || got.Compare(want) != 0 {
			t.Errorf("%q gives %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"a":                        `path "a" at character 1: a step starts with "/" or "["`,
		"/a[b":                     `path "/a[b" at character 3: a selector reads [name=value], [=value] or [3]`,
		"/a[b=":                    `path "/a[b=" at character 3: a selector ends with ]`,
		"/a[-1]":                   `path "/a[-1]" at character 3: a selector reads [name=value], [=value] or [3]`,
		`[a="b]`:                   `path "[a=\"b]" at character 1: a quoted value has no end`,
		`[a="b"c]`:                 `path "[a=\"b\"c]" at character 1: a selector ends with ]`,
		"[a=b,=c]":                 `path "[a=b,=c]" at character 1: every part of a key has a name`,
		"[a=b]c":                   `path "[a=b]c" at character 6: a step starts with "/" or "["`,
		`[a="\x"]`:                 `path "[a=\"\\x\"]" at character 1: reading the quoted value: invalid character 'x' in string escape code`,
		"/a[99999999999999999999]": `path "/a[99999999999999999999]" at character 3: a selector reads [name=value], [=value] or [3]`,
	} {
		if got, err := diag.ParsePath(text); err == nil || err.Error() != want {
			t.Errorf("%q gives %q and the error %v, want %s", text, got, err, want)
		}
	}
}

// FuzzParsePath: no text makes the parser panic, and what it accepts has one
// text form, which it accepts, too.
func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"", "/", "/a/0[1][=x][a=b,c=d]", `[a="]\n"]`, "/~0~1~2~3~", "[", "[]", "[=]", "[=\"\"]", "[+1]", "[a=b", "//", "[a=b,a=c]", "/a]", "[0x1]", "[2147483647]", "[2147483648]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := diag.ParsePath(text)
		if err != nil || !utf8.ValidString(text) { // documents are UTF-8, and so are quoted values
			return
		}
		again, err := diag.ParsePath(p.String())
		if err != nil || again.Compare(p) != 0 || again.String() != p.String() {
			t.Fatalf("%q is %q, which is %q, %v", text, p.String(), again.String(), err)
		}
	})
}

func TestPathOrder(t *testing.T) {
	want := []string{"", "/a", "/a/b", "/a[0]", "/a[2]", "/a[10]", "/a[name=a]", "/a[name=b]", "/a[=x]", "/b"}
	var paths []diag.Path
	for _, text := range want {
		p, err := diag.ParsePath(text)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	slices.Reverse(paths)
	slices.SortFunc(paths, diag.Path.Compare)
	var got []string
	for _, p := range paths {
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
