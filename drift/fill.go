package drift

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// isDefault reports whether n is what the server fills in at the current place.
// Conditions may hold for what is declared or for what is live: the one lacks
// what was filled in, the other may have been changed.
func (w *walker) isDefault(t *kubeschema.Type, n *value.Node) bool {
	for i := len(w.frames) - 1; i >= 0; i-- {
		f := w.frames[i]
		for _, d := range f.typ.Defaults {
			if f.fills(d, w.path[f.depth:], t, n) && f.holds(d.When) {
				return true
			}
		}
	}
	return false
}

// implied reports whether the server would make a mapping at the current place,
// to fill something in below.
func (w *walker) implied() bool {
	for _, f := range w.frames {
		rest := w.path[f.depth:]
		for _, d := range f.typ.Defaults {
			if len(rest) > 0 && len(d.Path) > len(rest) && leads(d.Path[:len(rest)], rest) && f.holds(d.When) {
				return true
			}
			if len(rest) > 0 && len(d.Path) <= len(rest) && leads(d.Path, rest[:len(d.Path)]) && d.Value != nil && find(d.Value, rest[len(d.Path):]) != nil && f.holds(d.When) {
				return true
			}
		}
	}
	return false
}

// leads reports whether a default's path names the same place as steps.
func leads(path []string, steps []step) bool {
	for i, name := range path {
		if name == "[0]" && steps[i].isElement() || name == steps[i].name {
			continue
		}
		return false
	}
	return true
}

// find follows field steps.
func find(n *value.Node, steps []step) *value.Node {
	for _, s := range steps {
		if n == nil || s.isElement() {
			return nil
		}
		n = n.Get(s.name)
	}
	return n
}

// fills reports whether default d gives n at rest below the frame.
func (f frame) fills(d kubeschema.Default, rest []step, t *kubeschema.Type, n *value.Node) bool {
	if len(rest) < len(d.Path) || !leads(d.Path, rest[:len(d.Path)]) {
		return false
	}
	tail := rest[len(d.Path):]
	switch d.Follow {
	case kubeschema.Nothing:
		at := find(d.Value, tail)
		return at != nil && sameValue(t, at, n)
	case kubeschema.Tag:
		images := f.sources(d, rest)
		return len(tail) == 0 && (slices.ContainsFunc(images, func(s *value.Node) bool { return pullPolicy(s) == n.Text() }) || len(images) == 0 && n.Text() == "IfNotPresent")
	}
	return slices.ContainsFunc(f.sources(d, rest), func(s *value.Node) bool {
		s = find(s, tail)
		if d.Follow == kubeschema.Lower {
			text, _ := s.Str()
			return n.Text() == strings.ToLower(text)
		}
		return s != nil && sameValue(t, s, n)
	})
}

// sources are the fields that d follows, declared and live.
func (f frame) sources(d kubeschema.Default, rest []step) []*value.Node {
	var out []*value.Node
	for _, side := range []*value.Node{f.want, f.live} {
		n := side
		for i, name := range d.Source {
			switch {
			case name != "[0]":
				n = n.Get(name)
			case i < len(rest) && rest[i].elem != nil:
				n = n.Find(diag.Path{rest[i].public()})
			case i < len(rest) && rest[i].index < n.Len():
				n = n.Items()[rest[i].index]
			default:
				n = nil
			}
		}
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// pullPolicy is what the server chooses for an image.
func pullPolicy(image *value.Node) string {
	text, _ := image.Str()
	name := text[strings.LastIndexByte(text, '/')+1:]
	if strings.Contains(name, "@") {
		name, _, _ = strings.Cut(name, "@")
		if !strings.Contains(name, ":") {
			return "IfNotPresent"
		}
	}
	_, tag, tagged := strings.Cut(name, ":")
	if !tagged || tag == "latest" {
		return "Always"
	}
	return "IfNotPresent"
}

// holds reports whether all conditions hold, for what is declared or live.
func (f frame) holds(when []kubeschema.Condition) bool {
	for _, c := range when {
		if !holdsFor(c, f.want) && !holdsFor(c, f.live) {
			return false
		}
	}
	return true
}

func holdsFor(c kubeschema.Condition, n *value.Node) bool {
	for _, name := range c.Path {
		if name == "[0]" {
			return true // which element is meant is known to nobody here
		}
		n = n.Get(name)
	}
	for _, v := range c.Values {
		switch {
		case v == "" && isZero(n), v == "*" && !isZero(n), n != nil && v != "" && n.Text() == v:
			return true
		}
	}
	return false
}
