package profile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// ErrImmutable says that a version was published with other content: publish
// the change as another version.
var ErrImmutable = errors.New("a published version never changes")

// Sum holds the digests of published versions. Its text form is the file
// library.sum: a line
//
//	name@version sha256:<digest>
//
// for each version of a profile or an overlay, in the order of publication.
// Lines are added and never changed. The zero Sum is empty.
type Sum struct {
	lines []sumLine
	index map[Ref]int // of lines
}

type sumLine struct {
	ref    Ref
	digest string
	at     diag.Range
}

// ParseSum reads the text form. file names it in diagnostics. Lines that cannot
// be read are left out.
func ParseSum(file string, data []byte) (Sum, diag.Diagnostics) {
	var sum Sum
	var diags diag.Diagnostics
	for i, line := range bytes.Split(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		read, err := parseSumLine(text)
		read.at = lineRange(file, i+1, string(line))
		if err != nil {
			diags = append(diags, diag.Errorf("profile.sum", read.at, "%v", err).
				WithDetail("a line reads: name@version sha256:<digest>; publishing a version appends it"))
			continue
		}
		if first := sum.line(read.ref); first != nil {
			diags = append(diags, diag.Errorf("profile.sum", read.at, "%s is published twice", read.ref).
				WithDetail("keep the first line: a published version never changes").
				WithRelated(first.at, "the first line is here"))
			continue
		}
		sum.append(read)
	}
	return sum, diags
}

func parseSumLine(text string) (sumLine, error) {
	parts := strings.Fields(text)
	if len(parts) != 2 {
		return sumLine{}, fmt.Errorf("a line has two parts, this one %d", len(parts))
	}
	ref, err := ParseRef(parts[0])
	if err != nil || ref.Version == "" {
		return sumLine{}, fmt.Errorf("%q: want name@version", clipped(parts[0]))
	}
	if v, _ := ParseVersion(ref.Version); v.IsDev() {
		return sumLine{}, fmt.Errorf("%s: a -dev version is never published", ref)
	}
	return sumLine{ref: ref, digest: parts[1]}, checkDigest(parts[1])
}

func checkDigest(digest string) error {
	if hex, ok := strings.CutPrefix(digest, "sha256:"); !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return fmt.Errorf("digest %q: want sha256: and 64 hexadecimal digits", clipped(digest))
	}
	return nil
}

func (s *Sum) append(line sumLine) {
	if s.index == nil {
		s.index = map[Ref]int{}
	}
	s.index[line.ref] = len(s.lines)
	s.lines = append(s.lines, line)
}

func (s Sum) line(ref Ref) *sumLine {
	i, ok := s.index[ref]
	if !ok {
		return nil
	}
	return &s.lines[i]
}

// Digest is the digest that a version was published with.
func (s Sum) Digest(ref Ref) (string, bool) {
	if l := s.line(ref); l != nil {
		return l.digest, true
	}
	return "", false
}

// Range is the line of the file that the version was read from; zero for none.
func (s Sum) Range(ref Ref) diag.Range {
	if l := s.line(ref); l != nil {
		return l.at
	}
	return diag.Range{}
}

// Refs are the published versions, in the order of publication.
func (s Sum) Refs() []Ref {
	out := make([]Ref, len(s.lines))
	for i, l := range s.lines {
		out[i] = l.ref
	}
	return out
}

// String is the text form.
func (s Sum) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(l.ref.String() + " " + l.digest + "\n")
	}
	return b.String()
}

