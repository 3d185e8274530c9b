package variabletest

import (
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Language is one that variables are described in, by its column of the table.
type Language string

const (
	CUE          Language = "CUE"
	JSONSchema   Language = "JSON Schema"
	ClusterClass Language = "ClusterClass"
)

// Table says by construct and language whether it is expressed exactly.
type Table map[string]map[Language]bool

// ParseTable reads the table of a Markdown document: the one whose first column
// is called "construct". A cell is exact, or starts with weaker or no.
func ParseTable(markdown string) (Table, error) {
	out := Table{}
	var languages []Language
	for line := range strings.Lines(markdown) {
		cells := cellsOf(line)
		switch {
		case len(cells) == 0:
			languages = nil
		case cells[0] == "construct":
			for _, name := range cells[1:] {
				languages = append(languages, Language(name))
			}
		case languages != nil && strings.Trim(cells[0], "-") != "":
			row := map[Language]bool{}
			for i, language := range languages {
				first, _, _ := strings.Cut(cells[i+1], ":")
				if first != "exact" && first != "weaker" && first != "no" {
					return nil, fmt.Errorf("reading the row of %s: the cell %q is neither exact nor weaker nor no", cells[0], cells[i+1])
				}
				row[language] = first == "exact"
			}
			out[cells[0]] = row
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("reading the table of constructs: there is none")
	}
	return out, nil
}

func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "`", "")
	}
	return cells
}

// Exact reports whether a language expresses all that a variable says about its
// value. A construct without a row is an error.
func (t Table) Exact(v profile.Variable, in Language) (bool, error) {
	exact := true
	for _, construct := range Constructs(v) {
		row, ok := t[construct]
		if !ok {
			return false, fmt.Errorf("looking up %q: the table has no such row", construct)
		}
		exact = exact && row[in]
	}
	return exact, nil
}

// Constructs are the rows of the table that a variable's schema uses.
func Constructs(v profile.Variable) []string { return constructs(v.Schema) }

func constructs(s profile.Schema) []string {
	out := []string{"type " + string(s.Type)}
	add := func(given bool, row string) {
		if given {
			out = append(out, row)
		}
	}
	bounded := !s.Min.IsZero() || !s.Max.IsZero()
	ordered := s.Type != profile.IntegerVariable && s.Type != profile.NumberVariable
	add(bounded && !ordered, "min, max of "+string(s.Type))
	add(bounded && ordered, "min, max of version, duration, quantity")
	add(s.MinLength != nil || s.MaxLength != nil, "minLength, maxLength")
	add(s.Enum != nil && s.Type == profile.StringVariable, "enum")
	add(s.Pattern != "" && !strings.Contains(s.Pattern, "(?m"), "pattern")
	add(strings.Contains(s.Pattern, "(?m"), "pattern with (?m)")
	add(s.MinItems != nil || s.MaxItems != nil, "minItems, maxItems")
	add(s.UniqueItems, "uniqueItems")
	for _, inner := range []*profile.Schema{s.Items, s.Values} {
		if inner != nil {
			out = append(out, constructs(*inner)...)
		}
	}
	for _, p := range s.Properties {
		add(p.Required, "required of a property")
		out = append(out, constructs(p.Schema)...)
	}
	return out
}
