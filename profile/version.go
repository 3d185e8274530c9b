package profile

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Version is a semantic version as this ecosystem writes them: suffixes that
// vendors add ("1.34.2-gke.100", "1.34.2+k3s1", "1.34.2-eks-4dfc4f8") are
// releases, not pre-releases. The zero Version is invalid.
type Version struct {
	text       string
	core       *semver.Version // without vendor suffix and build
	prerelease bool
	dev        bool   // a pre-release of somebody's work
	suffix     string // vendor suffix or build, "" for none
}

// preRelease recognises suffixes that really come before the release: by their
// first word, in any case, which ends where its letters do.
var preRelease = regexp.MustCompile(`(?i)^(?:alpha|beta|rc|(dev|devel|develop|development)|pre|prerelease|preview|snapshot|next|nightly|canary)(?:[.\-0-9]|$)`)

// ParseVersion reads major.minor.patch with optional -suffix and +build. A
// leading v is not accepted.
func ParseVersion(text string) (Version, error) {
	full, err := semver.StrictNewVersion(text)
	if err != nil || len(text) > 128 {
		return Version{}, fmt.Errorf("version %q: want major.minor.patch, for instance 1.34.2 or 1.34.2+k3s1", clipped(text))
	}
	v := Version{text: text, suffix: full.Metadata()}
	kept := ""
	pre := full.Prerelease()
	switch words := preRelease.FindStringSubmatch(pre); {
	case words != nil:
		v.prerelease, v.dev, kept = true, words[1] != "", "-"+pre
	case pre != "":
		v.suffix = strings.Trim(pre+"+"+v.suffix, "+")
	}
	v.core, err = semver.StrictNewVersion(fmt.Sprintf("%d.%d.%d%s", full.Major(), full.Minor(), full.Patch(), kept))
	return v, err
}

// clipped keeps what hostile input says short.
func clipped(text string) string { return value.Short(text, 64) }

// String is the version as written.
func (v Version) String() string { return v.text }

// Minor gives major and minor.
func (v Version) Minor() (major, minor uint64) {
	if v.core == nil {
		return 0, 0
	}
	return v.core.Major(), v.core.Minor()
}

// IsDev reports whether the version is a -dev version: it can be resolved but
// never locked or published. The word is dev, devel, develop or development, in
// any case, alone or with a number or more behind it: 1.0.0-dev, 1.0.0-DEV.3.
func (v Version) IsDev() bool { return v.dev }

// IsPrerelease reports whether the version comes before its release.
func (v Version) IsPrerelease() bool { return v.prerelease }

// Compare is a total order: by semantic version precedence of the core, then by
// vendor suffix (none first; digits by number, the rest as text).
func (v Version) Compare(o Version) int {
	if v.core == nil || o.core == nil {
		return cmp.Compare(v.text, o.text)
	}
	return cmp.Or(v.core.Compare(o.core), compareSuffix(v.suffix, o.suffix), cmp.Compare(v.text, o.text))
}

var runs = regexp.MustCompile(`[0-9]+|[^0-9]+`)

func compareSuffix(a, b string) int {
	x, y := runs.FindAllString(a, -1), runs.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		if c := compareRun(x[i], y[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

// compareRun compares numbers by value, however long, and puts them in front of
// text.
func compareRun(a, b string) int {
	aNumber, bNumber := isDigits(a), isDigits(b)
	if aNumber && bNumber {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	if aNumber != bNumber {
		return map[bool]int{true: -1, false: 1}[aNumber]
	}
	return cmp.Compare(a, b)
}

func isDigits(run string) bool { return run[0] >= '0' && run[0] <= '9' }

func compareVersionText(a, b string) int {
	v, errV := ParseVersion(a)
	o, errO := ParseVersion(b)
	if errV != nil || errO != nil {
		return cmp.Compare(a, b)
	}
	return v.Compare(o)
}