// Publish returns sum with a line more for each version that has none. What a
// version extends has to be published, or among refs. A version that was
// published with other content, or extends one that was, is an [ErrImmutable]; a
// -dev version, and one with errors, cannot be published. Only what loading found
// counts here: validate the workspace first (package validate), since a version
// that was published with a mistake keeps it.
func (l *Library) Publish(sum Sum, refs ...Ref) (Sum, error) {
	out := Sum{lines: slices.Clone(sum.lines), index: maps.Clone(sum.index)}
	for _, ref := range slices.SortedFunc(slices.Values(refs), Ref.Compare) {
		if err := l.publishable(ref, sum, refs); err != nil {
			return sum, fmt.Errorf("publishing %s: %w", ref, err)
		}
		digest := l.Digest(ref)
		switch known, published := out.Digest(ref); {
		case !published:
			out.append(sumLine{ref: ref, digest: digest})
		case known != digest:
			return sum, fmt.Errorf("publishing %s: %w: it was published as %s, and is %s now", ref, ErrImmutable, known, digest)
		}
	}
	return out, nil
}

func (l *Library) publishable(ref Ref, sum Sum, with []Ref) error {
	e := l.edition(ref)
	switch {
	case e == nil:
		return errors.New("the library has no such version")
	case e.version.IsDev():
		return errors.New("a -dev version is never published; take -dev off the version")
	case e.broken:
		return errors.New("the version has errors; validate the workspace and mend them first")
	}
	if r := l.release(ref); r != nil && r.parent != nil {
		parent := r.parent.ref
		switch known, published := sum.Digest(parent); {
		case !published && !slices.Contains(with, parent):
			return fmt.Errorf("it extends %s, which is not published", parent)
		case published && known != r.parent.digest:
			return fmt.Errorf("it extends %s: %w: that was published as %s, and is %s now", parent, ErrImmutable, known, r.parent.digest)
		}
	}
	return nil
}

// Unpublished are the versions of the library that sum does not have, without
// -dev versions, sorted.
func (l *Library) Unpublished(sum Sum) []Ref {
	var out []Ref
	for _, e := range l.editions() {
		if _, published := sum.Digest(e.ref); !published && !e.version.IsDev() {
			out = append(out, e.ref)
		}
	}
	return out
}

// editions are all versions of profiles and overlays, sorted.
func (l *Library) editions() []*edition {
	var out []*edition
	for _, releases := range l.releases {
		for _, r := range releases {
			out = append(out, &r.edition)
		}
	}
	for _, overlays := range l.overlays {
		for _, o := range overlays {
			out = append(out, &o.edition)
		}
	}
	slices.SortFunc(out, func(a, b *edition) int { return a.ref.Compare(b.ref) })
	return out
}

// sum reads library.sum, and holds the library to it.
func (l *loader) sum() {
	if !l.tree.Exists(sumFile) {
		return
	}
	data, ok := l.tree.Read(sumFile, l.layout.MaxBytes)
	if !ok {
		return
	}
	sum, diags := ParseSum(sumFile, data)
	l.add(diags...)
	l.workspace.sum = sum
	for _, e := range l.workspace.Library.editions() {
		if !l.published[e.ref] {
			l.checkSum(sum, e)
		}
	}
	for _, line := range sum.lines {
		if l.workspace.Library.edition(line.ref) == nil {
			l.add(diag.Warningf("profile.sum-missing", line.at, "%s was published, but is not in the library", line.ref).
				WithDetail("bring the version back: what was published stays; its line is never removed"))
		}
	}
}

func (l *loader) checkSum(sum Sum, e *edition) {
	at := diag.Fields("spec", "version")
	known, published := sum.Digest(e.ref)
	switch {
	case e.version.IsDev() || e.digest == "":
	case !published && len(e.ref.Version) > 0:
		l.add(diag.Errorf("profile.unpublished", e.At(at), "%s is not in library.sum", e.Name).
			WithDetail("publish it, or call it %s-dev while it changes", e.ref.Version).WithPath(at))
	case published && known != e.digest:
		l.add(diag.Errorf("profile.immutable", e.At(at), "%s was published with other content", e.Name).
			WithDetail("a published version never changes: undo the change, or publish it as another version").WithPath(at).
			WithRelated(sum.Range(e.ref), "it was published as %s, and is %s now", known, e.digest))
	}
}
