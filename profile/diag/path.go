package diag

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Path names a piece of data inside a document or an object. The empty Path is
// the whole. Its text form is
//
//	path    = *( "/" field *selector )
//	selector = "[" name "=" value *( "," name "=" value ) "]"   element of a keyed list
//	         | "[=" value "]"                                   element of a set
//	         | "[" digits "]"                                   element by index, from 0
//
// In a field "~" is written "~0", "/" is "~1" and "[" is "~2". A selector
// value that is empty, starts with a quote or holds one of , ] = is written as
// a JSON string.
type Path []Step

// Step is one step of a Path: a field of a mapping or an element of a list.
// Build steps with [Field], [Index], [Key] and [Element].
type Step struct {
	field string
	keys  *[]KeyValue // of a key step; behind a pointer because steps are many and keys few
	index int32
	kind  stepKind
}

type stepKind uint8

const (
	fieldStep stepKind = iota
	indexStep
	keyStep
	elementStep
)

// KeyValue is one part of the key of a list element: the name of the field and
// its value as text.
type KeyValue struct{ Name, Value string }

// Field is the step into field name of a mapping.
func Field(name string) Step { return Step{kind: fieldStep, field: name} }

// Index is the step to element i of a list, counted from 0.
func Index(i int) Step { return Step{kind: indexStep, index: int32(i)} }

// Key is the step to the element of a keyed list whose fields have these
// values. The parts are ordered by name.
func Key(parts ...KeyValue) Step {
	keys := slices.Clone(parts)
	slices.SortFunc(keys, func(a, b KeyValue) int { return cmp.Compare(a.Name, b.Name) })
	return Step{kind: keyStep, keys: &keys}
}

// Element is the step to the element of a set that equals value.
func Element(value string) Step { return Step{kind: elementStep, field: value} }

// IsField returns the field's name when the step goes into a mapping.
func (s Step) IsField() (string, bool) { return s.field, s.kind == fieldStep }

// IsIndex returns the index when the step goes to a list element by index.
func (s Step) IsIndex() (int, bool) { return int(s.index), s.kind == indexStep }

// IsKey returns the key when the step goes to an element of a keyed list. The
// caller must not change it.
func (s Step) IsKey() ([]KeyValue, bool) { return s.parts(), s.kind == keyStep }

func (s Step) parts() []KeyValue {
	if s.keys == nil {
		return nil
	}
	return *s.keys
}

// IsElement returns the value when the step goes to an element of a set.
func (s Step) IsElement() (string, bool) { return s.field, s.kind == elementStep }

// Join returns p followed by steps, without touching p.
func (p Path) Join(steps ...Step) Path {
	return append(slices.Clip(p), steps...)
}

// Fields is the Path through the named fields.
func Fields(names ...string) Path {
	p := make(Path, len(names))
	for i, name := range names {
		p[i] = Field(name)
	}
	return p
}

// String is the text form. The empty Path gives "".
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		s.write(&b)
	}
	return b.String()
}

var fieldEscaper = strings.NewReplacer("~", "~0", "/", "~1", "[", "~2")
var fieldUnescaper = strings.NewReplacer("~0", "~", "~1", "/", "~2", "[")

func (s Step) write(b *strings.Builder) {
	switch s.kind {
	case fieldStep:
		b.WriteByte('/')
		b.WriteString(fieldEscaper.Replace(s.field))
	case indexStep:
		fmt.Fprintf(b, "[%d]", s.index)
	case elementStep:
		b.WriteString("[=" + quoteSelector(s.field) + "]")
	case keyStep:
		for i, kv := range s.parts() {
			b.WriteByte("[,"[min(i, 1)])
			b.WriteString(kv.Name + "=" + quoteSelector(kv.Value))
		}
		b.WriteByte(']')
	}
}

func quoteSelector(v string) string {
	if v != "" && v[0] != '"' && !strings.ContainsAny(v, ",]=~\n") {
		return v
	}
	q, _ := json.Marshal(v)
	return string(q)
}

// Compare orders paths step by step: fields before elements, then by name.
func (p Path) Compare(o Path) int {
	return slices.CompareFunc(p, o, func(a, b Step) int {
		return cmp.Or(
			cmp.Compare(a.kind, b.kind),
			cmp.Compare(a.field, b.field),
			cmp.Compare(a.index, b.index),
			slices.CompareFunc(a.parts(), b.parts(), func(x, y KeyValue) int {
				return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Value, y.Value))
			}),
		)
	})
}

// Under reports whether p lies at or below top, by the steps as they are written.
// Every path lies under the empty one.
func (p Path) Under(top Path) bool {
	return len(p) >= len(top) && p[:len(top)].Compare(top) == 0
}

// ParsePath reads the text form. JSON Pointers are accepted too: a field that
// is a number stays a field, and whoever follows the path treats it as an index
// where it meets a list.
func ParsePath(text string) (Path, error) {
	var p Path
	rest := text
	for rest != "" {
		step, tail, err := parseStep(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q at character %d: %w", text, len(text)-len(rest)+1, err)
		}
		p, rest = append(p, step), tail
	}
	return p, nil
}

func parseStep(text string) (Step, string, error) {
	switch text[0] {
	case '/':
		end := strings.IndexAny(text[1:], "/[")
		if end < 0 {
			end = len(text) - 1
		}
		return Field(unescapeField(text[1 : 1+end])), text[1+end:], nil
	case '[':
		return parseSelector(text[1:])
	}
	return Step{}, "", errors.New(`a step starts with "/" or "["`)
}

func unescapeField(s string) string { return fieldUnescaper.Replace(s) }

func parseSelector(text string) (Step, string, error) {
	if end := strings.IndexByte(text, ']'); end > 0 {
		if i, err := strconv.ParseInt(text[:end], 10, 32); err == nil && i >= 0 {
			return Index(int(i)), text[end+1:], nil
		}
	}
	var keys []KeyValue
	for {
		name, rest, found := strings.Cut(text, "=")
		if !found || strings.ContainsAny(name, "]/") {
			return Step{}, "", errors.New("a selector reads [name=value], [=value] or [3]")
		}
		value, rest, err := parseSelectorValue(rest)
		if err != nil {
			return Step{}, "", err
		}
		keys = append(keys, KeyValue{Name: name, Value: value})
		if strings.HasPrefix(rest, "]") {
			return selectorStep(keys, rest[1:])
		}
		if !strings.HasPrefix(rest, ",") {
			return Step{}, "", errors.New("a selector ends with ]")
		}
		text = rest[1:]
	}
}

func selectorStep(keys []KeyValue, rest string) (Step, string, error) {
	for _, kv := range keys {
		if kv.Name == "" && len(keys) > 1 {
			return Step{}, "", errors.New("every part of a key has a name")
		}
	}
	if keys[0].Name == "" {
		return Element(keys[0].Value), rest, nil
	}
	return Key(keys...), rest, nil
}

func parseSelectorValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ",]")
		if end < 0 {
			return "", "", errors.New("a selector ends with ]")
		}
		return unescapeField(text[:end]), text[end:], nil
	}
	quoted, err := quotedPrefix(text)
	if err != nil {
		return "", "", err
	}
	if err := json.Unmarshal([]byte(quoted), &value); err != nil {
		return "", "", fmt.Errorf("reading the quoted value: %w", err)
	}
	return value, text[len(quoted):], nil
}

func quotedPrefix(text string) (string, error) {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return text[:i+1], nil
		}
	}
	return "", errors.New("a quoted value has no end")
}
