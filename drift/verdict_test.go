package drift

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"
)

// TestEnumsReadBack: what a report has as text is read back, and what is not in
// the list is refused with the list.
func TestEnumsReadBack(t *testing.T) {
	for v := InSync; v <= Unknown; v++ {
		readBack(t, v, "Drift")
	}
	for c := Unsure; c <= Confirmed; c++ {
		readBack(t, c, "probable")
	}
	for d := None; int(d) < len(details); d++ {
		readBack(t, d, "ownership-lost")
	}
	var v Verdict
	if err := v.UnmarshalText(nil); err == nil {
		t.Error("the empty text is a verdict")
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
