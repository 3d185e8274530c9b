package profile

import (
	"cmp"
	"fmt"
	"strings"
)

// Ref names a published profile, "name@version". It is comparable. A Ref
// without a version follows the lock.
type Ref struct {
	Name    string
	Version string
}

// ParseRef reads "name" or "name@version".
func ParseRef(text string) (Ref, error) {
	name, version, pinned := strings.Cut(text, "@")
	if name == "" || pinned && version == "" {
		return Ref{}, fmt.Errorf("profile reference %q: want name or name@version", text)
	}
	if pinned {
		if _, err := ParseVersion(version); err != nil {
			return Ref{}, fmt.Errorf("profile reference %q: %w", text, err)
		}
	}
	return Ref{Name: name, Version: version}, nil
}

// String gives "name@version", or the name alone.
func (r Ref) String() string {
	if r.Version == "" {
		return r.Name
	}
	return r.Name + "@" + r.Version
}

// Compare orders by name, then by version as [Version.Compare] does.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Name, o.Name), compareVersionText(r.Version, o.Version))
}

// MarshalText gives the text form.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the text form; the zero Ref's is empty.
func (r *Ref) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Ref{}
		return nil
	}
	parsed, err := ParseRef(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}
