package drift

import "github.com/dayzero-sdk/dayzero/internal/immutable"

// isImmutable reports whether the field cannot be changed in place: correcting
// it takes a new object.
func (p *pair) isImmutable(d difference) bool {
	var path []string
	for _, s := range d.path {
		if name, ok := s.IsField(); ok {
			path = append(path, name)
		}
	}
	return immutable.Of(p.key.Group, p.key.Kind, p.live).Cover(path)
}
