package profile

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// waivers asks for each waiver that want adds or changes.
func (c *consent) waivers() {
	for _, v := range changedVersions(c.have.releases, c.want.releases) {
		if !v.gone {
			c.waived(rootOf(v.base), v.this.Document)
		}
	}
	for _, v := range changedVersions(c.have.overlays, c.want.overlays) {
		if !v.gone {
			c.waived(rootOf(v.base), v.this.Document)
		}
	}
	for _, now := range c.want.clusters {
		var before *value.Node
		if was := c.have.member(now.key); was != nil {
			before = was.root
		}
		c.waived(before, now.Document)
	}
}

// rootOf is the document of a version; nil for none.
func rootOf[T interface {
	comparable
	versioned
}](v T) *value.Node {
	var none T
	if v == none {
		return nil
	}
	return v.of().root
}

// waived asks for the waivers of a document that were not there before.
func (c *consent) waived(before *value.Node, now Document) {
	known := before.Get("spec", "waivers").Items()
	for i, w := range now.root.Get("spec", "waivers").Items() {
		if slices.ContainsFunc(known, w.Equal) {
			continue
		}
		code, _ := w.Get("policy").Str()
		at := diag.Fields("spec", "waivers").Join(diag.Index(i))
		c.ask(code, Reason{Summary: now.Name + " waives " + code, Document: now.Name, Path: at.String(), Range: now.At(at)})
	}
}
