package kubeschema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// parse reads the embedded table. The text is part of the program, so a mistake
// in it is a broken invariant and panics.
func parse(text string) *Table {
	r := &reader{
		table: &Table{kinds: map[kindKey]entry{}, group: map[groupKind]bool{}},
		types: map[string]*Type{},
	}
	for line := range strings.Lines(text) {
		r.line(strings.TrimSuffix(line, "\n"))
	}
	return r.table
}

type reader struct {
	table   *Table
	types   map[string]*Type
	current *Type
}

func (r *reader) line(line string) {
	switch {
	case strings.HasPrefix(line, " = "):
		r.current.Defaults = append(r.current.Defaults, parseDefault(line[3:]))
	case strings.HasPrefix(line, " "):
		r.current.Fields = append(r.current.Fields, r.field(line[1:]))
	default:
		r.head(strings.Fields(line))
	}
}

func (r *reader) head(words []string) {
	switch words[0] {
	case "table":
		r.table.name = words[1] + " " + words[2]
	case "kind":
		group, version, found := strings.Cut(words[1], "/")
		if !found {
			group, version = "", words[1]
		}
		namespaced := words[3] == "namespaced"
		r.table.kinds[kindKey{group, version, words[2]}] = entry{r.named(words[4]), namespaced}
		r.table.group[groupKind{group, words[2]}] = namespaced
	case "type":
		r.current = r.named(words[1])
	default:
		panic(fmt.Sprintf("kubeschema: unknown line %q", words[0]))
	}
}

func (r *reader) named(name string) *Type {
	t := r.types[name]
	if t == nil {
		t = &Type{Name: name, Kind: Struct}
		r.types[name] = t
	}
	return t
}

func (r *reader) field(line string) Field {
	name, shape, _ := strings.Cut(line, " ")
	bare := strings.TrimRight(name, "?!")
	f := Field{Name: bare, Zero: strings.Contains(name, "?"), Required: strings.HasSuffix(name, "!")}
	f.Type, _ = r.shape(strings.Fields(shape))
	if f.Type.Kind == List {
		f.Type.Order = orderOf(r.current.Name, bare, f.Type)
	}
	return f
}

var scalarTypes = func() map[string]*Type {
	out := map[string]*Type{}
	for k := Any; k < Struct; k++ {
		out[k.String()] = &Type{Name: k.String(), Kind: k}
	}
	return out
}()

// shape reads one shape from the front of words and returns the rest.
func (r *reader) shape(words []string) (*Type, []string) {
	word := words[0]
	switch word[0] {
	case '{':
		elem, rest := r.shape(append([]string{word[1:]}, words[1:]...))
		return &Type{Kind: Map, Elem: elem}, rest
	case '[':
		elem, rest := r.shape(append([]string{word[1:]}, words[1:]...))
		return r.list(elem, rest)
	}
	if t := scalarTypes[word]; t != nil {
		return t, words[1:]
	}
	return r.named(word), words[1:]
}

func (r *reader) list(elem *Type, words []string) (*Type, []string) {
	t := &Type{Kind: List, Elem: elem}
	switch words[0] {
	case "set":
		t.Relation = Set
	case "map":
		t.Relation, t.Keys = Keyed, strings.Split(words[1], ",")
		return t, words[2:]
	}
	return t, words[1:]
}

// parseDefault reads what stands behind "= ".
func parseDefault(line string) Default {
	path, rest, _ := strings.Cut(line, " ")
	d := Default{Path: strings.Split(path, "/")}
	for {
		after, ok := strings.CutPrefix(rest, "when ")
		if !ok {
			break
		}
		var field, values string
		field, after, _ = strings.Cut(after, " in ")
		values, rest, _ = strings.Cut(after, " ")
		d.When = append(d.When, Condition{Path: strings.Split(field, "/"), Values: strings.Split(values, "|")})
	}
	verb, source, _ := strings.Cut(rest, " ")
	switch verb {
	case "copy":
		d.Follow = Copy
	case "lower":
		d.Follow = Lower
	case "tag":
		d.Follow = Tag
	default:
		d.Value = parseJSON(rest)
		return d
	}
	d.Source = strings.Split(source, "/")
	return d
}

func parseJSON(text string) *value.Node {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var data any
	if err := decoder.Decode(&data); err != nil {
		panic(fmt.Sprintf("kubeschema: reading default %q: %v", text, err))
	}
	n, err := value.FromAny(data, value.Place{})
	if err != nil {
		panic(fmt.Sprintf("kubeschema: reading default %q: %v", text, err))
	}
	return n
}
