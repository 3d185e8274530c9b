package validate

import "github.com/dayzero-sdk/dayzero/profile/diag"

// places is a set of paths, in their text form.
type places map[string]bool

func (p places) add(path diag.Path) { p[path.String()] = true }

// reach reports whether path, or one above it, is in the set.
func (p places) reach(path diag.Path) bool {
	for n := range len(path) + 1 {
		if p[path[:n].String()] {
			return true
		}
	}
	return false
}
