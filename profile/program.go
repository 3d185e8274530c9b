package profile

import (
	"iter"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// program is what an Expression node of a layer computes.
type program struct {
	template *expr.Template // nil for what cannot be computed, which is reported
	layer    *layer
}

func (p *program) reads() expr.Reads {
	if p.template == nil {
		return expr.Reads{}
	}
	return p.template.Reads()
}

// Same reports whether another program of the same text computes the same in every
// stack that has both: variables may be set for one profile alone.
func (p *program) Same(other value.Program) bool {
	o := other.(*program)
	if p.layer.id() == o.layer.id() {
		return true
	}
	return (p.layer.release == o.layer.release || len(p.reads().Vars)+len(o.reads().Vars) == 0) && p.sameFor(o)
}

// sameFor is Same for equal variables.
func (p *program) sameFor(o *program) bool {
	if p.reads().Values {
		return false
	}
	for path := range p.paths() {
		if !sameNode(p.constant(path), o.constant(path)) {
			return false
		}
	}
	return true
}

// paths are those that the program names.
func (p *program) paths() iter.Seq[[]string] {
	if p.template == nil {
		return func(func([]string) bool) {}
	}
	return p.template.Paths()
}

// constant is what a path names of the constants and of the component, nil where
// it names something else.
func (p *program) constant(path []string) *value.Node {
	switch path[0] {
	case "consts":
		return p.layer.release.consts.Get(path[1:]...)
	case "component":
		return p.layer.product.Get(path[1:]...)
	}
	return nil
}
