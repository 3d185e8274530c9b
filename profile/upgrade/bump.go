package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Bump is by how much a version must rise. A larger Bump is a larger change, so
// bumps are compared with < and combined with max.
type Bump uint8

const (
	// NoBump: nothing changed.
	NoBump Bump = iota
	// Patch: clusters may change, but nobody has to do or know anything.
	Patch
	// Minor: there is more to choose or to know, and what was there still works.
	Minor
	// Major: somebody who uses the profile may have to change something.
	Major
)

var bumpNames = [...]string{"none", "patch", "minor", "major"}

// String gives none, patch, minor or major.
func (b Bump) String() string {
	if int(b) < len(bumpNames) {
		return bumpNames[b]
	}
	return fmt.Sprintf("bump(%d)", uint8(b))
}

// MarshalText gives the name.
func (b Bump) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads the name.
func (b *Bump) UnmarshalText(text []byte) error {
	i := slices.Index(bumpNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("bump %q: want one of %v", text, bumpNames)
	}
	*b = Bump(i)
	return nil
}

// core is major, minor and patch.
type core [3]uint64

func coreOf(v profile.Version) core {
	text, _, _ := strings.Cut(v.String(), "+")
	text, _, _ = strings.Cut(text, "-")
	var out core
	for i, part := range strings.SplitN(text, ".", 3) {
		out[i], _ = strconv.ParseUint(part, 10, 64)
	}
	return out
}

func (c core) String() string { return fmt.Sprintf("%d.%d.%d", c[0], c[1], c[2]) }

// bumpBetween is by how much b is above a; going down counts like going up. Two
// versions that differ in their suffixes alone are a patch apart.
func bumpBetween(a, b profile.Version) Bump {
	x, y := coreOf(a), coreOf(b)
	switch {
	case x[0] != y[0]:
		return Major
	case x[1] != y[1]:
		return Minor
	case a.Compare(b) != 0:
		return Patch
	}
	return NoBump
}

// declared is the bump that the versions of two releases promise. A pre-release
// promises what its release does, and between it and its release anything of
// that size may change. A version that is lower promises nothing.
func declared(from, to profile.Version) Bump {
	if to.Compare(from) <= 0 {
		return NoBump
	}
	c := coreOf(to)
	if !from.IsPrerelease() || coreOf(from) != c {
		return bumpBetween(from, to)
	}
	switch {
	case c[2] > 0:
		return Patch
	case c[1] > 0:
		return Minor
	}
	return Major
}

// enough reports whether what is declared covers what is needed. Below 1.0.0
// everything counts one less: a minor version may break, a patch may add.
func enough(from profile.Version, declared, needed Bump) bool {
	if coreOf(from)[0] == 0 && needed > Patch {
		needed--
	}
	return declared >= needed
}

// next is the lowest version that declares enough.
func next(from profile.Version, needed Bump) string {
	c := coreOf(from)
	if c[0] == 0 && needed > Patch {
		needed--
	}
	if from.IsPrerelease() && declared(from, released(c)) >= needed {
		return c.String()
	}
	switch needed {
	case Major:
		return core{c[0] + 1, 0, 0}.String()
	case Minor:
		return core{c[0], c[1] + 1, 0}.String()
	}
	return core{c[0], c[1], c[2] + 1}.String()
}

func released(c core) profile.Version {
	v, _ := profile.ParseVersion(c.String())
	return v
}

func versionOf(text string) (profile.Version, bool) {
	v, err := profile.ParseVersion(text)
	return v, err == nil
}

// compareVersions orders two version texts; ok is false when one is not a
// semantic version.
func compareVersions(a, b string) (order int, between Bump, ok bool) {
	x, okX := versionOf(a)
	y, okY := versionOf(b)
	if !okX || !okY {
		return cmp.Compare(a, b), NoBump, false
	}
	return x.Compare(y), bumpBetween(x, y), true
}
