package patch

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

func tree(tb failer, data any) *value.Node {
	tb.Helper()
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return n
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// TestApply compares with an implementation that follows RFC 6902 word by word
// on plain data.
func TestApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := containers(3).Draw(t, "document")
		root := tree(t, doc)
		first := string(root.AppendJSON(nil))
		for range rapid.IntRange(1, 10).Draw(t, "operations") {
			path := rapid.Custom(func(t *rapid.T) string { return anyPath(t, doc) })
			op := map[string]any{
				"op":    rapid.SampledFrom([]string{"add", "remove", "replace", "test", "copy", "move"}).Draw(t, "op"),
				"path":  path.Draw(t, "path"),
				"from":  path.Draw(t, "from"),
				"value": data(1).Draw(t, "value"),
			}
			before := tree(t, doc)
			text := string(before.AppendJSON(nil))
			got, errGot := Apply(before, tree(t, op))
			want, errWant := naive(clone(doc), op)
			if (errGot == nil) != (errWant == nil) {
				t.Fatalf("apply says %v, the naive one %v", errGot, errWant)
			}
			if after := string(before.AppendJSON(nil)); after != text {
				t.Fatalf("the document changed from %s to %s", text, after)
			}
			if errGot != nil {
				continue
			}
			if diff := cmp.Diff(want, got.Any()); diff != "" {
				t.Fatalf("(-naive +apply):\n%s", diff)
			}
			doc = want
		}
		if now := string(root.AppendJSON(nil)); now != first {
			t.Fatalf("the document changed from %s to %s", first, now)
		}
	})
}

func containers(depth int) *rapid.Generator[any] {
	return rapid.OneOf(rapid.SliceOfN(data(depth-1), 1, 4).AsAny(), rapid.MapOfN(names(), data(depth-1), 1, 4).AsAny())
}

func data(depth int) *rapid.Generator[any] {
	scalar := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "~", "/"}).AsAny(), rapid.Int64Range(0, 2).AsAny(), rapid.Just[any](nil), rapid.Bool().AsAny())
	if depth == 0 {
		return scalar
	}
	return rapid.OneOf(scalar, containers(depth), rapid.Just[any]([]any{}), rapid.Just[any](map[string]any{}))
}

func names() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"a", "b", "", "0", "1", "-", "~", "/", "~1", "~0", "a/b"})
}

// anyPath follows the document most of the way.
func anyPath(t *rapid.T, doc any) string {
	var b strings.Builder
	for rapid.IntRange(0, 5).Draw(t, "deeper") > 0 {
		part := ""
		switch v := doc.(type) {
		case map[string]any:
			part = names().Draw(t, "name")
			doc = v[part]
		case []any:
			i := rapid.IntRange(0, len(v)).Draw(t, "index")
			part = rapid.SampledFrom([]string{strconv.Itoa(i), strconv.Itoa(i), "-", "01", "x"}).Draw(t, "part")
			if doc = nil; i < len(v) {
				doc = v[i]
			}
		default:
			return b.String() + rapid.SampledFrom([]string{"", "", "/a", "/0"}).Draw(t, "beyond")
		}
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

var errNaive = errors.New("cannot be done")

func clone(v any) any {
	raw, _ := json.Marshal(v)
	var out any
	if err := kubejson.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
}

// naive carries out one operation on plain data. It may change doc.
func naive(doc any, op map[string]any) (any, error) {
	path, from := parts(op["path"].(string)), parts(op["from"].(string))
	switch op["op"] {
	case "add":
		return naiveAdd(doc, path, op["value"])
	case "remove":
		return naiveRemove(doc, path)
	case "replace":
		doc, err := naiveRemove(doc, path)
		if err != nil {
			return nil, err
		}
		return naiveAdd(doc, path, op["value"])
	case "test":
		found, err := naiveLook(doc, path)
		if err == nil && !cmp.Equal(found, op["value"]) {
			err = errNaive
		}
		return doc, err
	}
	found, err := naiveLook(doc, from)
	if err != nil {
		return nil, err
	}
	if op["op"] == "move" {
		if doc, err = naiveRemove(doc, from); err != nil {
			return nil, err
		}
	}
	return naiveAdd(doc, path, clone(found))
}

func parts(pointer string) []string {
	if pointer == "" {
		return nil
	}
	out := strings.Split(pointer[1:], "/")
	for i, p := range out {
		out[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
	}
	return out
}

func naiveLook(doc any, path []string) (any, error) {
	if len(path) == 0 {
		return doc, nil
	}
	switch v := doc.(type) {
	case map[string]any:
		if below, ok := v[path[0]]; ok {
			return naiveLook(below, path[1:])
		}
	case []any:
		if i, ok := naiveIndex(path[0], len(v)-1); ok {
			return naiveLook(v[i], path[1:])
		}
	}
	return nil, errNaive
}

func naiveIndex(part string, last int) (int, bool) {
	for i := 0; i <= last; i++ {
		if strconv.Itoa(i) == part {
			return i, true
		}
	}
	return 0, false
}

// naiveParent changes the value that holds the last part of a path.
func naiveParent(doc any, path []string, change func(parent any, last string) (any, error)) (any, error) {
	if len(path) == 1 {
		return change(doc, path[0])
	}
	below, err := naiveLook(doc, path[:1])
	if err != nil {
		return nil, err
	}
	if below, err = naiveParent(below, path[1:], change); err != nil {
		return nil, err
	}
	switch v := doc.(type) {
	case map[string]any:
		v[path[0]] = below
	case []any:
		i, _ := naiveIndex(path[0], len(v)-1)
		v[i] = below
	}
	return doc, nil
}

func naiveAdd(doc any, path []string, v any) (any, error) {
	if len(path) == 0 {
		return v, nil
	}
	return naiveParent(doc, path, func(parent any, last string) (any, error) {
		switch p := parent.(type) {
		case map[string]any:
			p[last] = v
			return p, nil
		case []any:
			if last == "-" {
				return append(slices.Clone(p), v), nil
			}
			if i, ok := naiveIndex(last, len(p)); ok {
				return slices.Insert(slices.Clone(p), i, v), nil
			}
		}
		return nil, errNaive
	})
}

func naiveRemove(doc any, path []string) (any, error) {
	if len(path) == 0 {
		return nil, nil
	}
	return naiveParent(doc, path, func(parent any, last string) (any, error) {
		if _, err := naiveLook(parent, []string{last}); err != nil {
			return nil, err
		}
		switch p := parent.(type) {
		case map[string]any:
			delete(p, last)
			return p, nil
		case []any:
			i, _ := naiveIndex(last, len(p)-1)
			return slices.Delete(slices.Clone(p), i, i+1), nil
		}
		return nil, errNaive
	})
}

// TestMergePatch compares with RFC 7386, word by word.
func TestMergePatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := map[string]any{"apiVersion": "v1", "kind": "A", "metadata": map[string]any{"name": "a"}, "spec": containers(3).Draw(t, "spec")}
		patch := map[string]any{"spec": data(3).Draw(t, "patch")}
		got := Merge(tree(t, doc), tree(t, patch)).Any()
		if diff := cmp.Diff(naiveMerge(clone(doc), patch), got); diff != "" {
			t.Fatalf("(-naive +merged):\n%s", diff)
		}
	})
}

