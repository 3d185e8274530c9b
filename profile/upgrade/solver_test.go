package upgrade

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestManyJourneys: a program that asks for ever new journeys does not keep them
// all; one that is asked for again is known.
func TestManyJourneys(t *testing.T) {
	ws, _ := profile.Load(fstest.MapFS{}, profile.Layout{})
	s := NewSolver(ws, Options{})
	for i := range 2*maxAnswers + 1 {
		j := journey{kubernetes: fmt.Sprintf("1.%d.0", i)}
		first := s.answer(j)
		if first != s.answer(j) {
			t.Fatalf("journey %d is not kept", i)
		}
		if len(s.answers) > maxAnswers {
			t.Fatalf("%d answers are kept after %d journeys", len(s.answers), i)
		}
	}
}
