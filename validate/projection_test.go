package validate

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"cuelang.org/go/cue"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// TestSameTexts holds what Go takes for fine without asking CUE to what CUE
// takes for fine.
func TestSameTexts(t *testing.T) {
	root, err := compile(schemaFiles)
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range sameTexts {
		definition := root.LookupPath(cue.ParsePath(name))
		fits := func(s string) bool {
			return definition.Unify(encode(s)).Validate(cue.Concrete(true)) == nil
		}
		if !fits(same.text) || !same.fine(same.text) {
			t.Errorf("%s: %q stands for fine texts and is not fine", name, same.text)
		}
		rapid.Check(t, func(t *rapid.T) {
			s := rapid.OneOf(
				rapid.StringMatching(`[a-z0-9.-]{0,5}`),
				rapid.StringMatching(`[a-z]{30,34}[a-z.-]{28,32}`),
				rapid.StringMatching(`[ \t\r\n]{0,3}`),
				rapid.StringMatching(`[a-zA-Z0-9._ -]{0,6}`),
				rapid.String(),
			).Draw(t, "text")
			if fits(s) != same.fine(s) {
				t.Fatalf("%s and %q: CUE says %v, Go %v", name, s, fits(s), same.fine(s))
			}
		})
	}
}

// TestProjectionLosesNothing: what CUE refuses in a document cut down is what it
// refuses in one that keeps its texts.
func TestProjectionLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SampledFrom(seeds).Draw(t, "seed")
		s, n := parsed(t, damage(t, seed))
		got := s.judge(s.shape.project(n))
		want := s.judge(withTexts(s.shape).project(n))
		if diff := cmp.Diff(paths(want), paths(got)); diff != "" {
			t.Fatalf("refused (-whole +projected):\n%s", diff)
		}
		if err := s.definition.Unify(encode(n.Any())).Validate(cue.Concrete(true)); err == nil && len(got) > 0 && !got[0].rule {
			t.Fatalf("CUE takes the whole document, but %v is refused", paths(got))
		}
		projected := s.shape.project(n)
		if err := s.definition.Unify(encode(projected.Any())).Validate(cue.Concrete(true)); err != nil && len(got) == 0 {
			t.Fatalf("nothing is refused, but CUE says %v", err)
		}
	})
}

// TestMistakesDoNotHideEachOther: what is refused in a document with two
// mistakes at unrelated places is what is refused for each of them.
func TestMistakesDoNotHideEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SampledFrom(seeds).Draw(t, "seed")
		s, n := parsed(t, seed)
		var all []diag.Path
		for path := range n.Leaves(nil) {
			all = append(all, path)
		}
		p, q := rapid.SampledFrom(all).Draw(t, "p"), rapid.SampledFrom(all).Draw(t, "q")
		if related(above(p), above(q)) {
			return
		}
		atP, atQ := put(n.Any(), p, drawData(t)), put(n.Any(), q, drawData(t))
		both := put(atP, q, find(atQ, q))
		judge := func(data any) []string {
			n, err := value.FromAny(data, value.Place{})
			if err != nil {
				t.Fatal(err)
			}
			return paths(s.judge(s.shape.project(n)))
		}
		want := slices.Sorted(slices.Values(append(judge(atP), judge(atQ)...)))
		got := slices.Sorted(slices.Values(judge(both)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("refused (-each +both):\n%s", diff)
		}
	})
}

func related(p, q diag.Path) bool {
	n := min(len(p), len(q))
	return p[:n].Compare(q[:n]) == 0
}

func find(data any, path diag.Path) any {
	for _, step := range path {
		if name, ok := step.IsField(); ok {
			data = data.(map[string]any)[name]
		} else if i, ok := step.IsIndex(); ok {
			data = data.([]any)[i]
		}
	}
	return data
}

// TestProjectionIsBounded: no field name enters CUE that the schema does not
// list, whatever a document holds.
func TestProjectionIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := parsed(t, damage(t, rapid.SampledFrom(seeds).Draw(t, "seed")))
		var known func(*shape, *value.Node) bool
		known = func(s *shape, n *value.Node) bool {
			for _, f := range n.Fields() {
				if s == nil || s.fields[f.Name] == nil || !known(s.fields[f.Name], f.Value) {
					return false
				}
			}
			return !slices.ContainsFunc(n.Items(), func(item *value.Node) bool { return s == nil || !known(s.item, item) })
		}
		if projected := s.shape.project(n); !known(s.shape, projected) {
			t.Fatalf("%s holds what the schema does not list", projected.AppendJSON(nil))
		}
	})
}