func naiveMerge(doc, patch any) any {
	fields, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out, ok := doc.(map[string]any)
	if !ok {
		out = map[string]any{}
	}
	for name, v := range fields {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = naiveMerge(out[name], v)
		}
	}
	return out
}

// TestApplyNeedsAValue: without one, add, replace and test mean nothing; null is
// a value.
func TestApplyNeedsAValue(t *testing.T) {
	doc := tree(t, map[string]any{"a": "1", "list": []any{"x"}})
	for _, op := range []map[string]any{
		{"op": "add", "path": "/b"}, {"op": "add", "path": "/list/-"}, {"op": "replace", "path": "/a"}, {"op": "test", "path": "/a"},
	} {
		if got, err := Apply(doc, tree(t, op)); err == nil {
			t.Errorf("%v gives %s", op, got.AppendJSON(nil))
		}
	}
	if _, err := Apply(doc, tree(t, map[string]any{"op": "add", "path": "/b", "value": nil})); err != nil {
		t.Error(err)
	}
}

// FuzzPatch applies any operations to any document: what cannot be done is an
// error, and the document that was given stays as it was.
func FuzzPatch(f *testing.F) {
	doc := `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"list":[1,[2],{"x":3}],"s":"t","n":null}`
	for _, patch := range []string{
		`[{"op":"add","path":"/list/-","value":1}]`, `[{"op":"remove","path":""}]`, `[{"op":"move","from":"/list","path":"/list/0"}]`, `[{"op":"copy","from":"","path":"/a"}]`,
		`[{"op":"replace","path":"/list/1/0"}]`, `[{"op":"test","path":"/n/x","value":null}]`, `[{"op":"add","path":"/s/x","value":{}}]`, `[{}]`, `[null,1,"x"]`, `{"op":"add"}`,
		`[{"op":1,"path":2,"from":[]}]`, `[{"op":"add","path":"/~2~","value":1},{"op":"remove","path":"/list/99999999999999999999"}]`,
	} {
		f.Add(doc, patch)
	}
	f.Fuzz(func(t *testing.T, document, patch string) {
		var doc, ops any
		if kubejson.Unmarshal([]byte(document), &doc) != nil || kubejson.Unmarshal([]byte(patch), &ops) != nil {
			return
		}
		root := tree(t, doc)
		before := string(root.AppendJSON(nil))
		now := root
		for _, op := range tree(t, ops).Items() {
			next, err := Apply(now, op)
			if err != nil {
				continue
			}
			now = next
			_ = now.AppendJSON(nil)
		}
		if after := string(root.AppendJSON(nil)); after != before {
			t.Fatalf("the document changed from %s to %s", before, after)
		}
	})
}
