package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// VersionRange is a set of versions such as ">=1.31 <1.36" or "^1.2 || ~2.0".
// Parts with a space or a comma between them must all hold; "||" separates
// alternatives; "1.31 - 1.35" is ">=1.31 <=1.35". The zero VersionRange holds
// every version.
//
// A version is judged by its core, and so is one that the range names:
// 1.34.2-gke.100 lies in "<=1.34.2", and "<=1.34.2-gke.100" means just that.
//
// Numbers that are left out, or are x or *, stand for all: "1.3" holds what has
// the numbers 1 and 3, from 1.3.0 on. "~1.3.2" goes from 1.3.2 to the end of 1.3,
// "^1.3.2" to the end of 1; a caret keeps the numbers up to the first that is
// not 0. Of = and !=, of < and >=, of > and <= exactly one holds a version.
//
// Pre-releases need no leave, and come where their precedence puts them:
// 1.3.2-rc.1 lies in "1.3"; 1.3.0-rc.1, in front of 1.3.0, lies in "<1.3", "!=1.3"
// and ">1.2", but not in "1.3", "~1.3", "^1.3" and ">=1.3". The suffix -0 stands for
// the place in front of all of them: ">=1.3.0-0", "<2.0.0-0".
type VersionRange struct {
	text string
	any  [][]versionPart // alternatives of parts that all hold
}

// versionPart compares with the versions of a span. They start at from, and
// share its first numbers; a span of one version is that alone.
type versionPart struct {
	operator string
	from     *semver.Version
	numbers  int
	one      bool
}

// rangeNumber and so on are what a range is made of; an x is an empty number.
const (
	rangeNumber  = `(?:0*([0-9]+)|[xX*])`
	rangeSuffix  = `[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
	rangeVersion = `v?` + rangeNumber + `(?:\.` + rangeNumber + `)?(?:\.` + rangeNumber + `)?((?:-` + rangeSuffix + `)?(?:\+` + rangeSuffix + `)?)`
	rangePart    = `(=|!=|>|<|>=|=>|<=|=<|~|~>|\^|)\s*` + rangeVersion
)

var (
	rangePartForm  = regexp.MustCompile(rangePart)
	rangePartsForm = regexp.MustCompile(`^\s*` + rangePart + `\s*(?:[\s,]\s*` + rangePart + `\s*)*$`)
	rangeBetween   = regexp.MustCompile(`(?P<low>` + rangeVersion + `)\s+-\s+(?P<high>` + rangeVersion + `)`)
)

// ParseVersionRange reads a range; "" holds every version.
func ParseVersionRange(text string) (VersionRange, error) {
	if strings.TrimSpace(text) == "" {
		return VersionRange{}, nil
	}
	if len(text) > 256 {
		return VersionRange{}, fmt.Errorf("version range %q: longer than 256 characters", clipped(text))
	}
	r := VersionRange{text: text}
	for each := range strings.SplitSeq(rangeBetween.ReplaceAllString(text, ">=${low} <=${high}"), "||") {
		parts, ok := versionParts(each)
		if !ok {
			return VersionRange{}, fmt.Errorf("version range %q: want for instance >=1.31 <1.36, or ^1.2 || ~2.0", clipped(text))
		}
		r.any = append(r.any, parts)
	}
	return r, nil
}

// versionParts reads parts that must all hold.
func versionParts(text string) (parts []versionPart, ok bool) {
	if !rangePartsForm.MatchString(text) {
		return nil, false
	}
	for _, m := range rangePartForm.FindAllStringSubmatch(text, -1) {
		p, err := newVersionPart(m[1], m[2:5], m[5])
		if err != nil {
			return nil, false
		}
		parts = append(parts, p)
	}
	return parts, true
}

// newVersionPart reads the version behind an operator; of its three numbers some
// may be empty.
func newVersionPart(operator string, numbers []string, suffix string) (versionPart, error) {
	n := 0
	for n < len(numbers) && numbers[n] != "" {
		n++
	}
	numbers = append(slices.Clone(numbers[:n]), "0", "0", "0")[:3]
	v, err := ParseVersion(strings.Join(numbers, ".") + suffix)
	if err != nil {
		return versionPart{}, err
	}
	p := versionPart{operator: operator, from: v.core, numbers: n, one: n == 3}
	switch operator {
	case "~", "~>":
		p.numbers, p.one = min(n, 2), false
	case "^":
		p.numbers, p.one = kept(numbers[:n]), false
	}
	exact := p.one && slices.Contains([]string{"", "=", "!="}, operator) // a vendor may have built -0
	if n == 0 || suffix == "-0" && !exact {
		p.from = semver.New(p.from.Major(), p.from.Minor(), p.from.Patch(), "0", "")
	}
	return p, nil
}

// kept is how many numbers all versions behind a caret share.
func kept(numbers []string) int {
	for i, n := range numbers {
		if n != "0" {
			return i + 1
		}
	}
	return len(numbers)
}

// Has reports whether v lies in the range.
func (r VersionRange) Has(v Version) bool {
	return r.text == "" || v.core != nil && slices.ContainsFunc(r.any, func(parts []versionPart) bool {
		return !slices.ContainsFunc(parts, func(p versionPart) bool { return !p.has(v.core) })
	})
}

func (p versionPart) has(v *semver.Version) bool {
	at := p.place(v)
	switch p.operator {
	case "!=":
		return at != 0
	case "<":
		return at < 0
	case "<=", "=<":
		return at <= 0
	case ">":
		return at > 0
	case ">=", "=>":
		return at >= 0
	}
	return at == 0
}

// place is negative in front of the span, 0 in it and positive behind it.
func (p versionPart) place(v *semver.Version) int {
	if c := v.Compare(p.from); c < 0 || p.one {
		return c
	}
	both := [][2]uint64{{v.Major(), p.from.Major()}, {v.Minor(), p.from.Minor()}, {v.Patch(), p.from.Patch()}}
	for _, n := range both[:p.numbers] {
		if n[0] != n[1] {
			return 1
		}
	}
	return 0
}

// String is the range as written.
func (r VersionRange) String() string { return r.text }
