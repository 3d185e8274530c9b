package objects_test

import (
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	all, err := objects.Decode(strings.NewReader(`
# nothing but a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: b}
---
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "c"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, object := range all {
		got = append(got, objects.Describe(object))
	}
	if want := "ConfigMap b/a, Namespace c"; strings.Join(got, ", ") != want {
		t.Errorf("decoded %q, want %s", got, want)
	}
}

func TestDecodeNamesTheDocument(t *testing.T) {
	t.Parallel()
	_, err := objects.Decode(strings.NewReader("apiVersion: v1\nkind: Secret\n---\nname: x\n"))
	if err == nil || !strings.Contains(err.Error(), "document 2") {
		t.Errorf("got %v, want it to name document 2", err)
	}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	object := objects.Parse(`
apiVersion: example.com/v1
kind: Thing
metadata: {name: x, generation: 2}
status:
  conditions:
    - {type: Ready, status: "True", observedGeneration: 2}
    - {type: Available, status: "False", reason: NoNodes, message: none yet}
    - {type: UpToDate, status: "True", observedGeneration: 1}
`)[0]
	for kind, want := range map[string]string{
		"Ready":     "", // holds
		"Available": "condition Available is False (NoNodes: none yet), want True",
		"UpToDate":  "condition UpToDate is of generation 1, the object of 2",
		"Missing":   "condition Missing is not set, want True",
	} {
		got := ""
		if err := objects.Condition(kind, "True")(object); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}
