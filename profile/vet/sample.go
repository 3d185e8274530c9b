package vet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// sample is a value for a variable, or for a part of one.
type sample struct {
	data any
	// word says what the value is where it is not shown: "shortest".
	word string
	// declared: the declaration names the value, so a rule that always refuses
	// it contradicts the declaration.
	declared bool
}

const (
	// maxItems is how many items a list or map has at most.
	maxItems = 100
	// maxText is how long a text is at most.
	maxText = 4096
	// maxParts is how many parts the samples of an object have together, about.
	maxParts = maxItems * maxItems
)

// samples are values at the corners of a schema, the smallest first. Some may
// not fit: the caller judges them.
func samples(s profile.Schema) []sample {
	var out []sample
	switch s.Type {
	case profile.BooleanVariable:
		out = []sample{{false, "false", true}, {true, "true", true}}
	case profile.ListVariable:
		out = lists(s)
	case profile.MapVariable:
		out = mappings(s)
	case profile.ObjectVariable:
		out = objects(s)
	case profile.SecretRefVariable:
		out = []sample{{map[string]any{"name": "corner"}, "present", true}}
	default:
		out = scalars(s)
	}
	for _, e := range s.Examples {
		out = append(out, sample{e.Any(), "example", true})
	}
	return out
}

// ordinary are values of types for which no bounds are declared, the one for
// required variables first.
var ordinary = map[profile.VariableType][]any{
	profile.IntegerVariable:  {int64(1), int64(0)},
	profile.NumberVariable:   {1.5, int64(0)},
	profile.VersionVariable:  {"1.0.0"},
	profile.DurationVariable: {"1h"},
	profile.QuantityVariable: {"1Gi"},
	profile.IPv4Variable:     {"192.0.2.1"},
	profile.IPv6Variable:     {"2001:db8::1"},
	profile.CIDRVariable:     {"192.0.2.0/24", "2001:db8::/64"},
	profile.URLVariable:      {"https://example.com/a"},
	profile.DNSNameVariable:  {"example.com"},
	profile.Base64Variable:   {"YWJj"},
	profile.StringVariable:   {"corner"},
}

func scalars(s profile.Schema) []sample {
	var out []sample
	for _, text := range s.Enum {
		out = append(out, sample{text, "value", true})
	}
	if len(out) > 0 {
		return out
	}
	if !s.Min.IsZero() {
		out = append(out, sample{s.Min.Any(), "min", true})
	}
	if !s.Max.IsZero() {
		out = append(out, sample{s.Max.Any(), "max", true})
	}
	if len(out) == 2 {
		return out
	}
	for _, data := range ordinary[s.Type] {
		out = append(out, sample{data, "ordinary", false})
	}
	return append(out, texts(s)...)
}

// texts are the shortest and the longest text of a type that has lengths, and
// texts that its pattern matches.
func texts(s profile.Schema) []sample {
	if s.Pattern != "" {
		return matching(s)
	}
	var out []sample
	least := 0
	if s.MinLength != nil {
		least = *s.MinLength
	}
	if least > maxText {
		return nil
	}
	if text, ok := textOf(s.Type, least); ok {
		out = append(out, sample{text, "shortest", s.MinLength != nil})
	}
	if s.MaxLength != nil {
		if text, ok := textOf(s.Type, min(*s.MaxLength, maxText)); ok {
			out = append(out, sample{text, "longest", *s.MaxLength <= maxText})
		}
	}
	return out
}

// matching are the shortest and the longest text of those that the pattern
// matches and the lengths allow.
func matching(s profile.Schema) []sample {
	found := matches(s.Pattern)
	fit := func(text string) bool { return fits(s, text) }
	first := slices.IndexFunc(found, fit)
	if first < 0 {
		return nil
	}
	last := len(found) - 1
	for last > first && !fit(found[last]) {
		last--
	}
	if last == first {
		return []sample{{found[first], "match", false}}
	}
	return []sample{{found[first], "short match", false}, {found[last], "long match", false}}
}

// fits reports whether a value is of a schema.
func fits(s profile.Schema, data any) bool {
	v, err := profile.ValueOf(data)
	return err == nil && len((profile.Variable{Name: "v", Schema: s}).Judge(v)) == 0
}

// textOf is a text of a type with n characters.
func textOf(t profile.VariableType, n int) (string, bool) {
	switch t {
	case profile.StringVariable:
		return strings.Repeat("a", n), true
	case profile.URLVariable:
		const start = "https://a"
		return start + strings.Repeat("a", max(0, n-len(start))), n >= len(start)
	case profile.DNSNameVariable:
		return dnsName(n), n > 0
	case profile.Base64Variable:
		return strings.Repeat("A", n), n%4 == 0
	}
	return "", false
}

// dnsName has n characters, in labels that are as long as they may be.
func dnsName(n int) string {
	const label = 63
	var b strings.Builder
	for b.Len() < n {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		left := n - b.Len()
		if left == label+1 {
			left-- // the point would be the last character
			left--
		}
		b.WriteString(strings.Repeat("a", min(label, left)))
	}
	return b.String()
}

// lists are the smallest and the largest list, and one list for each sample of
// an item.
func lists(s profile.Schema) []sample {
	return collections(s, *s.Items, func(items []any) any { return items })
}

// mappings are the same for maps, whose names are free.
func mappings(s profile.Schema) []sample {
	return collections(s, *s.Values, func(items []any) any {
		out := map[string]any{}
		for i, item := range items {
			out[fmt.Sprintf("key-%d", i)] = item
		}
		return out
	})
}

