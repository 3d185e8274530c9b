package profiletest_test

import (
	"flag"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

var update = flag.Bool("update", false, "write what is there into the cases")

func TestCorpus(t *testing.T) {
	profiletest.Corpus(t, "testdata/cases/*.txtar", profiletest.CorpusOptions{Base: base(t), Update: *update})
}

// TestSection: views of clusters leave out those that do not resolve, and hide
// what is sensitive.
func TestSection(t *testing.T) {
	ws := profiletest.Load(t, base(t)).With(t, `{kind: Cluster, metadata: {name: office}, spec: {variables: {mtv: 1}}}`)
	got, ok := ws.Section("inputs")
	want := `eu-1/fleet/store-0001
  mtu = 9000 <- variable cluster eu-1/fleet/store-0001 (fleet/stores.yaml:8:10)
  token = a value that is not shown <- variable cluster eu-1/fleet/store-0001 (fleet/stores.yaml:9:12)
`
	if !ok || got != want {
		t.Errorf("got %t\n%s\nwant\n%s", ok, got, want)
	}
	if _, ok := ws.Section("input"); ok {
		t.Error("there is a section input")
	}
}

// TestExplainSection: a line that cannot be answered says why, and a cluster that
// is not named is the only one.
func TestExplainSection(t *testing.T) {
	files := profiletest.Over(base(t), fstest.MapFS{"explain": {Data: []byte("cni:/values/mtu\noffice cni:/values/x\noffice cmi:/values\noffice cni:values\n")}})
	got, _ := profiletest.Open(files).Section("explain")
	want := `there is no cluster "one"
office cni:/values/x is not there
office cmi:/values: no such layer
office cni:values: path "values" at character 1: a step starts with "/" or "["
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
