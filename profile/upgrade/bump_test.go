package upgrade

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"
)

// TestEnumsReadBack: what output has as text is read back, and what is not in
// the list is refused with the list.
func TestEnumsReadBack(t *testing.T) {
	for b := NoBump; b <= Major; b++ {
		readBack(t, b, "minor")
	}
	for o := Undecided; o <= Resolved; o++ {
		readBack(t, o, "obsolete")
	}
}

func readBack[T interface {
	comparable
	encoding.TextMarshaler
}](t *testing.T, v T, listed string) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var got T
	if err := json.Unmarshal(text, &got); err != nil || got != v {
		t.Errorf("%s is read as %v, %v", text, got, err)
	}
	if err := json.Unmarshal([]byte(`"other"`), &got); err == nil || !strings.Contains(err.Error(), listed) {
		t.Errorf("%T reads other: %v", v, err)
	}
}
