package main

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// write prints the table; internal/kubeschema says how it reads.
func write(w *bufio.Writer, version string, kinds []kind, types map[string][]field, rules []rule) {
	fmt.Fprintf(w, "table kubernetes %s\n", version)
	for _, k := range kinds {
		scope := "cluster"
		if k.namespaced {
			scope = "namespaced"
		}
		fmt.Fprintf(w, "kind %s %s %s %s\n", k.GroupVersion(), k.Kind, scope, shortName(k.goType))
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(w, "type %s\n", name)
		for _, f := range types[name] {
			fmt.Fprintf(w, " %s%s %s\n", f.name, marks(f), f.shape)
		}
		for _, r := range rules {
			if r.owner == name {
				fmt.Fprintf(w, " = %s%s %s\n", r.target, whenText(r.when), r.value)
			}
		}
	}
}

// marks are "?" for a field whose zero value equals absence and "!" for a
// required one.
func marks(f field) string {
	text := ""
	if f.zero {
		text += "?"
	}
	if f.required {
		text += "!"
	}
	return text
}

func whenText(when []condition) string {
	var b strings.Builder
	for _, c := range when {
		fmt.Fprintf(&b, " when %s in %s", c.path, strings.Join(c.values, "|"))
	}
	return b.String()
}