// TestEqualForms: clusters that differ in names, labels, values and words have
// one form.
func TestEqualForms(t *testing.T) {
	const a = `{"apiVersion":"dayzero.dev/v1alpha1","kind":"Cluster","metadata":{"name":"a","labels":{"x":"y"}},"spec":{"timeZone":"UTC","profiles":["p"],"variables":{"r":"eu"},"overrides":[{"layer":"l","values":{"a":1},"reason":"one","owner":"me"}]}}`
	const b = `{"apiVersion":"dayzero.dev/v1alpha1","kind":"Cluster","metadata":{"name":"b-2","labels":{"z":"y"},"nonsense":1},"spec":{"timeZone":"CET","profiles":["p"],"variables":{"s":3},"overrides":[{"layer":"m","values":{"b":[1]},"reason":"two","owner":"you"}]}}`
	s, first := parsed(t, a)
	_, second := parsed(t, b)
	if diff := cmp.Diff(string(s.shape.project(first).AppendJSON(nil)), string(s.shape.project(second).AppendJSON(nil))); diff != "" {
		t.Errorf("forms (-a +b):\n%s", diff)
	}
}

func paths(refusals []refusal) []string {
	var out []string
	for _, r := range refusals {
		out = append(out, r.path.String())
	}
	return out
}

// withTexts is a shape that keeps texts.
func withTexts(s *shape) *shape {
	if s == nil {
		return nil
	}
	c := *s
	c.definition, c.item, c.fields = "", withTexts(s.item), nil
	for name, f := range s.fields {
		if c.fields == nil {
			c.fields = map[string]*shape{}
		}
		c.fields[name] = withTexts(f)
	}
	return &c
}

var seeds = []string{
	`{"apiVersion":"dayzero.dev/v1alpha1","kind":"Hub","metadata":{"name":"h","namespace":"n"},"spec":{"clusterAPI":{"version":"1.14.2","featureGates":["A"]},"classNamespace":"c","delivery":"flux"}}`,
	`{"apiVersion":"dayzero.dev/v1alpha1","kind":"Cluster","metadata":{"name":"c","labels":{"a":"b"}},"spec":{"profiles":["p","q@1.0.0"],"pools":{"controlPlane":{"replicas":1},"workers":[{"name":"w","class":"k","autoscale":{"min":1,"max":2}}]},"overrides":[{"layer":"l","reason":"r","owner":"o","expires":"2027-01-01","patches":[{"target":{"kind":"K"},"json":[{"op":"add","path":"/a","value":1}]}]}]}}`,
	`{"apiVersion":"dayzero.dev/v1alpha1","kind":"Strategy","metadata":{"name":"s"},"spec":{"stages":[{"name":"a","selector":{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]},"maxConcurrency":1,"failureBudget":"5%","soak":"1h"},{"name":"r","rest":true}]}}`,
	`{"apiVersion":"dayzero.dev/v1alpha1","kind":"Profile","metadata":{"name":"p"},"spec":{"version":"1.0.0","owner":"o","kind":"Full","variables":[{"name":"v","type":"enum","enum":["a"],"default":"a"}],"layers":[{"name":"l","kind":"OS","component":{"name":"c","version":"1.0.0"},"requires":[{"component":"c","version":"1"}],"after":["m",{"layer":"n"}],"content":{"manifests":["a",{"$file":"b"}]},"values":{"a":1},"capi":{"workers":{"class":{}}}}]}}`,
}

// damage puts something else in some places of a document.
func damage(t *rapid.T, seed string) string {
	_, n := parsed(t, seed)
	data := n.Any()
	for range rapid.IntRange(0, 4).Draw(t, "places") {
		var all []diag.Path
		for path := range n.Leaves(nil) {
			all = append(all, path, path[:max(len(path)-1, 1)])
		}
		data = put(data, rapid.SampledFrom(all).Draw(t, "path"), drawData(t))
	}
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(data any, path diag.Path, inner any) any {
	if len(path) == 0 {
		return inner
	}
	switch data := data.(type) {
	case map[string]any:
		data = maps.Clone(data)
		if name, ok := path[0].IsField(); ok && name != "kind" {
			data[name] = put(data[name], path[1:], inner)
		}
		return data
	case []any:
		data = slices.Clone(data)
		if i, ok := path[0].IsIndex(); ok && i < len(data) {
			data[i] = put(data[i], path[1:], inner)
		}
		return data
	}
	return data
}

func drawData(t *rapid.T) any {
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.IntRange(-2, 3), func(i int) any { return i }),
		rapid.Map(rapid.SampledFrom([]string{"", " ", "a", "A", "1.0.0", "a.b", "In", "string", "Profile", "10%"}), func(s string) any { return s }),
		rapid.Just[any](map[string]any{}),
		rapid.Just[any](map[string]any{"name": "x", "other": 1}),
		rapid.Just[any]([]any{}),
		rapid.Just[any]([]any{"a", 1}),
	).Draw(t, "data")
}
