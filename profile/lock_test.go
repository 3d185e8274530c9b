package profile_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// entry draws a line of a lock among few clusters, so that lines meet.
func entry() *rapid.Generator[profile.LockEntry] {
	return rapid.Custom(func(t *rapid.T) profile.LockEntry {
		e := profile.LockEntry{
			Key:    profile.Key{Hub: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "hub"), Namespace: "n", Name: rapid.StringMatching(`[a-c]`).Draw(t, "name")},
			Digest: "sha256:" + rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "digest"),
		}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z-]{1,4}`), 1, 3, rapid.ID).Draw(t, "profiles") {
			e.Pins = append(e.Pins, profile.Ref{Name: name, Version: rapid.SampledFrom([]string{"1.0.0", "2.0.0+k3s1"}).Draw(t, "version")})
		}
		return e
	})
}

// TestLockAgainstMap: a lock that lines are put into one after the other, or at
// once, is a map by cluster, prints sorted, and is read back as it was.
func TestLockAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.SliceOf(entry()).Draw(t, "entries")
		want := map[profile.Key]profile.LockEntry{}
		var lock profile.Lock
		for _, e := range entries {
			before := lock.String()
			grown := lock.WithAll([]profile.LockEntry{e})
			if lock.String() != before {
				t.Fatal("WithAll changed its receiver")
			}
			lock, want[e.Key] = grown, e
		}
		if all := (profile.Lock{}).WithAll(entries); all.String() != lock.String() {
			t.Fatalf("at once gives\n%s\none by one gives\n%s", all, lock)
		}
		read, diags := profile.ParseLock("fleet.lock", []byte(lock.String()))
		if len(diags) > 0 || read.String() != lock.String() || len(read.Entries()) != len(want) {
			t.Fatalf("%s\nis read as\n%s%v", lock, read, diags)
		}
		if !slices.IsSortedFunc(lock.Entries(), func(a, b profile.LockEntry) int { return a.Key.Compare(b.Key) }) {
			t.Fatalf("not sorted:\n%s", lock)
		}
		for key, e := range want {
			got, ok := read.Entry(key)
			if diff := cmp.Diff(e, got, cmpopts.IgnoreUnexported(e)); diff != "" || !ok {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if version, ok := got.Pin(e.Pins[0].Name); !ok || version != e.Pins[0].Version {
				t.Fatalf("pin of %s is %s", e.Pins[0].Name, version)
			}
		}
		if _, ok := read.Entry(profile.Key{Hub: "z", Namespace: "n", Name: "z"}); ok {
			t.Fatal("found a cluster that is not locked")
		}
	})
}

// TestLockReadsOddFiles: a byte order mark, CRLF, blank lines, another order.
func TestLockReadsOddFiles(t *testing.T) {
	digest := " sha256:" + strings.Repeat("0", 64)
	lock, diags := profile.ParseLock("fleet.lock", []byte("\ufeffb/n/x p@1.0.0"+digest+"\r\n\r\n  a/n/x p@1.0.0,q@2.0.0"+digest+"  \r\n"))
	if want := "a/n/x p@1.0.0,q@2.0.0" + digest + "\nb/n/x p@1.0.0" + digest + "\n"; lock.String() != want || len(diags) > 0 {
		t.Errorf("got\n%swant\n%s%v", lock, want, diags)
	}
}

// TestLinesAreMarked: findings about a lock and a sum cover the text of the line,
// counted in characters.
func TestLinesAreMarked(t *testing.T) {
	_, lock := profile.ParseLock("fleet.lock", []byte("\n \tä/ö\r\n"))
	_, sum := profile.ParseSum("library.sum", []byte("  über@1.0.0  \n"))
	var got []diag.Range
	for _, d := range append(lock, sum...) {
		got = append(got, d.Range)
	}
	want := []diag.Range{
		{File: "fleet.lock", Start: diag.Position{Line: 2, Column: 3}, End: diag.Position{Line: 2, Column: 6}},
		{File: "library.sum", Start: diag.Position{Line: 1, Column: 3}, End: diag.Position{Line: 1, Column: 13}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzParseLock: no text makes the reader panic, every line is an entry or a
// finding or blank, and what was read is read again the same.
func FuzzParseLock(f *testing.F) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, s := range []string{"", "h/n/c p@1.0.0 " + digest, "h/n/c p@1.0.0,q@2.0.0+k3s1 " + digest + "\r\n\r\nh/n/c p@1.0.0 " + digest, "\ufeff# x\n", "h/n/c p " + digest, "<<<<<<< HEAD", "h/n/c ,@,p@1.0.0 " + digest, "\x00\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lock, diags := profile.ParseLock("fleet.lock", data)
		again, found := profile.ParseLock("fleet.lock", []byte(lock.String()))
		if again.String() != lock.String() || len(found) > 0 {
			t.Fatalf("%q is read again as %q, %v", lock, again, found)
		}
		lines := strings.Count(string(data), "\n") + 1
		if len(lock.Entries())+len(diags) > lines {
			t.Fatalf("%d lines give %d entries and %d findings", lines, len(lock.Entries()), len(diags))
		}
		for _, d := range diags {
			if d.Range.Start.Line < 1 || d.Range.Start.Line > lines || d.Code != "profile.lock" {
				t.Fatalf("%+v", d)
			}
		}
	})
}

// What stands in the place of a file that is read is not taken for its absence.
func TestDirectoryIsNoLock(t *testing.T) {
	_, diags := profile.Load(fstest.MapFS{"fleet.lock/a": {}, "library.sum/a": {}, "library/ownership.yaml/a": {}}, profile.Layout{})
	var got []string
	for _, d := range diags {
		got = append(got, d.Range.File+" "+d.Code)
	}
	want := []string{"fleet.lock source.read", "library.sum source.read", "library/ownership.yaml source.read"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
