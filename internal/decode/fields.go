package decode

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

type field struct {
	index    []int
	required bool
}

// fieldsOf lists the fields of a struct by their names in documents. Embedded
// structs with the inline option are taken apart. A field is required when its
// tag lacks omitempty.
func fieldsOf(t reflect.Type) map[string]field {
	out := map[string]field{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for inner, field := range fieldsOf(f.Type) {
				field.index = append([]int{i}, field.index...)
				out[inner] = field
			}
		case name != "" && name != "-" && f.IsExported():
			out[name] = field{index: []int{i}, required: !strings.Contains(options, "omitempty")}
		}
	}
	return out
}

func sortedNames(fields map[string]field) []string {
	return slices.Sorted(maps.Keys(fields))
}
