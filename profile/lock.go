package profile

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Lock holds, for each cluster, the versions it is meant to be at now. Its text
// form is the file fleet.lock: a line
//
//	hub/namespace/name profile@version,... sha256:<stack digest>
//
// for each cluster, sorted, no header. The zero Lock is empty.
type Lock struct{ entries []LockEntry } // sorted by key

// LockEntry is one line of a Lock.
type LockEntry struct {
	Key Key
	// Pins are the versions, in the order of the file.
	Pins []Ref
	// Digest is the digest of the stack that was locked.
	Digest string

	at diag.Range // zero when not read from a file
}

// Range is the line of the file that the entry was read from; zero for none.
func (e LockEntry) Range() diag.Range { return e.at }

// ParseLock reads the text form. file names it in diagnostics. Lines that
// cannot be read are left out.
func ParseLock(file string, data []byte) (Lock, diag.Diagnostics) {
	var lock Lock
	var diags diag.Diagnostics
	first := map[Key]diag.Range{}
	for i, line := range bytes.Split(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		entry, err := parseLockEntry(text)
		at := lineRange(file, i+1, string(line))
		if err != nil {
			diags = append(diags, diag.Errorf("profile.lock", at, "%v", err).
				WithDetail("a line reads: hub/namespace/name profile@version,... sha256:<stack digest>; the lock command writes it"))
			continue
		}
		entry.at = at
		if other, twice := first[entry.Key]; twice {
			diags = append(diags, diag.Errorf("profile.lock", at, "%s is locked twice", entry.Key).
				WithDetail("keep one of the two lines").
				WithRelated(other, "the other line is here"))
			continue
		}
		first[entry.Key] = at
		lock.entries = append(lock.entries, entry)
	}
	slices.SortFunc(lock.entries, func(a, b LockEntry) int { return a.Key.Compare(b.Key) })
	return lock, diags
}

// lineRange is where the text of a line stands.
func lineRange(file string, number int, line string) diag.Range {
	text := strings.TrimSpace(line)
	before, _, _ := strings.Cut(line, text)
	start := 1 + utf8.RuneCountInString(before)
	return diag.Range{
		File:  file,
		Start: diag.Position{Line: number, Column: start},
		End:   diag.Position{Line: number, Column: start + utf8.RuneCountInString(text)},
	}
}

func parseLockEntry(text string) (LockEntry, error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return LockEntry{}, fmt.Errorf("a line has three parts, this one %d", len(parts))
	}
	key, err := ParseKey(parts[0])
	if err != nil {
		return LockEntry{}, err
	}
	entry := LockEntry{Key: key, Digest: parts[2]}
	pinned := map[string]bool{}
	for pin := range strings.SplitSeq(parts[1], ",") {
		ref, err := ParseRef(pin)
		if err != nil || ref.Version == "" {
			return LockEntry{}, fmt.Errorf("pin %q: want profile@version", clipped(pin))
		}
		if v, _ := ParseVersion(ref.Version); v.IsDev() {
			return LockEntry{}, fmt.Errorf("pin %s: a -dev version is never locked", ref)
		}
		if pinned[ref.Name] {
			return LockEntry{}, fmt.Errorf("profile %s is pinned twice", ref.Name)
		}
		pinned[ref.Name] = true
		entry.Pins = append(entry.Pins, ref)
	}
	return entry, checkDigest(entry.Digest)
}

func (l Lock) find(key Key) (int, bool) {
	return slices.BinarySearchFunc(l.entries, key, func(e LockEntry, k Key) int { return e.Key.Compare(k) })
}

// Entry returns the line of a cluster.
func (l Lock) Entry(key Key) (LockEntry, bool) {
	if i, ok := l.find(key); ok {
		return l.entries[i], true
	}
	return LockEntry{}, false
}

// Entries are the lines, sorted by key.
func (l Lock) Entries() []LockEntry { return slices.Clone(l.entries) }

// WithAll returns the lock with the entries of their clusters set.
func (l Lock) WithAll(entries []LockEntry) Lock {
	byKey := make(map[Key]LockEntry, len(l.entries)+len(entries))
	for _, e := range slices.Concat(l.entries, entries) {
		byKey[e.Key] = e
	}
	return Lock{entries: slices.SortedFunc(maps.Values(byKey), func(a, b LockEntry) int { return a.Key.Compare(b.Key) })}
}

// Pin returns the version that the entry pins profile name to.
func (e LockEntry) Pin(name string) (string, bool) {
	for _, ref := range e.Pins {
		if ref.Name == name {
			return ref.Version, true
		}
	}
	return "", false
}

// String is the line of the entry.
func (e LockEntry) String() string {
	pins := make([]string, len(e.Pins))
	for i, ref := range e.Pins {
		pins[i] = ref.String()
	}
	return e.Key.String() + " " + strings.Join(pins, ",") + " " + e.Digest
}

// String is the text form.
func (l Lock) String() string {
	var b strings.Builder
	for _, e := range l.entries {
		b.WriteString(e.String() + "\n")
	}
	return b.String()
}
