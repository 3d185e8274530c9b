package profile

import "fmt"

// Impact is the class of a change to one cluster, from harmless to
// irreversible. A larger Impact is worse, so impacts are compared with < and
// combined with max.
type Impact uint8

const (
	// NoImpact: nothing that runs is touched.
	NoImpact Impact = iota
	// Metadata: labels and annotations only.
	Metadata
	// InPlace: objects change, nothing restarts.
	InPlace
	// Restart: pods of add-ons restart.
	Restart
	// NodeRoll: machines are replaced.
	NodeRoll
	// Recreate: an object is deleted and made anew.
	Recreate
	// Delete: an object is deleted.
	Delete
	// NamespaceDelete: a namespace is deleted with all that it holds.
	NamespaceDelete
	// Irreversible: data is lost, or there is no way back.
	Irreversible
)

var impactNames = [...]string{"none", "metadata", "in-place", "restart", "node-roll", "recreate", "delete", "namespace-delete", "irreversible"}

// String gives the name used in documents.
func (i Impact) String() string {
	if int(i) < len(impactNames) {
		return impactNames[i]
	}
	return fmt.Sprintf("impact(%d)", uint8(i))
}

// ParseImpact reads a name used in documents.
func ParseImpact(name string) (Impact, error) {
	for i, known := range impactNames {
		if known == name {
			return Impact(i), nil
		}
	}
	return NoImpact, fmt.Errorf("impact %q: want one of %v", name, impactNames)
}

// MarshalText gives the name.
func (i Impact) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the name.
func (i *Impact) UnmarshalText(text []byte) error {
	parsed, err := ParseImpact(string(text))
	if err == nil {
		*i = parsed
	}
	return err
}
