package validate

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestMemo: what was judged is not judged again, until the memo is full.
func TestMemo(t *testing.T) {
	m, judged := memo{limit: 3}, 0
	ask := func(i uint64) []refusal {
		return m.of(sha256.Sum256(binary.AppendUvarint(nil, i)), func() []refusal { judged++; return []refusal{{text: string(rune('a' + i))}} })
	}
	for _, i := range []uint64{0, 1, 0, 1, 2, 2, 3, 0} {
		if got := ask(i); got[0].text != string(rune('a'+i)) {
			t.Errorf("%d gives %q", i, got[0].text)
		}
	}
	if judged != 5 || len(m.known) != 2 {
		t.Errorf("judged %d times, want 5; keeps %d, want 2", judged, len(m.known))
	}
}

// BenchmarkResolveValidateWarm resolves and validates one cluster of the example
// after the other, with its digest, as a service does at every change.
func BenchmarkResolveValidateWarm(b *testing.B) {
	ws, loaded := profile.Load(os.DirFS("../examples/quickstart/workspace"), profile.Layout{})
	if loaded.HasErrors() {
		b.Fatal(loaded)
	}
	org := newOrganisation(ws, nil, Options{}.Now)
	scoped := fleetVariables(ws)
	var members []member
	var documents []profile.Document
	for d := range ws.Documents() {
		if d.Kind == "Cluster" {
			documents = append(documents, d)
		}
	}
	for key := range ws.Clusters() {
		members = append(members, member{key: key})
	}
	options := Options{Engines: []string{"manifests"}}
	one := func(i int) {
		m := members[i%len(members)]
		m.resolve(ws, scoped, org)
		document := documents[i%len(documents) : i%len(documents)+1]
		found := slices.Concat(m.found, newJudge(document, m.found).all(), inspectAll(document, options))
		if found.HasErrors() {
			b.Fatal(found)
		}
	}
	for i := range members {
		one(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		one(i)
		i++
	}
}
