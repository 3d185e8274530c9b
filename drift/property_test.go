package drift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Less evidence never turns Drift into InSync, nor InSync into confirmed Drift.
func TestLessEvidenceIsNeverMoreCertain(t *testing.T) {
	for _, c := range loadCases(t) {
		bare := Live{Objects: without(t, c.live.Objects, "metadata", "managedFields"), Coverage: c.live.Coverage}
		unannotated := Live{Objects: without(t, c.live.Objects, "metadata", "annotations", lastApplied), Coverage: c.live.Coverage}
		full := Compare(c.want, c.live, Evidence{Previous: c.previous})
		profiles := map[string]Report{
			"without managedFields": Compare(c.want, bare, Evidence{Previous: c.previous}),
			"without history":       Compare(c.want, unannotated, Evidence{}),
			"without both":          Compare(c.want, Live{Objects: without(t, unannotated.Objects, "metadata", "managedFields"), Coverage: c.live.Coverage}, Evidence{}),
		}
		for name, less := range profiles {
			t.Run(c.name+" "+name, func(t *testing.T) { noMoreCertain(t, full, less) })
		}
	}
}

func noMoreCertain(t *testing.T, full, less Report) {
	t.Helper()
	after := map[string]Finding{}
	for _, f := range less.Objects {
		after[f.Key.String()+f.Version] = f
	}
	for _, f := range full.Objects {
		g, ok := after[f.Key.String()+f.Version]
		switch {
		case !ok && f.Verdict == Drift:
			t.Errorf("%s vanished", f)
		case f.Verdict == Drift && g.Verdict == InSync:
			t.Errorf("%s became %s", f, g)
		case f.Verdict == InSync && g.Verdict == Drift && g.Confidence == Confirmed:
			t.Errorf("%s became %s", f, g)
		}
	}
}

// What a dump of the declared objects themselves shows is in sync.
func TestReflexive(t *testing.T) {
	for _, c := range loadCases(t) {
		report := Compare(c.want, Live{Objects: c.want}, Evidence{})
		for _, f := range report.Objects {
			if f.Verdict != InSync && f.Detail != InvalidDesired && f.Detail != Unidentified {
				t.Errorf("%s: %s\n%s", c.name, f, account(report))
			}
		}
	}
}

