package members

import (
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// path returns the stacks that lead from one to the other, both included. A
// cluster that comes or goes does so in one step. With findings there is no
// path.
func (c *comparison) path(from, to *profile.Stack) ([]*profile.Stack, diag.Diagnostics) {
	if from == nil || to == nil {
		return []*profile.Stack{from, to}, nil
	}
	route, found := c.solver.Path(from, to)
	return route.Stacks(), found
}

// stranded are the clusters that have one finding in common.
type stranded struct {
	found diag.Diagnostic
	keys  []profile.Key
}

// strand adds a cluster to those with the same finding. Findings name no
// cluster: many have the same.
func (c *comparison) strand(key profile.Key, found diag.Diagnostic) {
	for i := range c.stranded {
		if c.stranded[i].found.Compare(found) == 0 {
			c.stranded[i].keys = append(c.stranded[i].keys, key)
			return
		}
	}
	c.stranded = append(c.stranded, stranded{found: found, keys: []profile.Key{key}})
}

const namedClusters = 3

// diagnostic is the finding with its clusters counted and the first ones named.
func (s stranded) diagnostic() diag.Diagnostic {
	named := make([]string, 0, namedClusters)
	for _, k := range s.keys[:min(namedClusters, len(s.keys))] {
		named = append(named, k.String())
	}
	text := strings.Join(named, ", ")
	if more := len(s.keys) - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	s.found.Summary = text + ": " + s.found.Summary
	return s.found
}
