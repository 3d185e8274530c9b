package merge_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// FuzzMerge merges whatever data comes, with directives anywhere: nothing
// panics, what is merged stays as it was, merging is the same twice, and what
// is left for a later merge acts then.
func FuzzMerge(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"extraArgs":[{"name":"a","value":"1"}]}`, `{"extraArgs":[{"name":"a","$delete":true},{"name":"b"}]}`},
		{`{"a":{"$append":[1]}}`, `{"a":{"$append":[2]},"b":{"$replace":[{"c":{"$append":[]}}]}}`},
		{`{"preKubeadmCommands":["x"],"certSANs":["a"]}`, `{"preKubeadmCommands":{"$replace":["y"]},"certSANs":["a","b"],"c":null}`},
		{`{"a":{"$file":"x"}}`, `{"a":{"b":1}}`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		lower, upper := tree(a), tree(b)
		if lower == nil || upper == nil {
			t.Skip("no JSON")
		}
		before, after := lower.Any(), upper.Any()
		over := merge.Over(lower, upper, merge.Capi)
		merge.Join(lower, upper, merge.Capi, nil)
		kept := merge.Patch(lower, upper, merge.Capi)
		if !merge.Over(lower, upper, merge.Capi).Equal(over) || !merge.Patch(lower, upper, merge.Capi).Equal(kept) {
			t.Error("the same twice gives different trees")
		}
		merge.Over(nil, kept, merge.Capi)
		for range merge.Misplaced(upper, merge.Capi, func(string) bool { return true }) {
		}
		if !reflect.DeepEqual(before, lower.Any()) || !reflect.DeepEqual(after, upper.Any()) {
			t.Error("merging changed what was merged")
		}
	})
}

func tree(data []byte) *value.Node {
	var plain any
	if json.Unmarshal(data, &plain) != nil {
		return nil
	}
	n, err := value.FromAny(plain, value.Place{})
	if err != nil {
		return nil
	}
	return n
}
