package drift

import (
	"fmt"
	"slices"
)

// Verdict is the answer about an object or a field.
type Verdict uint8

const (
	// InSync: what is live is what was declared, or differs as expected.
	InSync Verdict = iota + 1
	// Drift: what is live is not what was declared.
	Drift
	// Unknown: it could not be told.
	Unknown
)

var verdicts = [...]string{"", "InSync", "Drift", "Unknown"}

// String gives the verdict as reports write it; the zero Verdict is invalid.
func (v Verdict) String() string {
	if v == 0 || int(v) >= len(verdicts) {
		return fmt.Sprintf("verdict(%d)", uint8(v))
	}
	return verdicts[v]
}

// MarshalText writes the verdict as String does.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the verdict as String gives it.
func (v *Verdict) UnmarshalText(text []byte) error {
	i := slices.Index(verdicts[:], string(text))
	if i < 1 {
		return fmt.Errorf("verdict %q: want one of %v", text, verdicts[1:])
	}
	*v = Verdict(i)
	return nil
}

// Confidence says how sure a verdict is.
type Confidence uint8

const (
	// Unsure goes with [Unknown].
	Unsure Confidence = iota
	// Possible: there are innocent explanations that the evidence cannot
	// exclude.
	Possible
	// Probable: the schema is exact, but nobody is known to have made the
	// change.
	Probable
	// Confirmed: the schema is exact and evidence names the change.
	Confirmed
)

var confidences = [...]string{"unknown", "possible", "probable", "confirmed"}

// String gives the confidence in lower case; [Unsure] is "unknown".
func (c Confidence) String() string {
	if int(c) < len(confidences) {
		return confidences[c]
	}
	return fmt.Sprintf("confidence(%d)", uint8(c))
}

// MarshalText writes the confidence as String does.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the confidence as String gives it.
func (c *Confidence) UnmarshalText(text []byte) error {
	i := slices.Index(confidences[:], string(text))
	if i < 0 {
		return fmt.Errorf("confidence %q: want one of %v", text, confidences)
	}
	*c = Confidence(i)
	return nil
}