// The order of inputs and of mapping keys does not change a byte.
func TestDeterministic(t *testing.T) {
	for _, c := range loadCases(t) {
		want := encode(t, Compare(c.want, c.live, Evidence{Previous: c.previous}))
		for range 10 {
			shuffled := Live{Objects: shuffle(c.live.Objects), Coverage: c.live.Coverage}
			got := encode(t, Compare(shuffle(c.want), shuffled, Evidence{Previous: shuffle(c.previous)}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: report depends on order (-want +got):\n%s", c.name, diff)
			}
		}
	}
}

func shuffle(objects []render.Object) []render.Object {
	if objects == nil {
		return nil
	}
	out := append([]render.Object{}, objects...)
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func encode(t testing.TB, r Report) string {
	t.Helper()
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Whatever declared leaf is changed live, it is found as Drift at its path.
func TestEveryChangedLeafIsFound(t *testing.T) {
	want := objects(t, "desired.yaml", fmt.Appendf(nil, benchDesired, 1))
	live := without(t, objects(t, "live.yaml", fmt.Appendf(nil, benchLive, 1, 3)), "metadata", "managedFields")
	for i, o := range want {
		for path, leaf := range o.Tree().Leaves(keyedByName) {
			if name, _ := path[0].IsField(); name == "apiVersion" || name == "kind" || len(path) == 2 && name == "metadata" || isKeyOf(path) {
				continue
			}
			mutated := append([]render.Object{}, live...)
			mutated[i] = flip(t, live[i], path, leaf)
			report := Compare(want, Live{Objects: mutated}, Evidence{})
			if !finds(report, path) {
				t.Errorf("flipping %s was not found:\n%s", path, account(report))
			}
		}
	}
}

// keyedByName names list elements as the schema does, for the kinds of the test.
func keyedByName(path diag.Path, item *value.Node) (diag.Step, bool) {
	name, _ := path[len(path)-1].IsField()
	for _, key := range map[string][]string{"containers": {"name"}, "env": {"name"}, "volumes": {"name"}, "volumeMounts": {"mountPath"}}[name] {
		return diag.Key(diag.KeyValue{Name: key, Value: item.Get(key).Text()}), true
	}
	return diag.Step{}, false
}

// isKeyOf reports whether the leaf is its element's key: changing it makes
// another element.
func isKeyOf(path diag.Path) bool {
	name, _ := path[len(path)-1].IsField()
	switch name {
	case "name", "mountPath", "containerPort", "port":
		return true
	}
	return false
}

func flip(t *testing.T, o render.Object, path diag.Path, leaf *value.Node) render.Object {
	t.Helper()
	flipped := value.NewString(leaf.Text()+"x", value.Place{})
	switch leaf.Kind() {
	case value.Int:
		n, _ := leaf.Integer()
		flipped = value.NewInt(n+1, value.Place{})
	case value.Bool:
		b, _ := leaf.Boolean()
		flipped = value.NewBool(!b, value.Place{})
	}
	if name := names(path); strings.Contains(name, "/resources/") {
		flipped = value.NewString("7", value.Place{})
	}
	out, err := render.FromTree(replace(o.Tree(), path, flipped))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func replace(n *value.Node, path diag.Path, with *value.Node) *value.Node {
	if len(path) == 0 {
		return with
	}
	if name, ok := path[0].IsField(); ok {
		return n.With(name, replace(n.Get(name), path[1:], with))
	}
	items := append([]*value.Node{}, n.Items()...)
	for i, item := range items {
		if at, ok := path[0].IsIndex(); ok && at == i || item.Matches(path[0]) {
			items[i] = replace(item, path[1:], with)
		}
	}
	return n.WithItems(items)
}

// finds reports whether a report has Drift at path or above it.
func finds(r Report, path diag.Path) bool {
	for _, o := range r.Objects {
		for _, f := range o.Fields {
			if f.Verdict == Drift && strings.HasPrefix(strip(path.String()), strip(f.Path.String())) {
				return true
			}
		}
	}
	return false
}

// strip leaves list selectors out.
func strip(path string) string {
	var b strings.Builder
	depth := 0
	for _, r := range path {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Keyed lists may come in any order without drift.
func TestPermutedKeyedLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,5}`), 2, 8, rapid.ID[string]).Draw(t, "names")
		order := rapid.Permutation(names).Draw(t, "order")
		report := Compare([]render.Object{podOf(t, names)}, Live{Objects: []render.Object{podOf(t, order)}}, Evidence{})
		moved := cmp.Diff(names, order) != ""
		if report.Drifted() || moved != (len(report.Objects[0].Fields) == 1) {
			t.Fatalf("%v -> %v:\n%s", names, order, account(report))
		}
	})
}

func podOf(t *rapid.T, containers []string) render.Object {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n")
	for _, name := range containers {
		fmt.Fprintf(&b, "  - {name: %q, image: 'a:1'}\n", name)
	}
	out, diags := render.Objects("p.yaml", []byte(b.String()))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return out[0]
}

// Nothing of a Secret's values, plain or encoded, leaves in any form.
func TestSecretsStayHidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := "ALPHA" + rapid.StringMatching(`[a-zA-Z0-9]{12}`).Draw(t, "a")
		b := "BETA" + rapid.StringMatching(`[a-zA-Z0-9]{12}`).Draw(t, "b")
		section := rapid.SampledFrom([]string{"stringData", "data", "unknown", "type"}).Draw(t, "section")
		want := secretOf(t, section, a, rapid.Bool().Draw(t, "number"))
		live := secretOf(t, "data", b, false)
		r := Compare([]render.Object{want}, Live{Objects: []render.Object{live}}, Evidence{Previous: []render.Object{live}})
		data, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{string(data), r.Text(), account(r), fmt.Sprintf("%+v", r)} {
			if section == "type" {
				a = "-" + a + "-" // a type is no secret
			}
			for _, secret := range []string{a, b, encoded(a), encoded(b)} {
				if strings.Contains(out, secret) {
					t.Fatalf("%s holds %q", out, secret)
				}
			}
		}
	})
}

// What was declared from a sensitive variable stays hidden, with what the server
// has in its place, and so does what was declared from it in a list or text.
func TestSensitiveStaysHidden(t *testing.T) {
	config := func(declared, other string) *value.Node {
		data := value.NewMap([]value.Entry{
			{Name: "closed", Value: value.NewString(declared, value.Place{})},
			{Name: "open", Value: value.NewString(other, value.Place{})},
		}, value.Place{})
		text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n"
		return objects(t, "a.yaml", []byte(text))[0].Tree().With("data", data)
	}
	want := config("WANTED", "wanted")
	want = want.Set(want.Get("data", "closed").AsSensitive(), "data", "closed")
	var both []render.Object
	for _, tree := range []*value.Node{want, config("FOUND", "found")} {
		o, err := render.FromTree(tree)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, o)
	}
	out := encode(t, Compare(both[:1], Live{Objects: both[1:]}, Evidence{}))
	for text, shown := range map[string]bool{"WANTED": false, "FOUND": false, "wanted": true, "found": true, hidden: true} {
		if strings.Contains(out, text) != shown {
			t.Errorf("%q is shown: %v, in %s", text, !shown, out)
		}
	}
}

// What is not to be shown does not stand in the path of an element either, nor
// in the reasons why an object would be refused.
func TestSensitiveElementsStayHidden(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n%s}\nspec: {hostAliases: [%s], containers: [{name: c, image: i}]}\n"
	const owner = `, managedFields: [{manager: dayzero, operation: Apply, fieldsV1: {"f:metadata": {"f:labels": {"f:a": {}}}}}, {manager: other, operation: Update, fieldsV1: {"f:metadata": {"f:finalizers": {"v:\"x/s3cret\"": {}}}}}], labels: {a: b}`
	aliases := func(list string) string { return fmt.Sprintf(pod, "", list) }
	finalized := func(list string) string { return fmt.Sprintf(pod, ", finalizers: ["+list+"]", "") }
	secret := func(list string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n, finalizers: [" + list + "]}\n"
	}
	tests := map[string]struct {
		want, live, previous string
		closed               []string
		account              string
	}{
		"removed": {finalized("x/s3cret, x/open"), finalized(""), "", []string{"metadata", "finalizers"},
			"removed /metadata/finalizers[0]: (hidden)\nremoved /metadata/finalizers[=x/open]: x/open"},
		"in its place": {aliases("{ip: 10.6.6.6}"), aliases("{ip: 10.7.7.7}"), "", []string{"spec", "hostAliases"},
			"removed /spec/hostAliases[0]: (hidden)\nadded /spec/hostAliases[0]: (hidden)"},
		"reordered": {aliases("{ip: 10.6.6.6}, {ip: 10.7.7.7}"), aliases("{ip: 10.7.7.7}, {ip: 10.6.6.6}"), "", []string{"spec", "hostAliases"},
			"reordered /spec/hostAliases: (hidden) -> (hidden)"},
		"below": {aliases("{ip: 10.6.6.6, hostnames: [a]}"), aliases("{ip: 10.6.6.6, hostnames: [b]}"), "", []string{"spec", "hostAliases"},
			"changed /spec/hostAliases[0]/hostnames: (hidden) -> (hidden)"},
		"twice": {aliases("{ip: 10.6.6.6, hostnames: [a]}, {ip: 10.6.6.6}"), aliases("{ip: 10.6.6.6}"), "", []string{"spec", "hostAliases"},
			"/spec/hostAliases[0] stands twice"},
		"before": {aliases(""), aliases("{ip: 10.6.6.6}"), aliases("{ip: 10.6.6.6}"), []string{"spec", "hostAliases"},
			"residual /spec/hostAliases[0]: (hidden)"},
		"of a Secret": {secret("x/s3cret"), secret(""), "", nil,
			"removed /metadata/finalizers[0]: (hidden)"},
		"owned by others": {fmt.Sprintf(pod, ", finalizers: [x/s3cret], labels: {a: b}", ""), fmt.Sprintf(pod, ", finalizers: [x/s3cret]"+owner, ""), "", []string{"metadata", "finalizers"},
			"ownership-lost /metadata/finalizers[0] "},
	}
	for name, test := range tests {
		evidence := Evidence{}
		if test.previous != "" {
			evidence.Previous = []render.Object{closedAt(t, test.previous, test.closed)}
		}
		report := Compare([]render.Object{closedAt(t, test.want, test.closed)}, Live{Objects: objects(t, "live.yaml", []byte(test.live))}, evidence)
		out := account(report) + encode(t, report)
		for line := range strings.SplitSeq(test.account, "\n") {
			if !strings.Contains(out, line) {
				t.Errorf("%s: no %q in %s", name, line, account(report))
			}
		}
		for _, text := range []string{"s3cret", "10.6.6.6", "10.7.7.7"} {
			if strings.Contains(out, text) {
				t.Errorf("%s: %q is shown in %s", name, text, account(report))
			}
		}
	}
}

// closedAt is an object in which the addresses of the elements at path are not to
// be shown, or the first element when these are texts.
func closedAt(t *testing.T, text string, path []string) render.Object {
	t.Helper()
	first := true
	tree := objects(t, "want.yaml", []byte(text))[0].Tree().EachItem(func(n *value.Node) *value.Node {
		if n.Kind() == value.Map {
			return n.With("ip", n.Get("ip").AsSensitive())
		}
		if !first {
			return n
		}
		first = false
		return n.AsSensitive()
	}, path...)
	o, err := render.FromTree(tree)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func secretOf(t *rapid.T, section, content string, number bool) render.Object {
	text := fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {%s: '{\"stringData\":{\"k\":\"%s\"}}', note: %s}}\n", lastApplied, content, content)
	switch {
	case section == "type":
		text += "type: " + content + "\n"
	case section == "data" && !number:
		text += "data: {k: " + encoded(content) + "}\n"
	default:
		text += section + ": {k: " + content + ", list: [" + content + "]}\n"
	}
	out, diags := render.Objects("s.yaml", []byte(text))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return out[0]
}

func encoded(text string) string {
	n := withData(render.Key{Kind: "Secret"}, value.NewMap(nil, value.Place{}).Set(value.NewString(text, value.Place{}), "stringData", "k"))
	return n.Get("data", "k").Text()
}

// Compare answers any input, and the answer does not change.
func FuzzCompare(f *testing.F) {
	for _, c := range loadCases(f) {
		f.Add(joined(c.want), joined(c.live.Objects), joined(c.previous))
	}
	f.Fuzz(func(t *testing.T, want, live, previous []byte) {
		a, _ := render.Objects("want.yaml", want)
		b, _ := render.Objects("live.yaml", live)
		c, _ := render.Objects("previous.yaml", previous)
		l, _ := NewLive(b)
		r := Compare(a, l, Evidence{Previous: c})
		once, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		twice, _ := Compare(a, l, Evidence{Previous: c}).MarshalJSON()
		if !bytes.Equal(once, twice) {
			t.Fatalf("two answers:\n%s\n%s", once, twice)
		}
		if len(r.Objects) < len(a) {
			t.Fatalf("%d objects declared, %d judged", len(a), len(r.Objects))
		}
	})
}

func joined(objects []render.Object) []byte {
	var b bytes.Buffer
	for _, o := range objects {
		data, _ := o.MarshalJSON()
		b.Write(data)
		b.WriteString("\n---\n")
	}
	return b.Bytes()
}
