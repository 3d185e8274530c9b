package enumtest

import (
	"encoding"
	"encoding/json"
	"strings"
	"testing"
)

// ReadBack fails the test unless a value is read back as it was written, and a
// text that is no value is refused with a list that holds the text listed.
func ReadBack[T interface {
	comparable
	encoding.TextMarshaler
}](t testing.TB, v T, listed string) {
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
