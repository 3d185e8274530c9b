package profile

import (
	"encoding/json"
	"fmt"

	kubejson "k8s.io/apimachinery/pkg/util/json"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// treeOf is the tree of a document that was built in Go: what its JSON says,
// placed at from.
func treeOf(document any, from Source) (*value.Node, error) {
	data, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", from, err)
	}
	var plain any
	if err := kubejson.Unmarshal(data, &plain); err != nil {
		return nil, fmt.Errorf("reading %s: %w", from, err)
	}
	root, err := value.FromAny(plain, value.Place{Writer: &value.Writer{File: string(from), Kind: diag.Cluster}})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", from, err)
	}
	return root, nil
}