func collections(s, inner profile.Schema, of func([]any) any) []sample {
	least, most := 0, 2
	if s.MinItems != nil {
		least = *s.MinItems
	}
	if s.MaxItems != nil {
		most = min(*s.MaxItems, maxItems)
	}
	if least > maxItems {
		return nil
	}
	most = max(least, most)
	singles := samples(inner)
	items := distinct(inner, singles, most)
	var out []sample
	add := func(word string, declared bool, items []any) {
		out = append(out, sample{of(items), word, declared})
	}
	if least <= len(items) {
		add("fewest items", true, items[:least])
	}
	for _, one := range singles {
		rest := slices.DeleteFunc(slices.Clone(items), func(other any) bool { return equal(one.data, other) })
		if n := max(least, 1); most > 0 && n-1 <= len(rest) {
			add("item "+one.word, one.declared && least <= 1, append([]any{one.data}, rest[:n-1]...))
		}
	}
	if most <= len(items) {
		add("most items", s.MaxItems != nil && *s.MaxItems == most, items[:most])
	}
	return out
}

// distinct are up to n different values of a schema, its samples first.
func distinct(s profile.Schema, singles []sample, n int) []any {
	var out []any
	seen := map[string]bool{}
	add := func(data any) {
		v, err := profile.ValueOf(data)
		if len(out) < n && err == nil && !seen[v.String()] && fits(s, data) {
			seen[v.String()] = true
			out = append(out, data)
		}
	}
	for _, one := range singles {
		add(one.data)
	}
	for i := range n {
		for _, data := range numbered(s, i) {
			add(data)
		}
	}
	return out
}

// numbered are values of a type that differ for different i.
func numbered(s profile.Schema, i int) []any {
	switch s.Type {
	case profile.StringVariable:
		return []any{fmt.Sprintf("corner-%d", i), fmt.Sprintf("c%d", i)}
	case profile.DNSNameVariable:
		return []any{fmt.Sprintf("a%d.example.com", i)}
	case profile.URLVariable:
		return []any{fmt.Sprintf("https://example.com/%d", i)}
	case profile.IPv4Variable:
		return []any{fmt.Sprintf("192.0.2.%d", i)}
	case profile.IPv6Variable:
		return []any{fmt.Sprintf("2001:db8::%x", i)}
	case profile.CIDRVariable:
		return []any{fmt.Sprintf("10.%d.0.0/16", i)}
	case profile.IntegerVariable, profile.NumberVariable:
		low, _ := s.Min.Any().(int64)
		return []any{low + int64(i)}
	case profile.DurationVariable:
		return []any{fmt.Sprintf("%dh", i)}
	case profile.QuantityVariable:
		return []any{fmt.Sprint(i)}
	case profile.VersionVariable:
		return []any{fmt.Sprintf("1.%d.0", i)}
	}
	return nil
}

func equal(a, b any) bool {
	x, errX := profile.ValueOf(a)
	y, errY := profile.ValueOf(b)
	return errX == nil && errY == nil && x.String() == y.String()
}

// parts is how many parts of a schema samples vary, about: each value of an enum
// is one.
func parts(s profile.Schema) int {
	n := 1 + len(s.Enum) + len(s.Examples)
	for _, inner := range inside(s) {
		n += parts(inner)
	}
	return n
}

// inside is what a list, map or object holds, in no order.
func inside(s profile.Schema) []profile.Schema {
	var out []profile.Schema
	if s.Items != nil {
		out = append(out, *s.Items)
	}
	if s.Values != nil {
		out = append(out, *s.Values)
	}
	for _, p := range s.Properties {
		out = append(out, p.Schema)
	}
	return out
}

// varied are the properties of an object that are varied, by name: all of them,
// unless the object is large, since every sample has all of its parts.
func varied(s profile.Schema) []string {
	size, room := parts(s), maxParts
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Properties)), func(name string) bool {
		cost := size * parts(s.Properties[name].Schema)
		if cost > room {
			return true
		}
		room -= cost
		return false
	})
}

// crowded reports whether a schema has an object of which not every property is
// varied, and no examples either.
func crowded(s profile.Schema) bool {
	return len(s.Examples) == 0 && (len(varied(s)) < len(s.Properties) || slices.ContainsFunc(inside(s), crowded))
}

// objects are the object with what is required, with everything, and, for each
// sample of a property that is varied, one in which this property has it.
func objects(s profile.Schema) []sample {
	least, all := map[string]any{}, map[string]any{}
	names := slices.Sorted(maps.Keys(s.Properties))
	of := map[string][]sample{}
	for _, name := range names {
		p := s.Properties[name]
		of[name] = samples(p.Schema)
		for _, one := range of[name] {
			if fits(p.Schema, one.data) {
				all[name] = one.data
				if p.Required {
					least[name] = one.data
				}
				break
			}
		}
	}
	out := []sample{{least, "required properties", true}}
	for _, name := range varied(s) {
		for _, one := range of[name] {
			with := maps.Clone(all)
			with[name] = one.data
			out = append(out, sample{with, name + " " + one.word, one.declared})
		}
		if !s.Properties[name].Required {
			with := maps.Clone(all)
			delete(with, name)
			out = append(out, sample{with, "without " + name, true})
		}
	}
	return append(out, sample{all, "all properties", false})
}
