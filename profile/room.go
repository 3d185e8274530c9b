package profile

import (
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const (
	// maxRoom is how many nodes the values of a stack may have; 64 bytes of text
	// count as one more. What few lines repeat can be any number of them.
	maxRoom = 500_000
	// maxFiled is how many bytes of files one document may put into its values,
	// each file counted as often as it is named.
	maxFiled = 16 << 20
)

// measure refuses layers that are too large before any expression is computed.
func (c *composition) measure() {
	c.room = maxRoom
	trees := []*value.Node{c.capi}
	for _, ly := range c.layers {
		trees = append(trees, ly.trees()...)
	}
	for _, n := range trees {
		if over := n.Outgrows(&c.room); over != nil {
			if !c.recipe.broken() { // by which it may be, and is told
				c.add(tooLarge(over, "the layers of "+c.name()))
			}
			return
		}
	}
}

// tooLarge is the finding about the expression with which a cluster has no room
// left.
func (r *resolution) tooLarge(e *value.Node) diag.Diagnostic {
	return tooLarge(e, "the layers of cluster "+r.member.key.String()).
		WithRelated(r.member.At(diag.Fields("metadata", "name")), "the cluster is here")
}

func tooLarge(last *value.Node, what string) diag.Diagnostic {
	return diag.Errorf("profile.too-large", last.Place().Range(), "%s have more than %d values up to here", what, maxRoom).
		WithDetail("64 bytes of text count as a value; keep what is large in manifests of the content, or use it less often")
}

// admits counts a file that the document puts into its values. ok is false from
// the one on that is too much, which is reported.
func (c compiler) admits(f File, by value.Place, at diag.Path) (ok bool) {
	before := c.filed
	c.filed += len(f.Data)
	if c.filed > maxFiled && before <= maxFiled {
		c.add(diag.Errorf("profile.too-large", by.Range(), "the document puts more than %d bytes of files into its values", maxFiled).
			WithDetail("a file counts as often as it is named; keep what is large in manifests of the content, or name it less often").WithPath(at))
	}
	return c.filed <= maxFiled
}
