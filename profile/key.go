package profile

import (
	"cmp"
	"fmt"
	"strings"
)

// Key is the identity of a cluster in the fleet. It is comparable.
type Key struct {
	Hub, Namespace, Name string
}

// ParseKey reads "hub/namespace/name".
func ParseKey(text string) (Key, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Key{}, fmt.Errorf("cluster key %q: want hub/namespace/name", text)
	}
	return Key{Hub: parts[0], Namespace: parts[1], Name: parts[2]}, nil
}

// String gives "hub/namespace/name".
func (k Key) String() string { return k.Hub + "/" + k.Namespace + "/" + k.Name }

// Compare orders keys by hub, namespace and name.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Hub, o.Hub), cmp.Compare(k.Namespace, o.Namespace), cmp.Compare(k.Name, o.Name))
}

// MarshalText gives the text form.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the text form.
func (k *Key) UnmarshalText(text []byte) error {
	parsed, err := ParseKey(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}
