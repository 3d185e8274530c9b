package main

import (
	"cmp"
	"slices"
	"strings"
)

// rules moves every observation to the deepest struct type for which it holds
// wherever that type stands, and merges what is equal.
func (l *learner) rules() []rule {
	merged := map[string]rule{}
	for _, o := range l.observations {
		r := l.generalise(o)
		key := r.owner + " " + r.target + " " + r.value + " " + conditionText(r.when)
		merged[key] = r
	}
	out := make([]rule, 0, len(merged))
	for _, r := range merged {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b rule) int {
		return cmp.Or(cmp.Compare(a.owner, b.owner), cmp.Compare(a.target, b.target), cmp.Compare(a.value, b.value), cmp.Compare(conditionText(a.when), conditionText(b.when)))
	})
	return slices.DeleteFunc(out, func(r rule) bool { return l.shadowed(r, out) })
}

// shadowed reports whether another rule says the same under no condition, or
// says on what the value depends.
func (l *learner) shadowed(r rule, all []rule) bool {
	return slices.ContainsFunc(all, func(o rule) bool {
		if o.owner != r.owner || o.target != r.target || len(o.when) > 0 {
			return false
		}
		return len(r.when) > 0 && o.value == r.value || strings.HasPrefix(o.value, "tag ") && o.value != r.value
	})
}

func conditionText(when []condition) string {
	var parts []string
	for _, c := range when {
		parts = append(parts, c.path+"="+strings.Join(c.values, "|"))
	}
	return strings.Join(parts, " ")
}

func (l *learner) generalise(o observation) rule {
	deepest := len(o.site.path) - 1
	if _, _, ok := derivation(o.value); ok {
		deepest = o.depth
	}
	for path := range o.causes {
		deepest = min(deepest, sharedSteps(strings.Split(path, "/"), o.site.path))
	}
	depth := deepest
	for depth > 0 && (shortNameOf(o.site.types[depth]) == "" || !l.everywhere(o, depth)) {
		depth--
	}
	r := rule{owner: shortNameOf(o.site.types[depth]), target: strings.Join(o.site.path[depth:], "/"), value: o.value}
	if verb, source, ok := derivation(o.value); ok {
		r.value = verb + " " + strings.Join(append(slices.Clone(o.site.path[depth:o.depth]), source), "/")
	}
	for path, values := range o.causes {
		values = slices.Clone(values)
		slices.Sort(values)
		r.when = append(r.when, condition{path: strings.Join(strings.Split(path, "/")[depth:], "/"), values: slices.Compact(values)})
	}
	slices.SortFunc(r.when, func(a, b condition) int { return cmp.Compare(a.path, b.path) })
	return r
}

// derivation splits the value of a rule that follows another field.
func derivation(value string) (verb, source string, ok bool) {
	verb, source, ok = strings.Cut(value, " ")
	return verb, source, ok && (verb == "copy" || verb == "lower" || verb == "tag")
}

func sharedSteps(a, b []string) int {
	n := 0
	for n < len(a)-1 && n < len(b)-1 && a[n] == b[n] {
		n++
	}
	return n
}

// everywhere reports whether the observation was made at every place of the
// struct type at depth, in all probes.
func (l *learner) everywhere(o observation, depth int) bool {
	owner, rest := shortNameOf(o.site.types[depth]), strings.Join(o.site.path[depth:], "/")
	for _, p := range l.probes {
		for _, s := range p.sites {
			if shortNameOf(s.leaf()) != owner || repeatsBelow(structOf(s), s) {
				continue
			}
			if !l.seen[p][s.String()+"/"+rest+"="+o.value] {
				return false
			}
		}
	}
	return true
}
