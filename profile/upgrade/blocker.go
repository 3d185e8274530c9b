package upgrade

import (
	"maps"
	"slices"
)

// blocker is one rule without which a path would exist.
type blocker struct {
	kind blockerKind
	// index is the rule of a layer or the number of a rejection.
	index int
}

type blockerKind uint8

const (
	skewBlocker blockerKind = iota
	kubeletBlocker
	ruleBlocker
	rejectionBlocker
)

// blockers returns a minimal set of rules that leave a problem without a path:
// without all of them there is one, and with any one of them back there is none.
// Rules that come early in the order of [problem.rules] are kept rather than
// blamed.
func (p *problem) blockers() ([]blocker, error) {
	all := p.rules()
	var kept, blamed []blocker
	var keep func(batch []blocker) error
	keep = func(batch []blocker) error {
		rows, err := newSearch(p, without(all, slices.Concat(kept, batch))).shortest()
		if err != nil {
			return err
		}
		if rows != nil {
			kept = append(kept, batch...)
			return nil
		}
		if len(batch) == 1 {
			blamed = append(blamed, batch[0])
			return nil
		}
		if err := keep(batch[:len(batch)/2]); err != nil {
			return err
		}
		return keep(batch[len(batch)/2:])
	}
	return blamed, keep(all)
}

// rules are all rules of the problem: those of Kubernetes, then what the layers
// state of the target, of the start, and of what lies between in the order of the
// parts and their versions, then rejections.
func (p *problem) rules() []blocker {
	out := []blocker{{kind: skewBlocker}, {kind: kubeletBlocker}}
	seen := map[int]bool{}
	add := func(v *version) {
		for _, n := range slices.Concat(v.needs, v.forbids) {
			if n.rule != structural && !seen[n.rule] {
				seen[n.rule] = true
				out = append(out, blocker{kind: ruleBlocker, index: n.rule})
			}
		}
	}
	for _, part := range p.parts {
		add(part.versions[len(part.versions)-1])
	}
	for _, part := range p.parts {
		if part.start >= 0 {
			add(part.versions[part.start])
		}
	}
	for _, part := range p.parts {
		for _, v := range part.versions {
			add(v)
		}
	}
	for n := range p.rejected {
		out = append(out, blocker{kind: rejectionBlocker, index: n})
	}
	return out
}

// without ignores the rules of all that are not kept.
func without(all, kept []blocker) ignored {
	out := ignored{rules: map[int]bool{}, rejections: map[int]bool{}}
	out.ignore(all, true)
	out.ignore(kept, false)
	maps.DeleteFunc(out.rules, func(_ int, left bool) bool { return !left })
	maps.DeleteFunc(out.rejections, func(_ int, left bool) bool { return !left })
	return out
}

func (g *ignored) ignore(rules []blocker, left bool) {
	for _, b := range rules {
		switch b.kind {
		case skewBlocker:
			g.skew = left
		case kubeletBlocker:
			g.kubelet = left
		case ruleBlocker:
			g.rules[b.index] = left
		case rejectionBlocker:
			g.rejections[b.index] = left
		}
	}
}
