package diag

import "fmt"

// Severity says what a finding means for the caller. The zero value is
// invalid, so that a forgotten severity is noticed.
type Severity uint8

const (
	// Error: the input cannot be used.
	Error Severity = iota + 1
	// Warning: the input can be used, but probably not as meant.
	Warning
	// Information: worth knowing; nothing to mend.
	Information
)

// String gives "error", "warning" or "information".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Information:
		return "information"
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// MarshalText writes the name of a valid severity.
func (s Severity) MarshalText() ([]byte, error) {
	if s < Error || s > Information {
		return nil, fmt.Errorf("marshalling %v: not a severity", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the name of a severity.
func (s *Severity) UnmarshalText(text []byte) error {
	for known := Error; known <= Information; known++ {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("severity %q: want error, warning or information", text)
}
